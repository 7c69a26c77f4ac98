import Diagnostics
import Parquet
import SQLite
import Storage

/// Turns batches of columns into the rows that they were in SQLite: days and points in time are texts again, and
/// corrections are put in.
struct RowRestorer: ~Copyable {
  private let types: [MappedType]
  /// As many rows as a batch has, one row behind the other.
  private let cells: UnsafeMutablePointer<RecordCell>
  /// The texts of days and points in time, each in a slot of its own.
  private let texts: UnsafeMutableRawPointer
  private let textColumns: [Int]
  private static let slotByteCount = 32
  let rowCapacity: Int

  init(_ columns: [MappedColumn]) {
    types = columns.map(\.type)
    textColumns = types.indices.filter { [.date, .timestamp].contains(columns[$0].type) }
    // Some 2 MB of cells, however many columns there are.
    rowCapacity = min(4096, max(64, (1 << 17) / max(1, columns.count)))
    cells = .allocate(capacity: rowCapacity * columns.count)
    cells.initialize(repeating: .null, count: rowCapacity * columns.count)
    texts = .allocate(byteCount: max(1, rowCapacity * textColumns.count * Self.slotByteCount), alignment: 16)
  }

  deinit {
    cells.deallocate()
    texts.deallocate()
  }

  /// Appends the rows of batches to a table. The batches have as many rows as each other, no more than `rowCapacity`.
  func append(
    _ batches: [ColumnBatch], firstRow: Int, _ corrections: inout CorrectionReader?,
    to table: inout TableWriter
  ) throws {
    let rows = batches.first?.rowCount ?? 0
    precondition(rows <= rowCapacity && batches.count == types.count, "the batch fits")
    for column in batches.indices { restore(batches[column], column) }
    let columnCount = types.count
    let due = try corrections?.take(before: firstRow + rows) ?? []
    // The bytes of corrected texts stay until the rows are written.
    var pieces: [UnsafeMutableRawBufferPointer] = []
    defer { for piece in pieces { piece.deallocate() } }
    for correction in due {
      guard correction.row >= firstRow, correction.column >= 0, correction.column < columnCount else {
        throw SyncError(.remoteDamaged, "a correction is of row \(correction.row), which is not there")
      }
      let cell: RecordCell
      switch correction.value {
      case .integer(let value): cell = .integer(value)
      case .real(let value): cell = .real(value)
      case .text(let bytes):
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, bytes.count), alignment: 1)
        piece.copyBytes(from: bytes)
        pieces.append(piece)
        cell = .text(piece.baseAddress, count: bytes.count)
      }
      cells[(correction.row - firstRow) * columnCount + correction.column] = cell
    }
    try table.append(UnsafeBufferPointer(start: cells, count: rows * columnCount))
  }

  private func restore(_ batch: ColumnBatch, _ column: Int) {
    let width = types.count
    let validity = batch.validity
    let type = types[column]
    let slots = texts + (textColumns.firstIndex(of: column) ?? 0) * rowCapacity * Self.slotByteCount
    var value = 0
    for row in 0..<batch.rowCount {
      // SAFETY: there are `rowCapacity` rows of `width` cells.
      let cell = cells + (row &* width &+ column)
      if let validity, validity[row] == 0 {
        cell.pointee = .null
        continue
      }
      let bytes = batch.bytes(at: value)
      value &+= 1
      switch type {
      case .integer: cell.pointee = .integer(bytes.loadUnaligned(as: Int64.self))
      case .real: cell.pointee = .real(bytes.loadUnaligned(as: Double.self))
      case .text: cell.pointee = .text(bytes.baseAddress, count: bytes.count)
      case .binary: cell.pointee = .blob(bytes.baseAddress, count: bytes.count)
      case .boolean: cell.pointee = .integer(bytes[0] != 0 ? 1 : 0)
      case .date:
        cell.pointee = Self.text(
          CalendarText.text(days: bytes.loadUnaligned(as: Int32.self)), slots + row &* Self.slotByteCount)
      case .timestamp:
        cell.pointee = Self.text(
          CalendarText.text(microseconds: bytes.loadUnaligned(as: Int64.self)),
          slots + row &* Self.slotByteCount)
      }
    }
  }

  private static func text(_ text: String, _ slot: UnsafeMutableRawPointer) -> RecordCell {
    var text = text
    return text.withUTF8 { bytes in
      // SAFETY: the longest text of a number of 64 bits has 30 bytes; longer ones would be cut, and seen by the hash.
      let count = min(bytes.count, slotByteCount)
      if let base = bytes.baseAddress { slot.copyMemory(from: base, byteCount: count) }
      return .text(slot, count: count)
    }
  }
}

/// Reads a table's corrections in the order of its rows.
struct CorrectionReader {
  private let file: FileReader
  private let batches = Correction.columns.map { ColumnBatch($0) }
  private var group = 0
  private var readers: [ColumnReader] = []
  private var pending: ArraySlice<Correction> = []
  private static let batchCount = 4096

  init(_ file: FileReader) throws {
    self.file = file
    guard ParquetShape.isSame(file, Correction.columns) else {
      throw SyncError(.remoteDamaged, "a file of corrections has other columns than it should")
    }
  }

  /// The corrections of rows before `row` that were not taken yet.
  mutating func take(before row: Int) throws -> [Correction] {
    var taken: [Correction] = []
    while true {
      while let next = pending.first, next.row < row { taken.append(pending.removeFirst()) }
      guard pending.isEmpty, try fill() else { return taken }
    }
  }

  private mutating func fill() throws -> Bool {
    while readers.first.map({ $0.remainingRowCount == 0 }) ?? true {
      guard group < file.metadata.rowGroups.count else { return false }
      readers = []
      for column in Correction.columns.indices { readers.append(try file.column(column, rowGroup: group)) }
      group += 1
    }
    for (reader, batch) in zip(readers, batches) {
      batch.removeAll()
      _ = try reader.read(Self.batchCount, into: batch)
    }
    pending = try decode()[...]
    return true
  }

  private func decode() throws -> [Correction] {
    var places = [Int](repeating: 0, count: batches.count)
    func next(_ column: Int, _ row: Int) -> UnsafeRawBufferPointer? {
      if let validity = batches[column].validity, validity[row] == 0 { return nil }
      defer { places[column] += 1 }
      return batches[column].bytes(at: places[column])
    }
    var corrections: [Correction] = []
    for index in 0..<batches[0].rowCount {
      let row = next(0, index)?.loadUnaligned(as: Int64.self)
      let column = next(1, index)?.loadUnaligned(as: Int64.self)
      let integer = next(2, index)?.loadUnaligned(as: Int64.self)
      let real = next(3, index)?.loadUnaligned(as: Double.self)
      let text = next(4, index).map { Array($0) }
      let value =
        integer.map { Correction.Value.integer($0) } ?? real.map { .real($0) } ?? text.map { .text($0) }
      guard let row, let column, let value else {
        throw SyncError(.remoteDamaged, "a correction has no row, column or value")
      }
      corrections.append(Correction(row: Int(row), column: Int(column), value: value))
    }
    return corrections
  }
}

/// Whether a file is what its table needs.
enum ParquetShape {
  static func isSame(_ file: FileReader, _ columns: [Column]) -> Bool {
    file.schema.nestedNames.isEmpty && file.schema.columns.count == columns.count
      && zip(file.schema.columns, columns).allSatisfy {
        $0.name == $1.name && $0.physicalType == $1.physicalType && $0.logicalType == $1.logicalType
          && $0.isNullable == $1.isNullable
      }
  }
}
