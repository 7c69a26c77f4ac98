select
  release_year,
  count(*) as movies,
  avg(minutes) as average_minutes
from {{ ref('stg_movies') }}
group by release_year
