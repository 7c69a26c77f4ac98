/// The two directions of RFC 4180's doubled quotes.
package enum CSVQuoting {
  /// Writes a quoted field's content with its doubled quotes made single; returns the number of bytes.
  ///
  /// - Parameter target: room for as many bytes as `source` has.
  package static func unescape(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawPointer) -> Int
  {
    var written = 0
    var read = 0
    while read < source.count {
      let byte = source[read]
      // SAFETY: written <= read < source.count, which is the room of the target.
      target.storeBytes(of: byte, toByteOffset: written, as: UInt8.self)
      written &+= 1
      // The splitter has seen to it that each quote inside has a second one behind it.
      read &+= byte == CSVDialect.quote ? 2 : 1
    }
    return written
  }

  /// A text as a CSV field: in quotes only where it must be.
  package static func field(_ text: String, delimiter: UInt8 = UInt8(ascii: ",")) -> String {
    let needsQuotes =
      text.isEmpty
      || text.utf8.contains {
        $0 == delimiter || $0 == CSVDialect.quote || $0 == CSVDialect.lineFeed
          || $0 == CSVDialect.carriageReturn
      }
    guard needsQuotes else { return text }
    var bytes: [UInt8] = [CSVDialect.quote]
    for byte in text.utf8 {
      if byte == CSVDialect.quote { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(CSVDialect.quote)
    return String(decoding: bytes, as: UTF8.self)
  }
}
