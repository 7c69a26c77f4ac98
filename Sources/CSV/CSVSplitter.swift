/// Splits a file into rows and fields, a batch at a time, wherever its bytes are cut into pieces.
///
/// Pure: bytes come from a closure. The part of a row that a batch has no room for begins the next one.
package struct CSVSplitter: ~Copyable {
  package let dialect: CSVDialect
  /// Where the next batch begins in the file: the byte from 0, the line from 1.
  private var byteOffset = 0
  private var line = 1
  /// The row that the last batch could not finish.
  private var tail: [UInt8] = []
  private var isInputAtEnd = false
  /// Whether there is nothing more to come: the input has ended, or a fault forbids to go on.
  package private(set) var isAtEnd = false

  package init(dialect: CSVDialect = CSVDialect()) {
    self.dialect = dialect
  }

  /// Fills a batch with the next rows: at least one, unless the file is at its end or a fault stops the reading.
  /// Returns false, with an empty batch, behind the end.
  ///
  /// After an error of `read` the splitter is of no more use.
  ///
  /// - Parameter read: puts bytes into a buffer, which is never empty, and says how many; 0 is the input's end.
  package mutating func fill<Failure: Error>(
    _ batch: CSVBatch, from read: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
  ) throws(Failure) -> Bool {
    batch.clear(byteOffset: byteOffset, firstLine: line)
    guard !isAtEnd else { return false }
    tail.withUnsafeBytes { batch.append($0) }
    tail.removeAll(keepingCapacity: tail.count <= 1 << 20)
    while true {
      while !isInputAtEnd, batch.byteCount < batch.byteCapacity {
        let count = try read(batch.freeBytes)
        batch.didAppend(count)
        if count == 0 { isInputAtEnd = true }
      }
      batch.pad()
      var scanner = RowScanner(batch, dialect: dialect, isAtEnd: isInputAtEnd)
      scanner.run()
      if batch.rowCount > 0 || isInputAtEnd || scanner.isStopped {
        let end = scanner.end
        finish(batch, end)
        return batch.rowCount > 0 || !batch.faults.isEmpty
      }
      batch.removeRows()
      batch.reserve(byteCapacity: batch.byteCapacity * 2)
    }
  }

  /// Checks the encoding of the rows and puts what lies behind them aside.
  private mutating func finish(_ batch: CSVBatch, _ end: RowScanner.End) {
    // What is wrong with the row that is not whole is found again when it is.
    if !end.isStopped, batch.faults.last?.row == batch.rowCount { batch.faults.removeLast() }
    addEncodingFaults(batch, upTo: end.byteCount)
    isAtEnd = end.isStopped || isInputAtEnd
    if !isAtEnd { tail.append(contentsOf: batch.bytes[end.byteCount...]) }
    byteOffset += end.byteCount
    line += end.lineCount
  }

  private func addEncodingFaults(_ batch: CSVBatch, upTo end: Int) {
    let bytes = UnsafeRawBufferPointer(rebasing: batch.bytes[..<end])
    var start = 0
    var found: [CSVFault] = []
    while let offset = UTF8Validator.firstInvalidOffset(in: bytes, from: start) {
      let index = Self.row(at: offset, in: batch.rows)
      guard index < batch.rowCount else { break }
      let row = batch.rows[index]
      let lineBreaks = bytes[row.byteRange.lowerBound..<offset].count { $0 == CSVDialect.lineFeed }
      found.append(
        CSVFault(
          kind: .invalidUTF8, row: index, byteOffset: batch.byteOffset + offset,
          line: batch.firstLine + row.lineOffset + lineBreaks))
      // The line break is no part of a longer sequence, so the next row is judged on its own.
      start = row.byteRange.upperBound
    }
    guard !found.isEmpty else { return }
    let faulty = Set(batch.faults.map(\.row))
    batch.faults += found.filter { !faulty.contains($0.row) }
    batch.faults.sort { $0.row < $1.row }
  }

  /// The index of the last row that begins at or before a byte.
  private static func row(at offset: Int, in rows: UnsafeBufferPointer<CSVRow>) -> Int {
    var low = 0
    var high = rows.count
    while low < high {
      let middle = (low + high) / 2
      if rows[middle].byteRange.lowerBound <= offset { low = middle + 1 } else { high = middle }
    }
    return max(low - 1, 0)
  }
}
