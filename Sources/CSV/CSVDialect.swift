/// How a file separates its fields, and how much of it is taken for one of them.
///
/// Always: UTF-8, quotes as in RFC 4180 with the inner ones doubled, lines that end in LF or CRLF. A CR that
/// stands alone is an ordinary byte, but for one at the very end of the file.
package struct CSVDialect: Sendable, Hashable {
  /// The byte between two fields: ASCII, neither a quote nor a line break.
  package let delimiter: UInt8
  /// The most bytes that one field may have; a row may have twice as many.
  package let maximumFieldByteCount: Int

  /// 64 MiB.
  package static let defaultMaximumFieldByteCount = 64 << 20
  /// 1 GiB less one byte: the room that `CSVField` has for a length.
  package static let largestMaximumFieldByteCount = 1 << 30 - 1

  package init(
    delimiter: UInt8 = UInt8(ascii: ","), maximumFieldByteCount: Int = defaultMaximumFieldByteCount
  ) {
    precondition(Self.isDelimiter(delimiter), "a delimiter is one ASCII byte, no quote and no line break")
    precondition(
      (1...Self.largestMaximumFieldByteCount).contains(maximumFieldByteCount),
      "a field has up to 2^30 - 1 bytes")
    self.delimiter = delimiter
    self.maximumFieldByteCount = maximumFieldByteCount
  }

  /// Whether a byte can stand between fields.
  package static func isDelimiter(_ byte: UInt8) -> Bool {
    byte < 0x80 && byte != 0 && byte != Self.quote && byte != Self.lineFeed && byte != Self.carriageReturn
  }

  var maximumRowByteCount: Int { 2 * maximumFieldByteCount }

  static let quote = UInt8(ascii: "\"")
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
}
