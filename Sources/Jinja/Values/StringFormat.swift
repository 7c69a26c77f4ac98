/// Python's `'{} and {name:>8}'.format(…)`.
struct StringFormat {
  let renderer: Renderer

  private var byteLimit: Int { renderer.environment.limits.outputByteCount }

  func format(_ text: String, _ arguments: [Value], _ keywords: [Call.Keyword]) throws -> String {
    var nextIndex: Int? = 0
    return try format(Array(text.utf8), arguments, keywords, &nextIndex, depth: 0)
  }

  private func format(
    _ bytes: [UInt8], _ arguments: [Value], _ keywords: [Call.Keyword], _ nextIndex: inout Int?, depth: Int
  ) throws -> String {
    guard depth < 3 else { throw TemplateError.runtime("the fields of a format are nested too deeply") }
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      let next = index + 1 < bytes.count ? bytes[index + 1] : 0
      if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}") {
        if next == byte {
          result.append(byte)
          index += 2
          continue
        }
        guard byte == UInt8(ascii: "{"), let end = fieldEnd(bytes, index + 1) else {
          throw TemplateError.runtime(
            "the format has a single '\(Unicode.Scalar(byte))'", hints: ["double it to print it"])
        }
        let field = Array(bytes[index + 1..<end])
        result += Array(try render(field, arguments, keywords, &nextIndex, depth: depth).utf8)
        guard result.count <= byteLimit else { throw PythonText.tooLong(byteLimit) }
        index = end + 1
      } else {
        result.append(byte)
        index += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private func fieldEnd(_ bytes: [UInt8], _ start: Int) -> Int? {
    var depth = 1
    for index in start..<max(start, bytes.count) {
      if bytes[index] == UInt8(ascii: "{") { depth += 1 }
      if bytes[index] == UInt8(ascii: "}") {
        depth -= 1
        if depth == 0 { return index }
      }
    }
    return nil
  }

  private func render(
    _ field: [UInt8], _ arguments: [Value], _ keywords: [Call.Keyword], _ nextIndex: inout Int?, depth: Int
  ) throws -> String {
    let nameEnd = field.firstIndex { $0 == UInt8(ascii: "!") || $0 == UInt8(ascii: ":") } ?? field.count
    var rest = field[nameEnd...]
    var conversion: UInt8?
    if rest.first == UInt8(ascii: "!") {
      rest = rest.dropFirst()
      conversion = rest.popFirst()
    }
    var specification = ""
    if rest.first == UInt8(ascii: ":") {
      specification = try format(Array(rest.dropFirst()), arguments, keywords, &nextIndex, depth: depth + 1)
    } else if !rest.isEmpty {
      throw TemplateError.runtime("the format has text behind a conversion")
    }
    var value = try resolve(Array(field[..<nameEnd]), arguments, keywords, &nextIndex)
    switch conversion {
    case nil: break
    case UInt8(ascii: "s"): value = .string(try value.text(byteLimit: byteLimit))
    case UInt8(ascii: "r"), UInt8(ascii: "a"):
      var writer = ValueWriter(byteLimit: byteLimit)
      try writer.writeRepresentation(value)
      value = .string(writer.text)
    default: throw TemplateError.runtime("the format knows the conversions '!s' and '!r' only")
    }
    return try FormatSpecification(specification, byteLimit: byteLimit).format(value)
  }

  /// The value of `0`, `name`, `name.attribute` or `name[key]`.
  private func resolve(
    _ name: [UInt8], _ arguments: [Value], _ keywords: [Call.Keyword], _ nextIndex: inout Int?
  ) throws -> Value {
    let headEnd = name.firstIndex { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "[") } ?? name.count
    let head = String(decoding: name[..<headEnd], as: UTF8.self)
    var value: Value
    if head.isEmpty || head.utf8.allSatisfy(\.isASCIIDigit) {
      let index: Int
      if head.isEmpty {
        guard let next = nextIndex else {
          throw TemplateError.runtime("the format mixes numbered and plain fields")
        }
        index = next
        nextIndex = next + 1
      } else {
        guard (nextIndex ?? 0) == 0 else {
          throw TemplateError.runtime("the format mixes numbered and plain fields")
        }
        index = Int(head) ?? Int.max
        nextIndex = nil
      }
      guard index < arguments.count else {
        throw TemplateError.runtime("the format names argument \(index), but there are \(arguments.count)")
      }
      value = arguments[index]
    } else {
      guard let keyword = keywords.last(where: { $0.name == head }) else {
        throw TemplateError.runtime("the format names '\(head)', which is not given")
      }
      value = keyword.value
    }
    var rest = name[headEnd...]
    while let first = rest.first {
      rest = rest.dropFirst()
      if first == UInt8(ascii: ".") {
        let end = rest.firstIndex { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "[") } ?? rest.endIndex
        value = try renderer.access.attribute(String(decoding: rest[..<end], as: UTF8.self), of: value)
        rest = rest[end...]
      } else {
        guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else {
          throw TemplateError.runtime("a key in the format is not closed")
        }
        let key = String(decoding: rest[..<end], as: UTF8.self)
        value = try renderer.access.item(Int(key).map(Value.int) ?? .string(key), of: value)
        rest = rest[(end + 1)...]
      }
      if case .undefined(let undefined) = value { throw undefined.error }
    }
    return value
  }
}
