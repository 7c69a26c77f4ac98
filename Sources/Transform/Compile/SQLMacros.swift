/// dbt's macros for SQL that differs from one database to the next, for SQLite. Each can be overridden by a macro
/// `sqlite__name` or `default__name` of the project, as in dbt.
enum SQLMacros {
  /// One macro: its parameters with their defaults, and what it renders to.
  private struct SQLMacro {
    let name: String
    let parameters: String
    let body: String

    init(_ name: String, _ parameters: String, _ body: String) {
      (self.name, self.parameters, self.body) = (name, parameters, body)
    }

    /// The macro that looks for a variant, and the default one.
    var text: String {
      let arguments = parameters.split(separator: ", ").map { $0.prefix { $0 != "=" } }
      return """
        {% macro \(name)(\(parameters)) -%}
        {%- do return(adapter.dispatch('\(name)', 'dbt')(\(arguments.joined(separator: ", ")))) -%}
        {%- endmacro %}
        {% macro default__\(name)(\(parameters)) -%}
        \(body)
        {%- endmacro %}
        """
    }
  }

  static var text: String { (types + texts + dates + sets).map(\.text).joined(separator: "\n") }

  // Dates and times are texts in SQLite: a cast to a type of that name would take the year for the number.
  private static let types = [
    SQLMacro("type_string", "", "text"), SQLMacro("type_timestamp", "", "text"),
    SQLMacro("type_float", "", "real"), SQLMacro("type_numeric", "", "numeric"),
    SQLMacro("type_bigint", "", "integer"), SQLMacro("type_int", "", "integer"),
    SQLMacro("type_boolean", "", "integer"),
    SQLMacro("cast", "field, type", "cast({{ field }} as {{ type }})"),
    SQLMacro("safe_cast", "field, type", "cast({{ field }} as {{ type }})"),
    SQLMacro(
      "cast_bool_to_text", "field",
      "case when {{ field }} then 'true' when not ({{ field }}) then 'false' end"),
  ]

  private static let texts = [
    SQLMacro("concat", "fields", "{{ fields | join(' || ') }}"),
    SQLMacro("length", "expression", "length({{ expression }})"),
    SQLMacro("position", "substring_text, string_text", "instr({{ string_text }}, {{ substring_text }})"),
    SQLMacro(
      "replace", "field, old_chars, new_chars", "replace({{ field }}, {{ old_chars }}, {{ new_chars }})"),
    SQLMacro(
      "right", "string_text, length_expression",
      """
      case when {{ length_expression }} = 0 then '' \
      else substr({{ string_text }}, -({{ length_expression }})) end
      """),
    SQLMacro(
      "split_part", "string_text, delimiter_text, part_number",
      """
      coalesce(json_extract('[' || replace(json_quote(cast({{ string_text }} as text)), \
      substr(json_quote({{ delimiter_text }}), 2, length(json_quote({{ delimiter_text }})) - 2), '","') || ']', \
      '$[' || case when ({{ part_number }}) > 0 then ({{ part_number }}) - 1 \
      else '#' || ({{ part_number }}) end || ']'), '')
      """),
    SQLMacro("string_literal", "value", "'{{ value }}'"),
    SQLMacro("escape_single_quotes", "expression", "{{ expression | replace(\"'\", \"''\") }}"),
    SQLMacro("hash", "field", "md5(cast({{ field }} as text))"),
  ]

  /// A date whose month is shorter than the day asks for is its last day, as in other databases.
  private static let monthsLater = """
    min(datetime({{ from_date_or_timestamp }}, ({{ months }}) || ' months'), \
    date({{ from_date_or_timestamp }}, 'start of month', (({{ months }}) + 1) || ' months', '-1 day') || ' ' \
    || time({{ from_date_or_timestamp }}))
    """

  private static let dates = [
    SQLMacro(
      "dateadd", "datepart, interval, from_date_or_timestamp",
      """
      {%- set part = datepart | lower -%}
      {%- set sizes = {'month': 1, 'quarter': 3, 'year': 12} -%}
      {%- set units = {'second': 1, 'minute': 60, 'hour': 3600, 'day': 86400, 'week': 604800} -%}
      {%- if part in sizes -%}
      {%- set months = '(' ~ interval ~ ') * ' ~ sizes[part] -%}
      \(monthsLater)
      {%- elif part in units -%}
      datetime({{ from_date_or_timestamp }}, (({{ interval }}) * {{ units[part] }}) || ' seconds')
      {%- else -%}
      {{ exceptions.raise_compiler_error("dateadd has no datepart '" ~ datepart ~ "' in SQLite") }}
      {%- endif -%}
      """),
    SQLMacro(
      "datediff", "first_date, second_date, datepart",
      """
      {%- set part = datepart | lower -%}
      {%- set seconds = {'second': 1, 'minute': 60, 'hour': 3600} -%}
      {%- macro months(value) -%}
      (cast(strftime('%Y', {{ value }}) as integer) * 12 + cast(strftime('%m', {{ value }}) as integer) - 1)
      {%- endmacro -%}
      {%- macro monday(value) -%}
      cast(julianday(date({{ value }}, '-6 days', 'weekday 1')) as integer)
      {%- endmacro -%}
      {%- if part == 'year' -%}
      (cast(strftime('%Y', {{ second_date }}) as integer) - cast(strftime('%Y', {{ first_date }}) as integer))
      {%- elif part == 'quarter' -%}
      ({{ months(second_date) }} / 3 - {{ months(first_date) }} / 3)
      {%- elif part == 'month' -%}
      ({{ months(second_date) }} - {{ months(first_date) }})
      {%- elif part == 'week' -%}
      (({{ monday(second_date) }} - {{ monday(first_date) }}) / 7)
      {%- elif part == 'day' -%}
      cast(julianday(date({{ second_date }})) - julianday(date({{ first_date }})) as integer)
      {%- elif part in seconds -%}
      (cast(strftime('%s', {{ second_date }}) as integer) / {{ seconds[part] }} \
      - cast(strftime('%s', {{ first_date }}) as integer) / {{ seconds[part] }})
      {%- else -%}
      {{ exceptions.raise_compiler_error("datediff has no datepart '" ~ datepart ~ "' in SQLite") }}
      {%- endif -%}
      """),
    SQLMacro(
      "date_trunc", "datepart, date",
      """
      {%- set part = datepart | lower -%}
      {%- if part == 'year' -%} date({{ date }}, 'start of year')
      {%- elif part == 'quarter' -%}
      date({{ date }}, 'start of month', '-' || ((cast(strftime('%m', {{ date }}) as integer) - 1) % 3) || ' months')
      {%- elif part == 'month' -%} date({{ date }}, 'start of month')
      {%- elif part == 'week' -%} date({{ date }}, '-6 days', 'weekday 1')
      {%- elif part == 'day' -%} date({{ date }})
      {%- elif part == 'hour' -%} strftime('%Y-%m-%d %H:00:00', {{ date }})
      {%- elif part == 'minute' -%} strftime('%Y-%m-%d %H:%M:00', {{ date }})
      {%- elif part == 'second' -%} strftime('%Y-%m-%d %H:%M:%S', {{ date }})
      {%- else -%}
      {{ exceptions.raise_compiler_error("date_trunc has no datepart '" ~ datepart ~ "' in SQLite") }}
      {%- endif -%}
      """),
    SQLMacro(
      "last_day", "date, datepart",
      """
      {%- set months = {'month': 1, 'quarter': 3, 'year': 12}.get(datepart | lower) -%}
      {%- if not months -%}
      {{ exceptions.raise_compiler_error("last_day has no datepart '" ~ datepart ~ "' in SQLite") }}
      {%- endif -%}
      date({{ dbt.date_trunc(datepart, date) }}, '+{{ months }} months', '-1 day')
      """),
    SQLMacro("date", "year, month, day", "printf('%04d-%02d-%02d', {{ year }}, {{ month }}, {{ day }})"),
    SQLMacro("current_timestamp", "", "datetime('now')"),
    SQLMacro("current_timestamp_backcompat", "", "datetime('now')"),
    SQLMacro("current_timestamp_in_utc_backcompat", "", "datetime('now')"),
    SQLMacro("snapshot_get_time", "", "datetime('now')"),
    SQLMacro(
      "date_spine", "datepart, start_date, end_date",
      """
      with recursive date_spine(date_{{ datepart }}) as (
        select datetime({{ start_date }}) where datetime({{ start_date }}) < datetime({{ end_date }})
        union all
        select {{ dbt.dateadd(datepart, 1, 'date_' ~ datepart) }} from date_spine
        where {{ dbt.dateadd(datepart, 1, 'date_' ~ datepart) }} < datetime({{ end_date }})
      )
      select date_{{ datepart }} from date_spine
      """),
  ]

  private static let sets = [
    SQLMacro("any_value", "expression", "max({{ expression }})"),
    SQLMacro("bool_or", "expression", "max({{ expression }})"),
    SQLMacro("except", "", "except"), SQLMacro("intersect", "", "intersect"),
    SQLMacro("equals", "expr1, expr2", "{{ expr1 }} is {{ expr2 }}"),
    SQLMacro(
      "listagg", "measure, delimiter_text=\"','\", order_by_clause=none, limit_num=none",
      """
      {%- if order_by_clause or limit_num -%}
      {{ exceptions.raise_compiler_error("listagg cannot order or limit its values in SQLite: order them in a subquery") }}
      {%- endif -%}
      group_concat({{ measure }}, {{ delimiter_text }})
      """),
    SQLMacro("array_construct", "inputs=[], data_type='integer'", "json_array({{ inputs | join(', ') }})"),
    SQLMacro("array_append", "array, new_element", "json_insert({{ array }}, '$[#]', {{ new_element }})"),
    SQLMacro(
      "array_concat", "array_1, array_2",
      """
      (select json_group_array(value) from (select value from json_each({{ array_1 }}) \
      union all select value from json_each({{ array_2 }})))
      """),
    SQLMacro(
      "generate_series", "upper_bound",
      """
      with recursive series(generated_number) as (
        select 1 union all select generated_number + 1 from series where generated_number < {{ upper_bound }}
      )
      select generated_number from series
      """),
  ]
}
