/// Reads a part of a table, a batch of rows after the other.
///
/// `@unchecked Sendable`: it owns what it points to alone.
package struct TableScanner: ~Copyable, @unchecked Sendable {
  private let scan: TableScan
  private let columnCount: Int
  private var cursor: LeafCursor
  private let decoder: RecordDecoder
  private var isBroken = false

  init(_ scan: TableScan, _ part: TableScan.Part, columns: [Int]) {
    self.scan = scan
    columnCount = columns.count
    cursor = LeafCursor(scan.file, scan.leaves, part.leaves)
    decoder = RecordDecoder(scan.schema, columns: columns)
  }

  /// Fills a batch with the next rows; false, with an empty batch, behind the last. After an error there are no more.
  ///
  /// - Parameter batch: one of as many columns as were asked for.
  package mutating func next(into batch: ScanBatch) throws(DatabaseFileError) -> Bool {
    precondition(batch.columnCount == columnCount, "the batch has not the columns that are read")
    batch.clear()
    if isBroken { return false }
    do throws(DatabaseFileError) {
      try fill(batch)
    } catch {
      isBroken = true
      batch.clear()
      throw DatabaseFileError(error.reason, path: error.path, table: scan.schema.table)
    }
    return batch.rowCount > 0
  }

  private mutating func fill(_ batch: ScanBatch) throws(DatabaseFileError) {
    let vectors = batch.vectors
    let capacity = batch.rowCapacity
    let limit = batch.byteLimit
    var row = 0
    var copied = 0
    var cell = cursor.emptyCell
    while row < capacity, copied < limit, try cursor.next(&cell) {
      let fault: RecordFault
      if cell.localByteCount == cell.recordByteCount {
        fault = decoder.decode(
          cell.local, cell.recordByteCount, rowid: cell.rowid, into: vectors, row: row, copied: &copied)
      } else {
        fault = try decodeLong(cell, into: vectors, row: row, copied: &copied)
      }
      guard fault == .none else { throw cursor.damage("its row \(cell.rowid) \(fault.text)") }
      row &+= 1
    }
    batch.rowCount = row
  }

  /// Decodes a record that goes on on overflow pages, reading no more of them than are needed.
  @inline(never)
  private mutating func decodeLong(
    _ cell: LeafCell, into vectors: UnsafeMutablePointer<ScanVectorStorage>, row: Int, copied: inout Int
  ) throws(DatabaseFileError) -> RecordFault {
    let length = Varint.read(cell.local).value
    guard length <= UInt64(cell.recordByteCount) else { return .header }
    var record = cell.local
    if length > UInt64(cell.localByteCount) {
      record = try cursor.gather(cell, byteCount: Int(length))
    }
    let needed = decoder.neededByteCount(record, Int(length))
    guard needed <= UInt64(cell.recordByteCount) else { return .value }
    if needed > UInt64(cell.localByteCount) {
      record = try cursor.gather(cell, byteCount: Int(needed))
    } else {
      record = cell.local
    }
    return decoder.decode(
      record, max(Int(needed), cell.localByteCount), rowid: cell.rowid,
      into: vectors, row: row, copied: &copied)
  }
}
