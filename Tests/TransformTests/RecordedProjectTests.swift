import Diagnostics
import Files
import Storage
import Testing
import Transform

/// Models compiled for another warehouse, out of the manifest of a build.
@Suite struct RecordedProjectTests {
  private static let files = [
    "models/sources.yml": """
    sources:
      - name: shop
        schema: raw
        tables: [{name: orders, columns: [{name: id, data_type: integer}]}]
    """,
    "models/orders.sql": """
    {{ config(materialized='view') }}
    select id, {{ label('"Odd Name"') }} as label, {{ adapter.quote('id') }} as again, '{{ target.type }}' as kind,
      {{ var('first_year') }} as first_year, {{ var('most', 5) }} as most, {{ dbt.type_string() }} as word
    from {{ source('shop', 'orders') }} join {{ ref('steps') }} using (id)
    """,
    "models/steps.sql": "{{ config(materialized='ephemeral') }}select id from {{ ref('base') }}",
    "models/base.sql": "{{ config(meta={'mirror': 'table'}) }}select 1 as id",
    "models/orders.yml": """
    models:
      - name: orders
        description: All orders
        columns: [{name: id, description: The number}, {name: label}]
    """,
    "macros/label.sql": """
    {% macro label(c) %}{{ adapter.dispatch('label')(c) }}{% endmacro %}
    {% macro default__label(c) %}upper({{ c }}){% endmacro %}
    {% macro snowflake__label(c) %}initcap({{ c }}){% endmacro %}
    """,
    "dbt_project.yml": ProjectFixture.projectFile + "\nvars: {first_year: 1990}",
  ]

  private let fixture: ProjectFixture

  init() throws { fixture = try ProjectFixture(Self.files) }

  private func recorded(vars: String = "{}") throws -> RecordedProject {
    let bytes = ManifestArtifact(try fixture.project(vars: vars)).bytes(
      generatedAt: .now(), invocationID: "i")
    // What becomes of the files afterwards does not count.
    try fixture.write("macros/label.sql", "{% macro label(c) %}changed{% endmacro %}")
    try fixture.write("models/orders.sql", "select 2 as changed")
    return try RecordedProject(
      bytes, path: "manifest.json",
      dialect: RecordedProject.Dialect(type: "snowflake") { "\"\($0.uppercased())\"" })
  }

  @Test("a view is compiled with the names and macros of the other warehouse, whatever the files have become")
  func compiling() throws {
    let project = try recorded(vars: "{most: 7}")
    let text = try project.query(of: Relation(layer: .staged, name: "orders")) {
      ("\($0.layer.rawValue.uppercased())__NEXT", $0.name.uppercased())
    }
    #expect(
      text == """
        with __dbt__cte__steps as (
        select id from "STAGED__NEXT"."BASE"
        )

        select id, initcap("Odd Name") as label, "ID" as again, 'snowflake' as kind,
          1990 as first_year, 7 as most, varchar as word
        from "RAW__NEXT"."ORDERS" join __dbt__cte__steps using (id)
        """, "\(text)")
  }

  @Test("what a mirror asks of models is there")
  func models() throws {
    let project = try recorded()
    let orders = try #require(project.models[Relation(layer: .staged, name: "orders")])
    #expect(orders.materialized == "view" && orders.description == "All orders")
    #expect(orders.columnDescriptions == ["id": "The number"])
    #expect(project.models[Relation(layer: .staged, name: "base")]?.meta["mirror"]?.string == "table")
    #expect(project.models[Relation(layer: .raw, name: "orders")]?.uniqueID == "source.shop.shop.orders")
    #expect(project.models.count == 3)
  }

  @Test("what cannot be compiled there is told when it is asked for")
  func faults() throws {
    try fixture.write(
      "models/orders.sql",
      "{{ config(materialized='view') }}select {% if target.type == 'snowflake' %}{{ nothing() }}{% endif %} 1 as id"
    )
    let bytes = ManifestArtifact(try fixture.project()).bytes(generatedAt: .now(), invocationID: "i")
    let project = try RecordedProject(
      bytes, path: "manifest.json", dialect: RecordedProject.Dialect(type: "snowflake") { $0 })
    #expect(throws: (any Error).self) {
      try project.query(of: Relation(layer: .staged, name: "orders")) { ("x", $0.name) }
    }
    #expect(throws: Diagnostic.self) {
      try project.query(of: Relation(layer: .main, name: "nowhere")) { ("x", $0.name) }
    }
  }
}
