import SQLite
import Storage
import Testing
import Transform

@Suite("Stored failures and quoted columns of tests")
struct StoredFailureTests {
  @Test("failing rows are kept in a table, which is no orphan")
  func stores() throws {
    let fixture = try ProjectFixture([
      "models/a.sql": "select 1 as x union all select null union all select null",
      "models/m.yml": """
      models:
        - name: a
          columns:
            - name: x
              data_tests:
                - not_null: {config: {store_failures: true, severity: warn}}
                - unique: {config: {store_failures: true, alias: doubles, schema: staged}}
                - not_null: {name: other, store_failures_as: table, config: {severity: warn, limit: 1}}
      """,
    ])
    let results = try fixture.run(.build)
    #expect(results.map(\.status) == [.success, .warn, .warn, .pass])
    #expect(try fixture.rows("select count(*) from main.dbt_test__audit__not_null_a_x") == [[.integer(2)]])
    #expect(try fixture.rows("select count(*) from main.dbt_test__audit__other") == [[.integer(1)]])
    #expect(try fixture.rows("select count(*) from staged.doubles") == [[.integer(0)]])
    let state = try DraftPublication(try fixture.project(), try fixture.draft(), sourceSchemas: [:]).state()
    #expect(state.orphans.isEmpty)
    #expect(state.isFinished)
    let note = results.compactMap(\.diagnostic).flatMap(\.notes).joined()
    #expect(note.contains("main.dbt_test__audit__not_null_a_x"))
    #expect(note.contains("failing rows: x=null"))
  }

  @Test("a column whose name needs quotes is quoted where the project says so")
  func quotes() throws {
    let fixture = try ProjectFixture([
      "models/a.sql": "select 1 as \"the x\"",
      "models/m.yml":
        "models:\n  - name: a\n    columns: [{name: the x, quote: true, tests: [not_null, unique]}]",
    ])
    #expect(try fixture.run(.build).map(\.status) == [.success, .pass, .pass])
  }
}
