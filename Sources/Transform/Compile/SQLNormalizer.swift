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
