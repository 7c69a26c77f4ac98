/// A thing of the host that templates can see: `adapter`, `config`, a relation, a date.
///
/// All requirements but `typeName` have defaults; an object answers what it can.
package protocol TemplateObject: AnyObject {
  /// The name that messages use for its type.
  var typeName: String { get }
  /// What it prints as.
  var text: String { get }
  var isTrue: Bool { get }
  var isCallable: Bool { get }
  /// Whether the test `mapping` is true of it.
  var isMapping: Bool { get }
  /// Names to suggest for a missing attribute.
  var attributeNames: [String] { get }

  /// The value behind `object.name`; nil if there is none.
  func attribute(_ name: String) throws -> Value?
  /// The value behind `object[key]`; nil if there is none. The default asks `attribute` for string keys.
  func item(_ key: Value) throws -> Value?
  /// `object(…)`.
  func call(_ call: Call) throws -> Value
  /// `object.name(…)`; nil to have `attribute(name)` called instead.
  func callMethod(_ name: String, _ call: Call) throws -> Value?
  /// What a loop goes through; nil if it cannot.
  func elements() throws -> [Value]?
  /// The answer to `==`; identity by default.
  func isEqual(to other: Value) -> Bool
  /// Negative, zero or positive for an order; nil if there is none.
  func compare(to other: Value) throws -> Int?
  /// The result of an operator; `isReversed` if the object is the right operand. Nil if it has none.
  func binary(_ operation: BinaryOperator, _ other: Value, isReversed: Bool) throws -> Value?
}

extension TemplateObject {
  package var text: String { "<\(typeName)>" }
  package var isTrue: Bool { true }
  package var isCallable: Bool { false }
  package var isMapping: Bool { false }
  package var attributeNames: [String] { [] }

  package func attribute(_ name: String) throws -> Value? { nil }

  package func item(_ key: Value) throws -> Value? {
    guard case .string(let name) = key else { return nil }
    return try attribute(name)
  }

  package func call(_ call: Call) throws -> Value {
    throw TemplateError.runtime("'\(typeName)' object is not callable")
  }

  package func callMethod(_ name: String, _ call: Call) throws -> Value? { nil }
  package func elements() throws -> [Value]? { nil }

  package func isEqual(to other: Value) -> Bool {
    if case .object(let object) = other { object === self } else { false }
  }

  package func compare(to other: Value) throws -> Int? { nil }

  package func binary(_ operation: BinaryOperator, _ other: Value, isReversed: Bool) throws -> Value? { nil }
}
