/// Writes values as Python's `str` and `repr` do, within a limit of bytes.
struct ValueWriter {
  var text = ""
  private let byteLimit: Int
  /// The containers that are being written: one that holds itself prints as `[...]`.
  private var open: [ObjectIdentifier] = []

  init(byteLimit: Int) { self.byteLimit = byteLimit }

  mutating func write(_ value: Value) throws {
    switch value {
    case .string(let string): try append(string)
    case .undefined: break
    case .object(let object): try append(object.text)
    default: try writeRepresentation(value)
    }
  }

  mutating func writeRepresentation(_ value: Value) throws {
    switch value {
    case .none: try append("None")
    case .bool(let value): try append(value ? "True" : "False")
    case .int(let value): try append(String(value))
    case .double(let value): try append(NumberText.representation(of: value))
    case .string(let string): try append(ValueWriter.quoted(string))
    case .list(let list):
      if let name = list.viewName {
        try writeItems(of: list, name + "([", "])", isTuple: false)
      } else {
        try writeItems(of: list, "[", "]", isTuple: false)
      }
    case .tuple(let list): try writeItems(of: list, "(", ")", isTuple: true)
    case .dict(let dict): try writeEntries(of: dict)
    case .namespace(let namespace):
      try append("<Namespace ")
      try writeEntries(of: namespace.attributes)
      try append(">")
    case .function(let function): try append("<function \(function.name)>")
    case .macro(let macro): try append("<Macro '\(macro.definition.name)'>")
    case .object(let object): try append(object.text)
    case .undefined: try append("Undefined")
    }
  }

  private mutating func append(_ part: String) throws {
    text += part
    guard text.utf8.count <= byteLimit else {
      throw TemplateError.limit("the text of a value has more than \(byteLimit) bytes")
    }
  }

  private mutating func writeItems(
    of list: ValueList, _ opening: String, _ closing: String, isTuple: Bool
  ) throws {
    guard enter(list) else { return try append(opening + "..." + closing) }
    try append(opening)
    for (index, item) in list.items.enumerated() {
      if index > 0 { try append(", ") }
      try writeRepresentation(item)
    }
    try append(isTuple && list.items.count == 1 ? ",)" : closing)
    open.removeLast()
  }

  private mutating func writeEntries(of dict: ValueDict) throws {
    guard enter(dict) else { return try append("{...}") }
    try append("{")
    for (index, entry) in dict.entries.enumerated() {
      if index > 0 { try append(", ") }
      try writeRepresentation(entry.key)
      try append(": ")
      try writeRepresentation(entry.value)
    }
    try append("}")
    open.removeLast()
  }

  /// False if the container is being written already, or lies too deep to be written.
  private mutating func enter(_ container: AnyObject) -> Bool {
    let identity = ObjectIdentifier(container)
    guard open.count < 100, !open.contains(identity) else { return false }
    open.append(identity)
    return true
  }

  /// A string as Python's `repr` quotes it.
  static func quoted(_ string: String) -> String {
    let quote: Unicode.Scalar =
      string.utf8.contains(UInt8(ascii: "'")) && !string.utf8.contains(UInt8(ascii: "\"")) ? "\"" : "'"
    var result = String.UnicodeScalarView()
    result.append(quote)
    for scalar in string.unicodeScalars {
      switch scalar {
      case quote, "\\":
        result.append("\\")
        result.append(scalar)
      case "\n": result.append(contentsOf: "\\n".unicodeScalars)
      case "\r": result.append(contentsOf: "\\r".unicodeScalars)
      case "\t": result.append(contentsOf: "\\t".unicodeScalars)
      default:
        if scalar.isPrintable {
          result.append(scalar)
        } else {
          result.append(contentsOf: escaped(scalar).unicodeScalars)
        }
      }
    }
    result.append(quote)
    return String(result)
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    let hex = String(scalar.value, radix: 16)
    let (marker, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x1_0000 ? ("u", 4) : ("U", 8)
    return "\\" + marker + String(repeating: "0", count: max(0, width - hex.count)) + hex
  }
}

extension Unicode.Scalar {
  /// Whether Python's `repr` shows the character as it is.
  fileprivate var isPrintable: Bool {
    if isASCII { return value >= 0x20 && value < 0x7F }
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
      .spaceSeparator:
      return false
    default: return true
    }
  }
}

extension Value {
  /// What the value prints as; throws `RH2105` if that passes the limit.
  package func text(byteLimit: Int = 256 << 20) throws -> String {
    if case .string(let string) = self { return string }
    var writer = ValueWriter(byteLimit: byteLimit)
    try writer.write(self)
    return writer.text
  }
}
