import Diagnostics

/// What a template may do with a name that has no value.
package enum UndefinedPolicy: Sendable {
  /// Jinja's default: it prints as nothing and is false and empty, but has no attributes and cannot be called.
  case standard
  /// Attributes, items and calls of it are undefined too; for passes that only look for calls.
  case lenient
  /// It can only be tested with `is defined` and given a `default`.
  case strict
}

/// A missing variable, attribute, item or argument.
package final class Undefined: ValueHolder {
  package let name: String
  /// Why it has no value: the message that its use ends with.
  package let message: String
  let policy: UndefinedPolicy
  /// Whether it is a variable, so that its neighbours are those in scope.
  let isVariable: Bool
  /// What lacks the attribute.
  var owner: Value?

  init(
    name: String, message: String, policy: UndefinedPolicy, isVariable: Bool = false, owner: Value? = nil
  ) {
    self.name = name
    self.message = message
    self.policy = policy
    self.isVariable = isVariable
    self.owner = owner
  }

  deinit {
    if owner?.holdsValues == true { Teardown.empty(self) }
  }

  override func moveValues(to orphans: inout [Value]) {
    if let owner { orphans.append(owner) }
    owner = nil
  }

  /// The error of its use.
  package var error: TemplateError {
    var error = TemplateError(.templateUndefined, message)
    if isVariable {
      error.missingName = name
    } else if let owner, let hint = owner.hint(forMissing: name) {
      error.hints = [hint]
    }
    return error
  }

  static func attribute(_ name: String, of owner: Value, policy: UndefinedPolicy) -> Value {
    .undefined(
      Undefined(
        name: name, message: "\(owner.quotedTypeDescription) has no attribute '\(name)'", policy: policy,
        owner: owner))
  }

  static func item(_ key: Value, of owner: Value, policy: UndefinedPolicy) -> Value {
    if case .string(let name) = key { return attribute(name, of: owner, policy: policy) }
    let text = key.shortDescription
    return .undefined(
      Undefined(
        name: text, message: "\(owner.typeDescription) has no element \(text)", policy: policy, owner: owner))
  }
}

extension Value {
  fileprivate var typeDescription: String {
    isNone ? "None" : "\(typeName) object"
  }

  fileprivate var quotedTypeDescription: String { "'\(typeDescription)'" }

  /// The value in a few characters, for messages.
  package var shortDescription: String {
    var writer = ValueWriter(byteLimit: 80)
    do { try writer.writeRepresentation(self) } catch { writer.text = String(writer.text.prefix(80)) + "…" }
    return writer.text
  }

  /// What may have been meant by an attribute or key that is not there.
  func hint(forMissing name: String) -> String? {
    Suggestion.hint(for: name, in: attributeNames)
  }

  /// The keys or attributes that can be asked for by name.
  package var attributeNames: [String] {
    switch self {
    case .dict(let dict): dict.names
    case .namespace(let namespace): namespace.attributes.names
    case .object(let object): object.attributeNames
    default: []
    }
  }
}
