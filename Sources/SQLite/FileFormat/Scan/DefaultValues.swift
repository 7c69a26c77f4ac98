/// The values that rows have in columns that are younger than they.
final class DefaultValues {
  private var cells: [RecordCell?] = []
  private var pieces: [UnsafeMutableRawBufferPointer] = []

  init(_ schema: ScannedSchema) {
    for column in schema.columns {
      switch column.defaultValue {
      case nil: cells.append(nil)
      case .null: cells.append(.null)
      case .integer(let integer): cells.append(.integer(integer))
      case .real(let real): cells.append(.real(real))
      case .text(let text): cells.append(keep(Array(text.utf8), as: RecordCell.text))
      case .blob(let bytes): cells.append(keep(bytes, as: RecordCell.blob))
      }
    }
  }

  deinit {
    for piece in pieces { piece.deallocate() }
  }

  /// The value of a column, whose bytes stay in place; nil where it is no constant.
  subscript(column: Int) -> RecordCell? { cells[column] }

  private func keep(_ bytes: [UInt8], as make: (UnsafeRawPointer?, Int) -> RecordCell) -> RecordCell {
    let piece = UnsafeMutableRawBufferPointer.allocate(
      byteCount: bytes.count + LeafCursor.padding, alignment: 16)
    piece.initializeMemory(as: UInt8.self, repeating: 0)
    piece.copyBytes(from: bytes)
    pieces.append(piece)
    return make(piece.baseAddress, bytes.count)
  }
}
