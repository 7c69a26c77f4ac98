import Diagnostics

/// Reads JSON texts (RFC 8259), such as the artifacts of an earlier run.
package struct JSONParser {
  /// How deep arrays and objects may nest: a hostile file must not exhaust the stack.
  private static let depthLimit = 256

  private let bytes: [UInt8]
  private var position = 0

  private init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Parses one value.
  ///
  /// - Parameter path: the file's name, for faults.
  package static func parse(_ bytes: [UInt8], path: String) throws -> JSONValue {
    var parser = JSONParser(bytes)
    do {
      let value = try parser.value(depth: 0)
      parser.skipWhitespace()
      guard parser.position == bytes.count else { throw Fault(reason: "something follows the value") }
      return value
    } catch let fault as Fault {
      throw Diagnostic(
        .invalidValue, "'\(path)' is no JSON: \(fault.reason)",
        at: SourceLocation(path: path, byteOffset: min(parser.position, bytes.count)),
        hints: ["make the file again, or name another one"])
    }
  }

  private struct Fault: Error {
    let reason: String
  }

  // MARK: Values

  private mutating func value(depth: Int) throws -> JSONValue {
    guard depth < Self.depthLimit else { throw Fault(reason: "it nests too deep") }
    skipWhitespace()
    switch peek {
    case UInt8(ascii: "{"): return try object(depth)
    case UInt8(ascii: "["): return try array(depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case nil: throw Fault(reason: "it ends too early")
    default: return try number()
    }
  }

  private mutating func object(_ depth: Int) throws -> JSONValue {
    position += 1
    var fields: [String: JSONValue] = [:]
    skipWhitespace()
    if take(UInt8(ascii: "}")) { return .object(fields) }
    repeat {
      skipWhitespace()
      guard peek == UInt8(ascii: "\"") else { throw Fault(reason: "a key is no string") }
      let key = try string()
      skipWhitespace()
      guard take(UInt8(ascii: ":")) else { throw Fault(reason: "a key is not followed by a colon") }
      fields[key] = try value(depth: depth + 1)
      skipWhitespace()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw Fault(reason: "an object is not closed") }
    return .object(fields)
  }

  private mutating func array(_ depth: Int) throws -> JSONValue {
    position += 1
    var items: [JSONValue] = []
    skipWhitespace()
    if take(UInt8(ascii: "]")) { return .array(items) }
    repeat {
      items.append(try value(depth: depth + 1))
      skipWhitespace()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw Fault(reason: "an array is not closed") }
    return .array(items)
  }

  private mutating func literal(_ text: String, _ value: JSONValue) throws -> JSONValue {
    guard bytes[position...].starts(with: text.utf8) else { throw Fault(reason: "a word is no value") }
    position += text.utf8.count
    return value
  }

  private mutating func number() throws -> JSONValue {
    let start = position
    while let byte = peek, Self.isNumberByte(byte) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if let integer = Int(text) { return .integer(integer) }
    guard !text.isEmpty, let real = Double(text) else { throw Fault(reason: "a character is out of place") }
    return .real(real)
  }

  private static func isNumberByte(_ byte: UInt8) -> Bool {
    (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")) || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e")
  }

  // MARK: Strings

  private mutating func string() throws -> String {
    position += 1
    let start = position
    while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { position += 1 }
    if take(UInt8(ascii: "\"")) { return String(decoding: bytes[start..<(position - 1)], as: UTF8.self) }
    var text = Array(bytes[start..<position])
    while let byte = peek {
      position += 1
      if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
      if byte == UInt8(ascii: "\\") { text += try escape() } else { text.append(byte) }
    }
    throw Fault(reason: "a string is not closed")
  }

  private mutating func escape() throws -> [UInt8] {
    guard let byte = peek else { throw Fault(reason: "a string is not closed") }
    position += 1
    switch byte {
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "u"): return Array(String(try scalar()).utf8)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    default: throw Fault(reason: "a backslash escapes nothing")
    }
  }

  /// The scalar of `\uXXXX`, or of two of them; a lone half of a pair becomes the replacement character.
  private mutating func scalar() throws -> Character {
    let first = try hexadecimal()
    if first & 0xFC00 == 0xD800, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    {
      let before = position
      position += 2
      let second = try hexadecimal()
      if second & 0xFC00 == 0xDC00,
        let scalar = Unicode.Scalar(0x10000 + (first & 0x3FF) << 10 + (second & 0x3FF))
      {
        return Character(scalar)
      }
      position = before
    }
    return Unicode.Scalar(first).map { Character($0) } ?? "\u{FFFD}"
  }

  private mutating func hexadecimal() throws -> UInt32 {
    guard position + 4 <= bytes.count,
      let value = UInt32(String(decoding: bytes[position..<(position + 4)], as: UTF8.self), radix: 16)
    else { throw Fault(reason: "four hexadecimal digits are missing") }
    position += 4
    return value
  }

  // MARK: Bytes

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipWhitespace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }
}
