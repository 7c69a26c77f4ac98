import Diagnostics
import Ingest
import SQLite
import Storage
import Testing

/// Loads of several members side by side.
@Suite struct ParallelLoadTests {
  private let fixture: IngestFixture
  private let tables = (0..<7).map { index in
    IngestFixture.table(
      "t\(index)", [ColumnSchema(name: "id", type: .integer), ColumnSchema(name: "name", type: .text)])
  }

  init() throws {
    fixture = try IngestFixture()
  }

  /// A member for each table, the later ones shorter, with a bad row in some.
  private func members(badIn bad: Set<Int> = []) -> [String: String] {
    var members: [String: String] = [:]
    for index in tables.indices {
      var text = "id,name\r\n"
      for row in 0..<(3000 * (tables.count - index)) { text += "\(row),name \(row % 97) of \(index)\r\n" }
      if bad.contains(index) { text += "x\(index),bad\r\ny\(index),bad\r\n" }
      members["t\(index).csv"] = text
    }
    return members
  }

  private func hashes() throws -> [String?] {
    try IngestPlanner.records(in: fixture.warehouse).map(\.exactHash)
  }

  @Test("the tables are the same however many threads there are", arguments: [1, 2, 3, 7, 16])
  func threads(count: Int) throws {
    let archive = try fixture.zip(members())
    let plan = try fixture.plan(tables, IngestOptions(archivePath: archive))
    let report = try fixture.run(plan, processorCount: count)
    #expect(report.tables.map(\.rowsLoaded) == [21_000, 18_000, 15_000, 12_000, 9_000, 6_000, 3_000])
    #expect(try fixture.rows("pragma integrity_check") == [["ok"]])
    for index in tables.indices {
      let wrong =
        "select count(*) from t\(index) where id <> rowid - 1 or name <> 'name ' || (id % 97) || ' of \(index)'"
      #expect(try fixture.rows(wrong) == [[0]])
    }
    let hashes = try hashes()
    #expect(!hashes.contains(nil) && Set(hashes).count == tables.count)
    let file = try fixture.rawBytes()
    try fixture.run(
      fixture.plan(tables, IngestOptions(archivePath: archive, isForced: true)), processorCount: 1)
    #expect(try self.hashes() == hashes)
    #expect(try file?.count == fixture.rawBytes()?.count)
  }

  @Test("a member that fails stops all, and nothing is changed", arguments: [1, 2, 7])
  func failure(processorCount: Int) throws {
    try fixture.ingest(tables, fixture.zip(members()))
    let before = try fixture.rawBytes()
    var changed = members(badIn: [1, 5])
    changed["t0.csv"]? += "-1,late\r\n"
    let plan = try fixture.plan(
      tables, IngestOptions(archivePath: fixture.zip(changed), isForced: true))
    let error = #expect(throws: IngestError.self) {
      try fixture.run(plan, processorCount: processorCount)
    }
    let message = error?.diagnostic.message ?? ""
    #expect(message.contains("'x1'") || message.contains("'x5'"))
    #expect(try fixture.rawBytes() == before)
    #expect(try fixture.leftovers().isEmpty)
  }

  @Test("rejects of several members are kept in the order of tables and rows")
  func rejects() throws {
    let archive = try fixture.zip(members(badIn: [0, 3, 6]))
    let plan = try fixture.plan(tables, IngestOptions(archivePath: archive, rejectLimit: .count(2)))
    let report = try fixture.run(plan, processorCount: 4)
    #expect(report.rejectCount == 6)
    #expect(
      try fixture.rows("select table_name, raw_text from _rejects order by rowid") == [
        ["t0", "x0,bad"], ["t0", "y0,bad"], ["t3", "x3,bad"], ["t3", "y3,bad"], ["t6", "x6,bad"],
        ["t6", "y6,bad"],
      ])
  }

  @Test("an interruption ends all threads and changes nothing")
  func interruption() throws {
    let plan = try fixture.plan(tables, IngestOptions(archivePath: fixture.zip(members())))
    #expect(throws: CancellationError.self) {
      try fixture.run(plan, processorCount: 3, shouldStop: { true })
    }
    #expect(try IngestPlanner.records(in: fixture.warehouse).isEmpty)
    #expect(try fixture.leftovers().isEmpty)
  }

  @Test("a file whose header changed since it was planned with is not loaded")
  func changedHeader() throws {
    let file = try fixture.file("t0.csv", "id,name\n1,a\n")
    let plan = try fixture.plan(tables, IngestOptions(archivePath: file))
    _ = try fixture.file("t0.csv", "name,id\na,1\n")
    let error = #expect(throws: IngestError.self) { try fixture.run(plan) }
    #expect(error?.diagnostic.message.contains("has changed since") == true)
  }
}
