select
  countries.country,
  {{ movie_statistics() }}
from {{ ref('stg_countries') }} as countries
join {{ ref('stg_movies') }} as movies
  on movies.movie_id = countries.movie_id
where countries.country is not null
group by countries.country
