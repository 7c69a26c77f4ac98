/// SQL without what does not change its meaning, for fingerprints.
enum SQLNormalizer {
  /// The text with comments taken out and white space outside quotes made one blank.
  static func normalize(_ sql: String) -> String {
    let bytes = Array(sql.utf8)
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    var index = 0
    var needsBlank = false
    func at(_ offset: Int) -> UInt8 { offset < bytes.count ? bytes[offset] : 0 }
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "-"), at(index + 1) == UInt8(ascii: "-") {
        while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { index += 1 }
        needsBlank = true
      } else if byte == UInt8(ascii: "/"), at(index + 1) == UInt8(ascii: "*") {
        index += 2
        while index < bytes.count, !(bytes[index] == UInt8(ascii: "*") && at(index + 1) == UInt8(ascii: "/"))
        {
          index += 1
        }
        index = min(index + 2, bytes.count)
        needsBlank = true
      } else if isSpace(byte) {
        index += 1
        needsBlank = true
      } else {
        if needsBlank, !output.isEmpty { output.append(UInt8(ascii: " ")) }
        needsBlank = false
        if let close = closingQuote(byte) {
          // A doubled quote ends one quoted run and begins the next, which comes to the same.
          output.append(byte)
          index += 1
          while index < bytes.count, bytes[index] != close {
            output.append(bytes[index])
            index += 1
          }
        }
        if index < bytes.count {
          output.append(bytes[index])
          index += 1
        }
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// Whether a text stands in SQL, in upper or lower case, be it within a name or a quoted text.
  ///
  /// - Parameter text: in lower case ASCII.
  static func mentions(_ text: StaticString, in sql: String) -> Bool {
    var sql = sql
    return sql.withUTF8 { bytes in
      text.withUTF8Buffer { wanted in
        guard wanted.count <= bytes.count else { return false }
        return (0...(bytes.count - wanted.count)).contains { start in
          (0..<wanted.count).allSatisfy { index in
            let byte = bytes[start + index]
            let isUpper = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
            return (isUpper ? byte | 0x20 : byte) == wanted[index]
          }
        }
      }
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || (byte >= 9 && byte <= 13)
  }

  private static func closingQuote(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"): byte
    case UInt8(ascii: "["): UInt8(ascii: "]")
    default: nil
    }
  }
}
