import Jinja

/// The macros that every project has: the generic tests, what projects override, and dbt's macros for SQL that differs
/// from one database to the next, as SQLite has it.
enum BuiltinMacros {
  /// The package whose name stands before them: `dbt.dateadd(…)`.
  static let packageName = "dbt"

  /// The tags that dbt adds to the template language.
  static let syntax = Syntax(blockTags: [
    BlockTag("test", header: .signature), BlockTag("data_test", header: .signature),
    BlockTag("materialization", header: .options), BlockTag("snapshot", header: .options),
    BlockTag("docs", header: .options, body: .raw),
  ])

  /// All definitions, each with the name of the text that it stands in.
  static func definitions() throws -> [(definition: Definition, path: String)] {
    let texts = [
      ("macros/generic_tests.sql", genericTests), ("macros/names.sql", names),
      ("macros/sql.sql", SQLMacros.text),
    ]
    return try texts.flatMap { path, text in
      try Template(text, name: "dbt/\(path)", syntax: syntax).definitions.map { ($0, path) }
    }
  }

  private static let genericTests = """
    {% test unique(model, column_name) %}
    select {{ column_name }} as unique_field, count(*) as n_records
    from {{ model }}
    where {{ column_name }} is not null
    group by {{ column_name }}
    having count(*) > 1
    {% endtest %}

    {# All columns, so that a failing row can be told from others. #}
    {% test not_null(model, column_name) %}
    select *
    from {{ model }}
    where {{ column_name }} is null
    {% endtest %}

    {% test accepted_values(model, column_name, values, quote=true) %}
    select {{ column_name }} as value_field, count(*) as n_records
    from {{ model }}
    where {{ column_name }} is not null
      and {{ column_name }} not in (
        {% for value in values -%}
        {% if quote %}'{{ value | string | replace("'", "''") }}'{% else %}{{ value }}{% endif %}
        {%- if not loop.last %}, {% endif %}
        {%- endfor %}
      )
    group by {{ column_name }}
    {% endtest %}

    {# `not in` rather than a join: SQLite then looks values up in a tree of its own, whatever it guesses of sizes. #}
    {% test relationships(model, column_name, to, field) %}
    select {{ column_name }} as from_field
    from {{ model }}
    where {{ column_name }} is not null
      and {{ column_name }} not in (select {{ field }} from {{ to }} where {{ field }} is not null)
    {% endtest %}
    """

  private static let names = """
    {% macro generate_schema_name(custom_schema_name, node) -%}
    {{ target.schema if custom_schema_name is none else custom_schema_name | trim }}
    {%- endmacro %}

    {% macro generate_alias_name(custom_alias_name=none, node=none) -%}
    {{ node.name if custom_alias_name is none else custom_alias_name | trim }}
    {%- endmacro %}

    {% macro generate_database_name(custom_database_name=none, node=none) -%}
    {{ target.database if custom_database_name is none else custom_database_name | trim }}
    {%- endmacro %}

    {% macro load_relation(relation) -%}
    {%- do return(adapter.load_relation(relation)) -%}
    {%- endmacro %}

    {% macro get_where_subquery(relation) -%}
    {%- set where = config.get('where') -%}
    {%- do return("(select * from " ~ relation ~ " where " ~ where ~ ") dbt_subquery" if where else relation) -%}
    {%- endmacro %}

    {% macro should_full_refresh() -%}
    {%- set asked = config.get('full_refresh') -%}
    {%- do return(flags.FULL_REFRESH if asked is none else asked) -%}
    {%- endmacro %}

    {% macro should_store_failures() -%}
    {%- set asked = config.get('store_failures') -%}
    {%- do return(flags.STORE_FAILURES if asked is none else asked) -%}
    {%- endmacro %}

    {% macro convert_datetime(date_str, date_fmt) -%}
    {%- do return(modules.datetime.datetime.strptime(date_str.strip(), date_fmt)) -%}
    {%- endmacro %}

    {% macro dates_in_range(start_date_str, end_date_str=none, in_fmt="%Y%m%d", out_fmt="%Y%m%d") -%}
    {%- set first = convert_datetime(start_date_str, in_fmt) -%}
    {%- set last = first if end_date_str is none else convert_datetime(end_date_str, in_fmt) -%}
    {%- if last < first -%}
    {%- do exceptions.raise_compiler_error("the last date, " ~ last ~ ", lies before the first, " ~ first) -%}
    {%- endif -%}
    {%- set dates = [] -%}
    {%- for day in range((last - first).days + 1) -%}
    {%- set date = first + modules.datetime.timedelta(days=day) -%}
    {%- do dates.append(date.strftime(out_fmt) if out_fmt else date) -%}
    {%- endfor -%}
    {%- do return(dates) -%}
    {%- endmacro %}

    {% macro py_current_timestring() -%}
    {%- do return(modules.datetime.datetime.now().strftime("%Y%m%d%H%M%S%f")) -%}
    {%- endmacro %}
    """
}

extension Definition {
  /// The name under which dbt registers a block: a test `unique` is the macro `test_unique`.
  var macroName: String? {
    switch tag {
    case "macro": name
    case "test", "data_test": "test_\(name)"
    default: nil
    }
  }
}
