import Diagnostics
import Parquet
import SQLite
import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Computes the content hash of a table from batches of its columns, whether they come from SQLite or from Parquet.
package struct ContentHasher: ~Copyable {
  /// The form of a column's values.
  private enum Form {
    case integer32, integer64, unsigned32, unsigned64, boolean, day, real32, real64, text, binary
    /// Ticks of so many microseconds each.
    case timestamp(Int64)
    /// Ticks of which so many are a microsecond.
    case fineTimestamp(Int64)
    /// Integers of four or eight bytes, or of any number, highest first, with so many digits behind the point.
    case decimal32(Double), decimal64(Double), decimalBytes(Double)
    case int96
  }

  private let columns: [Column]
  private let forms: [Form]
  private var text = RowText()
  package private(set) var hash = ContentHash()

  /// A hasher of rows of these columns. One whose type has no canonical form is refused by name.
  package init(_ columns: [Column]) throws(SyncError) {
    var forms: [Form] = []
    for column in columns {
      guard let form = Self.form(column) else {
        throw SyncError(
          .contentHashImpossible,
          "the column '\(column.name)' of type \(column.logicalType?.name ?? column.physicalType.name) has no content hash",
          hints: ["`docs/content-hash.md` lists the types that have one"])
      }
      forms.append(form)
    }
    self.columns = columns
    self.forms = forms
  }

  /// The hash of the rows of batches, one for each column.
  package static func hash(_ columns: [Column], _ batches: [ColumnBatch]) throws(SyncError) -> ContentHash {
    var hasher = try ContentHasher(columns)
    try hasher.add(batches)
    return hasher.hash
  }

  private static func form(_ column: Column) -> Form? {
    switch (column.physicalType, column.logicalType) {
    case (.boolean, _): .boolean
    case (.int32, .date): .day
    case (.int32, .integer(_, isSigned: false)): .unsigned32
    case (.int64, .integer(_, isSigned: false)): .unsigned64
    case (.int32, .decimal(_, let scale)): .decimal32(power(scale))
    case (.int64, .decimal(_, let scale)): .decimal64(power(scale))
    case (.byteArray, .decimal(_, let scale)), (.fixedLengthByteArray, .decimal(_, let scale)):
      .decimalBytes(power(scale))
    case (.int64, .timestamp(.milliseconds, _)): .timestamp(1000)
    case (.int64, .timestamp(.microseconds, _)): .timestamp(1)
    case (.int64, .timestamp(.nanoseconds, _)): .fineTimestamp(1000)
    case (.int96, _): .int96
    case (.int32, .time), (.int64, .time), (_, .float16), (_, .uuid), (_, .other): nil
    case (.int32, _): .integer32
    case (.int64, _): .integer64
    case (.float, _): .real32
    case (.double, _): .real64
    case (.byteArray, .string), (.byteArray, .json), (.byteArray, .enumeration): .text
    case (.byteArray, _), (.fixedLengthByteArray, _): .binary
    }
  }

  private static func power(_ scale: Int) -> Double { (0..<scale).reduce(1) { value, _ in value * 10 } }

  /// Adds the rows of a batch for each column, all of as many rows.
  package mutating func add(_ batches: [ColumnBatch]) throws(SyncError) {
    precondition(batches.count == columns.count, "there is a batch for each column")
    let rows = batches.first?.rowCount ?? 0
    var values = [Int](repeating: 0, count: batches.count)
    for row in 0..<rows {
      try makeText(of: row, batches, &values)
      hash.add(text.bytes)
    }
  }

  /// The same, and hands on each row's canonical text with its digest.
  mutating func add(
    _ batches: [ColumnBatch], each: (UnsafeRawBufferPointer, MD5.Digest) throws -> Void
  ) throws {
    precondition(batches.count == columns.count, "there is a batch for each column")
    let rows = batches.first?.rowCount ?? 0
    var values = [Int](repeating: 0, count: batches.count)
    for row in 0..<rows {
      try makeText(of: row, batches, &values)
      try each(text.bytes, hash.add(text.bytes))
    }
  }

  /// Makes the canonical text of a row.
  ///
  /// - Parameter values: for each batch the place of its next value that is not null.
  @inline(__always)
  private mutating func makeText(
    of row: Int, _ batches: [ColumnBatch], _ values: inout [Int]
  ) throws(SyncError) {
    text.removeAll()
    for index in batches.indices {
      let batch = batches[index]
      if let validity = batch.validity, validity[row] == 0 {
        text.appendNull()
        continue
      }
      let isFit = append(batch, values[index], forms[index])
      values[index] &+= 1
      guard isFit else { throw refusal(columns[index]) }
    }
  }

  private func refusal(_ column: Column) -> SyncError {
    SyncError(
      .contentHashImpossible, "a value of the column '\(column.name)' has no content hash",
      notes: [
        "there is none for NaN, reals beyond 10^12, years beyond 9999, and texts with a NUL or invalid UTF-8"
      ],
      hints: ["mend the value in the model that makes it"])
  }

  @inline(__always)
  private mutating func append(_ batch: ColumnBatch, _ index: Int, _ form: Form) -> Bool {
    let bytes = batch.bytes(at: index)
    switch form {
    case .integer64: text.append(bytes.loadUnaligned(as: Int64.self))
    case .integer32: text.append(Int64(bytes.loadUnaligned(as: Int32.self)))
    case .unsigned32: text.append(unsigned: UInt64(bytes.loadUnaligned(as: UInt32.self)))
    case .unsigned64: text.append(unsigned: bytes.loadUnaligned(as: UInt64.self))
    case .boolean: text.append(bytes[0] != 0)
    case .day: return text.append(days: bytes.loadUnaligned(as: Int32.self))
    case .real64: return text.append(real: bytes.loadUnaligned(as: Double.self))
    case .real32: return text.append(real: Double(bytes.loadUnaligned(as: Float.self)))
    case .text:
      guard !Self.hasZero(bytes), UTF8Check.isValid(bytes) else { return false }
      text.append(bytes)
    case .binary: text.append(hexadecimal: bytes)
    case .timestamp(let factor):
      let product = bytes.loadUnaligned(as: Int64.self).multipliedReportingOverflow(by: factor)
      guard !product.overflow else { return false }
      text.append(product.partialValue)
    case .fineTimestamp(let divisor): text.append(Self.floor(bytes.loadUnaligned(as: Int64.self), divisor))
    case .decimal32(let power): return text.append(real: Double(bytes.loadUnaligned(as: Int32.self)) / power)
    case .decimal64(let power): return text.append(real: Double(bytes.loadUnaligned(as: Int64.self)) / power)
    case .decimalBytes(let power): return text.append(real: Self.integer(bytes) / power)
    case .int96:
      let nanoseconds = Self.floor(bytes.loadUnaligned(as: Int64.self), 1000)
      let day = Int64(bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self)) - 2_440_588
      let midnight = day.multipliedReportingOverflow(by: CalendarText.microsecondsPerDay)
      let sum = midnight.partialValue.addingReportingOverflow(nanoseconds)
      guard !midnight.overflow, !sum.overflow else { return false }
      text.append(sum.partialValue)
    }
    return true
  }

  private static func hasZero(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.baseAddress.map { memchr($0, 0, bytes.count) != nil } ?? false
  }

  private static func floor(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
  }

  /// Two's complement, highest byte first.
  private static func integer(_ bytes: UnsafeRawBufferPointer) -> Double {
    guard let first = bytes.first else { return 0 }
    let isNegative = first >= 0x80
    let magnitude = bytes.reduce(0.0) { $0 * 256 + Double(isNegative ? ~$1 : $1) }
    return isNegative ? -magnitude - 1 : magnitude
  }
}
