/// Python's `==`, `<` and `in`, within a budget of compared elements.
struct Comparison {
  /// Shared containers can make a small value endless to compare.
  private var budget = 20_000_000

  init() {}

  private mutating func spend(_ depth: Int) throws {
    budget -= 1
    guard budget > 0, depth < 200 else { throw TemplateError.limit("a comparison goes too deep") }
  }

  mutating func areEqual(_ left: Value, _ right: Value, depth: Int = 0) throws -> Bool {
    switch (left, right) {
    case (.none, .none), (.undefined, .undefined): return true
    case (.string(let a), .string(let b)): return PythonText.areEqual(a, b)
    case (.int(let a), .int(let b)): return a == b
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
      if a === b { return true }
      guard a.items.count == b.items.count, a.viewName == b.viewName else { return false }
      for (x, y) in zip(a.items, b.items) {
        try spend(depth)
        if !(try areEqual(x, y, depth: depth + 1)) { return false }
      }
      return true
    case (.dict(let a), .dict(let b)):
      if a === b { return true }
      guard a.count == b.count else { return false }
      for entry in a.entries {
        try spend(depth)
        guard let other = try b.value(for: entry.key), try areEqual(entry.value, other, depth: depth + 1)
        else {
          return false
        }
      }
      return true
    case (.namespace(let a), .namespace(let b)): return a === b
    case (.macro(let a), .macro(let b)): return a === b
    case (.function(let a), .function(let b)): return a === b
    case (.object(let object), _): return object.isEqual(to: right)
    case (_, .object(let object)): return object.isEqual(to: left)
    default:
      guard let a = left.number, let b = right.number else { return false }
      return Comparison.order(left, right, a, b) == 0
    }
  }

  /// Negative, zero or positive; nil where a NaN stands in the way of an order.
  mutating func order(_ left: Value, _ right: Value, _ operation: String, depth: Int = 0) throws -> Int? {
    switch (left, right) {
    case (.undefined(let undefined), _), (_, .undefined(let undefined)): throw undefined.error
    case (.string(let a), .string(let b)): return PythonText.order(a, b)
    case (.int(let a), .int(let b)): return a < b ? -1 : a == b ? 0 : 1
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
      for (x, y) in zip(a.items, b.items) {
        try spend(depth)
        if !(try areEqual(x, y, depth: depth + 1)) {
          return try order(x, y, operation, depth: depth + 1)
        }
      }
      return a.items.count - b.items.count
    case (.object(let object), _):
      if let order = try object.compare(to: right) { return order }
    case (_, .object(let object)):
      if let order = try object.compare(to: left) { return order > 0 ? -1 : order < 0 ? 1 : 0 }
    default:
      if let a = left.number, let b = right.number { return Comparison.order(left, right, a, b) }
    }
    throw TemplateError.runtime(
      "'\(operation)' is not supported between '\(left.typeName)' and '\(right.typeName)'")
  }

  private static func order(_ left: Value, _ right: Value, _ a: Double, _ b: Double) -> Int? {
    if a.isNaN || b.isNaN { return nil }
    if a != b { return a < b ? -1 : 1 }
    // Equal as doubles: integers past 2⁵³ may still differ.
    let x = left.integer ?? Int(exactly: a)
    let y = right.integer ?? Int(exactly: b)
    guard let x, let y else {
      // One is an integer that rounds up to 2⁶³, the other that power itself.
      return left.integer != nil && y == nil && right.integer == nil
        ? -1 : x == nil && right.integer != nil ? 1 : 0
    }
    return x < y ? -1 : x == y ? 0 : 1
  }

  mutating func holds(_ comparison: ComparisonOperator, _ left: Value, _ right: Value) throws -> Bool {
    switch comparison {
    case .equal: return try areEqual(left, right)
    case .notEqual: return try !areEqual(left, right)
    case .isIn: return try contains(right, left)
    case .notIn: return try !contains(right, left)
    case .less: return try order(left, right, "<").map { $0 < 0 } ?? false
    case .lessOrEqual: return try order(left, right, "<=").map { $0 <= 0 } ?? false
    case .greater: return try order(left, right, ">").map { $0 > 0 } ?? false
    case .greaterOrEqual: return try order(left, right, ">=").map { $0 >= 0 } ?? false
    }
  }

  mutating func contains(_ container: Value, _ item: Value) throws -> Bool {
    switch container {
    case .string(let text):
      guard case .string(let part) = item else {
        if case .undefined(let undefined) = item { throw undefined.error }
        throw TemplateError.runtime("'in <string>' needs a string on its left, not '\(item.typeName)'")
      }
      return PythonText.find(part, in: text) != nil
    case .dict(let dict):
      if case .undefined = item { return false }
      return try dict.value(for: item) != nil
    case .undefined: return false
    default:
      guard let items = try container.elements() else {
        throw TemplateError.runtime("'\(container.typeName)' cannot be searched with 'in'")
      }
      for candidate in items where try areEqual(candidate, item) { return true }
      return false
    }
  }
}

extension Value {
  /// Whether two values are equal in Python's sense; false where telling would take too long.
  package func isEqual(to other: Value) -> Bool {
    var comparison = Comparison()
    return (try? comparison.areEqual(self, other)) ?? false
  }

  /// What a loop goes through: items, keys of a dict, characters of a string. Nil if it cannot be iterated.
  package func elements() throws -> [Value]? {
    switch self {
    case .list(let list), .tuple(let list): return list.items
    case .dict(let dict): return dict.keys
    case .string(let text): return text.unicodeScalars.map { .string(String($0)) }
    case .undefined(let undefined):
      if undefined.policy == .strict { throw undefined.error }
      return []
    case .object(let object): return try object.elements()
    default: return nil
    }
  }

  /// The items to go through; throws if there are none to be had.
  func iterated() throws -> [Value] {
    guard let items = try elements() else {
      throw TemplateError.runtime("'\(typeName)' object is not iterable")
    }
    return items
  }

  /// The length; nil if the value has none.
  package func count() throws -> Int? {
    switch self {
    case .string(let text): return text.unicodeScalars.count
    case .dict(let dict): return dict.count
    default: return try elements()?.count
    }
  }
}
