/// String literals with Python's escapes.
extension Lexer {
  mutating func lexString(quote: UInt8) throws(TemplateError) {
    let start = position
    var index = start + 1
    var hasEscapes = false
    while index < limit, bytes[index] != quote {
      if bytes[index] == UInt8(ascii: "\\") {
        hasEscapes = true
        index += 1
      } else if bytes[index] == UInt8(ascii: "\r") {
        hasEscapes = true
      }
      index += 1
    }
    guard index < limit else {
      throw TemplateError.syntax(
        "this string is not closed", hints: ["close it with \(Unicode.Scalar(quote))"]
      )
      .located(at: start, in: source)
    }
    let body = bytes[start + 1..<index]
    let text = hasEscapes ? try unescape(body) : String(decoding: body, as: UTF8.self)
    position = index + 1
    tokens.append(Token(.string, start, position, text: text))
  }

  private func unescape(_ body: ArraySlice<UInt8>) throws(TemplateError) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(body.count)
    var index = body.startIndex
    while index < body.endIndex {
      let byte = body[index]
      index += 1
      if byte == UInt8(ascii: "\r") {
        if index < body.endIndex, body[index] == UInt8(ascii: "\n") { index += 1 }
        out.append(UInt8(ascii: "\n"))
        continue
      }
      guard byte == UInt8(ascii: "\\"), index < body.endIndex else {
        out.append(byte)
        continue
      }
      let escape = body[index]
      index += 1
      switch escape {
      case UInt8(ascii: "\n"): break
      case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): out.append(escape)
      case UInt8(ascii: "n"): out.append(0x0A)
      case UInt8(ascii: "t"): out.append(0x09)
      case UInt8(ascii: "r"): out.append(0x0D)
      case UInt8(ascii: "a"): out.append(0x07)
      case UInt8(ascii: "b"): out.append(0x08)
      case UInt8(ascii: "f"): out.append(0x0C)
      case UInt8(ascii: "v"): out.append(0x0B)
      case UInt8(ascii: "0")...UInt8(ascii: "7"):
        var value = UInt32(escape - UInt8(ascii: "0"))
        var count = 1
        while count < 3, index < body.endIndex, (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(body[index])
        {
          value = value * 8 + UInt32(body[index] - UInt8(ascii: "0"))
          index += 1
          count += 1
        }
        try appendScalar(value, to: &out, at: index)
      case UInt8(ascii: "x"): try appendHex(2, body, &index, to: &out)
      case UInt8(ascii: "u"): try appendHex(4, body, &index, to: &out)
      case UInt8(ascii: "U"): try appendHex(8, body, &index, to: &out)
      default: out += [UInt8(ascii: "\\"), escape]
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  private func appendHex(
    _ count: Int, _ body: ArraySlice<UInt8>, _ index: inout Int, to out: inout [UInt8]
  ) throws(TemplateError) {
    let digits = body[index..<min(index + count, body.endIndex)]
    guard digits.count == count, digits.first != UInt8(ascii: "+"), digits.first != UInt8(ascii: "-"),
      let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else {
      throw TemplateError.syntax("a string has an escape with too few hexadecimal digits")
        .located(at: index, in: source)
    }
    index += count
    try appendScalar(value, to: &out, at: index)
  }

  private func appendScalar(_ value: UInt32, to out: inout [UInt8], at offset: Int) throws(TemplateError) {
    guard let scalar = Unicode.Scalar(value) else {
      throw TemplateError.syntax("a string has an escape that is no character: \(value)")
        .located(at: offset, in: source)
    }
    out += Array(String(Character(scalar)).utf8)
  }
}
