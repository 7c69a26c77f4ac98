/// A word, name, text, number or sign of SQL.
struct SQLToken: Equatable {
  enum Kind {
    /// A keyword or a name without quotes.
    case word
    /// A name in quotes.
    case name
    /// A text in single quotes.
    case text
    case number
    /// One character of anything else.
    case sign
  }

  let kind: Kind
  /// A word in lower case, a name or text without its quotes.
  let text: String
  /// Where it stands, in bytes.
  let range: Range<Int>
  /// How many parentheses are open around it.
  let depth: Int

  func isWord(_ word: String) -> Bool { kind == .word && text == word }
  func isSign(_ sign: String) -> Bool { kind == .sign && text == sign }
}

/// Splits SQL as SQLite's tokenizer does, without comments and white space.
enum SQLTokens {
  /// Nil for a text that ends within quotes or a comment, or whose parentheses do not match.
  static func split(_ sql: String) -> [SQLToken]? {
    let bytes = Array(sql.utf8)
    var tokens: [SQLToken] = []
    var depth = 0
    var index = 0
    func at(_ offset: Int) -> UInt8 { offset < bytes.count ? bytes[offset] : 0 }
    while index < bytes.count {
      let byte = bytes[index]
      let start = index
      if byte == UInt8(ascii: " ") || (9...13).contains(byte) {
        index += 1
      } else if byte == UInt8(ascii: "-"), at(index + 1) == UInt8(ascii: "-") {
        while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { index += 1 }
      } else if byte == UInt8(ascii: "/"), at(index + 1) == UInt8(ascii: "*") {
        index += 2
        while index < bytes.count, !(at(index) == UInt8(ascii: "*") && at(index + 1) == UInt8(ascii: "/")) {
          index += 1
        }
        if index >= bytes.count { return nil }
        index += 2
      } else if let close = closingQuote(byte) {
        guard let text = quoted(bytes, &index, close) else { return nil }
        let kind: SQLToken.Kind = byte == UInt8(ascii: "'") ? .text : .name
        tokens.append(SQLToken(kind: kind, text: text, range: start..<index, depth: depth))
      } else if isWordByte(byte) {
        let isNumber = byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
        while index < bytes.count, isWordByte(bytes[index]) || (isNumber && bytes[index] == UInt8(ascii: "."))
        {
          index += 1
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        tokens.append(
          SQLToken(
            kind: isNumber ? .number : .word, text: text.lowercased(), range: start..<index, depth: depth))
      } else {
        if byte == UInt8(ascii: ")") { depth -= 1 }
        if depth < 0 { return nil }
        index += 1
        let sign = String(UnicodeScalar(byte))
        tokens.append(SQLToken(kind: .sign, text: sign, range: start..<index, depth: depth))
        if byte == UInt8(ascii: "(") { depth += 1 }
      }
    }
    return depth == 0 ? tokens : nil
  }

  /// The text within quotes, which are doubled where they are part of it. Square brackets are never.
  private static func quoted(_ bytes: [UInt8], _ index: inout Int, _ close: UInt8) -> String? {
    var text: [UInt8] = []
    index += 1
    while index < bytes.count {
      if bytes[index] == close {
        index += 1
        let isDoubled = close != UInt8(ascii: "]") && index < bytes.count && bytes[index] == close
        if !isDoubled { return String(decoding: text, as: UTF8.self) }
      }
      text.append(bytes[index])
      index += 1
    }
    return nil
  }

  private static func closingQuote(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"): byte
    case UInt8(ascii: "["): UInt8(ascii: "]")
    default: nil
    }
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...:
      true
    default: false
    }
  }
}
