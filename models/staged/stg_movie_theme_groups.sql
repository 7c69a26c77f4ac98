with grouped as (

  select
    themes.movie_id,
    coalesce(theme_groups.theme_group, 'Other') as theme_group,
    count(*) as themes_in_group
  from {{ ref('stg_themes') }} as themes
  left join {{ ref('theme_groups') }} as theme_groups
    on theme_groups.theme = themes.theme
  where themes.theme is not null
  group by
    themes.movie_id,
    coalesce(theme_groups.theme_group, 'Other')

),

ranked as (

  select
    movie_id,
    theme_group,
    themes_in_group,
    sum(themes_in_group) over (partition by movie_id) as themes,
    row_number() over (
      partition by movie_id
      order by
        themes_in_group desc,
        case when theme_group = 'Other' then 1 else 0 end,
        theme_group
    ) as preference
  from grouped

)

-- One row per movie already: the grouping is for SQLite, which then indexes this view where it is joined.
select
  movie_id,
  max(theme_group) as theme_group,
  max(themes_in_group) as themes_in_group,
  max(themes) as themes
from ranked
where preference = 1
group by movie_id
