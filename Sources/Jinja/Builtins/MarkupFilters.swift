/// Filters for HTML, URLs and JSON.
extension Builtins {
  static let markupFilters: [String: Environment.Body] = [
    "escape": { .string(try escape(try $0.onlySubjectText(), $0.byteLimit)) },
    "e": { .string(try escape(try $0.onlySubjectText(), $0.byteLimit)) },
    "forceescape": { .string(try escape(try $0.onlySubjectText(), $0.byteLimit)) },
    "safe": { .string(try $0.onlySubjectText()) },
    "striptags": { .string(stripTags(try $0.onlySubjectText())) },
    "urlencode": { .string(try urlencode($0)) },
    "xmlattr": { .string(try attributes($0)) },
    "tojson": { call in
      let indent = try call.bind("value", "indent", required: 1).int(1)
      var writer = JSONWriter(
        indent: indent.map { min(max($0, 0), 100) }, sortsKeys: true, byteLimit: call.byteLimit)
      try writer.write(call.subject)
      return .string(writer.htmlSafeText)
    },
  ]

  private static func escape(_ text: String, _ byteLimit: Int) throws -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "&"): bytes += "&amp;".utf8
      case UInt8(ascii: "<"): bytes += "&lt;".utf8
      case UInt8(ascii: ">"): bytes += "&gt;".utf8
      case UInt8(ascii: "'"): bytes += "&#39;".utf8
      case UInt8(ascii: "\""): bytes += "&#34;".utf8
      default: bytes.append(byte)
      }
    }
    guard bytes.count <= byteLimit else { throw PythonText.tooLong(byteLimit) }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func stripTags(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var kept: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "<") {
        let isComment = PythonText.matches(Array("<!--".utf8), bytes, at: index)
        let close = Array((isComment ? "-->" : ">").utf8)
        if let end = PythonText.find(close, in: bytes, from: index + (isComment ? 4 : 1)) {
          index = end + close.count
          continue
        }
      }
      kept.append(bytes[index])
      index += 1
    }
    let words = PythonText.words(String(decoding: kept, as: UTF8.self)).joined(separator: " ")
    return unescape(words)
  }

  private static func unescape(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
    let named = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{A0}"]
    var result = ""
    var rest = text[...]
    while let start = rest.firstIndex(of: "&") {
      result += rest[..<start]
      rest = rest[start...]
      guard let end = rest.prefix(12).firstIndex(of: ";") else {
        result += "&"
        rest = rest.dropFirst()
        continue
      }
      let name = String(rest[rest.index(after: start)..<end])
      if let character = named[name] ?? numericEntity(name) {
        result += character
        rest = rest[rest.index(after: end)...]
      } else {
        result += "&"
        rest = rest.dropFirst()
      }
    }
    return result + rest
  }

  private static func numericEntity(_ name: String) -> String? {
    guard name.hasPrefix("#") else { return nil }
    let isHex = name.hasPrefix("#x") || name.hasPrefix("#X")
    guard let number = UInt32(name.dropFirst(isHex ? 2 : 1), radix: isHex ? 16 : 10) else { return nil }
    return Unicode.Scalar(number).map { String($0) }
  }

  private static func urlencode(_ call: Call) throws -> String {
    _ = try call.bind("value", required: 1)
    switch call.subject {
    case .string, .none, .bool, .int, .double, .undefined:
      return quote(try call.subjectText(), keeping: "/", spaceAsPlus: false)
    case .dict(let dict): return try query(dict.entries.map { ($0.key, $0.value) })
    default:
      return try query(
        try call.subject.iterated().map { pair in
          let parts = try pair.iterated()
          guard parts.count == 2 else {
            throw TemplateError.runtime("urlencode() takes pairs, not \(pair.shortDescription)")
          }
          return (parts[0], parts[1])
        })
    }
  }

  private static func query(_ pairs: [(Value, Value)]) throws -> String {
    try pairs.map { key, value in
      quote(try key.text(), keeping: "", spaceAsPlus: true) + "="
        + quote(try value.text(), keeping: "", spaceAsPlus: true)
    }.joined(separator: "&")
  }

  private static func quote(_ text: String, keeping kept: String, spaceAsPlus: Bool) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      let isPlain = byte.isASCIIDigit || (byte.startsName && byte < 0x80) || "-.~".utf8.contains(byte)
      if isPlain || kept.utf8.contains(byte) {
        bytes.append(byte)
      } else if spaceAsPlus, byte == 0x20 {
        bytes.append(UInt8(ascii: "+"))
      } else {
        bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func attributes(_ call: Call) throws -> String {
    let arguments = try call.bind("d", "autospace", required: 1)
    guard case .dict(let dict) = call.subject else {
      throw TemplateError.runtime("xmlattr() takes a dict, not \(call.subject.shortDescription)")
    }
    var parts: [String] = []
    for entry in dict.entries where !entry.value.isNone && !entry.value.isUndefined {
      let key = try entry.key.text()
      guard !key.utf8.contains(where: { $0.isTemplateSpace || "/>=".utf8.contains($0) }) else {
        throw TemplateError.runtime("xmlattr(): '\(key)' is no name of an attribute")
      }
      parts.append(
        "\(try escape(key, call.byteLimit))=\"\(try escape(try entry.value.text(), call.byteLimit))\"")
    }
    let text = parts.joined(separator: " ")
    return text.isEmpty || !arguments.bool(1, default: true) ? text : " " + text
  }
}
