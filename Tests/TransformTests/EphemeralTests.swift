import SQLite
import Testing
import Transform

@Suite("Ephemeral models")
struct EphemeralTests {
  private func sql(_ files: [String: String], of name: String = "a") throws -> String {
    let project = try ProjectFixture(files).project()
    return try project.compile(try #require(project.manifest.nodes["model.shop.\(name)"])).sql
  }

  private static let ephemeral = "{{ config(materialized='ephemeral') }}"

  @Test(
    "they stand before the statement's own expressions",
    arguments: [
      (
        "select * from {{ ref('e') }}",
        "with __dbt__cte__e as (\nselect 1 as x\n)\nselect * from __dbt__cte__e"
      ),
      (
        "with f as (select * from {{ ref('e') }}) select * from f",
        "with __dbt__cte__e as (\nselect 1 as x\n), f as (select * from __dbt__cte__e) select * from f"
      ),
      (
        "-- with\n/* with */ WITH recursive f as (select * from {{ ref('e') }}) select * from f",
        "-- with\n/* with */ WITH recursive __dbt__cte__e as (\nselect 1 as x\n), f as (select * from __dbt__cte__e) select * from f"
      ),
      (
        "select * from {{ ref('e') }} union all select * from {{ ref('e') }}",
        "with __dbt__cte__e as (\nselect 1 as x\n)\nselect * from __dbt__cte__e union all select * from __dbt__cte__e"
      ),
    ])
  func injects(_ template: String, _ expected: String) throws {
    let compiled = try sql(["models/e.sql": Self.ephemeral + "select 1 as x", "models/a.sql": template])
    #expect(compiled == expected)
  }

  @Test("nested ones stand in the order in which they read each other, each once")
  func nested() throws {
    let files = [
      "models/one.sql": Self.ephemeral + "select 1 as x",
      "models/two.sql": Self.ephemeral + "select x + 1 as x from {{ ref('one') }}",
      "models/three.sql": Self.ephemeral
        + "select x from {{ ref('two') }} union all select x from {{ ref('one') }}",
      "models/a.sql": "select sum(x) as total from {{ ref('three') }}",
      "models/m.yml":
        "models:\n  - name: three\n    columns:\n      - name: x\n        data_tests: [not_null, unique]",
    ]
    let compiled = try sql(files)
    let places = ["__dbt__cte__one as", "__dbt__cte__two as", "__dbt__cte__three as"].map {
      compiled.firstRange(of: $0)?.lowerBound
    }
    #expect(places.compactMap { $0 }.count == 3)
    #expect(places.compactMap { $0 } == places.compactMap { $0 }.sorted())
    let fixture = try ProjectFixture(files)
    let results = try fixture.run(.build)
    // Ephemeral models do not run; their tests do.
    #expect(results.map(\.node.name).sorted() == ["a", "not_null_three_x", "unique_three_x"])
    #expect(results.allSatisfy { $0.status == .success || $0.status == .pass })
    #expect(try fixture.rows("select total from staged.a") == [[.integer(3)]])
  }

  @Test("a view may read one whose tables are of its own layer")
  func views() throws {
    let fixture = try ProjectFixture([
      "models/base.sql": "select 1 as x", "models/e.sql": Self.ephemeral + "select * from {{ ref('base') }}",
      "models/near.sql": "{{ config(materialized='view') }} select * from {{ ref('e') }}",
      "models/far.sql": "{{ config(materialized='view', schema='main') }} select * from {{ ref('e') }}",
    ])
    #expect(try fixture.run(.build).map(\.status) == [.success, .success, .success])
    #expect(
      try fixture.rows("select type from staged.sqlite_schema where name = 'near'") == [[.text("view")]])
    #expect(try fixture.rows("select type from main.sqlite_schema where name = 'far'") == [[.text("table")]])
  }

  @Test("what reads a changed one is stale")
  func staleness() throws {
    let fixture = try ProjectFixture([
      "models/base.sql": "select 1 as x", "models/e.sql": Self.ephemeral + "select * from {{ ref('base') }}",
      "models/a.sql": "select * from {{ ref('e') }}",
    ])
    func stale() throws -> [String] {
      try DraftPublication(try fixture.project(), try fixture.draft(), sourceSchemas: [:]).state().unfinished
        .map(\.node.name)
    }
    try fixture.run(.build)
    #expect(try stale().isEmpty)
    try fixture.write("models/e.sql", Self.ephemeral + "select x + 1 as x from {{ ref('base') }}")
    #expect(try stale() == ["a"])
    try fixture.write("models/base.sql", "select 3 as x")
    #expect(try stale() == ["base", "a"])
    try fixture.run(.build)
    #expect(try stale().isEmpty)
    #expect(try fixture.rows("select x from staged.a") == [[.integer(4)]])
  }
}
