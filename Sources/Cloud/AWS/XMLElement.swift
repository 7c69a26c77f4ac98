/// An element of an answer in XML: S3's and STS's. Attributes and namespaces are passed over; they carry nothing there.
struct XMLElement: Sendable, Equatable {
  let name: String
  fileprivate(set) var text = ""
  fileprivate(set) var children: [XMLElement] = []

  /// The first child of that name.
  subscript(_ name: String) -> XMLElement? { children.first { $0.name == name } }

  func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

  /// The element of that name, wherever it stands below.
  func descendant(_ name: String) -> XMLElement? {
    for child in children {
      if child.name == name { return child }
      if let found = child.descendant(name) { return found }
    }
    return nil
  }
}

extension XMLElement {
  /// The root element of a document; nil where it is none.
  static func parse(_ bytes: [UInt8]) -> XMLElement? {
    var parser = XMLParser(bytes: bytes)
    return parser.parseDocument()
  }
}

/// Reads the part of XML 1.0 that AWS's services write: no document types, so no entities of their own and no expansion.
private struct XMLParser {
  private static let depthLimit = 64
  private let bytes: [UInt8]
  private var position = 0

  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func parseDocument() -> XMLElement? {
    // The elements that are open, the innermost last.
    var open: [XMLElement] = []
    while position < bytes.count {
      if bytes[position] != UInt8(ascii: "<") {
        guard let text = takeText() else { return nil }
        if !open.isEmpty { open[open.count - 1].text += text }
      } else if skip("<?") {
        guard skip(past: "?>") else { return nil }
      } else if skip("<!--") {
        guard skip(past: "-->") else { return nil }
      } else if skip("<![CDATA[") {
        let start = position
        guard skip(past: "]]>"), !open.isEmpty else { return nil }
        open[open.count - 1].text += String(decoding: bytes[start..<(position - 3)], as: UTF8.self)
      } else if skip("</") {
        guard let closed = open.popLast(), takeName() == closed.name, skip(past: ">") else { return nil }
        guard !open.isEmpty else { return closed }
        open[open.count - 1].children.append(closed)
      } else if skip("<") {
        guard let name = takeName(), let isEmpty = skipAttributes(), open.count < Self.depthLimit else {
          return nil
        }
        let element = XMLElement(name: name)
        if !isEmpty {
          open.append(element)
        } else if open.isEmpty {
          return element
        } else {
          open[open.count - 1].children.append(element)
        }
      }
    }
    return nil
  }

  /// A name without the prefix of its namespace.
  private mutating func takeName() -> String? {
    let start = position
    while position < bytes.count, !" \t\r\n/>=".utf8.contains(bytes[position]) { position += 1 }
    let name = String(decoding: bytes[start..<position], as: UTF8.self)
    if name.isEmpty || name.hasPrefix("!") { return nil }
    return name.split(separator: ":").last.map(String.init)
  }

  /// Passes the rest of a start tag. Returns whether it closes the element too.
  private mutating func skipAttributes() -> Bool? {
    var quote: UInt8?
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if let open = quote {
        if byte == open { quote = nil }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if byte == UInt8(ascii: ">") {
        return bytes[position - 2] == UInt8(ascii: "/")
      }
    }
    return nil
  }

  private mutating func takeText() -> String? {
    var text: [UInt8] = []
    while position < bytes.count, bytes[position] != UInt8(ascii: "<") {
      let byte = bytes[position]
      position += 1
      guard byte == UInt8(ascii: "&") else {
        text.append(byte)
        continue
      }
      guard let end = bytes[position...].prefix(12).firstIndex(of: UInt8(ascii: ";")),
        let meant = Self.reference(String(decoding: bytes[position..<end], as: UTF8.self))
      else { return nil }
      text += Array(meant.utf8)
      position = end + 1
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func reference(_ name: String) -> String? {
    switch name {
    case "amp": return "&"
    case "lt": return "<"
    case "gt": return ">"
    case "quot": return "\""
    case "apos": return "'"
    default:
      guard name.hasPrefix("#") else { return nil }
      let digits = name.dropFirst()
      let number = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
      return number.flatMap(Unicode.Scalar.init).map { String(Character($0)) }
    }
  }

  private mutating func skip(_ text: String) -> Bool {
    guard bytes[position...].starts(with: text.utf8) else { return false }
    position += text.utf8.count
    return true
  }

  private mutating func skip(past text: String) -> Bool {
    while position < bytes.count {
      if skip(text) { return true }
      position += 1
    }
    return false
  }
}

/// Writes XML for requests.
enum XMLText {
  static func element(_ name: String, _ text: String) -> String { "<\(name)>\(escape(text))</\(name)>" }

  static func escape(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case _ where scalar.value < 0x20: escaped += "&#x\(String(scalar.value, radix: 16));"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
