/// What a column does to the values that it is given (section 3 of "Datatypes In SQLite").
package enum Affinity: Sendable, Equatable {
  case blob
  case text
  case numeric
  case integer
  case real

  /// The affinity that SQLite takes from a declared type (section 3.1).
  package init(declaredType: String) {
    let type = declaredType.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    func holds(_ word: StaticString) -> Bool {
      word.withUTF8Buffer { word in
        type.indices.contains { type[$0...].starts(with: word) }
      }
    }
    if holds("int") {
      self = .integer
    } else if holds("char") || holds("clob") || holds("text") {
      self = .text
    } else if holds("blob") || type.isEmpty {
      self = .blob
    } else if holds("real") || holds("floa") || holds("doub") {
      self = .real
    } else {
      self = .numeric
    }
  }

  var isNumeric: Bool { self == .numeric || self == .integer || self == .real }

  /// The integer that a column of numeric affinity stores in place of a real, or nil where it stores the real.
  @inline(__always)
  static func integer(for real: Double) -> Int64? {
    // SQLite leaves the two outermost integers out, for they are where the conversion back is doubtful.
    guard real > -0x1p63, real < 0x1p63 else { return nil }
    let integer = Int64(real)
    return Double(integer) == real ? integer : nil
  }

  /// The integer that a text of nothing but digits and a sign stands for; nil leaves the text to SQLite.
  static func plainInteger(_ text: UnsafeRawBufferPointer) -> Int64? {
    guard let first = text.first else { return nil }
    let isNegative = first == UInt8(ascii: "-")
    let start = isNegative || first == UInt8(ascii: "+") ? 1 : 0
    // Eighteen digits cannot overflow.
    guard text.count > start, text.count - start <= 18 else { return nil }
    var value: Int64 = 0
    for byte in text[start...] {
      let digit = byte &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      value = value &* 10 &+ Int64(digit)
    }
    return isNegative ? -value : value
  }

  /// Whether a text has the form of a number: white space, a sign, digits with a point and an exponent, white space.
  /// All numbers of SQLite have it, and few other texts, so that dates and names are told from numbers here.
  static func mayBeNumber(_ text: UnsafeRawBufferPointer) -> Bool {
    var index = 0
    func skip(while matches: (UInt8) -> Bool) {
      while index < text.count, matches(text[index]) { index &+= 1 }
    }
    func skipSign() {
      if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
        index &+= 1
      }
    }
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
    skip(while: isSpace)
    skipSign()
    let start = index
    skip(while: isDigit)
    if index < text.count, text[index] == UInt8(ascii: ".") {
      index &+= 1
      skip(while: isDigit)
    }
    guard index > start else { return false }
    if index < text.count, text[index] | 0x20 == UInt8(ascii: "e") {
      index &+= 1
      skipSign()
      skip(while: isDigit)
    }
    skip(while: isSpace)
    return index == text.count
  }
}
