import SQLite

extension Microbenchmarks {
  /// The scanner over a table as it was written in bulk, and SQLite's own statements over the same rows.
  static func reading(_ rows: SampleRows, _ batchCount: Int, _ folder: ScratchFolder) throws -> [Benchmark] {
    let path = folder.file("read.db")
    _ = try write(rows, batchCount, path, hashesRows: false)
    let size = try byteCount(path)
    return [
      Benchmark("scanner, all columns") { try scan(path, [0, 1, 2], size) },
      Benchmark("scanner, the integer") { try scan(path, [0], size) },
      Benchmark("scanner, a text") { try scan(path, [1], size) },
      Benchmark("scanner, exact hash and facts") {
        Work(rowCount: try TableScan(path: path, table: "t").summarize().rowCount, byteCount: size)
      },
      Benchmark("sqlite3_step, all columns") { try step(path, "id, name, role", size) },
      Benchmark("sqlite3_step, the integer") { try step(path, "id", size) },
    ]
  }

  /// Bytes are those of the file, whatever of them is decoded.
  private static func scan(_ path: String, _ columns: [Int], _ size: Int) throws -> Work {
    let scan = try TableScan(path: path, table: "t")
    let batch = ScanBatch(columnCount: columns.count)
    var scanner = scan.scanner(of: scan.whole, columns: columns)
    var rowCount = 0
    while try scanner.next(into: batch) { rowCount += batch.rowCount }
    return Work(rowCount: rowCount, byteCount: size)
  }

  private static func step(_ path: String, _ columns: String, _ size: Int) throws -> Work {
    let connection = try Connection(path: path, access: .readOnly, isImmutable: true)
    let statement = try connection.prepare("select \(columns) from t")
    var rowCount = 0
    var sum: Int64 = 0
    while try statement.step() {
      sum &+= statement.integer(0)
      for column in stride(from: 1, to: statement.columnCount, by: 1) {
        sum &+= statement.withBytes(column) { Int64($0.count) }
      }
      rowCount += 1
    }
    precondition(sum > 0)
    return Work(rowCount: rowCount, byteCount: size)
  }
}
