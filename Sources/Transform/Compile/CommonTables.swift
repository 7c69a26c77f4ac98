/// The ephemeral models of a statement, which become common table expressions of it.
final class CommonTables {
  /// In an order in which each stands behind those that it reads.
  private(set) var tables: [(name: String, sql: String)] = []

  func contains(_ name: String) -> Bool { tables.contains { $0.name == name } }

  func append(_ name: String, _ sql: String) { tables.append((name, sql)) }

  /// Where the expressions were put into a statement.
  struct Injection: Sendable {
    /// The offset in the statement, in bytes.
    let start: Int
    let byteCount: Int

    /// The offset in the statement as it was before; nil for a place within the expressions.
    func originalOffset(of offset: Int) -> Int? {
      if offset < start { return offset }
      return offset < start + byteCount ? nil : offset - byteCount
    }
  }

  /// Puts the expressions before those that the statement has itself.
  func inject(into sql: String) -> (sql: String, injection: Injection?) {
    guard !tables.isEmpty else { return (sql, nil) }
    let list = tables.map { "\($0.name) as (\n\($0.sql)\n)" }.joined(separator: ", ")
    let bytes = Array(sql.utf8)
    let start: Int
    let part: String
    if let end = Self.endOfWith(bytes) {
      start = end
      part = " \(list),"
    } else {
      start = 0
      part = "with \(list)\n"
    }
    let text =
      String(decoding: bytes[..<start], as: UTF8.self) + part
      + String(decoding: bytes[start...], as: UTF8.self)
    return (text, Injection(start: start, byteCount: part.utf8.count))
  }

  /// The offset behind the `with` or `with recursive` that a statement begins with.
  private static func endOfWith(_ bytes: [UInt8]) -> Int? {
    guard let end = end(ofWord: "with", in: bytes, from: 0) else { return nil }
    return self.end(ofWord: "recursive", in: bytes, from: end) ?? end
  }

  private static func end(ofWord word: String, in bytes: [UInt8], from start: Int) -> Int? {
    let begin = skippingBlanks(bytes, from: start)
    let end = begin + word.utf8.count
    guard end <= bytes.count, bytes[begin..<end].elementsEqual(word.utf8, by: { $0 | 0x20 == $1 }) else {
      return nil
    }
    let isWhole = end == bytes.count || !isWordByte(bytes[end])
    return isWhole ? end : nil
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...:
      true
    default: false
    }
  }

  /// The first place that is neither space nor comment.
  private static func skippingBlanks(_ bytes: [UInt8], from start: Int) -> Int {
    var index = start
    func at(_ offset: Int) -> UInt8 { offset < bytes.count ? bytes[offset] : 0 }
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: " ") || (9...13).contains(bytes[index]) {
        index += 1
      } else if at(index) == UInt8(ascii: "-"), at(index + 1) == UInt8(ascii: "-") {
        while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { index += 1 }
      } else if at(index) == UInt8(ascii: "/"), at(index + 1) == UInt8(ascii: "*") {
        index += 2
        while index < bytes.count, !(at(index) == UInt8(ascii: "*") && at(index + 1) == UInt8(ascii: "/")) {
          index += 1
        }
        index = min(index + 2, bytes.count)
      } else {
        break
      }
    }
    return index
  }
}
