import Parquet
import SQLite
import Storage

/// A value that does not come back from Parquet as SQLite had it: a real `2.0` in a column of integers, an integer in a
/// column of reals without affinity, a timestamp with a `T`.
struct Correction: Equatable {
  enum Value: Equatable {
    case integer(Int64)
    case real(Double)
    case text([UInt8])
  }

  /// The number of the row in the order of the files, from 0, and the place of the column.
  var row: Int
  var column: Int
  var value: Value

  /// The columns of a file of corrections; of the last three one has a value.
  static let columns = [
    Column("row", .int64), Column("column", .int64), Column("integer", .int64), Column("real", .double),
    Column("text", .byteArray),
  ]
}

/// Finds the values of a table that need a correction, batch by batch.
struct CorrectionFinder {
  private let types: [MappedType]
  private let affinities: [Affinity]
  private var firstRow = 0
  private var found: [Correction] = []

  /// - Parameter declaredTypes: the columns' types as the table declares them, empty for none.
  init(_ columns: [MappedColumn], declaredTypes: [String]) {
    types = columns.map(\.type)
    affinities = declaredTypes.map { Affinity(declaredType: $0) }
  }

  mutating func look(at cells: Cells, column: Int) {
    switch types[column] {
    case .integer where !cells.holdsOnly(.integer, .null):
      for row in 0..<cells.count where cells.kinds[row] == .real {
        note(row, column, .real(Double(bitPattern: cells.words[row])))
      }
    case .real where !cells.holdsOnly(.real, .null): lookAtReals(cells, column)
    case .timestamp: lookAtTimestamps(cells, column)
    case .integer, .real, .text, .date, .boolean, .binary: return
    }
  }

  private mutating func note(_ row: Int, _ column: Int, _ value: Correction.Value) {
    found.append(Correction(row: firstRow + row, column: column, value: value))
  }

  private mutating func lookAtReals(_ cells: Cells, _ column: Int) {
    if affinities[column] == .real { return }
    let makesIntegers = affinities[column] == .numeric || affinities[column] == .integer
    for row in 0..<cells.count where cells.kinds[row] == .integer {
      let integer = Int64(bitPattern: cells.words[row])
      // Such a column makes an integer of the real again, as long as the real is the same number.
      if makesIntegers, integer.magnitude < 1 << 53 { continue }
      note(row, column, .integer(integer))
    }
  }

  private mutating func lookAtTimestamps(_ cells: Cells, _ column: Int) {
    var offset = 0
    for row in 0..<cells.count where cells.kinds[row] == .text || cells.kinds[row] == .blob {
      let length = Int(cells.words[row] & 0xFFFF_FFFF)
      let bytes = UnsafeRawBufferPointer(rebasing: cells.bytes[offset..<offset + length])
      if !CalendarText.isCanonicalTimestamp(bytes) { note(row, column, .text(Array(bytes))) }
      offset += length
    }
  }

  /// Ends a batch: its corrections, by row and column.
  mutating func takeBatch(rowCount: Int) -> [Correction] {
    firstRow += rowCount
    defer { found.removeAll(keepingCapacity: true) }
    return found.sorted { ($0.row, $0.column) < ($1.row, $1.column) }
  }
}

extension CalendarText {
  /// Whether a timestamp's text is the one that its number is turned into.
  static func isCanonicalTimestamp(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count == 19 || bytes.count == 26, bytes[10] == UInt8(ascii: " ") else { return false }
    return bytes.count == 19 || bytes[20...].contains { $0 != UInt8(ascii: "0") }
  }
}

/// Writes corrections to a Parquet file.
struct CorrectionWriter: ~Copyable {
  private var writer: FileWriter
  private let batches = Correction.columns.map { ColumnBatch($0) }

  init(_ sink: any ByteSink) throws {
    var properties = WriterProperties()
    properties.rowGroupByteLimit = 4 << 20
    writer = try FileWriter(sink, schema: Schema(Correction.columns), properties: properties)
  }

  mutating func write(_ corrections: [Correction]) throws {
    for batch in batches { batch.removeAll() }
    for correction in corrections {
      batches[0].append(Int64(correction.row))
      batches[1].append(Int64(correction.column))
      if case .integer(let value) = correction.value {
        batches[2].append(value)
      } else {
        batches[2].appendNull()
      }
      if case .real(let value) = correction.value {
        batches[3].append(value)
      } else {
        batches[3].appendNull()
      }
      if case .text(let bytes) = correction.value {
        bytes.withUnsafeBytes { batches[4].append($0) }
      } else {
        batches[4].appendNull()
      }
    }
    try writer.write(batches)
  }

  consuming func close() throws { _ = try writer.close() }
}
