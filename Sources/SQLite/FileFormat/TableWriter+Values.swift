extension TableWriter {
  /// Appends rows of values: for catalogues and tests, where a few rows are at hand as values.
  package mutating func append(_ rows: [[SQLiteValue]]) throws(DatabaseFileError) {
    for row in rows {
      let storage = RowStorage(row)
      try append(storage.cells)
    }
  }
}

/// The bytes of a row of values, and its cells.
private final class RowStorage {
  let cells: UnsafeBufferPointer<RecordCell>
  private var pieces: [UnsafeMutableRawBufferPointer] = []

  init(_ row: [SQLiteValue]) {
    let buffer = UnsafeMutableBufferPointer<RecordCell>.allocate(capacity: row.count)
    cells = UnsafeBufferPointer(buffer)
    for (index, value) in row.enumerated() {
      let cell: RecordCell =
        switch value {
        case .null: .null
        case .integer(let integer): .integer(integer)
        case .real(let real): .real(real)
        case .text(let text): keep(text.utf8, as: RecordCell.text)
        case .blob(let bytes): keep(bytes, as: RecordCell.blob)
        }
      buffer.initializeElement(at: index, to: cell)
    }
  }

  deinit {
    cells.deallocate()
    for piece in pieces { piece.deallocate() }
  }

  private func keep(
    _ bytes: some Collection<UInt8>, as make: (UnsafeRawPointer?, Int) -> RecordCell
  ) -> RecordCell {
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    piece.copyBytes(from: bytes)
    pieces.append(piece)
    return make(piece.baseAddress, bytes.count)
  }
}
