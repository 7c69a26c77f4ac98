-- One count per movie and language, however many types the language has in the movie.
with pairs as (

  select distinct
    movie_id,
    language
  from {{ ref('stg_languages') }}
  where language is not null

),

staged as (

  select count(*) as movies
  from pairs

),

mart as (

  select coalesce(sum(movies), 0) as movies
  from {{ ref('movies_by_language') }}

)

select
  mart.movies,
  staged.movies as staged_movies
from mart
cross join staged
where mart.movies <> staged.movies
