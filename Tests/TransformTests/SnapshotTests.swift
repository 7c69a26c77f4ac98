import Diagnostics
import SQLite
import Storage
import Testing
import Transform

@Suite struct SnapshotTests {
  private static func block(_ config: String, _ query: String = "select * from {{ ref('people') }}") -> String
  {
    "{% snapshot kept %}\n{{ config(target_schema='main', unique_key='id', \(config)) }}\n\(query)\n{% endsnapshot %}\n"
  }

  private static func seed(_ rows: String...) -> String { "id,name,at\n" + rows.map { $0 + "\n" }.joined() }

  private func fixture(_ config: String, _ seed: String) throws -> ProjectFixture {
    try ProjectFixture(["seeds/people.csv": seed, "snapshots/kept.sql": Self.block(config)])
  }

  private func rows(_ fixture: ProjectFixture, _ sql: String) throws -> [[SQLiteValue]] {
    try fixture.draft().connect(writing: []).rows(sql)
  }

  private func texts(_ fixture: ProjectFixture, _ sql: String) throws -> [String] {
    try rows(fixture, sql).map { row in
      row.map { value in
        switch value {
        case .null: "-"
        case .integer(let number): "\(number)"
        case .real(let number): "\(number)"
        case .text(let text): text
        case .blob: "blob"
        }
      }.joined(separator: " ")
    }
  }

  @Test("a row with a later time ends the one before it; others stay")
  func timestamp() throws {
    let fixture = try fixture(
      "strategy='timestamp', updated_at='at'", Self.seed("1,a,2026-01-01", "2,b,2026-01-01"))
    #expect(try fixture.run(.build).allSatisfy { $0.status == .success })
    try fixture.write("seeds/people.csv", Self.seed("1,A,2026-01-02", "2,B,2026-01-01", "3,c,2026-01-03"))
    #expect(try fixture.run(.build).allSatisfy { $0.status == .success })
    let found = try texts(
      fixture, "select id, name, dbt_updated_at, dbt_valid_from, dbt_valid_to from main.kept order by id, at")
    #expect(
      found == [
        "1 a 2026-01-01 2026-01-01 2026-01-02", "1 A 2026-01-02 2026-01-02 -", "2 b 2026-01-01 2026-01-01 -",
        "3 c 2026-01-03 2026-01-03 -",
      ])
    let hashes = try texts(fixture, "select dbt_scd_id from main.kept where id = '1' order by at")
    let expected = try texts(fixture, "select md5('1|2026-01-01') union all select md5('1|2026-01-02')")
    #expect(hashes == expected)
  }

  @Test(
    "a row is another where a column that is checked is",
    arguments: [
      ("'all'", ["a", "b", "A", "c"]), ("['name']", ["a", "b", "A", "c"]), ("['at']", ["a", "b", "B", "c"]),
    ])
  func check(_ columns: String, _ names: [String]) throws {
    let fixture = try fixture("strategy='check', check_cols=\(columns)", Self.seed("1,a,x", "2,b,x"))
    try fixture.run(.build)
    try fixture.write(
      "seeds/people.csv",
      Self.seed("1,A,x", "2,\(columns == "['at']" ? "B" : "b"),\(columns == "['at']" ? "y" : "x")", "3,c,x"))
    try fixture.run(.build)
    #expect(try texts(fixture, "select name from main.kept order by rowid") == names)
    #expect(
      try texts(
        fixture, "select count(*) from main.kept where dbt_valid_to is null and dbt_valid_from is not null")
        == ["3"])
    // Each version begins when the one before it ends.
    #expect(
      try texts(
        fixture,
        "select count(*) from main.kept o join main.kept n on n.id = o.id and n.dbt_valid_from = o.dbt_valid_to"
      )
        == ["1"])
  }

  @Test("a snapshot of rows that have not changed stands as it is, and is not run again")
  func reuse() throws {
    let fixture = try fixture("strategy='check', check_cols='all'", Self.seed("1,a,x", "2,b,x"))
    try fixture.run(.build)
    #expect(try fixture.run(.build).allSatisfy(\.isReused))
    #expect(try !fixture.run(.snapshot, ignoresFormerResults: true).contains(where: \.isReused))
    #expect(try texts(fixture, "select count(*) from main.kept") == ["2"])
    // Nor does a full refresh of models forget what was kept.
    try fixture.run(.build, isFullRefresh: true)
    #expect(try texts(fixture, "select count(*) from main.kept") == ["2"])
  }

  @Test("what is there no more stays, ends, or is noted as deleted")
  func hardDeletes() throws {
    for (setting, expected) in [
      ("hard_deletes='ignore'", ["1 -", "2 -"]), ("hard_deletes='invalidate'", ["1 -", "2 ended"]),
      ("invalidate_hard_deletes=true", ["1 -", "2 ended"]),
    ] {
      let fixture = try fixture("strategy='check', check_cols='all', \(setting)", Self.seed("1,a,x", "2,b,x"))
      try fixture.run(.build)
      try fixture.write("seeds/people.csv", Self.seed("1,a,x"))
      try fixture.run(.build)
      let found = try texts(
        fixture,
        "select id, case when dbt_valid_to is null then '-' else 'ended' end from main.kept order by id")
      #expect(found == expected, "\(setting)")
    }
    let fixture = try fixture(
      "strategy='timestamp', updated_at='at', hard_deletes='new_record'", Self.seed("1,a,x", "2,b,x"))
    let query = """
      select id, name, case when dbt_valid_to is null then '-' else 'ended' end, dbt_is_deleted from main.kept
      order by id, rowid
      """
    for text in [Self.seed("1,a,x", "2,b,x"), Self.seed("1,a,x"), Self.seed("1,a,x")] {
      try fixture.write("seeds/people.csv", text)
      try fixture.run(.seed)
      try fixture.run(.snapshot, ignoresFormerResults: true)
    }
    #expect(try texts(fixture, query) == ["1 a - False", "2 b ended False", "2 b - True"])
    try fixture.write("seeds/people.csv", Self.seed("1,a,x", "2,c,x"))
    try fixture.run(.build)
    #expect(try texts(fixture, query) == ["1 a - False", "2 b ended False", "2 b ended True", "2 c - False"])
  }

  @Test(
    "a properties file makes a snapshot of a relation, with names, a mark of what is current, and tests of its own"
  )
  func properties() throws {
    let fixture = try ProjectFixture([
      "seeds/people.csv": Self.seed("1,a,x", "1,b,y"),
      "snapshots/_.yml": """
      snapshots:
        - name: kept
          relation: ref('people')
          config:
            schema: main
            unique_key: [id, at]
            strategy: check
            check_cols: [name]
            dbt_valid_to_current: "'9999-12-31'"
            snapshot_meta_column_names: {dbt_valid_from: since, dbt_valid_to: until}
          columns:
            - name: since
              data_tests: [not_null]
      """, "models/after.sql": "select count(*) as n from {{ ref('kept') }} where until = '9999-12-31'",
    ])
    #expect(try fixture.run(.build).allSatisfy { $0.status == .success || $0.status == .pass })
    try fixture.write("seeds/people.csv", Self.seed("1,A,x", "1,b,y", "2,c,x"))
    #expect(try fixture.run(.build).count == 4)
    #expect(
      try texts(fixture, "select id, name, until = '9999-12-31' from main.kept order by rowid")
        == ["1 a 0", "1 b 1", "1 A 1", "2 c 1"])
    #expect(try texts(fixture, "select n from staged.after") == ["3"])
  }

  @Test("columns that come later are added, and those that go stay")
  func columns() throws {
    let fixture = try fixture("strategy='check', check_cols='all'", "id,name,at\n1,a,x\n")
    try fixture.run(.build)
    try fixture.write("seeds/people.csv", "id,name,more\n1,a,5\n")
    try fixture.run(.build)
    #expect(
      try texts(fixture, "select id, at, more, dbt_valid_to is null from main.kept order by rowid")
        == ["1 x - 0", "1 - 5 1"])
  }

  @Test("two rows of one key are refused, and nothing changes")
  func doubleKeys() throws {
    let fixture = try fixture("strategy='check', check_cols='all'", Self.seed("1,a,x"))
    try fixture.run(.build)
    try fixture.write("seeds/people.csv", Self.seed("1,a,x", "1,b,x"))
    let result = try #require(try fixture.run(.build).last)
    #expect(result.status == .error && result.diagnostic?.code == .mergeKeyAmbiguous)
    #expect(try texts(fixture, "select count(*) from main.kept") == ["1"])
  }

  @Test(
    "settings that cannot be are told with their place",
    arguments: [
      ("strategy='chek', check_cols='all'", "did you mean 'check'"), ("strategy='check'", "check_cols"),
      ("strategy='timestamp'", "updated_at"), ("strategy='timestamp', updated_at='att'", "did you mean 'at'"),
      ("strategy='check', check_cols=['nam']", "did you mean 'name'"),
      ("strategy='check', check_cols='all', hard_deletes='drop'", "ignore, invalidate, new_record"),
    ])
  func faults(_ config: String, _ words: String) throws {
    let fault = try #require(try fixture(config, Self.seed("1,a,x")).faults().first)
    #expect(([fault.message] + fault.hints).joined(separator: " ").contains(words), "\(fault)")
    #expect(fault.location?.path == "snapshots/kept.sql" && fault.location?.line == 1)
  }

  @Test("a fault in the SQL of a block is told in the file's own line")
  func place() throws {
    let text =
      "\n\n" + Self.block("strategy='check', check_cols='all'", "select nope from {{ ref('people') }}")
    let fixture = try ProjectFixture(["seeds/people.csv": Self.seed("1,a,x"), "snapshots/kept.sql": text])
    #expect(try fixture.faults().first?.location?.line == 5)
  }
}
