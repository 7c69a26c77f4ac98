/// Text as Python sees it: code points in order, compared by their numbers, never by what they look like.
enum PythonText {
  static func areEqual(_ a: String, _ b: String) -> Bool {
    guard a.utf8.count == b.utf8.count else { return false }
    return a.utf8.elementsEqual(b.utf8)
  }

  /// Code point order, which is that of the UTF-8 bytes.
  static func order(_ a: String, _ b: String) -> Int {
    if areEqual(a, b) { return 0 }
    return a.utf8.lexicographicallyPrecedes(b.utf8) ? -1 : 1
  }

  /// The offset in bytes of the first occurrence of `part`, from a byte offset on.
  static func find(_ part: String, in text: String, from start: Int = 0) -> Int? {
    find(Array(part.utf8), in: Array(text.utf8), from: start)
  }

  static func find(_ part: [UInt8], in text: [UInt8], from start: Int = 0) -> Int? {
    guard let first = part.first else { return start <= text.count ? start : nil }
    guard text.count >= part.count else { return nil }
    let last = text.count - part.count
    var index = start
    while index <= last {
      if text[index] == first, matches(part, text, at: index) { return index }
      index += 1
    }
    return nil
  }

  static func findLast(_ part: [UInt8], in text: [UInt8]) -> Int? {
    var index = text.count - part.count
    while index >= 0 {
      if matches(part, text, at: index) { return index }
      index -= 1
    }
    return nil
  }

  static func matches(_ part: [UInt8], _ text: [UInt8], at index: Int) -> Bool {
    guard index >= 0, index + part.count <= text.count else { return false }
    for offset in 0..<part.count where text[index + offset] != part[offset] { return false }
    return true
  }

  /// The character at an index, which counts from the end if it is negative.
  static func character(at index: Int, of text: String) -> String? {
    let scalars = text.unicodeScalars
    let count = index < 0 ? scalars.count : 0
    let place = index < 0 ? index + count : index
    guard place >= 0, place < text.utf8.count,
      let position = scalars.index(scalars.startIndex, offsetBy: place, limitedBy: scalars.endIndex),
      position < scalars.endIndex
    else { return nil }
    return String(scalars[position])
  }

  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return UInt8(scalar.value).isTemplateSpace }
    return scalar.properties.isWhitespace
  }

  /// The text without white space, or without the given characters, at its ends.
  static func strip(
    _ text: String, _ characters: String? = nil, left: Bool = true, right: Bool = true
  ) -> String {
    let set = characters.map { Set($0.unicodeScalars) }
    func drops(_ scalar: Unicode.Scalar) -> Bool { set?.contains(scalar) ?? isSpace(scalar) }
    var view = text.unicodeScalars[...]
    if left { view = view.drop(while: drops) }
    if right {
      while let last = view.last, drops(last) { view.removeLast() }
    }
    return String(view)
  }

  /// The lines, by Python's idea of line breaks.
  static func lines(_ text: String, keepingEnds: Bool = false) -> [String] {
    var lines: [String] = []
    let scalars = text.unicodeScalars
    var start = scalars.startIndex
    var index = start
    while index < scalars.endIndex {
      let scalar = scalars[index]
      var next = scalars.index(after: index)
      if isLineBreak(scalar) {
        let end = index
        if scalar == "\r", next < scalars.endIndex, scalars[next] == "\n" {
          next = scalars.index(after: next)
        }
        lines.append(String(scalars[start..<(keepingEnds ? next : end)]))
        start = next
      }
      index = next
    }
    if start < scalars.endIndex { lines.append(String(scalars[start...])) }
    return lines
  }

  private static func isLineBreak(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  /// The words between runs of white space; at most `limit` cuts, the rest as the last word.
  static func words(_ text: String, limit: Int = -1) -> [String] {
    var words: [String] = []
    let scalars = text.unicodeScalars
    var index = scalars.startIndex
    while true {
      while index < scalars.endIndex, isSpace(scalars[index]) { index = scalars.index(after: index) }
      guard index < scalars.endIndex else { return words }
      if limit >= 0, words.count == limit {
        words.append(String(scalars[index...]))
        return words
      }
      let start = index
      while index < scalars.endIndex, !isSpace(scalars[index]) { index = scalars.index(after: index) }
      words.append(String(scalars[start..<index]))
    }
  }

  /// The same from the end: the rest is the first word.
  static func wordsFromEnd(_ text: String, limit: Int) -> [String] {
    guard limit >= 0 else { return words(text) }
    var words: [String] = []
    var rest = text.unicodeScalars[...]
    while true {
      while let last = rest.last, isSpace(last) { rest.removeLast() }
      guard !rest.isEmpty else { break }
      if words.count == limit {
        words.append(String(rest))
        break
      }
      var word: [Unicode.Scalar] = []
      while let last = rest.last, !isSpace(last) {
        word.append(last)
        rest.removeLast()
      }
      words.append(String(String.UnicodeScalarView(word.reversed())))
    }
    return words.reversed()
  }

  /// The parts between occurrences of a separator that is not empty.
  static func split(_ text: String, by separator: String, limit: Int = -1) -> [String] {
    let bytes = Array(text.utf8)
    let part = Array(separator.utf8)
    var parts: [String] = []
    var start = 0
    while limit < 0 || parts.count < limit, let found = find(part, in: bytes, from: start) {
      parts.append(String(decoding: bytes[start..<found], as: UTF8.self))
      start = found + part.count
    }
    parts.append(String(decoding: bytes[start...], as: UTF8.self))
    return parts
  }

  static func splitFromEnd(_ text: String, by separator: String, limit: Int) -> [String] {
    guard limit >= 0 else { return split(text, by: separator) }
    let part = Array(separator.utf8)
    var rest = Array(text.utf8)
    var parts: [String] = []
    while parts.count < limit, let found = findLast(part, in: rest) {
      parts.append(String(decoding: rest[(found + part.count)...], as: UTF8.self))
      rest.removeSubrange(found...)
    }
    parts.append(String(decoding: rest, as: UTF8.self))
    return parts.reversed()
  }

  /// The text with occurrences of `old` replaced, at most `limit` of them; throws if it grows past the byte limit.
  static func replace(
    _ text: String, _ old: String, with new: String, limit: Int = -1, byteLimit: Int
  ) throws -> String {
    let bytes = Array(text.utf8)
    let part = Array(old.utf8)
    let replacement = Array(new.utf8)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var count = 0
    func mayReplace() -> Bool { limit < 0 || count < limit }
    var index = 0
    if part.isEmpty {
      while index < bytes.count {
        // Between characters, not within one.
        if bytes[index] & 0xC0 != 0x80, mayReplace() {
          result += replacement
          count += 1
        }
        result.append(bytes[index])
        index += 1
        guard result.count <= byteLimit else { throw tooLong(byteLimit) }
      }
      if mayReplace() { result += replacement }
    } else {
      while mayReplace(), let found = find(part, in: bytes, from: index) {
        result += bytes[index..<found]
        result += replacement
        index = found + part.count
        count += 1
        guard result.count <= byteLimit else { throw tooLong(byteLimit) }
      }
      result += bytes[index...]
    }
    guard result.count <= byteLimit else { throw tooLong(byteLimit) }
    return String(decoding: result, as: UTF8.self)
  }

  static func tooLong(_ byteLimit: Int) -> TemplateError {
    .limit("a string would have more than \(byteLimit) bytes")
  }

  /// The first character in upper case, the others in lower case.
  static func capitalize(_ text: String) -> String {
    guard let first = text.unicodeScalars.first else { return "" }
    return first.properties.titlecaseMapping + String(text.unicodeScalars.dropFirst()).lowercased()
  }

  /// Spaces, or another filler, up to a width counted in characters.
  static func pad(
    _ text: String, left: Int, right: Int, fill: String = " ", byteLimit: Int
  ) throws -> String {
    let width = fill.utf8.count
    guard max(left, 0) <= byteLimit / max(width, 1), max(right, 0) <= byteLimit / max(width, 1),
      (max(left, 0) + max(right, 0)) * width + text.utf8.count <= byteLimit
    else { throw tooLong(byteLimit) }
    return String(repeating: fill, count: max(0, left)) + text + String(repeating: fill, count: max(0, right))
  }
}
