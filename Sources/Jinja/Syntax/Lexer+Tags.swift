/// The inside of `{{ … }}` and `{% … %}`.
extension Lexer {
  /// Lexes from behind the opening delimiter to behind the closing one, or to the end of the template.
  mutating func lexTag(_ kind: Token.Kind, from begin: Int) throws(TemplateError) {
    tokens.append(Token(kind, begin, position))
    let isBlock = kind == .blockBegin
    var brackets: [(close: Token.Kind, offset: Int)] = []
    while true {
      while position < limit, bytes[position].isTemplateSpace { position += 1 }
      guard position < limit else { return }
      if brackets.isEmpty, lexTagEnd(isBlock: isBlock) { return }
      let byte = bytes[position]
      if byte.startsName {
        try lexName()
      } else if byte.isASCIIDigit {
        try lexNumber()
      } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
        try lexString(quote: byte)
      } else {
        try lexOperator(&brackets)
      }
    }
  }

  private mutating func lexTagEnd(isBlock: Bool) -> Bool {
    var index = position
    let first = bytes[index]
    var sign: UInt8 = 0
    if first == UInt8(ascii: "-") || (isBlock && first == UInt8(ascii: "+")) {
      sign = first
      index += 1
    }
    let expected = isBlock ? UInt8(ascii: "%") : UInt8(ascii: "}")
    guard index + 1 < limit, bytes[index] == expected, bytes[index + 1] == UInt8(ascii: "}") else {
      return false
    }
    tokens.append(Token(isBlock ? .blockEnd : .variableEnd, position, index + 2))
    position = index + 2
    skipWhitespace(afterSign: sign, isBlock: isBlock)
    return true
  }

  private mutating func lexName() throws(TemplateError) {
    let start = position
    var isASCII = true
    while position < limit, bytes[position].startsName || bytes[position].isASCIIDigit {
      if bytes[position] >= 0x80 { isASCII = false }
      position += 1
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if !isASCII {
      for (index, scalar) in text.unicodeScalars.enumerated() {
        let fits =
          index == 0 ? scalar.properties.isXIDStart || scalar == "_" : scalar.properties.isXIDContinue
        guard fits else {
          throw TemplateError.syntax("unexpected character '\(scalar)'").located(at: start, in: source)
        }
      }
    }
    tokens.append(Token(.name, start, position, text: text))
  }

  private mutating func lexNumber() throws(TemplateError) {
    let start = position
    // `a.0.1` is two subscripts, not the number 0.1.
    let followsDot = start > 0 && bytes[start - 1] == UInt8(ascii: ".")
    if bytes[start] == UInt8(ascii: "0"), start + 1 < limit {
      let marker = bytes[start + 1] | 0x20
      let radix: UInt8 =
        switch marker {
        case UInt8(ascii: "x"): 16
        case UInt8(ascii: "o"): 8
        case UInt8(ascii: "b"): 2
        default: 0
        }
      if radix > 0 {
        let end = digits(from: start + 2, radix: radix, leadingUnderscore: true)
        if end > start + 2 {
          let text = String(
            decoding: bytes[start + 2..<end].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
          return try appendInteger(text, radix: Int(radix), start: start, end: end)
        }
      }
    }
    var end = digits(from: start, radix: 10, leadingUnderscore: false)
    var isFloat = false
    if !followsDot {
      if end + 1 < limit, bytes[end] == UInt8(ascii: "."), bytes[end + 1].isASCIIDigit {
        end = digits(from: end + 1, radix: 10, leadingUnderscore: false)
        isFloat = true
      }
      if end < limit, bytes[end] | 0x20 == UInt8(ascii: "e") {
        var exponent = end + 1
        if exponent < limit, bytes[exponent] == UInt8(ascii: "+") || bytes[exponent] == UInt8(ascii: "-") {
          exponent += 1
        }
        if exponent < limit, bytes[exponent].isASCIIDigit {
          end = digits(from: exponent, radix: 10, leadingUnderscore: false)
          isFloat = true
        }
      }
    }
    if !isFloat, bytes[start] == UInt8(ascii: "0") {
      // A decimal integer has no leading zero: `007` is `00` and then `7`.
      var zeros = start
      while zeros < end, bytes[zeros] == UInt8(ascii: "0") || bytes[zeros] == UInt8(ascii: "_") { zeros += 1 }
      end = zeros
    }
    let text = String(decoding: bytes[start..<end].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
    if isFloat {
      position = end
      tokens.append(Token(.float, start, end, text: text))
    } else {
      try appendInteger(text, radix: 10, start: start, end: end)
    }
  }

  private mutating func appendInteger(
    _ text: String, radix: Int, start: Int, end: Int
  ) throws(TemplateError) {
    guard let value = Int(text, radix: radix) else {
      throw TemplateError.syntax("the integer \(text.prefix(60)) does not fit 64 bits")
        .located(at: start, in: source)
    }
    position = end
    tokens.append(Token(.integer, start, end, text: String(value)))
  }

  /// The end of a run of digits in which single underscores may stand between digits.
  private func digits(from start: Int, radix: UInt8, leadingUnderscore: Bool) -> Int {
    var end = start
    var mayUnderscore = leadingUnderscore
    while end < limit {
      let byte = bytes[end]
      if byte == UInt8(ascii: "_") {
        guard mayUnderscore, end + 1 < limit, bytes[end + 1].isDigit(radix: radix) else { break }
        mayUnderscore = false
      } else if byte.isDigit(radix: radix) {
        mayUnderscore = true
      } else {
        break
      }
      end += 1
    }
    return end
  }

  private mutating func lexOperator(_ brackets: inout [(close: Token.Kind, offset: Int)])
    throws(TemplateError)
  {
    let start = position
    let next = start + 1 < limit ? bytes[start + 1] : 0
    var length = 1
    let kind: Token.Kind
    switch (bytes[start], next) {
    case (UInt8(ascii: "*"), UInt8(ascii: "*")): (kind, length) = (.power, 2)
    case (UInt8(ascii: "/"), UInt8(ascii: "/")): (kind, length) = (.floorDivide, 2)
    case (UInt8(ascii: "="), UInt8(ascii: "=")): (kind, length) = (.equal, 2)
    case (UInt8(ascii: "!"), UInt8(ascii: "=")): (kind, length) = (.notEqual, 2)
    case (UInt8(ascii: ">"), UInt8(ascii: "=")): (kind, length) = (.greaterOrEqual, 2)
    case (UInt8(ascii: "<"), UInt8(ascii: "=")): (kind, length) = (.lessOrEqual, 2)
    case (UInt8(ascii: "+"), _): kind = .plus
    case (UInt8(ascii: "-"), _): kind = .minus
    case (UInt8(ascii: "*"), _): kind = .star
    case (UInt8(ascii: "/"), _): kind = .slash
    case (UInt8(ascii: "%"), _): kind = .percent
    case (UInt8(ascii: "~"), _): kind = .tilde
    case (UInt8(ascii: "("), _): kind = .leftParen
    case (UInt8(ascii: ")"), _): kind = .rightParen
    case (UInt8(ascii: "["), _): kind = .leftBracket
    case (UInt8(ascii: "]"), _): kind = .rightBracket
    case (UInt8(ascii: "{"), _): kind = .leftBrace
    case (UInt8(ascii: "}"), _): kind = .rightBrace
    case (UInt8(ascii: ">"), _): kind = .greater
    case (UInt8(ascii: "<"), _): kind = .less
    case (UInt8(ascii: "="), _): kind = .assign
    case (UInt8(ascii: "."), _): kind = .dot
    case (UInt8(ascii: ":"), _): kind = .colon
    case (UInt8(ascii: "|"), _): kind = .pipe
    case (UInt8(ascii: ","), _): kind = .comma
    case (UInt8(ascii: ";"), _): kind = .semicolon
    default:
      let scalar = Unicode.Scalar(bytes[start])
      throw TemplateError.syntax("unexpected character '\(scalar.escaped(asASCII: true))'")
        .located(at: start, in: source)
    }
    try balance(kind, at: start, &brackets)
    position = start + length
    tokens.append(Token(kind, start, position))
  }

  private func balance(
    _ kind: Token.Kind, at offset: Int, _ brackets: inout [(close: Token.Kind, offset: Int)]
  ) throws(TemplateError) {
    switch kind {
    case .leftParen: brackets.append((.rightParen, offset))
    case .leftBracket: brackets.append((.rightBracket, offset))
    case .leftBrace: brackets.append((.rightBrace, offset))
    case .rightParen, .rightBracket, .rightBrace:
      guard let open = brackets.popLast() else {
        throw TemplateError.syntax("unexpected '\(kind.name)'").located(at: offset, in: source)
      }
      guard open.close == kind else {
        throw TemplateError.syntax("unexpected '\(kind.name)', expected '\(open.close.name)'")
          .located(at: offset, in: source)
      }
    default: break
    }
  }
}

extension UInt8 {
  fileprivate func isDigit(radix: UInt8) -> Bool {
    if isASCIIDigit { return self - UInt8(ascii: "0") < radix }
    guard radix == 16 else { return false }
    let lower = self | 0x20
    return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "f")
  }
}
