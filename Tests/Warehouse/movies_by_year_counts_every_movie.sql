with mart as (

  select sum(movies) as movies
  from {{ ref('movies_by_year') }}

),

staged as (

  select count(*) as movies
  from {{ ref('stg_movies') }}

)

select
  mart.movies,
  staged.movies as staged_movies
from mart
cross join staged
where coalesce(mart.movies, 0) <> staged.movies
