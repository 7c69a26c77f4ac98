import Diagnostics
import Files
import Storage
import TestSupport
import Testing
import Transform

@Suite("Compiling nodes")
struct CompileTests {
  private func sql(
    _ files: [String: String], of name: String, vars: String = "{}", environment: [String: String] = [:]
  )
    throws -> String
  {
    let project = try ProjectFixture(files).project(vars: vars, environment: environment)
    let node = try #require(project.manifest.nodes.values.first { $0.name == name })
    return try project.compile(node).sql
  }

  @Test(
    "templates become SQL",
    arguments: [
      ("select * from {{ ref('b') }}", "select * from \"staged\".\"b\""),
      ("select * from {{ ref('shop', 'b') }}", "select * from \"staged\".\"b\""),
      ("select * from {{ source('s', 't') }}", "select * from \"raw\".\"t\""),
      ("select '{{ this }}' as x", "select '\"staged\".\"a\"' as x"),
      ("select '{{ this.schema }}.{{ this.name }}' as x", "select 'staged.a' as x"),
      ("select {{ var('n') }} as x", "select 7 as x"),
      ("select {{ var('missing', 3) }} as x", "select 3 as x"),
      ("select '{{ env_var('HOME_TOWN') }}' as x", "select 'Oslo' as x"),
      ("select '{{ target.name }} {{ target.schema }}' as x", "select 'local main' as x"),
      ("select '{{ model.name }}' as x", "select 'a' as x"),
      (
        "{% set xs = [1, 2] %}select {% for x in xs %}{{ x }} as c{{ x }}{% if not loop.last %}, {% endif %}{% endfor %}",
        "select 1 as c1, 2 as c2"
      ),
      ("{# a comment #}select 1 as x", "select 1 as x"),
      ("select {{ twice(2) }} as x", "select 4 as x"),
      ("select {{ shop.twice(3) }} as x", "select 6 as x"),
      ("{{ config(tags='x') }}select 1 as x", "select 1 as x"),
      ("select '{{ config.get('materialized') }}' as x", "select 'table' as x"),
      ("{% if execute %}select 1 as x{% else %}select 2 as x{% endif %}", "select 1 as x"),
    ])
  func templates(_ template: String, _ expected: String) throws {
    let compiled = try sql(
      [
        "models/a.sql": template, "models/b.sql": "select 1 as x",
        "models/s.yml": "sources:\n  - name: s\n    schema: raw\n    tables: [{name: t}]",
        "macros/twice.sql": "{% macro twice(n) %}{{ n * 2 }}{% endmacro %}",
      ], of: "a", vars: "{n: 7}", environment: ["HOME_TOWN": "Oslo"])
    #expect(compiled == expected)
  }

  @Test("configuration goes by folder, then properties file, then the model's own words; tags add up")
  func configuration() throws {
    let fixture = try ProjectFixture([
      "dbt_project.yml": """
      name: shop
      vars: {kind: view}
      models:
        shop:
          +schema: staged
          +tags: [all]
          marts:
            +schema: main
            +materialized: "{{ var('kind') }}"
      """,
      "models/a.sql": "select 1 as x",
      "models/marts/b.sql": "{{ config(tags=['own']) }} select 1 as x",
      "models/marts/c.sql": "{{ config(materialized='table') }} select 1 as x",
      "models/m.yml": "models:\n  - name: c\n    config: {tags: [file], alias: see}",
    ])
    let nodes = try fixture.project().manifest.nodes
    let a = try #require(nodes["model.shop.a"])
    let b = try #require(nodes["model.shop.b"])
    let c = try #require(nodes["model.shop.c"])
    #expect(a.relation == Relation(layer: .staged, name: "a"))
    #expect(a.materialized == "view")
    #expect(b.relation == Relation(layer: .main, name: "b"))
    #expect(b.config.tags == ["all", "own"])
    #expect(c.relation == Relation(layer: .main, name: "see"))
    #expect(c.materialized == "table")
    #expect(c.config.tags == ["all", "file"])
  }

  @Test("generic tests have dbt's names")
  func testNames() throws {
    let fixture = try ProjectFixture([
      "models/a.sql": "select 1 as x, 2 as y",
      "models/m.yml": """
      models:
        - name: a
          columns:
            - name: x
              data_tests:
                - unique
                - relationships: {arguments: {to: ref('a'), field: y}}
                - accepted_values: {arguments: {values: [a very long value, another very long value, and one more]}}
                - not_null: {name: own_name}
      sources:
        - name: s
          schema: raw
          tables:
            - name: t
              columns: [{name: id, data_tests: [not_null]}]
      """,
    ])
    let names = try fixture.project().manifest.nodes(of: .test).map(\.name)
    #expect(names.contains("unique_a_x"))
    #expect(names.contains("relationships_a_x__y__ref_a_"))
    #expect(names.contains("own_name"))
    #expect(names.contains("source_not_null_s_t_id"))
    #expect(names.contains("accepted_values_a_x__a_very_long_value__another_very_long_value__and_one_more"))
  }

  @Test("a profile's output of a local type is the target, and --target chooses another")
  func profiles() throws {
    let fixture = try ProjectFixture([
      "models/a.sql": "select '{{ target.name }}' as x",
      "profiles.yml": """
      shop:
        target: "{{ env_var('WHERE', 'dev') }}"
        outputs:
          dev: {type: duckdb, schema: main, path: x.duckdb}
          prod: {type: reelhouse, schema: main, threads: 4}
      """,
    ])
    #expect(try fixture.project().target.name == "dev")
    #expect(try fixture.project(environment: ["WHERE": "prod"]).target.threads == 4)
    #expect(try fixture.project(target: "prod").target.name == "prod")
  }

  @Test("nodes run with their parents first and, in a build, tests before what depends on what they test")
  func order() throws {
    let fixture = try ProjectFixture(RunnerTests.shop)
    let project = try fixture.project()
    let plan = RunPlan(
      .build, selected: Set(project.manifest.nodes.keys), manifest: project.manifest, graph: project.graph)
    let names = plan.steps.compactMap { project.manifest.nodes[$0.uniqueID]?.name }
    #expect(
      names == ["orders", "customers", "not_null_customers_customer", "unique_customers_customer", "top"])
    #expect(plan.steps.last?.blockers.count == 4)
  }
}
