with mart as (

  select
    coalesce(sum(movies), 0) as movies,
    coalesce(sum(total_minutes), 0) as total_minutes,
    coalesce(sum(movies_with_length), 0) as movies_with_length
  from {{ ref('movies_by_year_theme') }}

),

staged as (

  select
    count(*) as movies,
    coalesce(sum(minutes), 0) as total_minutes,
    count(minutes) as movies_with_length
  from {{ ref('stg_movies') }}

)

select
  mart.movies,
  staged.movies as staged_movies,
  mart.total_minutes,
  staged.total_minutes as staged_total_minutes,
  mart.movies_with_length,
  staged.movies_with_length as staged_movies_with_length
from mart
cross join staged
where mart.movies <> staged.movies
  or mart.total_minutes <> staged.total_minutes
  or mart.movies_with_length <> staged.movies_with_length
