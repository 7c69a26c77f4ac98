/// Python's `'%s and %d' % values`.
struct PercentFormat {
  let byteLimit: Int

  private struct Directive {
    var name: String?
    var isLeft = false
    var hasPlus = false
    var hasSpace = false
    var hasZero = false
    var isAlternate = false
    var width = 0
    var precision: Int?
    var conversion: UInt8 = 0
  }

  /// The arguments that are still to be used.
  private struct Arguments {
    let value: Value
    var index = 0
    var usesNames = false

    var list: [Value]? {
      if case .tuple(let list) = value { list.items } else { nil }
    }

    mutating func next() throws -> Value {
      let items = list ?? [value]
      guard index < items.count else {
        throw TemplateError.runtime("there are too few arguments for the format")
      }
      defer { index += 1 }
      return items[index]
    }

    func named(_ name: String) throws -> Value {
      guard case .dict(let dict) = value else {
        throw TemplateError.runtime("a format with names needs a dict, not \(value.shortDescription)")
      }
      guard let found = dict[name] else {
        throw TemplateError.runtime(
          "the format names '\(name)', which is not given",
          hints: value.hint(forMissing: name).map { [$0] } ?? [])
      }
      return found
    }
  }

  func format(_ text: String, _ value: Value) throws -> String {
    let bytes = Array(text.utf8)
    var arguments = Arguments(value: value)
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      guard byte == UInt8(ascii: "%") else {
        result.append(byte)
        continue
      }
      let directive = try parse(bytes, &index, &arguments)
      if directive.conversion == UInt8(ascii: "%") {
        result.append(byte)
        continue
      }
      let argument = try directive.name.map { try arguments.named($0) } ?? arguments.next()
      result += Array(try padded(try convert(argument, directive), directive).utf8)
      guard result.count <= byteLimit else { throw PythonText.tooLong(byteLimit) }
    }
    if !arguments.usesNames {
      let count = arguments.list?.count ?? 1
      let isUnused = arguments.list == nil && arguments.index == 0
      if case .dict = value { return String(decoding: result, as: UTF8.self) }
      guard arguments.index == count, !isUnused || count == 0 else {
        throw TemplateError.runtime("the format does not use all its arguments")
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private func parse(_ bytes: [UInt8], _ index: inout Int, _ arguments: inout Arguments) throws -> Directive {
    var directive = Directive()
    func current() -> UInt8? { index < bytes.count ? bytes[index] : nil }
    if current() == UInt8(ascii: "(") {
      var depth = 1
      let start = index + 1
      index += 1
      while let byte = current(), depth > 0 {
        if byte == UInt8(ascii: "(") { depth += 1 }
        if byte == UInt8(ascii: ")") { depth -= 1 }
        index += 1
      }
      guard depth == 0 else { throw TemplateError.runtime("a name in the format is not closed") }
      directive.name = String(decoding: bytes[start..<index - 1], as: UTF8.self)
      arguments.usesNames = true
    }
    flags: while let byte = current() {
      switch byte {
      case UInt8(ascii: "-"): directive.isLeft = true
      case UInt8(ascii: "+"): directive.hasPlus = true
      case UInt8(ascii: " "): directive.hasSpace = true
      case UInt8(ascii: "0"): directive.hasZero = true
      case UInt8(ascii: "#"): directive.isAlternate = true
      default: break flags
      }
      index += 1
    }
    if let width = try number(bytes, &index, &arguments) {
      if width < 0 { directive.isLeft = true }
      directive.width = Int(clamping: width.magnitude)
    }
    if current() == UInt8(ascii: ".") {
      index += 1
      directive.precision = max(0, try number(bytes, &index, &arguments) ?? 0)
    }
    while let byte = current(), "hlL".utf8.contains(byte) { index += 1 }
    guard let conversion = current() else { throw TemplateError.runtime("the format ends in the middle") }
    directive.conversion = conversion
    index += 1
    return directive
  }

  private func number(_ bytes: [UInt8], _ index: inout Int, _ arguments: inout Arguments) throws -> Int? {
    if index < bytes.count, bytes[index] == UInt8(ascii: "*") {
      index += 1
      guard let number = try arguments.next().integer else {
        throw TemplateError.runtime("'*' in a format needs an integer")
      }
      return number
    }
    let start = index
    while index < bytes.count, bytes[index].isASCIIDigit { index += 1 }
    guard start < index else { return nil }
    return Int(String(decoding: bytes[start..<index], as: UTF8.self)) ?? Int.max
  }

  private func convert(_ value: Value, _ directive: Directive) throws -> String {
    let letter = Character(Unicode.Scalar(directive.conversion))
    switch letter {
    case "s", "r", "a":
      var writer = ValueWriter(byteLimit: byteLimit)
      if letter == "s" { try writer.write(value) } else { try writer.writeRepresentation(value) }
      guard let precision = directive.precision else { return writer.text }
      return String(String.UnicodeScalarView(writer.text.unicodeScalars.prefix(precision)))
    case "c":
      if let text = value.string, text.unicodeScalars.count == 1 { return text }
      guard let number = value.integer, let scalar = UInt32(exactly: number).flatMap(Unicode.Scalar.init)
      else {
        throw TemplateError.runtime("%c needs a character, not \(value.shortDescription)")
      }
      return String(scalar)
    case "d", "i", "u":
      if case .double(let number) = value, let whole = Int(exactly: number.rounded(.towardZero)) {
        return signed(String(whole.magnitude), isNegative: whole < 0, directive)
      }
      return try integer(value, 10, letter, directive)
    case "x", "X": return try integer(value, 16, letter, directive)
    case "o": return try integer(value, 8, letter, directive)
    case "e", "E", "f", "F", "g", "G":
      guard let number = value.number else { throw wrongNumber(letter, value) }
      return signed(
        NumberText.formatted(
          number.magnitude, letter, precision: directive.precision ?? 6, alternate: directive.isAlternate),
        isNegative: number.sign == .minus && !number.isNaN, directive)
    default: throw TemplateError.runtime("the format has an unknown conversion '%\(letter)'")
    }
  }

  private func wrongNumber(_ letter: Character, _ value: Value) -> TemplateError {
    if case .undefined(let undefined) = value { return undefined.error }
    return .runtime("%\(letter) needs a number, not \(value.shortDescription)")
  }

  private func integer(_ value: Value, _ radix: Int, _ letter: Character, _ directive: Directive) throws
    -> String
  {
    guard let number = value.integer else { throw wrongNumber(letter, value) }
    var digits = String(number.magnitude, radix: radix, uppercase: letter == "X")
    let missing = min(directive.precision ?? 0, byteLimit) - digits.utf8.count
    if missing > 0 { digits = String(repeating: "0", count: missing) + digits }
    if directive.isAlternate, radix != 10 { digits = "0\(letter)" + digits }
    return signed(digits, isNegative: number < 0, directive)
  }

  private func signed(_ digits: String, isNegative: Bool, _ directive: Directive) -> String {
    (isNegative ? "-" : directive.hasPlus ? "+" : directive.hasSpace ? " " : "") + digits
  }

  private func padded(_ text: String, _ directive: Directive) throws -> String {
    let missing = directive.width - text.unicodeScalars.count
    guard missing > 0 else { return text }
    if directive.isLeft { return try PythonText.pad(text, left: 0, right: missing, byteLimit: byteLimit) }
    let isNumeric = !"srac".utf8.contains(directive.conversion)
    guard directive.hasZero, isNumeric else {
      return try PythonText.pad(text, left: missing, right: 0, byteLimit: byteLimit)
    }
    var signCount = text.utf8.first.map { "+- ".utf8.contains($0) ? 1 : 0 } ?? 0
    if directive.isAlternate, "xXo".utf8.contains(directive.conversion) { signCount += 2 }
    let digits = String(text.unicodeScalars.dropFirst(signCount))
    return String(text.unicodeScalars.prefix(signCount))
      + (try PythonText.pad(digits, left: missing, right: 0, fill: "0", byteLimit: byteLimit))
  }
}
