import SQLite
import Testing

/// What the scanner says of a table is what the bulk writer says of the same rows.
@Suite struct ScanSummaryTests {
  private let folder = DatabaseFolder()

  private func summary(_ name: String, table: String = "t") throws -> TableSummary {
    try TableScan(path: folder.file(name), table: table).summarize()
  }

  private func make(_ name: String, _ sql: String) throws {
    unlinkFile(folder.file(name))
    let connection = try Connection(path: folder.file(name), access: .create)
    try connection.execute(sql)
  }

  @Test("random rows have one hash and one set of facts, however and wherever they are stored")
  func oracle() throws {
    let seed = environmentNumber("TEST_SEED").map { UInt64($0) } ?? UInt64.random(in: 0..<1 << 62)
    print("exact hash: seed \(seed)")
    for number in 0..<(environmentNumber("HASH_CASES") ?? 100) {
      let caseSeed = seed &+ UInt64(number)
      var random = CaseRandom(seed: caseSeed)
      let table = RandomTable("t", pageSize: 1024, &random)
      let memory = try Connection(path: ":memory:", access: .create)
      guard try table.insert(into: memory) == nil else { continue }
      let expected = try writtenInBulk(table, pageSize: 512 << random.below(8))
      let repeated = "TEST_SEED=\(caseSeed) HASH_CASES=1"
      #expect(try summary("bulk.db") == expected, "\(repeated): read as it was written")
      try writeByStatements(table, memory, pageSize: 512 << random.below(8))
      #expect(try summary("other.db") == expected, "\(repeated): inserted")
      try Connection(path: folder.file("other.db"), access: .readWrite).execute("vacuum")
      #expect(try summary("other.db") == expected, "\(repeated): after a vacuum")
      let scan = try TableScan(path: folder.file("other.db"), table: "t")
      let parts = try scan.split(into: 1 + random.below(5)).shuffled(using: &random).map {
        try scan.summarize($0)
      }
      let whole = parts.dropFirst().reduce(into: parts[0]) { $0.merge($1) }
      #expect(scan.tableSummary(whole) == expected, "\(repeated): in parts")
      try change(table, &random)
      #expect(try summary("other.db").exactHash != expected.exactHash, "\(repeated): changed")
    }
  }

  private func writtenInBulk(_ table: RandomTable, pageSize: Int) throws -> TableSummary {
    var options = DatabaseFileWriter.Options()
    options.pageSize = pageSize
    options.isDurable = false
    unlinkFile(folder.file("bulk.db"))
    var database = try DatabaseFileWriter(path: folder.file("bulk.db"), options: options)
    var writer = database.makeTable(try TableDefinition("t", table.columns))
    try table.cells.withUnsafeBufferPointer { try writer.append($0) }
    let summary = try writer.finish()
    try database.finish()
    return summary
  }

  private func writeByStatements(_ table: RandomTable, _ memory: Connection, pageSize: Int) throws {
    unlinkFile(folder.file("other.db"))
    let connection = try Connection(path: folder.file("other.db"), access: .create)
    try connection.execute("pragma page_size = \(pageSize); pragma synchronous = off")
    try connection.execute(try TableDefinition("t", table.columns).sql)
    try copyRows(of: "t", from: memory, to: connection, order: "rowid * 7919 % 1009")
  }

  /// Changes one value, or takes a row away or doubles it.
  private func change(_ table: RandomTable, _ random: inout CaseRandom) throws {
    let connection = try Connection(path: folder.file("other.db"), access: .readWrite)
    let rowCount = try connection.integer("select count(*) from t")
    let key = table.columns.first { $0.isPrimaryKey }?.name
    let others = table.columns.filter { $0.name != key && !$0.isNotNull }
    let row = "(select rowid from t limit 1 offset \(rowCount == 0 ? 0 : random.below(Int(rowCount))))"
    if rowCount > 0, let column = others.randomElement(using: &random)?.name {
      let isNull = try connection.integer("select \(column) is null from t where rowid = \(row)") == 1
      try connection.execute("update t set \(column) = \(isNull ? "x'07'" : "null") where rowid = \(row)")
    } else if rowCount > 0 {
      try connection.execute("delete from t where rowid = \(row)")
    } else {
      try connection.execute("alter table t rename column \(table.columns[0].name) to other")
    }
  }

  @Test("rows that are older than a column have its default")
  func added() throws {
    let sql =
      "create table t(a, b text default 'x', c real default 5, d default -1, e blob default null, f real)"
    let rows: [[SQLiteValue]] = (0..<300).map {
      [.integer(Int64($0 % 7)), "x", 5, -1, .null, $0 % 2 == 0 ? .null : .real(0.5)]
    }
    let expected = try writeTable(folder.file("bulk.db"), TableDefinition(sql: sql), rows)
    try make(
      "a.db",
      """
      create table t(a);
      with recursive n(i) as (select 0 union all select i + 1 from n where i < 299)
      insert into t select i % 7 from n;
      alter table t add column b text default 'x';
      alter table t add column c real default 5;
      alter table t add column d default -1;
      alter table t add column e blob default null;
      alter table t add column f real;
      update t set f = 0.5 where rowid % 2 = 0;
      """)
    #expect(try summary("a.db") == expected)
  }

  /// Records that SQLite would not write: a blob of the given bytes, whose serial type is made another one, stands
  /// for what the second statement stores.
  private static let odd: [(String, blob: String, serial: UInt8, String)] = [
    ("integer", "0000000000000005", 6, "5"), ("integer", "0005", 2, "5"), ("integer", "01", 1, "1"),
    ("integer", "00", 1, "0"), ("integer", "FFFFFFFFFF85", 5, "-123"), ("real", "4014000000000000", 7, "5.0"),
    ("real", "0000000000000005", 6, "5.0"), ("real", "4000000000000000", 6, "4611686018427387904"),
    ("real", "7FF8000000000000", 7, "null"), ("", "7FF8000000000000", 7, "null"),
    ("", "4014000000000000", 7, "5.0"),
  ]

  @Test("records in another form than SQLite's have the hash of their values", arguments: odd)
  func otherForm(type: String, blob: String, serial: UInt8, value: String) throws {
    try make(
      "a.db", "create table t(x \(type), y); insert into t values (x'\(blob)', 'mark'), (\(value), 'mark')")
    try make(
      "b.db", "create table t(x \(type), y); insert into t values (\(value), 'mark'), (\(value), 'mark')")
    let length = UInt8(blob.utf8.count)
    // Header length, serial types of the blob and of the text.
    try patch("a.db", [3, 12 + length, 21], [3, serial, 21])
    let connection = try Connection(path: folder.file("a.db"), access: .readOnly)
    let reference = try Connection(path: folder.file("b.db"), access: .readOnly)
    let rows = "select x, y from t"
    #expect(try storedRows(connection, rows) == storedRows(reference, rows))
    #expect(try summary("a.db") == summary("b.db"))
    let scan = try TableScan(path: folder.file("a.db"), table: "t")
    #expect(try scannedRows(scan) == storedRows(reference, rows))
  }

  @Test("an integral real in a column of integers, and -0 in one of reals, are not what SQLite would store")
  func otherValues() throws {
    for (type, bits, value) in [("integer", "4014000000000000", "5"), ("real", "8000000000000000", "0.0")] {
      try make("a.db", "create table t(x \(type), y); insert into t values (x'\(bits)', 'mark')")
      try make("b.db", "create table t(x \(type), y); insert into t values (\(value), 'mark')")
      try patch("a.db", [3, 28, 21], [3, 7, 21])
      #expect(try summary("a.db").exactHash != summary("b.db").exactHash)
    }
  }

  @Test("fields behind the last column, and header lengths in too many bytes, count for nothing")
  func otherHeaders() throws {
    try make("b.db", "create table t(x); insert into t values (5)")
    // A header of three bytes, two for its length; the text's first byte is the serial type, the second the value.
    try make("a.db", "create table t(x); insert into t values (x'0105')")
    try patch("a.db", [2, 16, 1, 5], [0x80, 3, 1, 5])
    #expect(try summary("a.db") == summary("b.db"))
    // A header of three bytes, the last of them the serial type of a field more.
    try make("a.db", "create table t(x); insert into t values (x'0105')")
    try patch("a.db", [2, 16, 1, 5], [3, 1, 8, 5])
    #expect(try summary("a.db") == summary("b.db"))
  }

  /// Replaces the only place of some bytes.
  private func patch(_ name: String, _ old: [UInt8], _ new: [UInt8]) throws {
    var bytes = folder.bytes(of: name)
    let places = (0...bytes.count - old.count).filter { bytes[$0..<$0 + old.count].elementsEqual(old) }
    try #require(places.count == 1)
    bytes.replaceSubrange(places[0]..<places[0] + old.count, with: new)
    try folder.write(bytes, to: name)
  }
}
