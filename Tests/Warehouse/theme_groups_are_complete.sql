-- The seed maps 109 themes to 18 groups.
with counted as (

  select
    count(*) as themes,
    count(distinct theme_group) as theme_groups
  from {{ ref('theme_groups') }}

)

select themes, theme_groups
from counted
where themes <> 109 or theme_groups <> 18
