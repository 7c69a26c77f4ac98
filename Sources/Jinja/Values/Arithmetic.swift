#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Python's arithmetic on values, with integers of 64 bits: beyond them is an error, never a wrong number.
struct Arithmetic {
  /// The largest string, in bytes, or list that an operator may yield.
  let byteLimit: Int

  func binary(_ operation: BinaryOperator, _ left: Value, _ right: Value) throws -> Value {
    if case .undefined(let undefined) = left { throw undefined.error }
    if case .undefined(let undefined) = right, !(operation == .modulo && left.string != nil) {
      throw undefined.error
    }
    if let result = try sequence(operation, left, right) { return result }
    if let a = left.integer, let b = right.integer { return try integers(operation, a, b) }
    if let a = left.number, let b = right.number { return try doubles(operation, a, b) }
    if case .object(let object) = left,
      let result = try object.binary(operation, right, isReversed: false)
    {
      return result
    }
    if case .object(let object) = right, let result = try object.binary(operation, left, isReversed: true) {
      return result
    }
    if operation == .add, left.string != nil || right.string != nil {
      throw TemplateError.runtime(
        "cannot add '\(left.typeName)' and '\(right.typeName)'", hints: ["join text with '~'"])
    }
    throw TemplateError.unsupported(operation.rawValue, left, right)
  }

  func negate(_ value: Value) throws -> Value {
    switch value {
    case .double(let number): return .double(-number)
    case .undefined(let undefined): throw undefined.error
    default:
      guard let number = value.integer else { throw unaryError("-", value) }
      return .int(try checked("-", 0.subtractingReportingOverflow(number)))
    }
  }

  func plus(_ value: Value) throws -> Value {
    switch value {
    case .double: return value
    case .undefined(let undefined): throw undefined.error
    default:
      guard let number = value.integer else { throw unaryError("+", value) }
      return .int(number)
    }
  }

  private func unaryError(_ sign: String, _ value: Value) -> TemplateError {
    .runtime("bad operand type for unary \(sign): '\(value.typeName)'")
  }

  private func sequence(_ operation: BinaryOperator, _ left: Value, _ right: Value) throws -> Value? {
    switch (operation, left, right) {
    case (.add, .string(let a), .string(let b)):
      try check(a.utf8.count, plus: b.utf8.count)
      return .string(a + b)
    case (.add, .list(let a), .list(let b)):
      try checkList(a.items.count, plus: b.items.count)
      return .list(a.items + b.items)
    case (.add, .tuple(let a), .tuple(let b)):
      try checkList(a.items.count, plus: b.items.count)
      return .tuple(a.items + b.items)
    case (.multiply, .string(let text), _), (.multiply, _, .string(let text)):
      guard let count = (left.string == nil ? left : right).integer else { return nil }
      guard count > 0, !text.isEmpty else { return "" }
      try check(text.utf8.count, times: count, limit: byteLimit)
      return .string(String(repeating: text, count: count))
    case (.multiply, .list(let list), _), (.multiply, _, .list(let list)):
      guard let count = left.integer ?? right.integer else { return nil }
      return .list(try repeated(list.items, count))
    case (.multiply, .tuple(let list), _), (.multiply, _, .tuple(let list)):
      guard let count = left.integer ?? right.integer else { return nil }
      return .tuple(try repeated(list.items, count))
    case (.modulo, .string(let format), _):
      return .string(try PercentFormat(byteLimit: byteLimit).format(format, right))
    default: return nil
    }
  }

  private func repeated(_ items: [Value], _ count: Int) throws -> [Value] {
    guard count > 0, !items.isEmpty else { return [] }
    try check(items.count, times: count, limit: byteLimit / Arithmetic.elementByteCount)
    var result: [Value] = []
    for _ in 0..<count { result += items }
    return result
  }

  /// What an element of a list counts for against the limit of bytes.
  static let elementByteCount = 16

  private func check(_ size: Int, plus other: Int) throws {
    guard size + other <= byteLimit else { throw tooLarge() }
  }

  private func checkList(_ size: Int, plus other: Int) throws {
    guard size + other <= byteLimit / Arithmetic.elementByteCount else { throw tooLarge() }
  }

  private func check(_ size: Int, times count: Int, limit: Int) throws {
    let (product, overflow) = size.multipliedReportingOverflow(by: count)
    guard !overflow, product <= limit else { throw tooLarge() }
  }

  private func tooLarge() -> TemplateError {
    .limit("a value would have more than \(byteLimit) bytes or elements")
  }

  private func checked(_ operation: String, _ result: (partialValue: Int, overflow: Bool)) throws -> Int {
    guard !result.overflow else {
      throw TemplateError.runtime("the result of '\(operation)' does not fit a 64-bit integer")
    }
    return result.partialValue
  }

  private func integers(_ operation: BinaryOperator, _ a: Int, _ b: Int) throws -> Value {
    switch operation {
    case .add: return .int(try checked("+", a.addingReportingOverflow(b)))
    case .subtract: return .int(try checked("-", a.subtractingReportingOverflow(b)))
    case .multiply: return .int(try checked("*", a.multipliedReportingOverflow(by: b)))
    case .divide:
      guard b != 0 else { throw zeroDivision() }
      return .double(Double(a) / Double(b))
    case .floorDivide:
      guard b != 0 else { throw zeroDivision() }
      let quotient = try checked("//", a.dividedReportingOverflow(by: b))
      return .int(a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient)
    case .modulo:
      guard b != 0 else { throw zeroDivision() }
      if b == -1 { return .int(0) }
      let rest = a % b
      return .int(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest)
    case .power:
      guard b >= 0 else { return try doubles(.power, Double(a), Double(b)) }
      return .int(try integerPower(a, b))
    }
  }

  private func integerPower(_ base: Int, _ exponent: Int) throws -> Int {
    switch base {
    case 0: return exponent == 0 ? 1 : 0
    case 1: return 1
    case -1: return exponent % 2 == 0 ? 1 : -1
    default: break
    }
    // Any other base is past 64 bits by then.
    guard exponent <= 64 else { return try checked("**", (0, true)) }
    var result = 1
    for _ in 0..<exponent { result = try checked("**", result.multipliedReportingOverflow(by: base)) }
    return result
  }

  private func doubles(_ operation: BinaryOperator, _ a: Double, _ b: Double) throws -> Value {
    switch operation {
    case .add: return .double(a + b)
    case .subtract: return .double(a - b)
    case .multiply: return .double(a * b)
    case .divide:
      guard b != 0 else { throw zeroDivision() }
      return .double(a / b)
    case .floorDivide:
      guard b != 0 else { throw zeroDivision() }
      let rest = remainder(a, b)
      let quotient = (a - rest) / b
      let floored = quotient.rounded(.down)
      return .double(quotient - floored > 0.5 ? floored + 1 : floored)
    case .modulo:
      guard b != 0 else { throw zeroDivision() }
      return .double(remainder(a, b))
    case .power:
      if a == 0, b < 0 { throw TemplateError.runtime("0.0 cannot be raised to a negative power") }
      let result = pow(a, b)
      if result.isNaN, !a.isNaN, !b.isNaN {
        throw TemplateError.runtime("a negative number has no fractional power here")
      }
      if result.isInfinite, a.isFinite, b.isFinite {
        throw TemplateError.runtime("the result of '**' is too large")
      }
      return .double(result)
    }
  }

  /// The remainder with the sign of the divisor.
  private func remainder(_ a: Double, _ b: Double) -> Double {
    let rest = a.truncatingRemainder(dividingBy: b)
    if rest == 0 { return b < 0 ? -0.0 : 0.0 }
    return (rest < 0) != (b < 0) ? rest + b : rest
  }

  private func zeroDivision() -> TemplateError { .runtime("division by zero") }
}
