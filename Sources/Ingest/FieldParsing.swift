import SQLite
import Storage

/// Turns the texts of fields into values.
enum FieldParsing {
  /// The value that a text stands for, or nil where it has none of the type; a text is its own value.
  ///
  /// - Parameter scratch: room for `DateParsing.longestTimestamp` bytes; moved behind what was taken of it.
  @inline(__always)
  static func cell(
    _ content: UnsafeRawBufferPointer, _ type: ColumnType, _ scratch: inout UnsafeMutableRawPointer
  ) -> RecordCell? {
    switch type {
    case .text: return .text(content.baseAddress, count: content.count)
    case .integer: return NumberParsing.integer(trimmed(content)).map { .integer($0) }
    case .real: return NumberParsing.real(trimmed(content)).map { .real($0) }
    case .date:
      let date = trimmed(content)
      guard DateParsing.isDate(date), let base = date.baseAddress else { return nil }
      return .text(base, count: DateParsing.dateByteCount)
    case .boolean: return boolean(trimmed(content)).map { .integer($0 ? 1 : 0) }
    case .timestamp:
      let text = scratch
      guard let count = DateParsing.timestamp(trimmed(content), into: text) else { return nil }
      scratch += count
      return .text(text, count: count)
    }
  }

  /// The bytes without the spaces and tabs around them.
  @inline(__always)
  static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    guard let first = bytes.first, let last = bytes.last else { return bytes }
    if first > 0x20, last > 0x20 { return bytes }
    return trimmedSlowly(bytes)
  }

  private static func trimmedSlowly(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    var start = 0
    var end = bytes.count
    while start < end, isSpace(bytes[start]) { start += 1 }
    while start < end, isSpace(bytes[end - 1]) { end -= 1 }
    return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// `true`, `t`, `1` or `false`, `f`, `0`, whatever the case.
  static func boolean(_ bytes: UnsafeRawBufferPointer) -> Bool? {
    if bytes.count == 1 {
      switch bytes[0] {
      case UInt8(ascii: "1"), UInt8(ascii: "t"), UInt8(ascii: "T"): return true
      case UInt8(ascii: "0"), UInt8(ascii: "f"), UInt8(ascii: "F"): return false
      default: return nil
      }
    }
    if equals(bytes, "true") { return true }
    if equals(bytes, "false") { return false }
    return nil
  }

  /// Whether the bytes are a word of lower-case ASCII letters, whatever their own case.
  static func equals(_ bytes: UnsafeRawBufferPointer, _ word: StaticString) -> Bool {
    guard bytes.count == word.utf8CodeUnitCount else { return false }
    return word.withUTF8Buffer { word in
      for index in 0..<word.count where bytes[index] | 0x20 != word[index] { return false }
      return true
    }
  }
}
