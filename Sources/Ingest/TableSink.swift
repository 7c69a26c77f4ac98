import SQLite

/// Takes the typed rows of one table, a batch at a time.
protocol TableSink: ~Copyable {
  mutating func append(_ rows: TypedRows) throws
}

/// Stores rows as pages of the table's b-tree.
struct BulkSink: TableSink, ~Copyable {
  private var writer: TableWriter

  init(_ writer: consuming TableWriter) {
    self.writer = writer
  }

  mutating func append(_ rows: TypedRows) throws {
    try writer.append(rows.cells)
  }

  /// Writes what is left of the table.
  consuming func finish() throws -> TableSummary {
    try writer.finish()
  }
}

/// Stores rows by prepared `INSERT` statements.
///
/// Much of what one costs is its beginning and its end, so each stores several rows: a load of 5 million rows takes
/// 1.8 CPU seconds in all where it took 3.4 with a row each.
struct InsertSink: TableSink, ~Copyable {
  private let several: Statement
  private let single: Statement
  private let rowsPerStatement: Int

  private static let mostRowsPerStatement = 32
  /// The number of parameters that every build of SQLite allows.
  private static let mostParameters = 999
  private static let tooBig: Int32 = 18  // SQLITE_TOOBIG of sqlite3.h

  /// - Parameter relationSQL: the table, quoted as SQL wants it. It must exist.
  init(_ connection: Connection, relationSQL: String, columnCount: Int) throws {
    let rowCount = max(1, min(Self.mostRowsPerStatement, Self.mostParameters / columnCount))
    let row = "(\(Array(repeating: "?", count: columnCount).joined(separator: ", ")))"
    let rows = Array(repeating: row, count: rowCount).joined(separator: ", ")
    let several = try connection.prepare("insert into \(relationSQL) values \(rows)")
    let single = try connection.prepare("insert into \(relationSQL) values \(row)")
    self.several = several
    self.single = single
    rowsPerStatement = rowCount
  }

  mutating func append(_ rows: TypedRows) throws {
    let cells = rows.cells
    // A batch that holds nothing but a failure has no rows, and no columns either.
    guard !cells.isEmpty else { return }
    let step = rowsPerStatement * rows.columnCount
    var index = 0
    while index &+ step <= cells.count {
      try Self.run(several, UnsafeBufferPointer(rebasing: cells[index..<(index + step)]))
      index += step
    }
    while index < cells.count {
      try Self.run(single, UnsafeBufferPointer(rebasing: cells[index..<(index + rows.columnCount)]))
      index += rows.columnCount
    }
  }

  @inline(__always)
  private static func run(_ statement: borrowing Statement, _ cells: UnsafeBufferPointer<RecordCell>) throws {
    for index in 0..<cells.count {
      let cell = cells[index]
      let parameter = Int32(truncatingIfNeeded: index &+ 1)
      // SAFETY: the batch keeps the bytes of its texts until it is filled again, which is after this call.
      let isBound =
        switch cell.kind {
        case .null: statement.bindNull(at: parameter)
        case .integer: statement.bind(integer: cell.integer, at: parameter)
        case .real: statement.bind(real: cell.real, at: parameter)
        case .text, .blob: statement.bind(unownedText: cell.bytes, at: parameter)
        }
      if !isBound { throw SQLiteError(resultCode: tooBig, reason: "SQLite takes no value of that size") }
    }
    _ = try statement.step()
    statement.reset()
  }
}
