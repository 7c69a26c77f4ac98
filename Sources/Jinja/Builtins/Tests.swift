/// What can stand behind `is`.
extension Builtins {
  static let tests: [String: Environment.Body] = typeTests.merging(valueTests) { _, new in new }

  private static let typeTests: [String: Environment.Body] = [
    "defined": { .bool(try !$0.only().isUndefined) },
    "undefined": { .bool(try $0.only().isUndefined) },
    "none": { .bool(try $0.only().isNone) },
    "boolean": { if case .bool = try $0.only() { true } else { false } },
    "true": { if case .bool(true) = try $0.only() { true } else { false } },
    "false": { if case .bool(false) = try $0.only() { true } else { false } },
    "integer": { if case .int = try $0.only() { true } else { false } },
    "float": { if case .double = try $0.only() { true } else { false } },
    "number": { .bool(try $0.only().number != nil) },
    "string": { .bool(try $0.only().string != nil) },
    "mapping": { call in
      switch try call.only() {
      case .dict: true
      case .object(let object): .bool(object.isMapping)
      default: false
      }
    },
    "iterable": { .bool(try $0.only().elements() != nil) },
    "callable": { .bool(try $0.only().isCallable) },
    "escaped": { call in
      _ = try call.only()
      return false
    },
    "sequence": { call in
      switch try call.only() {
      case .string, .list, .tuple, .dict, .undefined: true
      case .object(let object): .bool(try object.elements() != nil)
      default: false
      }
    },
    "filter": { .bool($0.renderer.environment.filters[try $0.only().text()] != nil) },
    "test": { .bool($0.renderer.environment.tests[try $0.only().text()] != nil) },
  ]

  private static let valueTests: [String: Environment.Body] = [
    "even": { .bool(try remainder($0.only(), 2, $0) == 0) },
    "odd": { .bool(try remainder($0.only(), 2, $0) == 1) },
    "divisibleby": { call in
      .bool(try remainder(call.subject, try call.bind("value", "num", required: 2).value(1), call) == 0)
    },
    "upper": { .bool(StringMethods.isCased(try $0.only().text(), upper: true)) },
    "lower": { .bool(StringMethods.isCased(try $0.only().text(), upper: false)) },
    "sameas": { call in .bool(isSame(call.subject, try call.bind("value", "other", required: 2).value(1))) },
    "in": { call in
      var comparison = Comparison()
      return .bool(try comparison.contains(try call.bind("value", "seq", required: 2).value(1), call.subject))
    },
    "eq": comparing(.equal), "==": comparing(.equal), "equalto": comparing(.equal),
    "ne": comparing(.notEqual), "!=": comparing(.notEqual),
    "lt": comparing(.less), "<": comparing(.less), "lessthan": comparing(.less),
    "le": comparing(.lessOrEqual), "<=": comparing(.lessOrEqual),
    "gt": comparing(.greater), ">": comparing(.greater), "greaterthan": comparing(.greater),
    "ge": comparing(.greaterOrEqual), ">=": comparing(.greaterOrEqual),
  ]

  private static func comparing(_ operation: ComparisonOperator) -> Environment.Body {
    { call in
      var comparison = Comparison()
      return .bool(
        try comparison.holds(operation, call.subject, try call.bind("a", "b", required: 2).value(1)))
    }
  }

  private static func remainder(_ value: Value, _ divisor: Value, _ call: Call) throws -> Double? {
    if value.string != nil { throw wrongSubject(call, "a number") }
    return try call.renderer.arithmetic.binary(.modulo, value, divisor).number
  }

  /// Identity for what has one; equality of type and value for the rest.
  private static func isSame(_ left: Value, _ right: Value) -> Bool {
    switch (left, right) {
    case (.none, .none): true
    case (.bool(let a), .bool(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.double(let a), .double(let b)): a == b
    case (.string(let a), .string(let b)): PythonText.areEqual(a, b)
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)): a === b
    case (.dict(let a), .dict(let b)): a === b
    case (.namespace(let a), .namespace(let b)): a === b
    case (.macro(let a), .macro(let b)): a === b
    case (.function(let a), .function(let b)): a === b
    case (.object(let a), .object(let b)): a === b
    default: false
    }
  }
}

extension Call {
  /// The subject of a test or filter that takes no arguments.
  func only() throws -> Value {
    _ = try bind("value", required: 1)
    return subject
  }
}
