{# Compared, not computed: rounding and integer division differ between engines, and halves are exact in binary. #}
{% set steps = ['4.5', '4.0', '3.5', '3.0', '2.5', '2.0', '1.5', '1.0', '0.5'] %}

with rated as (

  select
    cast(
      case
        {% for step in steps %}
        when rating >= {{ step }} then {{ step }}
        {% endfor %}
        else 0.0
      end as double
    ) as rating_from,
    minutes
  from {{ ref('stg_movies') }}
  where rating is not null

)

select
  rating_from,
  rating_from + 0.5 as rating_to,
  count(*) as movies,
  cast(count(*) as double) / sum(count(*)) over () as share_of_rated_movies,
  avg(minutes) as average_minutes
from rated
group by rating_from
