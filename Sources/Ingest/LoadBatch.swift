import CSV

/// A piece of a file on its way to the table: split, typed, and with what could not be typed. Made to be used again.
///
/// `@unchecked Sendable`: a batch has one owner at any time, who hands it on through `BatchExchange`'s lock.
final class LoadBatch: @unchecked Sendable {
  var csv: CSVBatch
  var cells = CellBuffer()
  var columnCount = 0
  /// Rows of the file in this batch: those that were typed and those that were not.
  var rowsRead = 0
  var rejects: [Reject] = []
  /// What ended the reading behind these rows.
  var failure: (any Error)?
  private(set) var scratch: UnsafeMutableRawBufferPointer = .init(start: nil, count: 0)

  init(csv: CSVBatch = CSVBatch()) {
    self.csv = csv
  }

  deinit {
    scratch.deallocate()
  }

  /// The rows that were typed. Valid until the batch is filled again.
  var rows: TypedRows { TypedRows(cells: cells.cells, columnCount: columnCount) }

  /// The file's bytes up to the end of this batch.
  var bytesDone: Int { csv.byteOffset + csv.bytes.count }

  /// Empties all but the file's bytes.
  func prepare(columnCount: Int) {
    self.columnCount = columnCount
    cells.clear(reserving: csv.rows.count * columnCount)
    rowsRead = 0
    rejects.removeAll(keepingCapacity: true)
    failure = nil
    // Texts without their doubled quotes are shorter than the field; a time is at most twice as long as written.
    let needed = 2 * csv.bytes.count + DateParsing.longestTimestamp
    if scratch.count < needed || scratch.count > 8 * needed {
      scratch.deallocate()
      scratch = .allocate(byteCount: needed, alignment: 16)
    }
  }
}
