{#
  The average of ratings, summed as whole hundredths of a star: exact, because ratings have at most two decimals, and
  thus the same in every engine and for every order of the rows, which a sum of reals is not.
#}
{% macro average_rating(rating) -%}
  cast(sum(cast(round({{ rating }} * 100) as integer)) as double) / nullif(count({{ rating }}), 0) / 100
{%- endmacro %}


{# What the marts say about a set of movies. The query reads one row per movie, with the columns of stg_movies. #}
{% macro movie_statistics() -%}
  count(*) as movies,
  min(release_year) as first_year,
  max(release_year) as last_year,
  count(minutes) as movies_with_length,
  avg(minutes) as average_minutes,
  count(rating) as rated_movies,
  {{ average_rating('rating') }} as average_rating
{%- endmacro %}
