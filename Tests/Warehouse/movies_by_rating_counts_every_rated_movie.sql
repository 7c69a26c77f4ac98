with mart as (

  select
    coalesce(sum(movies), 0) as movies,
    coalesce(sum(share_of_rated_movies), 1) as share
  from {{ ref('movies_by_rating') }}

),

staged as (

  select count(rating) as movies
  from {{ ref('stg_movies') }}

)

select
  mart.movies,
  staged.movies as staged_movies,
  mart.share
from mart
cross join staged
where mart.movies <> staged.movies
  or abs(mart.share - 1) > 0.000001
