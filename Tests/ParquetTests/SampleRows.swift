import Parquet
import TestSupport

/// A value by its stored bytes; nil is null.
typealias StoredValue = [UInt8]?

/// How values are spread over the rows of a test's column.
enum Pattern: String, CaseIterable, Sendable {
  /// Every value another.
  case random
  /// Few values, often the same in a row.
  case repeated
  /// Each not far above the one before.
  case ascending
  /// The ends of the type's range, NaN, empty and long texts.
  case extreme
  case allNull
}

/// Makes rows of any type, and reads and writes them as lists of stored values.
struct SampleRows {
  var random: SeededRandom

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  static let types: [Column] = [
    Column("boolean", .boolean),
    Column("int8", .int32, .integer(bitWidth: 8, isSigned: true)),
    Column("int32", .int32),
    Column("uint32", .int32, .integer(bitWidth: 32, isSigned: false)),
    Column("date", .int32, .date),
    Column("int64", .int64),
    Column("uint64", .int64, .integer(bitWidth: 64, isSigned: false)),
    Column("timestamp", .int64, .timestamp(.microseconds, isUTC: true)),
    Column("local", .int64, .timestamp(.microseconds, isUTC: false)),
    Column("decimal", .int64, .decimal(precision: 15, scale: 3)),
    Column("wide", .fixedLengthByteArray(16), .decimal(precision: 38, scale: 6)),
    Column("float", .float),
    Column("double", .double),
    Column("text", .byteArray, .string),
    Column("bytes", .byteArray),
    Column("fixed", .fixedLengthByteArray(5)),
  ]

  /// The encodings that a type can be written with.
  static func encodings(of column: Column) -> [ColumnEncoding] {
    switch column.physicalType {
    case .boolean: [.automatic, .plain, .runLength]
    case .int32, .int64: [.automatic, .plain, .dictionary, .deltaBinaryPacked, .byteStreamSplit]
    case .float, .double, .fixedLengthByteArray: [.automatic, .plain, .dictionary, .byteStreamSplit]
    case .byteArray: [.automatic, .plain, .dictionary, .deltaLengthByteArray]
    case .int96: []
    }
  }

  mutating func values(_ column: Column, _ count: Int, _ pattern: Pattern) -> [StoredValue] {
    var previous: UInt64 = 0
    var run: StoredValue = nil
    var runLeft = 0
    return (0..<count).map { _ in
      if column.isNullable, pattern == .allNull || random.next() % 5 == 0 { return nil }
      switch pattern {
      case .random, .allNull: return word(column, random.next(), short: false)
      case .ascending:
        previous &+= random.next() % 7
        return word(column, previous, short: true)
      case .repeated:
        if runLeft == 0 {
          run = word(column, random.next() % 5, short: true)
          runLeft = Int(random.next() % 40)
        } else {
          runLeft -= 1
        }
        return run ?? []
      case .extreme: return extreme(column)
      }
    }
  }

  private mutating func word(_ column: Column, _ bits: UInt64, short: Bool) -> [UInt8] {
    func littleEndian(_ count: Int, _ value: UInt64) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    switch (column.physicalType, column.logicalType) {
    case (.boolean, _): return [UInt8(bits & 1)]
    case (.int32, .integer(8, _)):
      return littleEndian(4, UInt64(bitPattern: Int64(Int8(truncatingIfNeeded: bits))))
    case (.int32, .date): return littleEndian(4, bits % 20_000)
    case (.int32, _): return littleEndian(4, bits)
    case (.int64, .timestamp): return littleEndian(8, bits % 4_000_000_000_000_000)
    case (.int64, .decimal): return littleEndian(8, bits % 1_000_000_000_000_000)
    case (.int64, _): return littleEndian(8, bits)
    case (.float, _): return littleEndian(4, UInt64((Float(bits % 1_000_000) / 64).bitPattern))
    case (.double, _): return littleEndian(8, (Double(bits % 1_000_000_000) / 1024).bitPattern)
    case (.byteArray, .string): return Array("Ω\(short ? bits : bits % 100_000)ß".utf8)
    case (.byteArray, _): return short ? littleEndian(3, bits) : random.bytes(Int(bits % 40))
    case (.fixedLengthByteArray(16), _):
      return (bits & 1 == 0 ? [0, 0, 0, 0] : [0xFF, 0xFF, 0xFF, 0xFF]) + littleEndian(8, bits)
        + littleEndian(4, bits)
    case (.fixedLengthByteArray(let count), _):
      return Array((littleEndian(8, bits) + littleEndian(8, bits)).prefix(count))
    case (.int96, _): return []
    }
  }

  private mutating func extreme(_ column: Column) -> [UInt8] {
    let count = column.physicalType.width ?? 0
    let pick = random.next() % 6
    switch (column.physicalType, column.logicalType) {
    case (.boolean, _): return [UInt8(pick & 1)]
    case (.int32, .integer(8, _)), (.int32, .date), (.int64, .timestamp), (.int64, .decimal):
      return word(column, pick, short: true)
    case (.int32, _), (.int64, _):
      let ends: [[UInt8]] = [
        Array(repeating: 0, count: count), Array(repeating: 0xFF, count: count),
        Array(repeating: 0, count: count - 1) + [0x80], Array(repeating: 0xFF, count: count - 1) + [0x7F],
        [1] + Array(repeating: 0, count: count - 1), [0xFE] + Array(repeating: 0xFF, count: count - 1),
      ]
      return ends[Int(pick)]
    case (.float, _):
      let values: [Float] = [
        .nan, .infinity, -.infinity, -0.0, .leastNonzeroMagnitude, -.greatestFiniteMagnitude,
      ]
      return (0..<4).map { UInt8(truncatingIfNeeded: values[Int(pick)].bitPattern >> (8 * $0)) }
    case (.double, _):
      let values: [Double] = [
        .nan, .infinity, -.infinity, -0.0, .leastNonzeroMagnitude, -.greatestFiniteMagnitude,
      ]
      return (0..<8).map { UInt8(truncatingIfNeeded: values[Int(pick)].bitPattern >> (8 * $0)) }
    case (.byteArray, .string):
      let values = [
        "", "\u{0}", "a", String(repeating: "ż", count: 200), String(repeating: "\u{10FFFF}", count: 40),
        "\u{7F}",
      ]
      return Array(values[Int(pick)].utf8)
    case (.byteArray, _):
      return [
        [], [0], Array(repeating: 0xFF, count: 100), [0xFF], Array(repeating: 7, count: 5000), [0, 0],
      ][Int(pick)]
    default: return Array(repeating: UInt8(truncatingIfNeeded: 0 &- (pick & 1)), count: count)
    }
  }

  static func batch(_ column: Column, _ values: some Sequence<StoredValue>) -> ColumnBatch {
    let batch = ColumnBatch(column)
    for value in values {
      guard let value else {
        batch.appendNull()
        continue
      }
      value.withUnsafeBytes { bytes in
        switch column.physicalType {
        case .boolean: batch.append(bytes[0] == 1)
        case .int32: batch.append(bytes.loadUnaligned(as: Int32.self))
        case .int64: batch.append(bytes.loadUnaligned(as: Int64.self))
        case .float: batch.append(bytes.loadUnaligned(as: Float.self))
        case .double: batch.append(bytes.loadUnaligned(as: Double.self))
        case .int96, .byteArray, .fixedLengthByteArray: batch.append(bytes)
        }
      }
    }
    return batch
  }

  static func values(_ batch: ColumnBatch) -> [StoredValue] {
    var value = 0
    return (0..<batch.rowCount).map { row in
      if let validity = batch.validity, validity[row] == 0 { return nil }
      defer { value += 1 }
      return Array(batch.bytes(at: value))
    }
  }

  static func write(
    _ columns: [Column], _ values: [[StoredValue]], _ properties: WriterProperties, batchRows: Int = .max
  ) throws(ParquetError) -> [UInt8] {
    let sink = MemorySink()
    var writer = try FileWriter(sink, schema: Schema(columns), properties: properties)
    var start = 0
    let count = values.first?.count ?? 0
    while start < count {
      let end = min(count, start + min(batchRows, count))
      var batches: [ColumnBatch] = []
      for (column, values) in zip(columns, values) { batches.append(batch(column, values[start..<end])) }
      try writer.write(batches)
      start = end
    }
    try writer.close()
    return sink.bytes
  }

  static func read(_ reader: FileReader, column: Int, batchRows: Int = 1000) throws(ParquetError)
    -> [StoredValue]
  {
    var values: [StoredValue] = []
    for group in reader.metadata.rowGroups.indices {
      let column = try reader.column(column, rowGroup: group)
      let batch = ColumnBatch(column.column)
      while column.remainingRowCount > 0 {
        batch.removeAll()
        _ = try column.read(batchRows, into: batch)
        values += Self.values(batch)
      }
    }
    return values
  }
}
