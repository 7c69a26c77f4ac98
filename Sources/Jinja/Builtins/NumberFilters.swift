#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Filters for numbers.
extension Builtins {
  static let numberFilters: [String: Environment.Body] = [
    "abs": { call in
      _ = try call.bind("value", required: 1)
      if case .double(let number) = call.subject { return .double(number.magnitude) }
      guard let number = call.subject.integer else { throw wrongSubject(call, "a number") }
      return number < 0 ? try call.renderer.arithmetic.negate(.int(number)) : .int(number)
    },
    "int": { call in
      let arguments = try call.bind("value", "default", "base", required: 1)
      if case .undefined(let undefined) = call.subject { throw undefined.error }
      return integer(call.subject, base: try arguments.int(2) ?? 10) ?? arguments[1] ?? 0
    },
    "float": { call in
      let arguments = try call.bind("value", "default", required: 1)
      if case .undefined(let undefined) = call.subject { throw undefined.error }
      if let number = call.subject.number { return .double(number) }
      return call.subject.string.flatMap(NumberText.double).map(Value.double) ?? arguments[1] ?? .double(0)
    },
    "round": { try round($0) },
    "filesizeformat": { .string(try fileSize($0)) },
  ]

  static func wrongSubject(_ call: Call, _ wanted: String) -> TemplateError {
    if case .undefined(let undefined) = call.subject { return undefined.error }
    return .runtime("\(call.name)() takes \(wanted), not \(call.subject.shortDescription)")
  }

  private static func integer(_ value: Value, base: Int) -> Value? {
    switch value {
    case .double(let number): return Int(exactly: number.rounded(.towardZero)).map(Value.int)
    case .string(let text):
      if let number = NumberText.integer(text, base: base) { return .int(number) }
      return NumberText.double(text).flatMap { Int(exactly: $0.rounded(.towardZero)) }.map(Value.int)
    default: return value.integer.map(Value.int)
    }
  }

  private static func round(_ call: Call) throws -> Value {
    let arguments = try call.bind("value", "precision", "method", required: 1)
    let precision = try arguments.int(1) ?? 0
    let method = try arguments.string(2) ?? "common"
    guard let number = call.subject.number else { throw wrongSubject(call, "a number") }
    switch method {
    case "common":
      if let whole = call.subject.integer {
        guard precision < 0 else { return .int(whole) }
        return .double(rounded(number, precision)).asInteger
      }
      return .double(rounded(number, precision))
    case "ceil", "floor":
      let factor = pow(10, Double(precision))
      let scaled = number * factor
      return .double((method == "ceil" ? scaled.rounded(.up) : scaled.rounded(.down)) / factor)
    default:
      throw TemplateError.runtime("round() knows the methods 'common', 'ceil' and 'floor', not '\(method)'")
    }
  }

  /// Rounded to decimal places: the number's exact value decides, ties go to the even digit.
  private static func rounded(_ number: Double, _ precision: Int) -> Double {
    guard number.isFinite, precision < 320 else { return number }
    if precision >= 0 { return Double(NumberText.fixed(number, "f", precision: precision)) ?? number }
    guard precision > -310 else { return number.sign == .minus ? -0.0 : 0 }
    let factor = pow(10, Double(-precision))
    return (number / factor).rounded(.toNearestOrEven) * factor
  }

  private static func fileSize(_ call: Call) throws -> String {
    let binary = try call.bind("value", "binary", required: 1).bool(1)
    guard let size = call.subject.number ?? call.subject.string.flatMap(NumberText.double) else {
      throw wrongSubject(call, "a number")
    }
    let base = binary ? 1024.0 : 1000.0
    if size == 1 { return "1 Byte" }
    if size < base || !size.isFinite {
      return "\(NumberText.fixed(size.rounded(.towardZero), "f", precision: 0)) Bytes"
    }
    let units =
      binary
      ? ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"]
      : ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"]
    var unit = base
    for name in units.dropLast() {
      let next = unit * base
      if size < next { return "\(NumberText.fixed(size / unit, "f", precision: 1)) \(name)" }
      unit = next
    }
    return "\(NumberText.fixed(size / unit, "f", precision: 1)) \(units[units.count - 1])"
  }
}

extension Value {
  /// A double without fraction as an integer.
  fileprivate var asInteger: Value {
    if case .double(let number) = self, let whole = Int(exactly: number) { return .int(whole) }
    return self
  }
}
