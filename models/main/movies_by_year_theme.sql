-- One theme group per movie at most, so that no movie is counted twice.
select
  movies.release_year,
  theme_groups.theme_group,
  count(*) as movies,
  coalesce(sum(movies.minutes), 0) as total_minutes,
  count(movies.minutes) as movies_with_length
from {{ ref('stg_movies') }} as movies
left join {{ ref('stg_movie_theme_groups') }} as theme_groups
  on theme_groups.movie_id = movies.movie_id
group by
  movies.release_year,
  theme_groups.theme_group
