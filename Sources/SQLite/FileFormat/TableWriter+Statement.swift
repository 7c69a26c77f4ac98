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

  /// Appends the rows that a statement gives, each of several equal ones once, as if it were a `SELECT DISTINCT`.
  ///
  /// - Throws: `DistinctOrderError` where the rows do not come in an order in which this can be told without keeping
  ///   them all; what was appended then is of no use.
  package mutating func append(distinctRowsOf statement: borrowing Statement) throws {
    let columnCount = statement.columnCount
    let cells = UnsafeMutableBufferPointer<RecordCell>.allocate(capacity: columnCount)
    defer { cells.deallocate() }
    var run = DistinctRun()
    while try statement.step() {
      for column in 0..<columnCount { cells.initializeElement(at: column, to: statement.cell(column)) }
      let isNew: Bool
      do throws(DistinctRun.NotOrdered) {
        isNew = try run.isNew(UnsafeBufferPointer(cells))
      } catch {
        throw DistinctOrderError()
      }
      if isNew { try append(UnsafeBufferPointer(cells)) }
    }
  }
}

/// The rows of a query come in an order in which equal ones cannot be told without keeping all.
package struct DistinctOrderError: Error {}
