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
    try DraftPublication(try fixture.project(), try fixture.draft()).publish(
      artifacts: ["manifest.json": Array("{}".utf8)], reelhouseVersion: "test", now: .now())
  }

  private func conditions(_ fixture: ProjectFixture) throws -> [String: DraftState.Condition] {
    let state = try DraftPublication(try fixture.project(), try fixture.draft()).state()
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
}
