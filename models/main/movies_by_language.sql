-- A language that is both the primary and a spoken language of a movie counts once.
with movie_languages as (

  select
    languages.movie_id,
    languages.language,
    max(case when languages.is_main_language then 1 else 0 end) as is_main,
    movies.release_year,
    movies.minutes,
    movies.rating
  from {{ ref('stg_languages') }} as languages
  join {{ ref('stg_movies') }} as movies
    on movies.movie_id = languages.movie_id
  where languages.language is not null
  group by
    languages.language,
    languages.movie_id,
    movies.release_year,
    movies.minutes,
    movies.rating

)

select
  language,
  sum(is_main) as movies_as_main_language,
  {{ movie_statistics() }}
from movie_languages
group by language
