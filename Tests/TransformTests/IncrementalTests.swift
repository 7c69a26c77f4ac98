import Diagnostics
import SQLite
import TestSupport
import Testing
import Transform

@Suite("Incremental models")
struct IncrementalTests {
  /// A seed, and an incremental model of it with some configuration.
  private func fixture(
    _ config: String, sql: String = "select * from {{ ref('events') }}", csv: String = "id,n\n1,10\n2,20\n",
    columns: String = "[{name: id, data_type: integer}, {name: n, data_type: integer}]"
  ) throws -> ProjectFixture {
    try ProjectFixture([
      "seeds/events.csv": csv, "seeds/s.yml": "seeds:\n  - name: events\n    columns: \(columns)",
      "models/a.sql":
        "{{ config(materialized='incremental'\(config.isEmpty ? "" : ", ")\(config)) }} \(sql)",
    ])
  }

  private func rows(_ fixture: ProjectFixture, _ columns: String = "id, n") throws -> [[SQLiteValue]] {
    try fixture.rows("select \(columns) from staged.a order by 1, 2")
  }

  private func numbers(_ rows: [[Int64?]]) -> [[SQLiteValue]] {
    rows.map { $0.map { $0.map { .integer($0) } ?? .null } }
  }

  @Test(
    "each strategy meets old rows in its way",
    arguments: [
      ("", [[1, 10], [2, 20], [2, 21], [3, 30]]),
      ("incremental_strategy='append', unique_key='id'", [[1, 10], [2, 20], [2, 21], [3, 30]]),
      ("unique_key='id'", [[1, 10], [2, 21], [3, 30]]),
      ("unique_key=['id']", [[1, 10], [2, 21], [3, 30]]),
      ("unique_key='id % 2'", [[2, 21], [3, 30]]),
      ("unique_key='id', incremental_strategy='delete+insert'", [[1, 10], [2, 21], [3, 30]]),
      ("unique_key='id', incremental_strategy='merge'", [[1, 10], [2, 21], [3, 30]]),
      ("unique_key=['id', 'n'], incremental_strategy='merge'", [[1, 10], [2, 20], [2, 21], [3, 30]]),
      ("unique_key=['id', 'n']", [[1, 10], [2, 20], [2, 21], [3, 30]]),
      ("incremental_strategy='merge'", [[1, 10], [2, 20], [2, 21], [3, 30]]),
      (
        "unique_key='id', incremental_strategy='merge', merge_update_columns=['id']",
        [[1, 10], [2, 20], [3, 30]]
      ),
      (
        "unique_key='id', incremental_strategy='merge', merge_exclude_columns=['n']",
        [[1, 10], [2, 20], [3, 30]]
      ),
      (
        "unique_key='id', incremental_predicates=['DBT_INTERNAL_DEST.n < 20']",
        [[1, 10], [2, 20], [2, 21], [3, 30]]
      ),
      (
        "unique_key='id', incremental_strategy='merge', incremental_predicates=['DBT_INTERNAL_DEST.n < 20']",
        [[1, 10], [2, 20], [2, 21], [3, 30]]
      ),
    ] as [(String, [[Int64?]])])
  func strategies(_ config: String, _ expected: [[Int64?]]) throws {
    let fixture = try fixture(config)
    #expect(try fixture.run(.build).allSatisfy { $0.status == .success })
    #expect(try rows(fixture) == numbers([[1, 10], [2, 20]]))
    try fixture.write("seeds/events.csv", "id,n\n2,21\n3,30\n")
    let results = try fixture.run(.build)
    #expect(results.map(\.status) == [.success, .success], "\(results.compactMap(\.diagnostic))")
    #expect(try rows(fixture) == numbers(expected))
    #expect(results.last?.rowCount == expected.count)
  }

  @Test("is_incremental() and this see the rows that are there")
  func isIncremental() throws {
    let fixture = try fixture(
      "",
      sql: """
        select id, n from {{ ref('events') }}
        {% if is_incremental() %} where id > (select max(id) from {{ this }}) {% endif %}
        """)
    try fixture.run(.build)
    try fixture.write("seeds/events.csv", "id,n\n1,99\n2,99\n3,30\n")
    try fixture.run(.build)
    #expect(try rows(fixture) == numbers([[1, 10], [2, 20], [3, 30]]))
  }

  @Test("a full refresh makes the table from nothing, unless the model forbids it")
  func fullRefresh() throws {
    let fixture = try fixture("")
    try fixture.run(.build)
    try fixture.run(.build, isFullRefresh: true)
    #expect(try rows(fixture) == numbers([[1, 10], [2, 20]]))
    try fixture.write(
      "models/a.sql",
      "{{ config(materialized='incremental', full_refresh=false) }} select id, n + 1 as n from {{ ref('events') }}"
    )
    try fixture.run(.build, isFullRefresh: true)
    #expect(try rows(fixture) == numbers([[1, 10], [1, 11], [2, 20], [2, 21]]))
  }

  @Test("a view becomes an incremental table, which is then made from nothing")
  func fromView() throws {
    let fixture = try fixture("")
    try fixture.write("models/a.sql", "{{ config(materialized='view') }} select * from {{ ref('events') }}")
    try fixture.run(.build)
    try fixture.write(
      "models/a.sql", "{{ config(materialized='incremental') }} select * from {{ ref('events') }}")
    try fixture.run(.build)
    #expect(try rows(fixture) == numbers([[1, 10], [2, 20]]))
  }

  @Test("rows without a key meet none, as in SQL")
  func nullKeys() throws {
    for strategy in ["merge", "delete+insert"] {
      let fixture = try fixture(
        "unique_key='id', incremental_strategy='\(strategy)'", csv: "id,n\n,1\n1,10\n")
      try fixture.run(.build)
      try fixture.write("seeds/events.csv", "id,n\n,2\n1,11\n")
      try fixture.run(.build)
      #expect(try rows(fixture) == numbers([[nil, 1], [nil, 2], [1, 11]]))
    }
  }

  @Test("a merge with two new rows for one old one is refused with the key, and nothing changes")
  func doubleKeys() throws {
    let fixture = try fixture("unique_key='id', incremental_strategy='merge'")
    try fixture.run(.build)
    try fixture.write("seeds/events.csv", "id,n\n2,21\n2,22\n3,30\n")
    let result = try #require(try fixture.run(.build).last)
    #expect(result.diagnostic?.code == .mergeKeyAmbiguous)
    #expect(result.message?.contains("id=2") == true)
    #expect(try rows(fixture) == numbers([[1, 10], [2, 20]]))
  }

  @Test(
    "columns that come and go follow on_schema_change",
    arguments: [
      ("ignore", "id, n, 5 as extra", "id, n", nil),
      ("ignore", "id", "id, n", "RH2307"),
      ("fail", "id, n, 5 as extra", "id, n", "RH2307"),
      ("fail", "id, n", "id, n", nil),
      ("append_new_columns", "id, n, 5 as extra", "id, n, extra", nil),
      ("append_new_columns", "id", "id, n", nil),
      ("sync_all_columns", "id, 5 as extra", "id, extra", nil),
      ("sync_all_columns", "n, id", "id, n", nil),
    ] as [(String, String, String, String?)])
  func schemaChange(_ policy: String, _ select: String, _ columns: String, _ code: String?) throws {
    let config = "on_schema_change='\(policy)'"
    let fixture = try fixture(config, sql: "select id, n from {{ ref('events') }}")
    try fixture.run(.build)
    try fixture.write(
      "models/a.sql",
      "{{ config(materialized='incremental', \(config)) }} select \(select) from {{ ref('events') }}")
    let result = try #require(try fixture.run(.build, ignoresFormerResults: true).last)
    #expect(result.diagnostic?.code.rawValue == code)
    let names = try fixture.rows("select group_concat(name, ', ') from pragma_table_info('a', 'staged')")
    #expect(names == [[.text(columns)]])
    #expect(try fixture.rows("select count(*) from staged.a") == [[.integer(code == nil ? 4 : 2)]])
  }

  @Test("a type that changes is changed by sync_all_columns, with the values that are there")
  func typeChange() throws {
    let fixture = try fixture("on_schema_change='sync_all_columns', unique_key='id'")
    try fixture.write("models/m.yml", "models:\n  - name: a\n    columns: [{name: n, data_type: integer}]")
    try fixture.run(.build)
    try fixture.write("models/m.yml", "models:\n  - name: a\n    columns: [{name: n, data_type: text}]")
    try fixture.run(.build)
    #expect(try fixture.rows("select distinct typeof(n) from staged.a") == [[.text("text")]])
  }

  @Test("indexes are made with the table, kept, and follow their configuration")
  func indexes() throws {
    let fixture = try fixture(
      "unique_key='id', indexes=[{'columns': ['id'], 'unique': true}, {'columns': ['id', 'n']}]")
    func names() throws -> [[SQLiteValue]] {
      try fixture.rows(
        "select name from staged.sqlite_schema where type = 'index' and tbl_name = 'a' order by 1")
    }
    try fixture.run(.build)
    #expect(try names() == [[.text("a__id__unique__idx")], [.text("a__id_n__idx")]])
    try fixture.run(.build)
    #expect(try names().count == 2)
    try fixture.write(
      "models/a.sql",
      "{{ config(materialized='incremental', unique_key='id', indexes=[{'columns': ['n']}]) }} select * from {{ ref('events') }}"
    )
    try fixture.run(.build)
    #expect(try names() == [[.text("a__n__idx")]])
  }

  @Test("a failing incremental run leaves the rows, the catalog and the file as they were")
  func failsHalfWay() throws {
    let fixture = try fixture("unique_key='id', indexes=[{'columns': ['n'], 'unique': true}]")
    try fixture.run(.build)
    try fixture.write("seeds/events.csv", "id,n\n2,10\n3,30\n")
    let result = try #require(try fixture.run(.build).last)
    #expect(result.status == .error)
    #expect(try rows(fixture) == numbers([[1, 10], [2, 20]]))
    #expect(try fixture.rows("select row_count from staged._relations where name = 'a'") == [[.integer(2)]])
    #expect(try fixture.rows("pragma staged.integrity_check") == [[.text("ok")]])
  }
}
