import SQLite
import Testing

/// Random tables that SQLite itself wrote, changed and altered: the scanner must see what `select` sees.
///
/// `SCAN_CASES` says how many, `TEST_SEED` which ones.
@Suite struct TableScannerOracleTests {
  private let folder = DatabaseFolder()

  private struct Difference: Error, CustomStringConvertible {
    let description: String
  }

  @Test("what the scanner sees is what SQLite sees")
  func oracle() throws {
    let seed = environmentNumber("TEST_SEED").map { UInt64($0) } ?? UInt64.random(in: 0..<1 << 62)
    print("scanner: seed \(seed)")
    var rowCount = 0
    for number in 0..<(environmentNumber("SCAN_CASES") ?? 300) {
      let caseSeed = seed &+ UInt64(number)
      do {
        rowCount += try run(seed: caseSeed)
      } catch {
        Issue.record("TEST_SEED=\(caseSeed) SCAN_CASES=1: \(error)")
        return
      }
    }
    print("scanner: \(rowCount) rows compared")
  }

  private func run(seed: UInt64) throws -> Int {
    var random = CaseRandom(seed: seed)
    let pageSize = 512 << random.below(8)
    let path = folder.file("a.db")
    defer { unlinkFile(path) }
    let reserved = random.once(in: 4) ? 1 + random.below(32) : 0
    if reserved > 0 { try makeEmptyFile(path, pageSize: pageSize, reserved: reserved) }
    do {
      let connection = try Connection(path: path, access: .create)
      try connection.execute(
        "pragma page_size = \(pageSize); pragma journal_mode = off; pragma synchronous = off")
      if random.once(in: 4) { try connection.execute("pragma auto_vacuum = \(1 + random.below(2))") }
      try fill(connection, pageSize, &random)
    }
    let scan = try TableScan(path: path, table: "T0")
    let connection = try Connection(path: path, access: .readOnly)
    #expect(try connection.integer("pragma page_size") == Int64(pageSize))
    let expected = try storedRows(connection, "select * from t0 order by rowid")
    let batchSize = [1, 7, 8192][random.below(3)]
    if let found = firstDifference(try scannedRows(scan, rowCapacity: batchSize), expected) {
      throw Difference(description: found)
    }
    try compareProjection(scan, expected, &random)
    return expected.count
  }

  /// Some of the columns, from many parts.
  private func compareProjection(
    _ scan: TableScan, _ expected: [[StoredValue]], _ random: inout CaseRandom
  ) throws {
    let columns = Array(scan.columns.indices.shuffled(using: &random).prefix(1 + random.below(3)))
    let rows = try scannedRows(
      scan, columns: columns, parts: scan.split(into: 1 + random.below(9)), byteLimit: 1 + random.below(5000))
    if let found = firstDifference(rows, expected.map { row in columns.map { row[$0] } }) {
      throw Difference(description: "columns \(columns): \(found)")
    }
  }

  // MARK: Tables with a past

  private func fill(_ connection: Connection, _ pageSize: Int, _ random: inout CaseRandom) throws {
    let memory = try Connection(path: ":memory:", access: .create)
    let table = RandomTable("t0", pageSize: pageSize, &random)
    _ = try table.insert(into: memory)
    try connection.execute("create table before(x); insert into before values (zeroblob(20000))")
    try connection.execute(try table.definition.sql)
    try copyRows(
      of: "t0", from: memory, to: connection, order: random.once(in: 3) ? "rowid" : "rowid * 7919 % 1009")
    if random.once(in: 2) {
      try connection.execute("delete from t0 where rowid % 5 = \(random.below(5))")
    }
    if random.once(in: 2) { try connection.execute("drop table before") }
    for number in 0..<random.below(4) {
      let (type, value) = Self.additions[random.below(Self.additions.count)]
      // SQLite refuses some defaults where the table has rows.
      let sql = "alter table t0 add column added\(number) \(type) \(value)"
      if (try? connection.execute(sql)) == nil { continue }
      if random.once(in: 2) {
        try connection.execute("update t0 set added\(number) = rowid * 1.5 where rowid % 3 = 1")
      }
    }
    if random.once(in: 2) {
      let key = table.columns.first { $0.isPrimaryKey }?.name
      let names = table.columns.map(\.name).filter { $0 != key }.joined(separator: ", ")
      if !names.isEmpty {
        // Rows that have all columns among those that lack the added ones.
        try connection.execute(
          "insert or ignore into t0(\(names)) select \(names) from t0 where rowid % 4 = 0")
      }
    }
    if random.once(in: 3) { try connection.execute("vacuum") }
  }

  private static let additions: [(String, String)] = [
    ("", ""), ("text", "default 'äöü'"), ("text", "default \"double\""), ("integer", "default -7"),
    ("real", "default 5"), ("real", "default -0.0"), ("numeric", "default '12'"),
    ("numeric", "default '1e2x'"),
    ("text", "default 12.50"), ("blob", "default x'00ff'"), ("integer", "not null default 0x7F"),
    ("", "default true"), ("date", "default null"), ("text", "default ''"), ("", "default x''"),
    ("text", "default (1 + 2)"), ("integer", "default +9223372036854775807"),
    ("text", "not null default (lower('X'))"),
    ("real", "default 1e300"), ("text", "default current_timestamp"), ("", "default 9223372036854775808"),
    ("", "default 'a long default, longer than two blocks of sixteen bytes, so that it is copied whole'"),
  ]

  /// An empty database with reserved bytes at the end of each page.
  private func makeEmptyFile(_ path: String, pageSize: Int, reserved: Int) throws {
    do {
      let connection = try Connection(path: path, access: .create)
      try connection.execute("pragma page_size = \(pageSize); pragma user_version = 1")
    }
    var bytes = folder.bytes(of: "a.db")
    bytes[20] = UInt8(reserved)
    // Where the cells of the first page begin.
    bytes[105] = UInt8((pageSize - reserved) >> 8)
    bytes[106] = UInt8((pageSize - reserved) & 0xFF)
    try folder.write(bytes, to: "a.db")
  }
}
