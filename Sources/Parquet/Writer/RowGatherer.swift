/// Rows on their way into row groups: a batch for each column, and how far they have been taken.
package struct PendingRows {
  let columns: [ColumnBatch]
  let rowCount: Int
  var row = 0
  /// Where the next value of each column stands.
  var values: [Int]

  package init(_ columns: [ColumnBatch]) {
    rowCount = columns.first?.rowCount ?? 0
    let rows = rowCount
    precondition(columns.allSatisfy { $0.rowCount == rows }, "all columns have the same rows")
    self.columns = columns
    values = [Int](repeating: 0, count: columns.count)
  }
}

/// Gathers rows, column by column, until they are a row group. Where one ends hangs on the rows alone.
package struct RowGatherer {
  /// The rows so far, a batch for each column.
  package private(set) var batches: [ColumnBatch]
  private let rowLimit: Int
  private let byteLimit: Int

  package init(_ schema: Schema, _ properties: WriterProperties) {
    batches = schema.columns.map { ColumnBatch($0) }
    rowLimit = properties.rowGroupRowLimit
    byteLimit = properties.rowGroupByteLimit
  }

  package var rowCount: Int { batches.first?.rowCount ?? 0 }

  /// Takes rows until none is left or the row group is full; returns whether it is.
  package mutating func append(_ rows: inout PendingRows) -> Bool {
    precondition(rows.columns.count == batches.count, "there is a batch for each column")
    while rows.row < rows.rowCount {
      // In pieces, so that the limit of bytes is looked at now and then.
      let taken = min(rows.rowCount - rows.row, rowLimit - rowCount, 4096)
      for (index, column) in rows.columns.enumerated() {
        rows.values[index] += batches[index].append(
          column, row: rows.row, value: rows.values[index], rowCount: taken)
      }
      rows.row += taken
      if isFull { return true }
    }
    return false
  }

  package var isFull: Bool {
    rowCount >= rowLimit || batches.reduce(0) { $0 + $1.byteCount } >= byteLimit
  }

  /// Goes on with other batches of the same columns, which are emptied, or with new ones: those so far are somebody
  /// else's.
  package mutating func restart(with others: [ColumnBatch]?) {
    batches = others ?? batches.map { ColumnBatch($0.column) }
    for batch in batches { batch.removeAll() }
  }
}
