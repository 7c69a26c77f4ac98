import Diagnostics
import Storage
import TestSupport
import Testing
import Transform

@Suite("dbt's context")
struct ContextTests {
  private func sql(_ template: String, _ files: [String: String] = [:]) throws -> String {
    var all = files
    all["models/a.sql"] = template
    let project = try ProjectFixture(all).project()
    return try project.compile(try #require(project.manifest.nodes["model.shop.a"])).sql
  }

  @Test("dispatch() refuses names with dots", arguments: [".", "..", "a.", "p.a", ".a"])
  func dottedDispatch(_ name: String) throws {
    #expect(throws: (any Error).self) { try sql("{{ adapter.dispatch('\(name)')() }}") }
  }

  @Test(
    "its functions and modules give what Python's give",
    arguments: [
      ("{{ fromjson('{\"a\": [1, true, null, \"\\\\u00e9\"]}') }}", "{'a': [1, True, None, 'é']}"),
      ("{{ fromjson('no', 'default') }}", "default"),
      ("{{ tojson({'b': 1, 'a': [none, 1.5]}) }}", "{\"b\": 1, \"a\": [null, 1.5]}"),
      ("{{ tojson({'b': 1, 'a': 2}, sort_keys=true) }}", "{\"a\": 2, \"b\": 1}"),
      ("{{ fromyaml('a: [1, x]').a[1] }}", "x"),
      ("{{ toyaml({'a': [1, {'b': 'x y'}], 'c': {}}) }}", "a:\n- 1\n- b: \"x y\"\nc: {}\n"),
      ("{{ set([1, 2, 1]) | list }}", "[1, 2]"),
      ("{{ zip([1, 2], ['a', 'b']) | list }}", "[(1, 'a'), (2, 'b')]"),
      ("{{ local_md5('hello') }}", "5d41402abc4b2a76b9719d911017c592"),
      (
        "{{ modules.datetime.datetime(2024, 2, 28, 23, 5).strftime('%Y/%m/%d %H:%M %A %-d %j') }}",
        "2024/02/28 23:05 Wednesday 28 059"
      ),
      ("{{ modules.datetime.date(2024, 2, 28) + modules.datetime.timedelta(days=2) }}", "2024-03-01"),
      (
        "{{ modules.datetime.datetime(2024, 3, 1) - modules.datetime.datetime(2024, 2, 1, 12) }}",
        "28 days, 12:00:00"
      ),
      ("{{ (modules.datetime.datetime(2024, 3, 1) - modules.datetime.datetime(2024, 2, 1)).days }}", "29"),
      ("{{ modules.datetime.datetime.strptime('20240131', '%Y%m%d').isoformat() }}", "2024-01-31T00:00:00"),
      ("{{ modules.datetime.date(2024, 1, 1) < modules.datetime.date(2024, 1, 2) }}", "True"),
      ("{{ modules.re.sub('[^a-z]+', '_', 'a b--c') }}", "a_b_c"),
      ("{{ modules.re.match('(\\\\w)(\\\\d+)', 'x12y').group(2) }}", "12"),
      ("{{ modules.re.findall('\\\\d', 'a1b2') }}", "['1', '2']"),
      ("{{ 'yes' if modules.re.search('b', 'abc') else 'no' }}", "yes"),
      ("{{ modules.itertools.product([1, 2], 'ab') | list | length }}", "4"),
      ("{{ modules.itertools.combinations([1, 2, 3], 2) | list }}", "[(1, 2), (1, 3), (2, 3)]"),
      ("{{ adapter.quote('a b') }}", "\"a b\""), ("{{ adapter.type() }}", "sqlite"),
      ("{{ api.Relation.create(schema='main', identifier='t') }}", "\"main\".\"t\""),
      ("{{ api.Relation.create(schema='main', identifier='t').include(schema=false) }}", "\"t\""),
      ("{{ this.incorporate(path={'identifier': 'z'}) }}", "\"staged\".\"z\""),
      ("{{ flags.FULL_REFRESH }} {{ flags.WHICH }}", "False build"),
      ("{{ config.get('nothing', 'other') }} {{ config.get('materialized') }}", "other table"),
      ("{{ model.unique_id }} {{ model.config.materialized }}", "model.shop.a table"),
      ("{{ graph.nodes['model.shop.a'].name }}", "a"),
      ("{{ builtins.ref('a').identifier if false else 'x' }}", "x"),
      ("{{ dbt_version }} {{ project_name }} {{ target.type }}", "1.11.0 shop sqlite"),
      ("{% set n = namespace(x=1) %}{% do n.update({'x': 2}) if false %}{{ n.x }}", "1"),
    ])
  func functions(_ template: String, _ expected: String) throws {
    #expect(try sql(template) == expected)
  }

  @Test(
    "a time or an id of the invocation is volatile",
    arguments: ["run_started_at", "invocation_id", "modules.datetime.datetime.now()"])
  func volatile(_ name: String) throws {
    let project = try ProjectFixture([
      "models/a.sql": "select '{{ \(name) }}' as x", "models/b.sql": "select 1 as x",
    ]).project()
    let nodes = project.manifest.nodes
    #expect(try project.compile(try #require(nodes["model.shop.a"])).isVolatile)
    #expect(try !project.compile(try #require(nodes["model.shop.b"])).isVolatile)
  }

  @Test(
    "dbt's macros give what other databases give",
    arguments: [
      ("dbt.dateadd('month', 1, \"'2024-01-31'\")", "2024-02-29 00:00:00"),
      ("dbt.dateadd('month', -1, \"'2024-03-31 10:20:30'\")", "2024-02-29 10:20:30"),
      ("dbt.dateadd('year', 1, \"'2024-02-29'\")", "2025-02-28 00:00:00"),
      ("dbt.dateadd('day', 2, \"'2024-02-28'\")", "2024-03-01 00:00:00"),
      ("dbt.dateadd('hour', -1, \"'2024-03-01'\")", "2024-02-29 23:00:00"),
      ("dbt.dateadd('week', 1, \"'2024-03-01'\")", "2024-03-08 00:00:00"),
      ("dbt.datediff(\"'2023-12-31'\", \"'2024-01-01'\", 'year')", "1"),
      ("dbt.datediff(\"'2023-12-31'\", \"'2024-04-01'\", 'quarter')", "2"),
      ("dbt.datediff(\"'2024-01-31'\", \"'2024-02-01'\", 'month')", "1"),
      ("dbt.datediff(\"'2024-01-07'\", \"'2024-01-08'\", 'week')", "1"),
      ("dbt.datediff(\"'2024-01-01 23:59:00'\", \"'2024-01-02 00:01:00'\", 'day')", "1"),
      ("dbt.datediff(\"'2024-01-01 00:59:00'\", \"'2024-01-01 01:01:00'\", 'hour')", "1"),
      ("dbt.date_trunc('month', \"'2024-02-29'\")", "2024-02-01"),
      ("dbt.date_trunc('quarter', \"'2024-06-30'\")", "2024-04-01"),
      ("dbt.date_trunc('week', \"'2024-01-07'\")", "2024-01-01"),
      ("dbt.date_trunc('hour', \"'2024-01-07 10:20:30'\")", "2024-01-07 10:00:00"),
      ("dbt.last_day(\"'2024-02-10'\", 'month')", "2024-02-29"),
      ("dbt.last_day(\"'2024-02-10'\", 'quarter')", "2024-03-31"),
      ("dbt.date(2024, 2, 3)", "2024-02-03"), ("dbt.concat([\"'a'\", \"'b'\"])", "ab"),
      ("dbt.split_part(\"'a,b,c'\", \"','\", 2)", "b"), ("dbt.split_part(\"'a,b,c'\", \"','\", -1)", "c"),
      ("dbt.split_part(\"'a|b'\", \"'|'\", 5)", ""),
      ("dbt.split_part(\"'a\\\"x\\\"b'\", \"'\\\"'\", 3)", "b"),
      ("dbt.right(\"'abc'\", 2)", "bc"), ("dbt.right(\"'abc'\", 0)", ""),
      ("dbt.position(\"'b'\", \"'abc'\")", "2"), ("dbt.length(\"'abc'\")", "3"),
      ("dbt.replace(\"'abc'\", \"'b'\", \"'x'\")", "axc"),
      ("dbt.hash(\"'hello'\")", "5d41402abc4b2a76b9719d911017c592"),
      ("dbt.cast('5', dbt.type_string())", "5"), ("dbt.safe_cast(\"'7'\", dbt.type_int())", "7"),
      ("dbt.cast_bool_to_text('1 = 1')", "true"), ("dbt.string_literal('x')", "x"),
      ("dbt.array_append(dbt.array_construct([1, 2]), 3)", "[1,2,3]"),
      ("dbt.array_concat(dbt.array_construct([1]), dbt.array_construct([2]))", "[1,2]"),
    ])
  func databaseMacros(_ call: String, _ expected: String) throws {
    let fixture = try ProjectFixture(["models/a.sql": "select cast({{ \(call) }} as text) as x"])
    let results = try fixture.run(.build)
    #expect(results.map(\.status) == [.success], "\(results.compactMap(\.diagnostic))")
    #expect(try fixture.rows("select x from staged.a") == [[.text(expected)]])
  }

  @Test("date spines and series are tables")
  func spines() throws {
    let fixture = try ProjectFixture([
      "models/a.sql":
        "select count(*) as n, max(date_month) as last from ({{ dbt.date_spine('month', \"'2024-01-01'\", \"'2024-05-01'\") }})",
      "models/b.sql": "select sum(generated_number) as n from ({{ dbt.generate_series(4) }})",
    ])
    try fixture.run(.build)
    #expect(
      try fixture.rows("select n, last from staged.a") == [[.integer(4), .text("2024-04-01 00:00:00")]])
    #expect(try fixture.rows("select n from staged.b") == [[.integer(10)]])
  }

  @Test("templates ask the data: run_query, statement, adapter")
  func queries() throws {
    let fixture = try ProjectFixture([
      "models/base.sql": "select 'p' as k, 1 as v union all select 'q', 2",
      "models/a.sql": """
      {%- set keys = dbt_keys(ref('base')) -%}
      {%- call statement('total', fetch_result=true) %} select sum(v) from {{ ref('base') }} {% endcall -%}
      select {% for key in keys %} sum(case when k = '{{ key }}' then v end) as {{ key }}, {% endfor %}
        {{ load_result('total')['data'][0][0] if execute else 0 }} as total,
        '{{ adapter.get_columns_in_relation(ref('base')) | map(attribute='name') | join(',') }}' as columns,
        '{{ adapter.get_relation(database=none, schema='staged', identifier='base').type if execute }}' as kind,
        '{{ adapter.get_relation(database=none, schema='staged', identifier='nope') is none }}' as missing
      from {{ ref('base') }}
      """,
      "macros/m.sql": """
      {% macro dbt_keys(relation) %}
        {%- set rows = run_query('select distinct k from ' ~ relation ~ ' order by 1') -%}
        {%- do return(rows.columns[0].values() if execute else []) -%}
      {% endmacro %}
      """,
    ])
    let results = try fixture.run(.build)
    #expect(results.map(\.status) == [.success, .success], "\(results.compactMap(\.diagnostic))")
    #expect(
      try fixture.rows("select p, q, total, columns, kind, missing from staged.a")
        == [[.integer(1), .integer(2), .integer(3), .text("k,v"), .text("table"), .text("True")]])
    #expect(try fixture.faults().isEmpty)
  }

  @Test("a model's template may read but not change data")
  func readsOnly() throws {
    let fixture = try ProjectFixture([
      "models/a.sql": "{% do run_query('create table main.x(y)') %} select 1 as x"
    ])
    let result = try #require(try fixture.run(.build).first)
    #expect(result.diagnostic?.code == .sqlReadOnly)
    #expect(result.diagnostic?.hints.joined().contains("hook") == true)
  }

  @Test("local and installed packages bring macros, models, tests, variables and docs")
  func packages() throws {
    let fixture = try ProjectFixture([
      "packages.yml": "packages:\n  - local: lib",
      "lib/dbt_project.yml":
        "name: lib\nvars: {lib: {word: theirs}}\nmodels: {lib: {+schema: staged, +materialized: table}}",
      "lib/macros/m.sql": """
      {% macro shout(x) %}{{ return(adapter.dispatch('shout', 'lib')(x)) }}{% endmacro %}
      {% macro default__shout(x) %}upper('{{ x }}')
      {%- endmacro %}
      {% test positive(model, column_name) %}select * from {{ model }} where {{ column_name }} <= 0{% endtest %}
      """,
      "lib/models/theirs.sql": "select '{{ var('word') }}' as word, '{{ var('other', 'none') }}' as other",
      "dbt_packages/other/dbt_project.yml": "name: other",
      "dbt_packages/other/macros/m.sql": "{% macro two() %}2{% endmacro %}",
      "macros/m.sql": "{% macro sqlite__shout(x) %}'{{ x }}!'{% endmacro %}",
      "models/a.sql":
        "select {{ lib.shout('hey') }} as s, {{ other.two() }} as n, word from {{ ref('lib', 'theirs') }}",
      "models/b.sql": "select * from {{ ref('theirs') }}",
      "models/d.md": "{% docs word %}\nThe *word*.\n{% enddocs %}",
      "models/m.yml":
        "models:\n  - name: a\n    description: \"{{ doc('word') }}\"\n    columns: [{name: n, data_tests: [lib.positive]}]",
    ])
    let results = try fixture.run(.build)
    #expect(
      results.allSatisfy { $0.status == .success || $0.status == .pass },
      "\(results.compactMap(\.diagnostic))")
    #expect(
      try fixture.rows("select s, n, word from staged.a") == [[.text("hey!"), .integer(2), .text("theirs")]])
    let project = try fixture.project()
    #expect(project.manifest.nodes["model.shop.a"]?.description == "The *word*.")
    #expect(project.manifest.nodes["model.lib.theirs"]?.displayPath == "lib/models/theirs.sql")
    #expect(project.manifest.docs["doc.shop.word"]?.text == "The *word*.")
    #expect(results.contains { $0.node.name == "lib_positive_a_n" })
  }

  @Test("a project's own ref stands before dbt's, which builtins still has")
  func ownRef() throws {
    let compiled = try sql(
      "select * from {{ ref('b') }}",
      [
        "models/b.sql": "select 1 as x",
        "macros/ref.sql":
          "{% macro ref(name) %}{% do return(builtins.ref(name).include(schema=false)) %}{% endmacro %}",
      ])
    #expect(compiled == "select * from \"b\"")
  }

  @Test("hooks of a run stand around it, and see its results")
  func runHooks() throws {
    let fixture = try ProjectFixture([
      "dbt_project.yml": ProjectFixture.projectFile + """

        on-run-start: "create table if not exists main.log(what)"
        on-run-end:
          - "insert into main.log values ('{{ results | length }} {{ results[0].status }} {{ schemas | join(',') }}')"
          - "{% if false %} nothing {% endif %}"
        """,
      "models/a.sql": "select 1 as x",
    ])
    try fixture.run(.build)
    #expect(try fixture.rows("select what from main.log") == [[.text("1 success staged")]])
  }

  @Test("relations are mappings, as packages know them by")
  func relationsAreMappings() throws {
    let compiled = try sql(
      "select '{{ this is mapping }} {{ this.get('metadata').type }} {{ this.get('nope', 'none') }}' as x")
    #expect(compiled == "select 'True SQLiteRelation none' as x")
  }

  @Test("what a generic test's macro says with config() counts, behind dispatch too")
  func testConfig() throws {
    let fixture = try ProjectFixture([
      "models/a.sql": "select 1 as x",
      "models/m.yml": "models:\n  - name: a\n    data_tests: [even_rows]",
      "macros/t.sql": """
      {% test even_rows(model) %}{{ return(adapter.dispatch('even_rows', 'shop')(model)) }}{% endtest %}
      {% macro default__even_rows(model) %}
      {{ config(fail_calc='sum(odd)', severity='warn') }}
      select count(*) % 2 as odd from {{ model }}
      {% endmacro %}
      """,
    ])
    let result = try #require(try fixture.run(.build).last)
    #expect(result.status == .warn)
    #expect(result.node.config.failCalculation == "sum(odd)")
  }
}
