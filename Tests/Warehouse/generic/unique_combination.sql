{# Passes when no two rows agree in all of the columns. NULLs count as equal. #}
{% test unique_combination(model, combination_of_columns) %}

select
  {{ combination_of_columns | join(', ') }},
  count(*) as copies
from {{ model }}
group by {{ combination_of_columns | join(', ') }}
having count(*) > 1

{% endtest %}
