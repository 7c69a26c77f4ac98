/// Writes values as JSON, in the form of Python's `json.dumps`.
package struct JSONWriter {
  package private(set) var text = ""
  private let indent: Int?
  private let sortsKeys: Bool
  private let byteLimit: Int
  private var depth = 0

  package init(indent: Int? = nil, sortsKeys: Bool = false, byteLimit: Int = 256 << 20) {
    self.indent = indent
    self.sortsKeys = sortsKeys
    self.byteLimit = byteLimit
  }

  /// The text with the characters escaped that mean something in HTML.
  var htmlSafeText: String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "<"): bytes += "\\u003c".utf8
      case UInt8(ascii: ">"): bytes += "\\u003e".utf8
      case UInt8(ascii: "&"): bytes += "\\u0026".utf8
      case UInt8(ascii: "'"): bytes += "\\u0027".utf8
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends a value; throws on functions and objects, and on what lies too deep.
  package mutating func write(_ value: Value) throws {
    switch value {
    case .none: try append("null")
    case .bool(let value): try append(value ? "true" : "false")
    case .int(let value): try append(String(value))
    case .double(let value):
      try append(
        value.isNaN
          ? "NaN"
          : value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : NumberText.representation(of: value))
    case .string(let string): try append(JSONWriter.quoted(string))
    case .list(let list) where list.viewName != nil:
      throw TemplateError.runtime(
        "a value of type '\(value.typeName)' has no JSON form", hints: ["make it a list with '| list'"])
    case .list(let list), .tuple(let list): try writeItems(list.items)
    case .dict(let dict): try writeEntries(dict)
    case .undefined(let undefined): throw undefined.error
    case .namespace, .function, .macro, .object:
      throw TemplateError.runtime("a value of type '\(value.typeName)' has no JSON form")
    }
  }

  private mutating func append(_ part: String) throws {
    text += part
    guard text.utf8.count <= byteLimit else { throw PythonText.tooLong(byteLimit) }
  }

  private mutating func writeItems(_ items: [Value]) throws {
    if items.isEmpty { return try append("[]") }
    try open("[")
    for (index, item) in items.enumerated() {
      try separate(index)
      try write(item)
    }
    try close("]")
  }

  private mutating func writeEntries(_ dict: ValueDict) throws {
    if dict.count == 0 { return try append("{}") }
    var entries = dict.entries
    if sortsKeys {
      var comparison = Comparison()
      try entries.sort { try comparison.order($0.key, $1.key, "<") ?? 0 < 0 }
    }
    try open("{")
    for (index, entry) in entries.enumerated() {
      try separate(index)
      try append(try key(entry.key) + ": ")
      try write(entry.value)
    }
    try close("}")
  }

  private func key(_ value: Value) throws -> String {
    switch value {
    case .string(let text): return JSONWriter.quoted(text)
    case .none: return "\"null\""
    case .bool(let value): return value ? "\"true\"" : "\"false\""
    case .int(let value): return "\"\(value)\""
    case .double(let value): return "\"\(NumberText.representation(of: value))\""
    default: throw TemplateError.runtime("a key of type '\(value.typeName)' has no JSON form")
    }
  }

  private mutating func open(_ bracket: String) throws {
    guard depth < 100 else { throw TemplateError.limit("a value is nested too deeply for JSON") }
    depth += 1
    try append(bracket)
  }

  private mutating func separate(_ index: Int) throws {
    if index > 0 { try append(indent == nil ? ", " : ",") }
    try newLine()
  }

  private mutating func close(_ bracket: String) throws {
    depth -= 1
    try newLine()
    try append(bracket)
  }

  private mutating func newLine() throws {
    guard let indent else { return }
    try append("\n" + String(repeating: " ", count: indent * depth))
  }

  /// A string in quotes, with all that is not ASCII escaped.
  private static func quoted(_ string: String) -> String {
    var result = "\""
    for unit in string.utf16 {
      switch unit {
      case 0x22: result += "\\\""
      case 0x5C: result += "\\\\"
      case 0x0A: result += "\\n"
      case 0x0D: result += "\\r"
      case 0x09: result += "\\t"
      case 0x08: result += "\\b"
      case 0x0C: result += "\\f"
      case 0x20..<0x7F: result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
      default:
        let hex = String(unit, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      }
    }
    return result + "\""
  }
}
