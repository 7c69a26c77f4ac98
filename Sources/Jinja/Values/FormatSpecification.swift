/// The part of a format field behind its colon: `[[fill]align][sign][#][0][width][,][.precision][type]`.
struct FormatSpecification {
  private let byteLimit: Int
  private let isEmpty: Bool
  private var fill: Unicode.Scalar = " "
  private var alignment: Unicode.Scalar?
  private var sign: Unicode.Scalar = "-"
  private var isAlternate = false
  /// Whether a `0` stands before the width: numbers are padded between sign and digits.
  private var isZeroPadded = false
  private var width = 0
  private var grouping: Unicode.Scalar?
  private var precision: Int?
  private var type: Unicode.Scalar?

  init(_ text: String, byteLimit: Int) throws {
    self.byteLimit = byteLimit
    isEmpty = text.isEmpty
    var rest = Array(text.unicodeScalars)[...]
    let alignments: Set<Unicode.Scalar> = ["<", ">", "^", "="]
    if rest.count > 1, alignments.contains(rest[1]) {
      fill = rest[0]
      alignment = rest[1]
      rest = rest.dropFirst(2)
    } else if let first = rest.first, alignments.contains(first) {
      alignment = first
      rest = rest.dropFirst()
    }
    if let first = rest.first, first == "+" || first == "-" || first == " " {
      sign = first
      rest = rest.dropFirst()
    }
    if rest.first == "#" {
      isAlternate = true
      rest = rest.dropFirst()
    }
    if rest.first == "0" {
      if alignment == nil {
        fill = "0"
        isZeroPadded = true
      }
      rest = rest.dropFirst()
    }
    width = try FormatSpecification.number(&rest) ?? 0
    if let first = rest.first, first == "," || first == "_" {
      grouping = first
      rest = rest.dropFirst()
    }
    if rest.first == "." {
      rest = rest.dropFirst()
      guard let number = try FormatSpecification.number(&rest) else {
        throw TemplateError.runtime("the format has no number behind '.'")
      }
      precision = number
    }
    type = rest.popFirst()
    guard rest.isEmpty else { throw TemplateError.runtime("'\(text)' is no format of a field") }
  }

  private static func number(_ rest: inout ArraySlice<Unicode.Scalar>) throws -> Int? {
    var digits = ""
    while let first = rest.first, first.isASCII, UInt8(first.value).isASCIIDigit {
      digits.unicodeScalars.append(first)
      rest = rest.dropFirst()
    }
    if digits.isEmpty { return nil }
    guard let number = Int(digits), number < 1 << 31 else {
      throw TemplateError.runtime("the format has a number that is too large: \(digits.prefix(20))")
    }
    return number
  }

  func format(_ value: Value) throws -> String {
    if isEmpty { return try value.text(byteLimit: byteLimit) }
    switch value {
    case .string(let text): return try formatText(text, value)
    case .int, .bool, .double: return try formatNumber(value)
    case .undefined(let undefined): throw undefined.error
    default: throw TemplateError.runtime("a value of type '\(value.typeName)' takes no format")
    }
  }

  private func formatText(_ text: String, _ value: Value) throws -> String {
    guard type == nil || type == "s", alignment != "=", grouping == nil else { throw unknownType(value) }
    let shown = precision.map { String(String.UnicodeScalarView(text.unicodeScalars.prefix($0))) } ?? text
    return try pad("", shown, alignment ?? "<")
  }

  private func unknownType(_ value: Value) -> TemplateError {
    .runtime("the format '\(type.map { String($0) } ?? "")' does not fit a value of type '\(value.typeName)'")
  }

  private func formatNumber(_ value: Value) throws -> String {
    var isNegative = false
    var prefix = ""
    var digits: String
    switch (type, value) {
    case (nil, .bool(let flag)) where width > 0 || alignment != nil:
      return try pad("", flag ? "1" : "0", alignment ?? ">")
    case (nil, .int), (nil, .bool), ("d", .int), ("d", .bool), ("n", .int):
      guard precision == nil else { throw TemplateError.runtime("an integer takes no precision") }
      let number = value.integer ?? 0
      isNegative = number < 0
      digits = grouped(String(number.magnitude), every: 3)
    case ("x", .int), ("X", .int), ("o", .int), ("b", .int):
      let number = value.integer ?? 0
      let radix = type == "b" ? 2 : type == "o" ? 8 : 16
      isNegative = number < 0
      digits = grouped(String(number.magnitude, radix: radix, uppercase: type == "X"), every: 4)
      if isAlternate, let type { prefix = "0\(type)" }
    case ("c", .int):
      guard let scalar = UInt32(exactly: value.integer ?? -1).flatMap(Unicode.Scalar.init) else {
        throw unknownType(value)
      }
      return try pad("", String(scalar), alignment ?? "<")
    default:
      guard let number = value.number else { throw unknownType(value) }
      isNegative = number.sign == .minus && !number.isNaN
      digits = try real(number.magnitude, value)
    }
    let mark = isNegative ? "-" : sign == "-" ? "" : String(sign)
    return try pad(mark + prefix, digits, alignment ?? (isZeroPadded ? "=" : ">"))
  }

  private func real(_ number: Double, _ value: Value) throws -> String {
    let text: String
    switch type {
    case nil:
      if let precision {
        text = NumberText.formatted(
          number, "g", precision: max(precision, 1), alternate: isAlternate, keepsPoint: true)
      } else {
        text = NumberText.representation(of: number)
      }
    case "e", "E", "f", "F", "g", "G":
      text = NumberText.formatted(
        number, Character(type ?? "f"), precision: precision ?? 6, alternate: isAlternate)
    case "n": text = NumberText.formatted(number, "g", precision: precision ?? 6, alternate: isAlternate)
    case "%":
      text = NumberText.formatted(number * 100, "f", precision: precision ?? 6, alternate: isAlternate) + "%"
    default: throw unknownType(value)
    }
    let bytes = Array(text.utf8)
    let whole = bytes.prefix { $0.isASCIIDigit }
    return grouped(String(decoding: whole, as: UTF8.self), every: 3)
      + String(decoding: bytes.dropFirst(whole.count), as: UTF8.self)
  }

  private func grouped(_ digits: String, every size: Int) -> String {
    guard let grouping else { return digits }
    var result: [UInt8] = []
    let bytes = Array(digits.utf8)
    for (index, byte) in bytes.enumerated() {
      if index > 0, (bytes.count - index) % size == 0 { result.append(UInt8(grouping.value)) }
      result.append(byte)
    }
    return String(decoding: result, as: UTF8.self)
  }

  private func pad(_ mark: String, _ text: String, _ alignment: Unicode.Scalar) throws -> String {
    let missing = width - mark.unicodeScalars.count - text.unicodeScalars.count
    guard missing > 0 else { return mark + text }
    let filler = String(fill)
    switch alignment {
    case "<":
      return try PythonText.pad(mark + text, left: 0, right: missing, fill: filler, byteLimit: byteLimit)
    case "^":
      return try PythonText.pad(
        mark + text, left: missing / 2, right: missing - missing / 2, fill: filler, byteLimit: byteLimit)
    case "=":
      return mark + (try PythonText.pad(text, left: missing, right: 0, fill: filler, byteLimit: byteLimit))
    default:
      return try PythonText.pad(mark + text, left: missing, right: 0, fill: filler, byteLimit: byteLimit)
    }
  }
}
