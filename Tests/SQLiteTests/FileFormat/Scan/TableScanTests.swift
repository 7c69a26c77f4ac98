import SQLite
import Testing

@Suite struct TableScanTests {
  private let folder = DatabaseFolder()

  private func make(_ sql: String) throws -> Connection {
    let connection = try Connection(path: folder.file("a.db"), access: .create)
    try connection.execute("pragma page_size = 1024; pragma synchronous = off; \(sql)")
    return connection
  }

  private static let numbers =
    "with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)"

  @Test("every row is in one of the parts, in the order of the rowids, and the parts are balanced")
  func parts() throws {
    let connection = try make(
      "create table t(a, b); \(Self.numbers) insert into t(rowid, a) select i * 3 + 1000000, 1000 + i from n"
    )
    let scan = try TableScan(path: folder.file("a.db"), table: "t")
    let expected = try storedRows(connection, "select * from t order by rowid")
    for count in [1, 2, 3, 7, 64, 100_000] {
      let parts = scan.split(into: count)
      #expect(parts.count <= count)
      #expect(try scannedRows(scan, parts: parts) == expected)
      let sizes = try parts.map { try scannedRows(scan, parts: [$0]).count }
      if count <= 7 { #expect((sizes.max() ?? 0) < 3 * (sizes.min() ?? 0) / 2, "\(sizes)") }
    }
  }

  @Test("several threads read one table at once")
  func threads() async throws {
    _ = try make("create table t(a, b); \(Self.numbers) insert into t select i, 'text ' || i from n")
    let scan = try TableScan(path: folder.file("a.db"), table: "t")
    let sum = try await withThrowingTaskGroup(of: Int.self) { group in
      for part in scan.split(into: 8) {
        group.addTask {
          var scanner = scan.scanner(of: part, columns: [0])
          let batch = ScanBatch(columnCount: 1)
          var sum = 0
          while try scanner.next(into: batch) {
            for row in 0..<batch.rowCount { sum += Int(batch[0].integer(row)) }
          }
          return sum
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(sum == 5000 * 5001 / 2)
  }

  @Test("a batch tells the kinds of its values and lends their bytes one after the other")
  func batches() throws {
    _ = try make(
      "create table t(id integer primary key, a, b, c); insert into t values (5, 'äb', 1.5, null), (6, '', 2, x'00ff')"
    )
    let scan = try TableScan(path: folder.file("a.db"), table: "T")
    #expect(scan.table == "t")
    #expect(scan.columns.map(\.name) == ["id", "a", "b", "c"])
    #expect(scan.keyColumn == 0)
    let batch = ScanBatch(columnCount: 4)
    var scanner = scan.scanner(of: scan.whole, columns: [0, 1, 2, 3])
    #expect(try scanner.next(into: batch))
    #expect(batch.rowCount == 2)
    #expect(batch[0].holdsOnly(.integer))
    #expect(batch[1].holdsOnly(.text))
    #expect(Array(batch[1].bytes) == [0xC3, 0xA4, 0x62])
    #expect(batch[2].holds(.real) && batch[2].holds(.integer) && !batch[2].holds(.null))
    #expect(!batch[2].holdsOnly(.real))
    #expect((0..<4).map { batch[$0].value(0) } == [5, "äb", .real(1.5), .null])
    #expect((0..<4).map { batch[$0].value(1) } == [6, "", 2, .blob([0, 255])])
    #expect(batch[3].cell(0).kind == .null)
    #expect(Array(batch[3].cell(1).bytes) == [0, 255])
    #expect(try !scanner.next(into: batch))
    #expect(batch.rowCount == 0)
  }

  @Test("no column at all counts the rows")
  func counting() throws {
    _ = try make("create table t(a); \(Self.numbers) insert into t select zeroblob(i) from n where i < 3000")
    let scan = try TableScan(path: folder.file("a.db"), table: "t")
    var scanner = scan.scanner(of: scan.whole, columns: [])
    let batch = ScanBatch(columnCount: 0)
    var count = 0
    while try scanner.next(into: batch) { count += batch.rowCount }
    #expect(count == 2999)
  }

  @Test("an empty table has no rows, and its facts none either")
  func empty() throws {
    _ = try make("create table t(a)")
    let scan = try TableScan(path: folder.file("a.db"), table: "t")
    #expect(try scannedRows(scan) == [])
    #expect(try scan.summarize().rowCount == 0)
    #expect(scan.split(into: 4).count == 1)
  }

  @Test(
    "values of several megabytes come whole, and a batch of them ends early", arguments: [512, 4096, 65_536])
  func large(pageSize: Int) throws {
    let connection = try Connection(path: folder.file("a.db"), access: .create)
    try connection.execute(
      "pragma page_size = \(pageSize); pragma synchronous = off; create table t(a, b, c)")
    for size in [0, 100, 5_000_000, 1, 700_000, 3_000_000] {
      try connection.run(
        "insert into t values (?, 'between', randomblob(?))", [.integer(Int64(size)), .integer(Int64(size))])
    }
    let scan = try TableScan(path: folder.file("a.db"), table: "t")
    #expect(try scannedRows(scan) == storedRows(connection, "select * from t"))
    #expect(try scannedRows(scan, columns: [1]) == storedRows(connection, "select b from t"))
    var scanner = scan.scanner(of: scan.whole, columns: [2])
    let batch = ScanBatch(columnCount: 1)
    var sizes: [Int] = []
    while try scanner.next(into: batch) { sizes.append(batch.rowCount) }
    #expect(sizes == [3, 3])
  }

  @Test("a strict table, a frozen file and one in write-ahead mode without a log are read")
  func kinds() throws {
    do {
      let connection = try make(
        "create table t(a integer, b any, c real) strict; insert into t values (1, 'x', 2)")
      try connection.execute(
        "pragma journal_mode = wal; insert into t values (2, x'00', 3); pragma wal_checkpoint(truncate)")
    }
    let scan = try TableScan(path: folder.file("a.db"), table: "t")
    #expect(
      try scannedRows(scan).map(\.description) == ["[1, text \"x\" of 1, 2.0]", "[2, blob [0] of 1, 3.0]"])
    var bytes = folder.bytes(of: "a.db")
    (bytes[18], bytes[19]) = (3, 1)
    try folder.write(bytes, to: "b.db")
    let frozen = try TableScan(path: folder.file("b.db"), table: "t")
    #expect(try scannedRows(frozen).count == 2)
  }
}
