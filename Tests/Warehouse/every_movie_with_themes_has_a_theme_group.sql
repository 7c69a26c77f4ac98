-- The themes of a movie are all counted in its one row. Rows of both sides are added up, not joined: the groups are a
-- view, and a join would compute it anew for each theme.
with counts as (

  select movie_id, 1 as themes, 0 as grouped_themes
  from {{ ref('stg_themes') }}
  where theme is not null
  union all
  select movie_id, 0 as themes, themes as grouped_themes
  from {{ ref('stg_movie_theme_groups') }}

)

select movie_id, sum(themes) as themes, sum(grouped_themes) as grouped_themes
from counts
group by movie_id
having sum(themes) <> sum(grouped_themes)
