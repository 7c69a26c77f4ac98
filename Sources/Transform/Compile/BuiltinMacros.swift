import Jinja

/// The macros that every project has: the four generic tests, and what projects override.
enum BuiltinMacros {
  static let packageName = "reelhouse"

  /// The tags that dbt adds to the template language.
  static let syntax = Syntax(blockTags: [
    BlockTag("test", header: .signature), BlockTag("data_test", header: .signature),
    BlockTag("materialization", header: .options), BlockTag("snapshot", header: .options),
    BlockTag("docs", header: .options, body: .raw),
  ])

  static let text = """
    {% test unique(model, column_name) %}
    select {{ column_name }} as unique_field, count(*) as n_records
    from {{ model }}
    where {{ column_name }} is not null
    group by {{ column_name }}
    having count(*) > 1
    {% endtest %}

    {% test not_null(model, column_name) %}
    select {{ column_name }}
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

    {% macro generate_schema_name(custom_schema_name, node) -%}
    {{ target.schema if custom_schema_name is none else custom_schema_name | trim }}
    {%- endmacro %}

    {% macro generate_alias_name(custom_alias_name=none, node=none) -%}
    {{ node.name if custom_alias_name is none else custom_alias_name | trim }}
    {%- endmacro %}
    """

  static func definitions() throws -> [Definition] {
    try Template(text, name: "reelhouse/macros.sql", syntax: syntax).definitions
  }
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
