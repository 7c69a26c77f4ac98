import CSQLite

extension TableWriter {
  /// Appends all rows that a statement gives, from where it stands to its end.
  ///
  /// Texts and blobs go from SQLite's memory into the pages without a copy in between.
  package mutating func append(rowsOf statement: borrowing Statement) throws {
    let columnCount = statement.columnCount
    let cells = UnsafeMutableBufferPointer<RecordCell>.allocate(capacity: columnCount)
    defer { cells.deallocate() }
    while try statement.step() {
      for column in 0..<columnCount { cells.initializeElement(at: column, to: statement.cell(column)) }
      try append(UnsafeBufferPointer(cells))
    }
  }
}
