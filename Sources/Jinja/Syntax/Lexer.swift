/// Cuts template text into tokens, byte by byte: literal text here, the inside of tags in `Lexer+Tags`.
struct Lexer {
  let bytes: [UInt8]
  /// Where the template ends: before its last line break, unless that is kept.
  let limit: Int
  let source: Source
  let syntax: Syntax
  private let rawTags: [String]
  var position = 0
  var tokens: [Token] = []

  init(source: Source, syntax: Syntax) {
    self.source = source
    self.syntax = syntax
    bytes = Array(source.text.utf8)
    var end = bytes.count
    if !syntax.keepsTrailingNewline, end > 0 {
      if bytes[end - 1] == UInt8(ascii: "\n") {
        end -= 1
        if end > 0, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
      } else if bytes[end - 1] == UInt8(ascii: "\r") {
        end -= 1
      }
    }
    limit = end
    rawTags = syntax.blockTags.filter { $0.body == .raw }.map(\.name)
  }

  /// All tokens of the template; the last one is `.end`.
  mutating func tokenize() throws(TemplateError) -> [Token] {
    guard bytes.count <= min(syntax.limits.sourceByteCount, Int(Int32.max)) else {
      throw TemplateError.limit("the template has \(bytes.count) bytes: more than may be read")
        .located(at: 0, in: source)
    }
    tokens.reserveCapacity(bytes.count / 8 + 4)
    while position < limit {
      let begin = nextDelimiter()
      let (textEnd, tagStart) = textEnd(before: begin)
      appendText(from: position, to: textEnd)
      guard begin < limit else { break }
      position = tagStart
      switch bytes[begin + 1] {
      case UInt8(ascii: "{"): try lexTag(.variableBegin, from: begin)
      case UInt8(ascii: "%"):
        if !(try lexRaw(from: begin)) {
          let first = tokens.count
          try lexTag(.blockBegin, from: begin)
          try lexRawBody(after: first)
        }
      default: try skipComment(from: begin)
      }
    }
    tokens.append(Token(.end, limit, limit))
    return tokens
  }

  /// The offset of the next `{{`, `{%` or `{#`, or the end.
  private func nextDelimiter() -> Int {
    var index = position
    while index + 1 < limit {
      if bytes[index] == UInt8(ascii: "{") {
        let next = bytes[index + 1]
        if next == UInt8(ascii: "{") || next == UInt8(ascii: "%") || next == UInt8(ascii: "#") {
          return index
        }
      }
      index += 1
    }
    return limit
  }

  /// Where the text before a delimiter ends and where the tag's inside starts, by the sign behind the delimiter.
  private func textEnd(before begin: Int) -> (textEnd: Int, tagStart: Int) {
    guard begin < limit else { return (limit, limit) }
    let inside = begin + 2
    let sign = inside < limit ? bytes[inside] : 0
    if sign == UInt8(ascii: "-") {
      var end = begin
      while end > position, bytes[end - 1].isTemplateSpace { end -= 1 }
      return (end, inside + 1)
    }
    if sign == UInt8(ascii: "+") { return (begin, inside + 1) }
    guard syntax.lstripBlocks, bytes[begin + 1] != UInt8(ascii: "{") else { return (begin, inside) }
    var end = begin
    while end > position, bytes[end - 1].isTemplateSpace, bytes[end - 1] != UInt8(ascii: "\n") { end -= 1 }
    let startsLine = end == 0 || bytes[end - 1] == UInt8(ascii: "\n")
    return (startsLine ? end : begin, inside)
  }

  /// Emits literal text. Line breaks become `\n`, each CRLF line as a token of its own so that offsets stay exact.
  private mutating func appendText(from start: Int, to end: Int) {
    guard start < end else { return }
    var lineStart = start
    if bytes[start..<end].contains(UInt8(ascii: "\r")) {
      var index = start
      while index < end {
        if bytes[index] == UInt8(ascii: "\r") {
          let text = String(decoding: bytes[lineStart..<index], as: UTF8.self) + "\n"
          if index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "\n") { index += 1 }
          tokens.append(Token(.text, lineStart, index + 1, text: text))
          lineStart = min(index + 1, end)
        }
        index += 1
      }
    }
    guard lineStart < end else { return }
    tokens.append(
      Token(.text, lineStart, end, text: String(decoding: bytes[lineStart..<end], as: UTF8.self)))
  }

  private mutating func skipComment(from begin: Int) throws(TemplateError) {
    var index = position
    while index + 1 < limit, !(bytes[index] == UInt8(ascii: "#") && bytes[index + 1] == UInt8(ascii: "}")) {
      index += 1
    }
    guard index + 1 < limit else {
      throw TemplateError.syntax("this comment is not closed", hints: ["close it with '#}'"])
        .located(at: begin, in: source)
    }
    let sign = index > position ? bytes[index - 1] : 0
    position = index + 2
    skipWhitespace(afterSign: sign, isBlock: true)
  }

  /// What follows a closing delimiter: all white space after `-`, one line break if blocks are trimmed.
  mutating func skipWhitespace(afterSign sign: UInt8, isBlock: Bool) {
    if sign == UInt8(ascii: "-") {
      while position < limit, bytes[position].isTemplateSpace { position += 1 }
    } else if isBlock, syntax.trimBlocks, sign != UInt8(ascii: "+") {
      if position < limit, bytes[position] == UInt8(ascii: "\r") { position += 1 }
      if position < limit, bytes[position] == UInt8(ascii: "\n") { position += 1 }
    }
  }

  /// Reads `{% raw %} … {% endraw %}` whole; false if another tag stands here.
  private mutating func lexRaw(from begin: Int) throws(TemplateError) -> Bool {
    guard let head = tagEnd(of: "raw", at: position), head.sign != UInt8(ascii: "+") else { return false }
    position = head.end
    skipWhitespace(afterSign: head.sign, isBlock: false)
    let close = try findEndTag("endraw", opened: begin, tag: "raw")
    appendText(from: position, to: max(position, close.textEnd))
    position = close.end
    skipWhitespace(afterSign: close.sign, isBlock: true)
    return true
  }

  /// Behind the opening tag of a host's raw block: emits all up to its end tag as one text token.
  private mutating func lexRawBody(after first: Int) throws(TemplateError) {
    guard !rawTags.isEmpty, first + 1 < tokens.count, tokens[first + 1].kind == .name,
      rawTags.contains(tokens[first + 1].text), tokens.last?.kind == .blockEnd
    else { return }
    let tag = tokens[first + 1].text
    let close = try findEndTag("end" + tag, opened: Int(tokens[first].span.start), tag: tag)
    let end = max(position, close.textEnd)
    tokens.append(
      Token(.text, position, end, text: String(decoding: bytes[position..<end], as: UTF8.self)))
    position = close.begin
  }

  /// The next `{% name %}`: where its text ends, where it begins and ends, and its closing sign.
  private func findEndTag(
    _ name: String, opened: Int, tag: String
  ) throws(TemplateError) -> (textEnd: Int, begin: Int, end: Int, sign: UInt8) {
    var index = position
    while index + 1 < limit {
      if bytes[index] == UInt8(ascii: "{"), bytes[index + 1] == UInt8(ascii: "%") {
        let sign = index + 2 < limit ? bytes[index + 2] : 0
        let signed = sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+")
        if let tail = tagEnd(of: name, at: index + (signed ? 3 : 2)) {
          var textEnd = index
          if sign == UInt8(ascii: "-") {
            while textEnd > position, bytes[textEnd - 1].isTemplateSpace { textEnd -= 1 }
          }
          return (textEnd, index, tail.end, tail.sign)
        }
      }
      index += 1
    }
    throw TemplateError.syntax("this '\(tag)' block is not closed", hints: ["close it with '{% \(name) %}'"])
      .located(at: opened, in: source)
  }

  /// Whether `name`, blanks and `%}` stand at an offset: the offset behind them and the sign before `%}`.
  private func tagEnd(of name: String, at start: Int) -> (end: Int, sign: UInt8)? {
    var index = start
    while index < limit, bytes[index].isTemplateSpace { index += 1 }
    for byte in name.utf8 {
      guard index < limit, bytes[index] == byte else { return nil }
      index += 1
    }
    while index < limit, bytes[index].isTemplateSpace { index += 1 }
    var sign: UInt8 = 0
    if index < limit, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
      sign = bytes[index]
      index += 1
    }
    guard index + 1 < limit, bytes[index] == UInt8(ascii: "%"), bytes[index + 1] == UInt8(ascii: "}") else {
      return nil
    }
    return (index + 2, sign)
  }
}

extension UInt8 {
  /// ASCII white space as Python's `\s` has it.
  var isTemplateSpace: Bool {
    @inline(__always) get { self == 0x20 || (self >= 0x09 && self <= 0x0D) || (self >= 0x1C && self <= 0x1F) }
  }

  var isASCIIDigit: Bool {
    @inline(__always) get { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
  }

  /// A letter, an underscore, or a byte of a character outside ASCII.
  var startsName: Bool {
    @inline(__always) get {
      (self | 0x20 >= UInt8(ascii: "a") && self | 0x20 <= UInt8(ascii: "z")) || self == UInt8(ascii: "_")
        || self >= 0x80
    }
  }
}
