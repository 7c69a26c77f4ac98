/// dbt's macros for SQL that differs from one database to the next, as Snowflake has them, where SQLite's would not do. They
/// stand before the default ones when the target is Snowflake; a project's `snowflake__name` stands before them.
enum SnowflakeMacros {
  private static func macro(_ name: String, _ parameters: String, _ body: String) -> String {
    "{% macro snowflake__\(name)(\(parameters)) -%}\n\(body)\n{%- endmacro %}"
  }

  static var text: String { (types + texts + dates + sets).joined(separator: "\n") }

  private static let types = [
    macro("type_string", "", "varchar"), macro("type_timestamp", "", "timestamp_ntz"),
    macro("type_float", "", "float"), macro("type_numeric", "", "number(28,6)"),
    macro("type_bigint", "", "bigint"), macro("type_int", "", "integer"),
    macro("type_boolean", "", "boolean"),
    macro("safe_cast", "field, type", "try_cast({{ field }} as {{ type }})"),
  ]

  private static let texts = [
    macro("position", "substring_text, string_text", "position({{ substring_text }} in {{ string_text }})"),
    macro("right", "string_text, length_expression", "right({{ string_text }}, {{ length_expression }})"),
    macro(
      "split_part", "string_text, delimiter_text, part_number",
      "split_part({{ string_text }}, {{ delimiter_text }}, {{ part_number }})"),
    macro("hash", "field", "md5(cast({{ field }} as varchar))"),
  ]

  private static let dates = [
    macro(
      "dateadd", "datepart, interval, from_date_or_timestamp",
      "dateadd({{ datepart }}, {{ interval }}, {{ from_date_or_timestamp }})"),
    macro(
      "datediff", "first_date, second_date, datepart",
      "datediff({{ datepart }}, {{ first_date }}, {{ second_date }})"),
    macro("date_trunc", "datepart, date", "date_trunc('{{ datepart }}', {{ date }})"),
    macro("last_day", "date, datepart", "last_day({{ date }}, '{{ datepart }}')"),
    macro("date", "year, month, day", "date_from_parts({{ year }}, {{ month }}, {{ day }})"),
  ]

  private static let sets = [
    macro("any_value", "expression", "max({{ expression }})"),
    macro("bool_or", "expression", "boolor_agg({{ expression }})"),
    macro("equals", "expr1, expr2", "{{ expr1 }} is not distinct from {{ expr2 }}"),
    macro(
      "listagg", "measure, delimiter_text=\"','\", order_by_clause=none, limit_num=none",
      """
      {%- if limit_num -%}
      {{ exceptions.raise_compiler_error("listagg cannot limit its values here: limit them in a subquery") }}
      {%- endif -%}
      listagg({{ measure }}, {{ delimiter_text }}){% if order_by_clause %} within group ({{ order_by_clause }}){% endif %}
      """),
  ]
}
