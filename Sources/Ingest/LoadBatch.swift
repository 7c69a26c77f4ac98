import CSV
import Parquet

/// A piece of a file on its way to the table: as it was read, typed, and with what could not be typed. Made to be used
/// again.
///
/// `@unchecked Sendable`: a batch has one owner at any time, who hands it on through `BatchExchange`'s lock.
final class LoadBatch: @unchecked Sendable {
  /// The rows as they stand in a CSV file.
  var csv: CSVBatch
  /// The rows as they stand in a Parquet file: the columns that are loaded.
  let columns: [ColumnBatch]
  var cells = CellBuffer()
  private(set) var columnCount = 0
  /// Rows of the file in this batch: those that were typed and those that were not.
  var rowsRead = 0
  var rejects: [Reject] = []
  /// What ended the reading behind these rows.
  var failure: (any Error)?
  /// The file's bytes up to the end of this batch, about.
  var bytesDone = 0
  /// Room for texts that do not stand in the file as they are stored.
  private(set) var scratch: UnsafeMutableRawBufferPointer = .init(start: nil, count: 0)

  init(csv: CSVBatch = CSVBatch()) {
    self.csv = csv
    columns = []
  }

  init(columns: [ColumnBatch]) {
    csv = CSVBatch(byteCapacity: 1)
    self.columns = columns
  }

  deinit {
    scratch.deallocate()
  }

  /// The rows that were typed. Valid until the batch is filled again.
  var rows: TypedRows { TypedRows(cells: cells.cells, columnCount: columnCount) }

  /// Empties all but what was read from the file, and makes room for so many rows and bytes of their texts.
  func prepare(columnCount: Int, rowCount: Int, scratchByteCount needed: Int) {
    self.columnCount = columnCount
    cells.clear(reserving: rowCount * columnCount)
    rowsRead = 0
    rejects.removeAll(keepingCapacity: true)
    failure = nil
    let needed = max(needed, 1)
    if scratch.count < needed || scratch.count > 8 * needed {
      scratch.deallocate()
      scratch = .allocate(byteCount: needed, alignment: 16)
    }
  }
}
