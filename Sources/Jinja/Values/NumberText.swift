#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Numbers as Python writes and reads them.
enum NumberText {
  /// The shortest text that reads back as the same number, with Python's choice of exponent.
  static func representation(of value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    if value == 0 { return value.sign == .minus ? "-0.0" : "0.0" }
    let (digits, exponent) = decimal(of: value.magnitude)
    let sign = value < 0 ? "-" : ""
    if exponent < -4 || exponent >= 16 {
      let fraction = digits.count > 1 ? "." + String(decoding: digits[1...], as: UTF8.self) : ""
      let size = exponent.magnitude
      return sign + String(decoding: digits[..<1], as: UTF8.self) + fraction + "e"
        + (exponent < 0 ? "-" : "+")
        + (size < 10 ? "0" : "") + String(size)
    }
    if exponent < 0 {
      return sign + "0." + String(repeating: "0", count: -exponent - 1)
        + String(decoding: digits, as: UTF8.self)
    }
    let padded = digits + Array(repeating: UInt8(ascii: "0"), count: max(0, exponent + 2 - digits.count))
    return sign + String(decoding: padded[...exponent], as: UTF8.self) + "."
      + String(decoding: padded[(exponent + 1)...], as: UTF8.self)
  }

  /// The significant digits of a positive number and the power of ten of the first one.
  private static func decimal(of value: Double) -> (digits: [UInt8], exponent: Int) {
    var digits: [UInt8] = []
    var exponent = 0
    var pointAt: Int?
    let bytes = Array(value.description.utf8)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: ".") {
        pointAt = digits.count
      } else if byte.isASCIIDigit {
        digits.append(byte)
      } else {
        exponent = Int(String(decoding: bytes[index...], as: UTF8.self)) ?? 0
        break
      }
    }
    exponent += (pointAt ?? digits.count) - 1
    let leading = digits.prefix { $0 == UInt8(ascii: "0") }.count
    digits.removeFirst(leading)
    exponent -= leading
    while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
    return (digits, exponent)
  }

  /// C's `%f`, `%e` or `%g` of a number, correctly rounded; the precision is capped at 1,000 digits.
  static func fixed(_ value: Double, _ conversion: Character, precision: Int, alternate: Bool = false)
    -> String
  {
    let digits = Int32(clamping: min(max(precision, 0), 1000))
    let format = "%\(alternate ? "#" : "").*\(conversion)"
    var buffer = [CChar](repeating: 0, count: 1400)
    let written = withVaList([digits, value]) { vsnprintf(&buffer, buffer.count, format, $0) }
    guard written > 0 else { return "" }
    return String(decoding: buffer.prefix(Int(written)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// A number that is not negative by one of `e f g E F G`, with Python's words for what is not finite.
  ///
  /// `keepsPoint` is for the format without a type, which never looks like an integer.
  static func formatted(
    _ value: Double, _ conversion: Character, precision: Int, alternate: Bool, keepsPoint: Bool = false
  ) -> String {
    guard value.isFinite else {
      let text = value.isNaN ? "nan" : "inf"
      return conversion.isUppercase ? text.uppercased() : text
    }
    let text = fixed(value, conversion, precision: precision, alternate: alternate)
    guard keepsPoint, text.utf8.allSatisfy(\.isASCIIDigit) else { return text }
    return text + ".0"
  }

  /// The integer that Python's `int(text, base)` reads, nil if it does not.
  static func integer(_ text: String, base: Int = 10) -> Int? {
    guard base == 0 || (2...36).contains(base) else { return nil }
    var body = Substring(PythonText.strip(text))
    var isNegative = false
    if body.hasPrefix("-") || body.hasPrefix("+") {
      isNegative = body.removeFirst() == "-"
    }
    var radix = base
    let lower = body.prefix(2).lowercased()
    for (prefix, value) in [("0x", 16), ("0o", 8), ("0b", 2)]
    where lower == prefix && (base == value || base == 0) {
      body = body.dropFirst(2)
      if body.hasPrefix("_") { body = body.dropFirst() }
      radix = value
    }
    if radix == 0 { radix = 10 }
    guard let digits = withoutUnderscores(body), !digits.hasPrefix("-"), !digits.hasPrefix("+") else {
      return nil
    }
    return Int((isNegative ? "-" : "") + digits, radix: radix)
  }

  /// The number that Python's `float(text)` reads, nil if it does not.
  static func double(_ text: String) -> Double? {
    let body = PythonText.strip(text)
    var lower = body.lowercased()
    if let first = lower.first, first == "-" || first == "+" { lower.removeFirst() }
    switch lower {
    case "inf", "infinity": return body.hasPrefix("-") ? -.infinity : .infinity
    case "nan": return .nan
    default: break
    }
    guard lower.utf8.allSatisfy({ $0.isASCIIDigit || "._e+-".utf8.contains($0) }),
      let digits = withoutUnderscores(Substring(body))
    else { return nil }
    return Double(digits) ?? Double(digits.hasSuffix(".") ? digits + "0" : digits)
  }

  /// The text without single underscores between digits; nil if an underscore stands elsewhere.
  private static func withoutUnderscores(_ text: Substring) -> String? {
    let bytes = Array(text.utf8)
    guard bytes.contains(UInt8(ascii: "_")) else { return String(text) }
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "_") {
      guard index > 0, index + 1 < bytes.count, bytes[index - 1] != byte, bytes[index + 1] != byte,
        bytes[index - 1].isHexDigit, bytes[index + 1].isHexDigit
      else { return nil }
    }
    return String(decoding: bytes.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
  }
}

extension UInt8 {
  fileprivate var isHexDigit: Bool {
    isASCIIDigit || (self | 0x20 >= UInt8(ascii: "a") && self | 0x20 <= UInt8(ascii: "z"))
  }
}
