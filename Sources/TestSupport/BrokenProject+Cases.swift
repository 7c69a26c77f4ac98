extension BrokenProject {
  /// Faults that users make, each refused before anything runs.
  package static let cases: [BrokenProject] = [
    BrokenProject(
      "a ref to nothing",
      ["models/a.sql": "select 1 as x", "models/b.sql": "select *\nfrom {{ ref('aa') }}"],
      .unknownRef, at: "models/b.sql:2", says: "did you mean 'a'"),
    BrokenProject(
      "a source that is not declared", ["models/a.sql": "select * from {{ source('s', 't') }}"],
      .unknownSource,
      at: "models/a.sql:1", says: "s.t"),
    BrokenProject(
      "a circle of two",
      ["models/a.sql": "select * from {{ ref('b') }}", "models/b.sql": "select * from {{ ref('a') }}"],
      .dependencyCycle, at: "models/a.sql", says: "a → b → a"),
    BrokenProject(
      "a model that reads itself", ["models/a.sql": "select * from {{ ref('a') }}"], .dependencyCycle,
      at: "models/a.sql", says: "a → a"),
    BrokenProject(
      "two models of one name", ["models/x/a.sql": "select 1 as x", "models/y/a.sql": "select 1 as x"],
      .duplicateResource, at: "models/y/a.sql", says: "exists twice"),
    BrokenProject(
      "two models that make one table",
      [
        "models/a.sql": "{{ config(alias='t') }} select 1 as x",
        "models/b.sql": "{{ config(alias='t') }} select 1 as x",
      ],
      .duplicateResource, at: "models/b.sql", says: "staged.t"),
    BrokenProject(
      "YAML that does not parse", ["models/m.yml": "models:\n  - name: a\n   description: b"], .yamlSyntax,
      at: "models/m.yml:3", says: ""),
    BrokenProject(
      "a YAML key that stands twice", ["models/m.yml": "version: 2\nmodels: []\nmodels: []"], .yamlSyntax,
      at: "models/m.yml", says: "models"),
    BrokenProject(
      "a key that no model has",
      ["models/a.sql": "select 1 as x", "models/m.yml": "models:\n  - name: a\n    descripton: b"],
      .unknownKey,
      at: "models/m.yml:3", says: "did you mean 'description'"),
    BrokenProject(
      "a key that no column has",
      [
        "models/a.sql": "select 1 as x",
        "models/m.yml": "models:\n  - name: a\n    columns:\n      - name: x\n        datatype: integer",
      ], .unknownKey, at: "models/m.yml:5", says: "did you mean 'data_type'"),
    BrokenProject(
      "a key that no properties file has", ["models/m.yml": "model:\n  - name: a"], .unknownKey,
      at: "models/m.yml:1",
      says: "did you mean 'models'"),
    BrokenProject(
      "a model without a name", ["models/m.yml": "models:\n  - description: b"], .missingKey,
      at: "models/m.yml:2",
      says: "name"),
    BrokenProject(
      "a list where a text belongs",
      ["models/a.sql": "select 1 as x", "models/m.yml": "models:\n  - name: a\n    description: [b]"],
      .invalidValue,
      at: "models/m.yml:3", says: "must be a text, not a list"),
    BrokenProject(
      "a type that does not exist",
      [
        "models/a.sql": "select 1 as x",
        "models/m.yml": "models:\n  - name: a\n    columns:\n      - name: x\n        data_type: intger",
      ], .invalidValue, at: "models/m.yml:4", says: "did you mean 'integer'"),
    BrokenProject(
      "a declared column that the model does not have",
      [
        "models/a.sql": "select 1 as movie_id",
        "models/m.yml": "models:\n  - name: a\n    columns:\n      - name: movie_di",
      ], .undeclaredColumn, at: "models/m.yml:4", says: "did you mean 'movie_id'", isWarning: true),
    BrokenProject(
      "a declared column that the seed does not have",
      ["seeds/s.csv": "a,b\n1,2\n", "seeds/s.yml": "seeds:\n  - name: s\n    columns:\n      - name: c"],
      .undeclaredColumn, at: "seeds/s.yml:4", says: "did you mean", isWarning: true),
    BrokenProject(
      "a test that does not exist",
      [
        "models/a.sql": "select 1 as x",
        "models/m.yml": "models:\n  - name: a\n    columns:\n      - name: x\n        data_tests: [uniqe]",
      ], .unknownTest, at: "models/m.yml:5", says: "did you mean 'unique'"),
    BrokenProject(
      "a test of a column that is not there",
      [
        "models/a.sql": "select 1 as x",
        "models/m.yml": "models:\n  - name: a\n    data_tests:\n      - unique:\n          column_name: y",
      ], .sqlError, at: "models/m.yml:4", says: "no such column: y"),
    BrokenProject(
      "an argument that the test does not take",
      [
        "models/a.sql": "select 1 as x",
        "models/m.yml":
          "models:\n  - name: a\n    columns:\n      - name: x\n        data_tests:\n          - not_null:\n              arguments: {colour: red}",
      ], .templateRuntime, at: "models/m.yml:6", says: "colour"),
    BrokenProject(
      "a severity that does not exist",
      [
        "models/a.sql": "select 1 as x",
        "models/m.yml":
          "models:\n  - name: a\n    columns:\n      - name: x\n        data_tests:\n          - not_null:\n              config: {severity: loud}",
      ], .invalidValue, at: "models/m.yml:6", says: "loud"),
    BrokenProject(
      "a block that is not closed", ["models/a.sql": "select 1 as x\n{% if true %}"], .templateSyntax,
      at: "models/a.sql:2", says: ""),
    BrokenProject(
      "a call of what does not exist", ["models/a.sql": "select\n  {{ reff('b') }}"], .templateUndefined,
      at: "models/a.sql:2", says: "did you mean 'ref'"),
    BrokenProject(
      "a variable without a value", ["models/a.sql": "select {{ var('year') }} as x"], .templateUndefined,
      at: "models/a.sql:1", says: "year"),
    BrokenProject(
      "an environment variable that is not set", ["models/a.sql": "select {{ env_var('NOPE') }} as x"],
      .templateRuntime, at: "models/a.sql:1", says: "NOPE"),
    BrokenProject(
      "an error that a macro raises",
      [
        "macros/m.sql": "{% macro no() %}{{ exceptions.raise_compiler_error('never') }}{% endmacro %}",
        "models/a.sql": "select {{ no() }}",
      ],
      .templateRaised, at: "macros/m.sql:1", says: "never"),
    BrokenProject(
      "two macros of one name",
      ["macros/m.sql": "{% macro a() %}{% endmacro %}\n{% macro a() %}{% endmacro %}"], .duplicateResource,
      at: "macros/m.sql:2", says: "'a'"),
    BrokenProject(
      "SQL that does not parse", ["models/a.sql": "select 1 as x\nform y z"], .sqlError, at: "models/a.sql:2",
      says: "syntax error"),
    BrokenProject(
      "a column that the parent does not have",
      ["models/a.sql": "select 1 as minutes", "models/b.sql": "select\n  minuts\nfrom {{ ref('a') }}"],
      .sqlError,
      at: "models/b.sql:2", says: "did you mean 'minutes'"),
    BrokenProject(
      "a function that SQLite does not have", ["models/a.sql": "select\n  median(1) as x"], .sqlError,
      at: "models/a.sql:2", says: "median"),
    BrokenProject(
      "a statement that is no query", ["models/a.sql": "delete from sqlite_schema"], .sqlError,
      at: "models/a.sql",
      says: ""),
    BrokenProject(
      "two statements", ["models/a.sql": "select 1 as x;\nselect 2 as x"], .sqlNotOneStatement,
      at: "models/a.sql",
      says: "more than one"),
    BrokenProject(
      "a schema that is no layer", ["models/a.sql": "{{ config(schema='gold') }} select 1 as x"],
      .invalidValue,
      at: "models/a.sql", says: "raw, staged and main"),
    BrokenProject(
      "a materialization that does not exist",
      ["models/a.sql": "{{ config(materialized='incrementel') }} select 1 as x"],
      .materializationUnknown, at: "models/a.sql", says: "did you mean 'incremental'"),
    BrokenProject(
      "an incremental strategy that does not exist",
      ["models/a.sql": "{{ config(materialized='incremental', incremental_strategy='merg') }} select 1 as x"],
      .invalidValue, at: "models/a.sql", says: "did you mean 'merge'"),
    BrokenProject(
      "a policy for changed columns that does not exist",
      ["models/a.sql": "{{ config(materialized='incremental', on_schema_change='fial') }} select 1 as x"],
      .invalidValue, at: "models/a.sql", says: "did you mean 'fail'"),
    BrokenProject(
      "columns to merge that are both said and excluded",
      [
        "models/a.sql":
          "{{ config(materialized='incremental', merge_update_columns=['x'], merge_exclude_columns=['x']) }} select 1 as x"
      ], .invalidValue, at: "models/a.sql", says: "say one"),
    BrokenProject(
      "a column that only the incremental part asks for",
      [
        "models/a.sql":
          "{{ config(materialized='incremental') }} select 1 as x\n{% if is_incremental() %} where yy > 1 {% endif %}"
      ], .sqlError, at: "models/a.sql:2", says: "no such column: yy"),
    BrokenProject(
      "an index of a column that is not there",
      ["models/a.sql": "{{ config(indexes=[{'columns': ['colum']}]) }} select 1 as column1"],
      .undeclaredColumn, at: "models/a.sql", says: "column1"),
    BrokenProject(
      "indexes that are no list", ["models/a.sql": "{{ config(indexes='x') }} select 1 as x"], .invalidValue,
      at: "models/a.sql", says: "columns: [a, b]"),
    BrokenProject(
      "a constraint that does not exist",
      [
        "models/a.sql": "select 1 as x",
        "models/m.yml":
          "models:\n  - name: a\n    columns:\n      - name: x\n        constraints: [{type: not_nul}]",
      ], .invalidValue, at: "models/m.yml:5", says: "did you mean 'not_null'"),
    BrokenProject(
      "a contract without a type",
      [
        "models/a.sql": "select 1 as x",
        "models/m.yml":
          "models:\n  - name: a\n    config: {contract: {enforced: true}}\n    columns:\n      - name: x",
      ], .contractBroken, at: "models/m.yml:5", says: "data_type"),
    BrokenProject(
      "a contract that the columns break",
      [
        "models/a.sql": "select 1 as x, 2 as y",
        "models/m.yml":
          "models:\n  - name: a\n    config: {contract: {enforced: true}}\n    columns:\n      - {name: x, data_type: integer}",
      ], .contractBroken, at: "models/a.sql", says: "missing in contract"),
    BrokenProject(
      "a contract that a type breaks",
      [
        "models/a.sql": "select '1' as x",
        "models/b.sql": "select x from {{ ref('a') }}",
        "models/m.yml": """
        models:
          - name: a
            columns: [{name: x, data_type: text}]
          - name: b
            config: {contract: {enforced: true}}
            columns: [{name: x, data_type: integer}]
        """,
      ], .contractBroken, at: "models/b.sql", says: "data type mismatch"),
    BrokenProject(
      "an incremental contract that may lose columns",
      [
        "models/a.sql": "{{ config(materialized='incremental') }} select 1 as x",
        "models/m.yml":
          "models:\n  - name: a\n    config: {contract: {enforced: true}}\n    columns: [{name: x, data_type: integer}]",
      ], .invalidValue, at: "models/a.sql", says: "append_new_columns"),
    BrokenProject(
      "a reference that the parse cannot see",
      [
        "models/a.sql": "select 1 as x",
        "models/b.sql": "{% if execute %}\nselect * from {{ ref('a') }}\n{% endif %}",
      ], .undeclaredRead, at: "models/b.sql:2", says: "-- depends_on: {{ ref('a') }}"),
    BrokenProject(
      "a fault in a model that reads an ephemeral one",
      [
        "models/e.sql": "{{ config(materialized='ephemeral') }}\nselect 1 as x\n\n",
        "models/b.sql": "select x\n  , yy\nfrom {{ ref('e') }}",
      ], .sqlError, at: "models/b.sql:2", says: "no such column: yy"),
    BrokenProject(
      "a fault in an ephemeral model",
      [
        "models/e.sql": "{{ config(materialized='ephemeral') }}\nselect nope",
        "models/b.sql": "select * from {{ ref('e') }}",
      ], .sqlError, at: "models/e.sql:2", says: "no such column: nope"),
    BrokenProject(
      "a name that the store keeps for itself", ["models/_relations.sql": "select 1 as x"], .invalidValue,
      at: "models/_relations.sql", says: "reserved"),
    BrokenProject(
      "names that differ in case only",
      ["models/a.sql": "select 1 as x", "models/b.sql": "{{ config(alias='A') }} select 1 as x"],
      .duplicateResource, at: "models/b.sql", says: "both make"),
    BrokenProject(
      "a version of a model",
      ["models/a.sql": "select 1 as x", "models/b.sql": "select * from {{ ref('a', v=2) }}"],
      .unsupportedFeature, at: "models/b.sql:1", says: "versions"),
    BrokenProject(
      "a name of dbt's that is not there", ["models/a.sql": "select '{{ submit_python_job('x') }}' as x"],
      .unsupportedFeature, at: "models/a.sql:1", says: "submit_python_job"),
    BrokenProject(
      "a unit test of a model that is not there",
      [
        "models/a.sql": "select 1 as x",
        "models/m.yml": "unit_tests:\n  - name: t\n    model: aa\n    given: []\n    expect: {rows: []}",
      ],
      .unknownRef, at: "models/m.yml:2", says: "did you mean 'a'"),
    BrokenProject(
      "a unit test that gives no rows for what the model reads",
      [
        "models/a.sql": "select 1 as x", "models/b.sql": "select * from {{ ref('a') }}",
        "models/m.yml": "unit_tests:\n  - name: t\n    model: b\n    given: []\n    expect: {rows: []}",
      ], .invalidValue, at: "models/m.yml:2", says: "input: ref('a')"),
    BrokenProject(
      "a unit test without expected rows",
      [
        "models/a.sql": "select 1 as x",
        "models/m.yml": "unit_tests:\n  - name: t\n    model: a\n    given: []",
      ],
      .missingKey, at: "models/m.yml:2", says: "expect"),
    BrokenProject(
      "a unit test whose fixture is not there",
      [
        "models/a.sql": "select 1 as x",
        "models/m.yml":
          "unit_tests:\n  - name: t\n    model: a\n    given: []\n    expect: {format: csv, fixture: nope}",
      ], .fileNotFound, at: "models/m.yml:5", says: "tests/fixtures/nope.csv"),
    BrokenProject(
      "rows of a format that does not exist",
      [
        "models/a.sql": "select 1 as x",
        "models/m.yml":
          "unit_tests:\n  - name: t\n    model: a\n    given: []\n    expect: {format: xml, rows: []}",
      ], .invalidValue, at: "models/m.yml:5", says: "dict, csv and sql"),
    BrokenProject(
      "a local package that is not there",
      ["packages.yml": "packages:\n  - local: ../nope", "models/a.sql": "select 1 as x"], .fileNotFound,
      at: "packages.yml:2", says: "nope"),
    BrokenProject(
      "a package that is not installed",
      ["packages.yml": "packages:\n  - package: dbt-labs/dbt_utils\n    version: 1.1.1"], .fileNotFound,
      at: "packages.yml:2", says: "dbt deps"),
    BrokenProject(
      "a docs block that is not there",
      [
        "models/a.sql": "select 1 as x", "models/d.md": "{% docs word %}text{% enddocs %}",
        "models/m.yml": "models:\n  - name: a\n    description: \"{{ doc('wrod') }}\"",
      ], .templateUndefined, at: "models/m.yml:2", says: "did you mean 'word'"),
    BrokenProject(
      "a dispatch that finds nothing",
      [
        "models/a.sql": "select {{ adapter.dispatch('nope')() }} as x"
      ], .templateUndefined, at: "models/a.sql:1", says: "default__nope"),
    BrokenProject(
      "a private model that another group reads",
      [
        "models/a.sql": "select 1 as x", "models/b.sql": "select * from {{ ref('a') }}",
        "models/m.yml": """
        groups: [{name: g, owner: {name: me}}]
        models:
          - name: a
            config: {group: g, access: private}
        """,
      ], .accessDenied, at: "models/b.sql", says: "private to the group 'g'"),
    BrokenProject(
      "a group that nobody declares",
      ["models/a.sql": "{{ config(group='g') }} select 1 as x"], .invalidValue, at: "models/a.sql",
      says: "groups:"),
    BrokenProject(
      "versions of a model",
      [
        "models/a.sql": "select 1 as x",
        "models/m.yml": "models:\n  - name: a\n    versions: [{v: 1}]",
      ], .unsupportedFeature, at: "models/m.yml:3", says: "versions"),
    BrokenProject(
      "a materialization of the project's own",
      ["macros/m.sql": "{% materialization mine, default %}{% endmaterialization %}"], .unsupportedFeature,
      at: "macros/m.sql:1", says: "mine"),
    BrokenProject(
      "a seed whose delimiter is no character",
      ["seeds/s.csv": "a\n1\n", "seeds/s.yml": "seeds:\n  - name: s\n    config: {delimiter: ';;'}"],
      .invalidValue, at: "seeds/s.csv", says: "one character"),
    BrokenProject(
      "a view of which a part is wrong",
      [
        "models/a.sql": "select 1 as x",
        "models/b.sql": "{{ config(materialized='view') }}\nselect y from {{ ref('a') }}",
      ],
      .sqlError, at: "models/b.sql:2", says: "no such column: y"),
    BrokenProject(
      "a disabled parent",
      [
        "models/a.sql": "{{ config(enabled=false) }} select 1 as x",
        "models/b.sql": "select * from {{ ref('a') }}",
      ],
      .disabledReference, at: "models/b.sql:1", says: "disabled"),
    BrokenProject(
      "a model described twice",
      ["models/a.sql": "select 1 as x", "models/m.yml": "models:\n  - name: a\n  - name: a"],
      .duplicateResource,
      at: "models/m.yml:3", says: "twice"),
    BrokenProject(
      "a column described twice",
      [
        "models/a.sql": "select 1 as x",
        "models/m.yml": "models:\n  - name: a\n    columns:\n      - name: x\n      - name: x",
      ], .duplicateResource, at: "models/m.yml:5", says: "twice"),
    BrokenProject(
      "a project without a name", ["dbt_project.yml": "profile: shop"], .missingKey, at: "dbt_project.yml:1",
      says: "name"),
    BrokenProject(
      "a project with an unknown key", ["dbt_project.yml": "name: shop\nmodel-pathes: [models]"], .unknownKey,
      at: "dbt_project.yml:2", says: "did you mean 'model-paths'"),
    BrokenProject(
      "a profile without the target",
      ["profiles.yml": "shop:\n  target: dev\n  outputs:\n    prod: {type: sqlite}"],
      .profileInvalid, at: "profiles.yml:2", says: "no output 'dev'"),
    BrokenProject(
      "a profile of another warehouse",
      ["profiles.yml": "shop:\n  target: dev\n  outputs:\n    dev: {type: postgres}"], .profileInvalid,
      at: "profiles.yml:4", says: "postgres"),
    BrokenProject(
      "a model without SQL", ["models/a.sql": ""], .sqlNotOneStatement, at: "models/a.sql",
      says: "no statement"),
    BrokenProject(
      "a model that is a comment", ["models/a.sql": "-- nothing"], .sqlNotOneStatement, at: "models/a.sql",
      says: "no statement"),
    BrokenProject(
      "two columns of one name", ["models/a.sql": "select 1 as x, 2 as x"], .sqlError, at: "models/a.sql",
      says: "name of its own"),
    BrokenProject(
      "a seed with a column twice", ["seeds/s.csv": "a,a\n1,2\n"], .sqlError, at: "seeds/s.csv",
      says: "name of its own", told: .headerInvalid),
    BrokenProject(
      "a filter that does not exist", ["models/a.sql": "select\n{{ 'a' | uper }}"], .templateRuntime,
      at: "models/a.sql:2", says: "uper"),
    BrokenProject(
      "a test of the template language that does not exist",
      ["models/a.sql": "{% if 1 is evn %}{% endif %} select 1 as x"], .templateRuntime, at: "models/a.sql:1",
      says: "evn"),
    BrokenProject(
      "a macro with too many arguments",
      ["macros/m.sql": "{% macro m(a) %}{{ a }}{% endmacro %}", "models/a.sql": "select {{ m(1, 2) }} as x"],
      .templateRuntime, at: "models/a.sql:1", says: "at most 1"),
    BrokenProject(
      "a macro with an unknown argument",
      [
        "macros/m.sql": "{% macro m(amount) %}{{ amount }}{% endmacro %}",
        "models/a.sql": "select {{ m(amuont=1) }} as x",
      ], .templateRuntime, at: "models/a.sql:1", says: "did you mean 'amount'"),
    BrokenProject(
      "a comment that is not closed", ["models/a.sql": "select 1 as x\n{# open"], .templateSyntax,
      at: "models/a.sql:2", says: ""),
    BrokenProject(
      "a string that is not closed", ["models/a.sql": "select\n{{ 'open }}"], .templateSyntax,
      at: "models/a.sql:2", says: ""),
    BrokenProject(
      "an expression that is not closed", ["models/a.sql": "select {{ 1 + 2"], .templateSyntax,
      at: "models/a.sql:1", says: ""),
    BrokenProject(
      "an end without a beginning", ["models/a.sql": "select 1 as x {% endif %}"], .templateSyntax,
      at: "models/a.sql:1", says: "endif"),
    BrokenProject(
      "a macro that calls itself without end",
      ["macros/m.sql": "{% macro m() %}{{ m() }}{% endmacro %}", "models/a.sql": "select {{ m() }}"],
      .templateLimit, at: "macros/m.sql:1", says: "deeply"),
    BrokenProject(
      "a range that is too long",
      ["models/a.sql": "{% for i in range(1000000000) %}{% endfor %} select 1 as x"], .templateLimit,
      at: "models/a.sql:1", says: "range"),
    BrokenProject(
      "a division by zero in a template", ["models/a.sql": "select {{ 1 // 0 }} as x"], .templateRuntime,
      at: "models/a.sql:1", says: "zero"),
    BrokenProject(
      "a ref of three names", ["models/a.sql": "select * from {{ ref('a', 'b', 'c') }}"], .templateRuntime,
      at: "models/a.sql:1", says: "a model, or a package and a model"),
    BrokenProject(
      "a ref of a number", ["models/a.sql": "select * from {{ ref(1) }}"], .templateRuntime,
      at: "models/a.sql:1", says: "takes names"),
    BrokenProject(
      "a ref of another package", ["models/a.sql": "select * from {{ ref('nope', 'b') }}"], .unknownRef,
      at: "models/a.sql:1", says: "'b'"),
    BrokenProject(
      "a source of one name", ["models/a.sql": "select * from {{ source('s') }}"], .templateRuntime,
      at: "models/a.sql:1", says: "one of its tables"),
    BrokenProject(
      "a setting that is required and not there",
      ["models/a.sql": "select {{ config.require('size') }} as x"], .templateRuntime, at: "models/a.sql:1",
      says: "size"),
    BrokenProject(
      "variables that are no mapping", ["dbt_project.yml": "name: shop\nvars: [a]"], .invalidValue,
      at: "dbt_project.yml:2", says: "must be a mapping"),
    BrokenProject(
      "models that are no mapping", ["dbt_project.yml": "name: shop\nmodels: table"], .invalidValue,
      at: "dbt_project.yml:2", says: "must be a mapping"),
    BrokenProject(
      "paths that are no list", ["dbt_project.yml": "name: shop\nmodel-paths: {a: b}"], .invalidValue,
      at: "dbt_project.yml:2", says: "list"),
    BrokenProject(
      "a project whose name has a hyphen", ["dbt_project.yml": "name: my-shop"], .invalidValue,
      at: "dbt_project.yml:1", says: "underscores"),
    BrokenProject(
      "a setting of enabled that is neither",
      ["models/a.sql": "{{ config(enabled='perhaps') }} select 1 as x"], .invalidValue, at: "models/a.sql",
      says: "true or false"),
    BrokenProject(
      "a limit that is no number",
      [
        "models/a.sql": "select 1 as x",
        "models/m.yml":
          "models:\n  - name: a\n    columns:\n      - name: x\n        data_tests: [{not_null: {config: {limit: few}}}]",
      ], .invalidValue, at: "models/m.yml:5", says: "number of rows"),
    BrokenProject(
      "a condition that is none",
      [
        "models/a.sql": "select 1 as x",
        "models/m.yml":
          "models:\n  - name: a\n    columns:\n      - name: x\n        data_tests: [{not_null: {config: {warn_if: many}}}]",
      ], .testQueryShape, at: "models/m.yml:5", says: "warn_if `many`"),
    BrokenProject(
      "a fail_calc of no column",
      [
        "models/a.sql": "select 1 as x",
        "models/m.yml":
          "models:\n  - name: a\n    columns:\n      - name: x\n        data_tests: [{not_null: {config: {fail_calc: sum(nope)}}}]",
      ], .testQueryShape, at: "models/m.yml:5", says: "no such column: nope"),
    BrokenProject(
      "a where of no column",
      [
        "models/a.sql": "select 1 as x",
        "models/m.yml":
          "models:\n  - name: a\n    columns:\n      - name: x\n        data_tests: [{not_null: {config: {where: nope = 1}}}]",
      ], .sqlError, at: "models/m.yml:5", says: "no such column: nope"),
    BrokenProject(
      "accepted values that are not given",
      [
        "models/a.sql": "select 1 as x",
        "models/m.yml":
          "models:\n  - name: a\n    columns:\n      - name: x\n        data_tests: [accepted_values]",
      ], .templateRuntime, at: "models/m.yml:5", says: "values"),
    BrokenProject(
      "a relationship to no model",
      [
        "models/a.sql": "select 1 as x",
        "models/m.yml":
          "models:\n  - name: a\n    columns:\n      - name: x\n        data_tests: [{relationships: {arguments: {to: ref('aa'), field: x}}}]",
      ], .unknownRef, at: "models/m.yml:5", says: "did you mean 'a'"),
    BrokenProject(
      "tests that are no list",
      ["models/a.sql": "select 1 as x", "models/m.yml": "models:\n  - name: a\n    data_tests: unique"],
      .invalidValue, at: "models/m.yml:3", says: "must be a list"),
    BrokenProject(
      "a test of two names",
      [
        "models/a.sql": "select 1 as x",
        "models/m.yml": "models:\n  - name: a\n    data_tests: [{unique: {}, not_null: {}}]",
      ], .invalidValue, at: "models/m.yml:3", says: "one name"),
    BrokenProject(
      "a source table that is declared twice",
      [
        "models/s.yml":
          "sources:\n  - name: s\n    schema: raw\n    tables:\n      - name: t\n      - name: t"
      ], .duplicateResource, at: "models/s.yml:6", says: "exists twice"),
    BrokenProject(
      "a source in no layer", ["models/s.yml": "sources:\n  - name: s\n    tables:\n      - name: t"],
      .invalidValue, at: "models/s.yml:4", says: "raw, staged and main"),
    BrokenProject(
      "a type of a seed's column that does not exist",
      [
        "seeds/s.csv": "a\n1\n",
        "seeds/s.yml": "seeds:\n  - name: s\n    config: {column_types: {a: intger}}",
      ], .invalidValue, at: "seeds/s.csv", says: "did you mean 'integer'"),
    BrokenProject(
      "a type of a column that the seed does not have",
      [
        "seeds/s.csv": "amount\n1\n",
        "seeds/s.yml": "seeds:\n  - name: s\n    config: {column_types: {amuont: integer}}",
      ], .undeclaredColumn, at: "seeds/s.csv", says: "did you mean 'amount'"),
    BrokenProject(
      "a unique_key that is no column",
      ["models/a.sql": "{{ config(materialized='incremental', unique_key='ident') }} select 1 as id"],
      .undeclaredColumn, at: "models/a.sql", says: "the columns are id"),
    BrokenProject(
      "a column to merge that is not there",
      [
        "models/a.sql":
          "{{ config(materialized='incremental', unique_key='id', incremental_strategy='merge', merge_update_columns=['nam']) }} select 1 as id, 2 as name"
      ], .undeclaredColumn, at: "models/a.sql", says: "did you mean 'name'"),
    BrokenProject(
      "a unit test that expects a column too many",
      [
        "models/a.sql": "select 1 as amount",
        "models/m.yml":
          "unit_tests:\n  - name: t\n    model: a\n    given: []\n    expect: {rows: [{amuont: 1}]}",
      ], .undeclaredColumn, at: "models/m.yml:2", says: "did you mean 'amount'"),
    BrokenProject(
      "a unit test that gives a column too many",
      [
        "models/a.sql": "select 1 as amount", "models/b.sql": "select amount from {{ ref('a') }}",
        "models/m.yml":
          "unit_tests:\n  - name: t\n    model: b\n    given: [{input: ref('a'), rows: [{amuont: 1}]}]\n    expect: {rows: [{amount: 1}]}",
      ], .undeclaredColumn, at: "models/m.yml:2", says: "did you mean 'amount'"),
    BrokenProject(
      "a unit test of rows that are no list",
      [
        "models/a.sql": "select 1 as x",
        "models/m.yml": "unit_tests:\n  - name: t\n    model: a\n    given: []\n    expect: {rows: x}",
      ], .invalidValue, at: "models/m.yml:5", says: "must be a list"),
    BrokenProject(
      "a CSV row of a unit test with a field too many",
      [
        "models/a.sql": "select 1 as x",
        "models/m.yml":
          "unit_tests:\n  - name: t\n    model: a\n    given: []\n    expect: {format: csv, rows: \"x\\n1,2\"}",
      ], .rowFieldCount, at: "models/m.yml:5", says: "2 fields"),
    BrokenProject(
      "a text in SQL that is not closed", ["models/a.sql": "select 'open as x"], .sqlError,
      at: "models/a.sql:1", says: "unrecognized token"),
    BrokenProject(
      "a sum of a sum", ["models/a.sql": "select\n sum(sum(1)) as x"], .sqlError, at: "models/a.sql",
      says: "misuse of aggregate"),
    BrokenProject(
      "a column that two tables have",
      [
        "models/a.sql": "select 1 as x",
        "models/b.sql": "select\n  x\nfrom {{ ref('a') }} p join {{ ref('a') }} q on 1",
      ], .sqlError, at: "models/b.sql:2", says: "ambiguous"),
    BrokenProject(
      "a function with an argument too few", ["models/a.sql": "select\n substr('a') as x"], .sqlError,
      at: "models/a.sql", says: "wrong number of arguments"),
    BrokenProject(
      "a union of unlike queries", ["models/a.sql": "select 1 as x union all select 1, 2"], .sqlError,
      at: "models/a.sql", says: "same number of result columns"),
    BrokenProject(
      "an order by no column", ["models/a.sql": "select 1 as x\norder by 3"], .sqlError, at: "models/a.sql",
      says: "out of range"),
    BrokenProject(
      "a tab in YAML", ["models/m.yml": "models:\n\t- name: a"], .yamlSyntax, at: "models/m.yml:2", says: ""),
    BrokenProject(
      "a quote in YAML that is not closed", ["models/m.yml": "models:\n  - name: 'a\n"], .yamlSyntax,
      at: "models/m.yml", says: ""),
    BrokenProject(
      "a bracket in YAML that is not closed", ["models/m.yml": "models: [\n"], .yamlSyntax,
      at: "models/m.yml", says: ""),
    BrokenProject(
      "an alias in YAML without an anchor", ["models/m.yml": "models: *nope\n"], .yamlSyntax,
      at: "models/m.yml", says: ""),
    BrokenProject(
      "YAML that nests without end",
      ["models/m.yml": "models: " + String(repeating: "[", count: 80) + String(repeating: "]", count: 80)],
      .yamlSyntax, at: "models/m.yml", says: "nest deeper"),
    BrokenProject(
      "a table of the project that is named without a ref",
      ["models/a.sql": "select 1 as x", "models/b.sql": "select * from staged.a"], .undeclaredRead,
      at: "models/b.sql", says: "{{ ref('a') }}"),
    BrokenProject(
      "a strategy of another warehouse",
      [
        "models/a.sql":
          "{{ config(materialized='incremental', incremental_strategy='insert_overwrite') }} select 1 as x"
      ], .invalidValue, at: "models/a.sql", says: "insert_overwrite"),
  ]
}
