select
  crew.crew_name as director_name,
  {{ movie_statistics() }}
from {{ ref('stg_crew') }} as crew
join {{ ref('stg_movies') }} as movies
  on movies.movie_id = crew.movie_id
where crew.crew_role = 'Director'
  and crew.crew_name is not null
group by crew.crew_name
