import Parquet
import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How the values of a Parquet column are to be read, and what they are as text.
enum ParquetForm: Sendable, Equatable {
  case boolean
  case integer32, integer64, unsigned32, unsigned64
  case real32, real64
  /// The bytes are the text.
  case text
  case day
  case timestamp(LogicalType.TimeUnit)
  /// Nanoseconds of a day and the Julian day.
  case int96
  /// Two's complement, with so many digits behind the point: the lowest byte first of numbers, the highest of byte
  /// arrays.
  case decimal(scale: Int, isNumber: Bool)
  case uuid

  /// Nil for a column whose values no type of ours is like.
  init?(_ column: Column) {
    switch (column.physicalType, column.logicalType) {
    case (.int32, .time), (.int64, .time), (_, .float16), (_, .other), (_, .bson): return nil
    case (.boolean, _): self = .boolean
    case (.int32, .date): self = .day
    case (.int64, .timestamp(let unit, _)): self = .timestamp(unit)
    case (.int96, _): self = .int96
    case (.int32, .decimal(_, let scale)), (.int64, .decimal(_, let scale)):
      self = .decimal(scale: scale, isNumber: true)
    case (.byteArray, .decimal(_, let scale)), (.fixedLengthByteArray, .decimal(_, let scale)):
      self = .decimal(scale: scale, isNumber: false)
    case (.int32, .integer(_, isSigned: false)): self = .unsigned32
    case (.int64, .integer(_, isSigned: false)): self = .unsigned64
    case (.int32, _): self = .integer32
    case (.int64, _): self = .integer64
    case (.float, _): self = .real32
    case (.double, _): self = .real64
    case (.fixedLengthByteArray, .uuid): self = .uuid
    case (.byteArray, _), (.fixedLengthByteArray, _): self = .text
    }
  }

  /// What a column is loaded as that nobody declares.
  var columnType: ColumnType {
    switch self {
    case .boolean: .boolean
    case .integer32, .integer64, .unsigned32, .unsigned64: .integer
    case .real32, .real64, .decimal: .real
    case .text, .uuid: .text
    case .day: .date
    case .timestamp, .int96: .timestamp
    }
  }

  /// How many bytes a text that `write` makes may have; 0 where the bytes are the text.
  var textByteCount: Int {
    switch self {
    case .text: 0
    case .decimal: 2 * Self.mostDigits
    default: 40
    }
  }

  /// Digits of the largest decimal that is read; the specification's writers stop at 76.
  private static let mostDigits = 80

  /// The text of a value as a CSV file would have it, in `target` or in the value's own bytes; nil where it has none.
  ///
  /// - Parameter target: room for `textByteCount` bytes.
  func write(_ value: UnsafeRawBufferPointer, into target: UnsafeMutableRawPointer) -> UnsafeRawBufferPointer?
  {
    var text = TextCursor(target)
    switch self {
    case .text: return value
    case .boolean: text.append(value[0] != 0 ? "true" : "false")
    case .integer32: text.append("\(value.loadUnaligned(as: Int32.self))")
    case .integer64: text.append("\(value.loadUnaligned(as: Int64.self))")
    case .unsigned32: text.append("\(value.loadUnaligned(as: UInt32.self))")
    case .unsigned64: text.append("\(value.loadUnaligned(as: UInt64.self))")
    case .real32: text.append("\(value.loadUnaligned(as: Float.self))")
    case .real64: text.append("\(value.loadUnaligned(as: Double.self))")
    case .day: guard text.append(day: Int64(value.loadUnaligned(as: Int32.self))) else { return nil }
    case .timestamp, .int96:
      guard let (day, nanoseconds) = time(value), text.append(day: day) else { return nil }
      text.append(timeOfDay: nanoseconds)
    case .decimal(let scale, let isNumber):
      guard let digits = Self.digits(value, isNumber: isNumber, scale: scale) else { return nil }
      text.append(digits)
    case .uuid:
      for (index, byte) in value.enumerated() {
        if [4, 6, 8, 10].contains(index) { text.append(UInt8(ascii: "-")) }
        for half in [byte >> 4, byte & 15] { text.append(half < 10 ? half + 48 : half + 87) }
      }
    }
    return text.bytes
  }

  /// The day since 1970 and the nanoseconds since its midnight.
  private func time(_ value: UnsafeRawBufferPointer) -> (day: Int64, nanoseconds: Int64)? {
    func split(_ ticks: Int64, _ ticksPerSecond: Int64) -> (day: Int64, nanoseconds: Int64) {
      let perDay = 86_400 * ticksPerSecond
      let rest = ticks % perDay
      let ofDay = rest < 0 ? rest + perDay : rest
      return ((ticks - ofDay) / perDay, ofDay * (1_000_000_000 / ticksPerSecond))
    }
    let word = value.loadUnaligned(as: Int64.self)
    switch self {
    case .timestamp(.milliseconds): return split(max(word, .min / 2), 1000)
    case .timestamp(.microseconds): return split(max(word, .min / 2), 1_000_000)
    case .timestamp(.nanoseconds): return split(max(word, .min + 86_400_000_000_000), 1_000_000_000)
    case .int96:
      let day = Int64(value.loadUnaligned(fromByteOffset: 8, as: UInt32.self)) - 2_440_588
      guard (0..<86_400_000_000_000).contains(word) else { return nil }
      return (day, word)
    default: return nil
    }
  }

  /// The digits of a decimal; nil for one that is longer than any that is meant.
  private static func digits(_ value: UnsafeRawBufferPointer, isNumber: Bool, scale: Int) -> String? {
    guard (0..<mostDigits).contains(scale), value.count <= 32, value.count > 0 else { return nil }
    var bytes = isNumber ? value.reversed() : Array(value)
    let isNegative = bytes[0] >= 0x80
    if isNegative {
      var carry: UInt8 = 1
      for index in bytes.indices.reversed() {
        let (sum, overflow) = (~bytes[index]).addingReportingOverflow(carry)
        bytes[index] = sum
        carry = overflow ? 1 : 0
      }
    }
    // Long division by ten, the lowest digit first.
    var digits: [UInt8] = []
    while bytes.contains(where: { $0 != 0 }) {
      var rest = 0
      for index in bytes.indices {
        let part = rest << 8 | Int(bytes[index])
        bytes[index] = UInt8(part / 10)
        rest = part % 10
      }
      digits.append(UInt8(rest) + 48)
    }
    while digits.count <= scale { digits.append(48) }
    if scale > 0 { digits.insert(UInt8(ascii: "."), at: scale) }
    return (isNegative ? "-" : "") + String(decoding: digits.reversed(), as: UTF8.self)
  }
}

/// Writes a text front to back into memory that has room for it.
struct TextCursor {
  private let start: UnsafeMutableRawPointer
  private var count = 0

  init(_ start: UnsafeMutableRawPointer) {
    self.start = start
  }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

  mutating func append(_ byte: UInt8) {
    start.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
    count &+= 1
  }

  mutating func append(_ text: String) {
    for byte in text.utf8 { append(byte) }
  }

  /// A number with leading zeros.
  @inline(__always)
  mutating func append(_ number: Int, digits: Int) {
    var rest = number
    for place in stride(from: digits - 1, through: 0, by: -1) {
      start.storeBytes(
        of: UInt8(truncatingIfNeeded: rest % 10) &+ 48, toByteOffset: count &+ place, as: UInt8.self)
      rest /= 10
    }
    count &+= digits
  }

  /// `YYYY-MM-DD` of days since 1970; false where the year has not four digits.
  mutating func append(day: Int64) -> Bool {
    guard let days = Int32(exactly: day) else { return false }
    let (year, month, day) = CalendarText.civil(days)
    guard (0...9999).contains(year) else { return false }
    append(year, digits: 4)
    append(UInt8(ascii: "-"))
    append(month, digits: 2)
    append(UInt8(ascii: "-"))
    append(day, digits: 2)
    return true
  }

  /// ` HH:MM:SS`, with a fraction where there is one, as far as it is not zero.
  mutating func append(timeOfDay nanoseconds: Int64) {
    let seconds = Int(nanoseconds / 1_000_000_000)
    append(UInt8(ascii: " "))
    append(seconds / 3600, digits: 2)
    append(UInt8(ascii: ":"))
    append(seconds / 60 % 60, digits: 2)
    append(UInt8(ascii: ":"))
    append(seconds % 60, digits: 2)
    let fraction = Int(nanoseconds % 1_000_000_000)
    guard fraction > 0 else { return }
    append(UInt8(ascii: "."))
    append(fraction, digits: 9)
    while start.load(fromByteOffset: count - 1, as: UInt8.self) == UInt8(ascii: "0") { count &-= 1 }
  }
}
