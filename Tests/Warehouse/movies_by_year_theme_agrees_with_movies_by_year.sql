-- Per year, the theme groups and the movies without one add up to all movies, and their minutes to the average.
with themed as (

  select
    release_year,
    sum(movies) as movies,
    sum(total_minutes) as total_minutes,
    sum(movies_with_length) as movies_with_length
  from {{ ref('movies_by_year_theme') }}
  group by release_year

)

select
  years.release_year,
  years.movies,
  themed.movies as themed_movies,
  years.average_minutes,
  themed.total_minutes,
  themed.movies_with_length
from {{ ref('movies_by_year') }} as years
left join themed
  on themed.release_year = years.release_year
where themed.release_year is null
  or themed.movies <> years.movies
  or abs(coalesce(years.average_minutes, 0) * themed.movies_with_length - themed.total_minutes) > 0.001
