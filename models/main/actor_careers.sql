-- An actor may play several characters in a movie: the movie counts once.
with movie_actors as (

  select distinct
    movie_id,
    actor_name
  from {{ ref('stg_actors') }}
  where actor_name is not null

)

select
  movie_actors.actor_name,
  {{ movie_statistics() }}
from movie_actors
join {{ ref('stg_movies') }} as movies
  on movies.movie_id = movie_actors.movie_id
group by movie_actors.actor_name
