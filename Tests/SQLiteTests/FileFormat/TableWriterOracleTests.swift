import SQLite
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Random tables, written in bulk and inserted by SQLite itself: the two must be the same.
///
/// `BULK_CASES` says how many, `TEST_SEED` which ones.
@Suite struct TableWriterOracleTests {
  @Test("what is written in bulk is what SQLite would have stored")
  func oracle() throws {
    let seed = environmentNumber("TEST_SEED").map { UInt64($0) } ?? UInt64.random(in: 0..<1 << 62)
    print("bulk writer: seed \(seed)")
    let folder = DatabaseFolder()
    let caseCount = environmentNumber("BULK_CASES") ?? 300
    var comparedCount = 0
    for number in 0..<caseCount {
      let caseSeed = seed &+ UInt64(number)
      do {
        if try run(seed: caseSeed, path: folder.file("\(number).db")) { comparedCount += 1 }
      } catch {
        Issue.record("TEST_SEED=\(caseSeed) BULK_CASES=1: \(error)")
      }
      guard folder.names.isEmpty else {
        Issue.record("TEST_SEED=\(caseSeed) BULK_CASES=1: a file was left: \(folder.names)")
        return
      }
    }
    print("bulk writer: \(comparedCount) of \(caseCount) files compared, the others refused")
    // The rest was refused, for its rows break a constraint.
    if caseCount > 100 { #expect(comparedCount > caseCount / 2) }
  }

  private struct Difference: Error, CustomStringConvertible {
    let description: String
  }

  /// False where the rows of a case break a constraint.
  private func run(seed: UInt64, path: String) throws -> Bool {
    var random = CaseRandom(seed: seed)
    let pageSize = 512 << random.below(8)
    let tables = (0..<(1 + random.below(3))).map { RandomTable("t\($0)", pageSize: pageSize, &random) }
    let connection = try Connection(path: ":memory:", access: .create)
    try connection.execute("pragma page_size = \(pageSize)")
    var options = DatabaseFileWriter.Options()
    options.pageSize = pageSize
    options.isDurable = false
    var database = try DatabaseFileWriter(path: path, options: options)
    // Tables are finished in another order than they were begun, now and then.
    let isReversed = random.once(in: 3)
    if isReversed && tables.count > 1 {
      var first = database.makeTable(try tables[0].definition)
      for table in tables.dropFirst() {
        var writer = database.makeTable(try table.definition)
        guard try write(table, &writer, connection) else { return false }
        try finish(writer, table, connection)
      }
      guard try write(tables[0], &first, connection) else { return false }
      try finish(first, tables[0], connection)
    } else {
      for table in tables {
        var writer = database.makeTable(try table.definition)
        guard try write(table, &writer, connection) else { return false }
        try finish(writer, table, connection)
      }
    }
    if isUniqueViolated(tables, connection) { return false }
    database.add(.view("v", sql: "CREATE VIEW v AS select * from t0"))
    try database.finish()
    defer { unlink(path) }
    try compare(tables, connection, path, pageSize: pageSize)
    return true
  }

  /// Writes the rows; false where SQLite refuses one of them, and so did the writer.
  private func write(
    _ table: RandomTable, _ writer: inout TableWriter, _ connection: Connection
  ) throws -> Bool {
    let refused = try table.insert(into: connection)
    do {
      try table.cells.withUnsafeBufferPointer { try writer.append($0) }
    } catch let error as DatabaseFileError {
      if error.row == refused { return false }
      throw error
    }
    if let refused { throw Difference(description: "row \(refused) of \(table.name) should be refused") }
    return true
  }

  /// Builds the indexes both ways.
  private func finish(
    _ writer: consuming TableWriter, _ table: RandomTable, _ connection: Connection
  ) throws {
    var isRefused = false
    do {
      for sql in table.indexSQL { try connection.execute(sql) }
    } catch {
      isRefused = true
    }
    do {
      _ = try writer.finish()
    } catch {
      guard case .notUnique = error.reason, isRefused else { throw error }
      return
    }
    if isRefused { throw Difference(description: "an index of \(table.name) should not be unique") }
  }

  private func isUniqueViolated(_ tables: [RandomTable], _ connection: Connection) -> Bool {
    let made = try? connection.integer("select count(*) from sqlite_schema where type = 'index'")
    return made != Int64(tables.reduce(0) { $0 + $1.indexes.count })
  }

  private func compare(
    _ tables: [RandomTable], _ connection: Connection, _ path: String, pageSize: Int
  ) throws {
    try connection.attach(path, as: "bulk", access: .readWrite)
    let health = try connection.rows("pragma bulk.integrity_check")
    if health != [["ok"]] { throw Difference(description: "\(health)") }
    let size = try connection.integer("pragma bulk.page_size")
    if size != pageSize { throw Difference(description: "page size \(size)") }
    for table in tables {
      let columns = table.columns.map { "\($0.name), typeof(\($0.name))" }.joined(separator: ", ")
      try compare(connection, "select rowid, \(columns) from", table.name)
      let counts = try connection.rows(
        "select (select count(*) from main.\(table.name)), (select count(*) from bulk.\(table.name))")
      if counts[0][0] != counts[0][1] { throw Difference(description: "rows of \(table.name): \(counts)") }
    }
    try connection.execute("analyze main")
    if tables.contains(where: { $0.rowCount > 0 }) {
      try compare(connection, "select tbl, idx, stat from", "sqlite_stat1")
    }
    if try connection.integer("select sqlite_compileoption_used('ENABLE_DBSTAT_VTAB')") == 1 {
      // Records are of the same length to the byte.
      let sizes = "select name, sum(payload) from dbstat('%') where name like 't%' group by name"
      let ours = try connection.rows(sizes.replacing("%", with: "bulk", maxReplacements: 1))
      let theirs = try connection.rows(sizes.replacing("%", with: "main", maxReplacements: 1))
      if ours != theirs { throw Difference(description: "\(ours) instead of \(theirs)") }
    }
    // SQLite goes on writing where we ended.
    let table = tables[0]
    try connection.execute(
      "delete from bulk.\(table.name) where rowid % 3 = 1; insert into bulk.\(table.name) select * from main.\(table.name) where rowid % 3 = 1"
    )
    let after = try connection.rows("pragma bulk.integrity_check")
    if after != [["ok"]] { throw Difference(description: "after a delete: \(after)") }
    try connection.detach("bulk")
  }

  private func compare(_ connection: Connection, _ select: String, _ table: String) throws {
    for (one, other) in [("main", "bulk"), ("bulk", "main")] {
      let rows = try connection.rows(
        "\(select) \(one).\(table) except \(select) \(other).\(table) limit 3")
      if !rows.isEmpty {
        throw Difference(description: "\(table), in \(one) only: \("\(rows)".prefix(2000))")
      }
    }
  }
}
