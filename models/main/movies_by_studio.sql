select
  studios.studio,
  {{ movie_statistics() }}
from {{ ref('stg_studios') }} as studios
join {{ ref('stg_movies') }} as movies
  on movies.movie_id = studios.movie_id
where studios.studio is not null
group by studios.studio
