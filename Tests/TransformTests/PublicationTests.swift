import Diagnostics
import SQLite
import Storage
import TestSupport
import Testing
import Transform

@Suite("Finished drafts and their publication")
struct PublicationTests {
  private static let files = [
    "models/a.sql": "select 1 as x",
    "models/b.sql": "{{ config(schema='main') }} select x + 1 as y from {{ ref('a') }}",
    "models/m.yml":
      "models:\n  - name: b\n    columns:\n      - {name: y, data_type: integer, data_tests: [not_null]}",
  ]

  private func publish(_ fixture: ProjectFixture) throws -> Publisher.Outcome {
    try DraftPublication(try fixture.project(), try fixture.draft(), sourceSchemas: [:]).publish(
      artifacts: ["manifest.json": Array("{}".utf8)], reelhouseVersion: "test", now: .now())
  }

  private func conditions(_ fixture: ProjectFixture) throws -> [String: DraftState.Condition] {
    let state = try DraftPublication(try fixture.project(), try fixture.draft(), sourceSchemas: [:]).state()
    return Dictionary(uniqueKeysWithValues: state.entries.map { ($0.node.name, $0.condition) })
  }

  @Test("a finished draft is published, and what is published is what was built")
  func publishes() throws {
    let fixture = try ProjectFixture(Self.files)
    try fixture.run(.build)
    guard case .published(let build) = try publish(fixture) else {
      Issue.record("nothing was published")
      return
    }
    #expect(try WarehouseReader(fixture.warehouse).connection.integer("select y from b") == 2)
    let record = try build.record()
    #expect(record.relations.map(\.relation.description) == ["staged.a", "main.b"])
    #expect(record.relations.last?.columns == [ColumnSchema(name: "y", type: .integer)])
    #expect(record.testCounts == ["pass": 1])
    #expect(
      FileSystemNames.of(build.path) == ["build.json", "main.db", "manifest.json", "raw.db", "staged.db"])
  }

  @Test("a draft in which nothing ran is refused, and the refusal lists what is missing")
  func refusesEmpty() throws {
    let fixture = try ProjectFixture(Self.files)
    let fault = try #require(diagnostic { _ = try publish(fixture) })
    #expect(fault.code == .draftUnfinished)
    #expect(fault.notes.joined().contains("staged.a: was never made"))
  }

  @Test("a failed test keeps the draft from being published, and the old build stays")
  func refusesFailed() throws {
    let fixture = try ProjectFixture(Self.files)
    try fixture.run(.build)
    _ = try publish(fixture)
    try fixture.write("models/a.sql", "select null as x")
    try fixture.run(.build)
    #expect(diagnostic { _ = try publish(fixture) }?.code == .draftUnfinished)
    #expect(try conditions(fixture)["not_null_b_y"] == .failed("Got 1 result, configured to fail if != 0"))
    #expect(try WarehouseReader(fixture.warehouse).connection.integer("select y from b") == 2)
    #expect(try fixture.rows("select y from main.b") == [[.null]])
  }

  @Test("a changed model makes itself and what reads it stale; a comment and white space do not")
  func staleness() throws {
    let fixture = try ProjectFixture(Self.files)
    try fixture.run(.build)
    #expect(try conditions(fixture).values.allSatisfy { $0 == .fresh })
    try fixture.write("models/a.sql", "-- one\nselect  1 as x /* two */")
    #expect(try conditions(fixture).values.allSatisfy { $0 == .fresh })
    try fixture.write("models/a.sql", "select 2 as x")
    #expect(try conditions(fixture) == ["a": .stale, "b": .stale, "not_null_b_y": .untested])
    try fixture.run(.run)
    #expect(try conditions(fixture) == ["a": .fresh, "b": .fresh, "not_null_b_y": .untested])
    try fixture.run(.test)
    #expect(try conditions(fixture).values.allSatisfy { $0 == .fresh })
  }

  @Test("a text that differs only inside quotes is another text")
  func quotedTexts() throws {
    let fixture = try ProjectFixture(["models/a.sql": "select 'a  b -- c' as x"])
    try fixture.run(.build)
    try fixture.write("models/a.sql", "select 'a b -- c' as x")
    #expect(try conditions(fixture) == ["a": .stale])
  }

  @Test("a relation that no model makes any more is not in the next build")
  func orphans() throws {
    let fixture = try ProjectFixture(["models/a.sql": "select 1 as x", "models/old.sql": "select 2 as x"])
    try fixture.run(.build)
    _ = try publish(fixture)
    try fixture.write("models/old.sql", "{{ config(enabled=false) }} select 2 as x")
    guard case .published(let build) = try publish(fixture) else {
      Issue.record("nothing was published")
      return
    }
    #expect(try build.record().relations.map(\.relation.name) == ["a"])
    #expect(
      diagnostic { _ = try WarehouseReader(fixture.warehouse).connection.rows("select * from staged.old") }
        != nil)
  }

  @Test("the same draft is not published twice")
  func unchanged() throws {
    let fixture = try ProjectFixture(Self.files)
    try fixture.run(.build)
    _ = try publish(fixture)
    guard case .unchanged = try publish(fixture) else {
      Issue.record("it was published again")
      return
    }
    #expect(try fixture.warehouse.builds().count == 1)
  }

  @Test("a model that takes another name or layer is published under it, and the old one is gone")
  func moves() throws {
    let fixture = try ProjectFixture(["models/a.sql": "{{ config(alias='aa') }} select 1 as x"])
    for config in ["alias='aa'", "alias='zz'", "alias='zz', schema='main'", "alias='ZZ', schema='main'"] {
      try fixture.write("models/a.sql", "{{ config(\(config)) }} select 1 as x")
      try fixture.run(.build)
      _ = try publish(fixture)
    }
    let record = try #require(try fixture.warehouse.currentBuild()).record()
    #expect(record.relations.map(\.relation.description) == ["main.ZZ"])
  }

  @Test("a source that was loaded with other declared columns is stale")
  func sourceSchema() throws {
    let fixture = try ProjectFixture([
      "models/s.yml": "sources:\n  - name: s\n    schema: raw\n    tables: [{name: t}]"
    ])
    let id = "source.shop.s.t"
    let draft = try fixture.draft()
    let connection = try draft.connect(writing: [.raw])
    try connection.execute("create table raw.t(x)")
    try RelationCatalog(connection).record(
      RelationRecord(
        relation: Relation(layer: .raw, name: "t"), uniqueID: id, kind: .table, fingerprint: "f", rowCount: 0,
        load: LoadRecord(
          archive: "a.zip", member: "t.csv", crc32: 1, byteCount: 1, schemaFingerprint: "old", rowsRead: 0,
          rowsLoaded: 0, rejectCount: 0, loadedAt: "")))
    let project = try fixture.project()
    for (schema, condition) in [("old", DraftState.Condition.fresh), ("new", .stale)] {
      let state = try DraftPublication(project, draft, sourceSchemas: [id: schema]).state()
      #expect(state.entries.map(\.condition) == [condition])
    }
  }
}
