{#
  A text without the white space around it; NULL when nothing remains.
  The characters are named because the engines disagree: trim() with one argument removes only spaces in SQLite,
  and every Unicode space in DuckDB. The words None, NA and null are texts like any other.
#}
{% macro clean_text(expression) -%}
  nullif(trim({{ expression }}, '{{ " \t\r\n\u00a0" }}'), '')
{%- endmacro %}


{# The same, with the no-break spaces inside the text made plain: U+00A0 stands in `Greek (modern)`, for one. #}
{% macro clean_label(expression) -%}
  {{ clean_text("replace(" ~ expression ~ ", '\u00a0', ' ')") }}
{%- endmacro %}
