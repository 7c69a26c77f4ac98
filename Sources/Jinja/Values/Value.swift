/// A value of the template language, with Python's meaning.
///
/// Lists, dicts and namespaces are references, as in Python; a value therefore stays on the thread that renders.
package enum Value {
  case none
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case list(ValueList)
  /// A tuple: its box is never changed.
  case tuple(ValueList)
  case dict(ValueDict)
  case namespace(Namespace)
  case function(Function)
  case macro(Macro)
  case object(any TemplateObject)
  case undefined(Undefined)
}

extension Value {
  package static func list(_ items: [Value]) -> Value { .list(ValueList(items)) }
  package static func tuple(_ items: [Value]) -> Value { .tuple(ValueList(items)) }
  package static func dict(_ entries: [(String, Value)]) -> Value { .dict(ValueDict(entries)) }

  package init(_ constant: Constant) {
    switch constant {
    case .none: self = .none
    case .bool(let value): self = .bool(value)
    case .int(let value): self = .int(value)
    case .double(let value): self = .double(value)
    case .string(let value): self = .string(value)
    case .list(let items): self = .list(items.map(Value.init))
    case .tuple(let items): self = .tuple(items.map(Value.init))
    case .dict(let entries):
      let dict = ValueDict()
      for entry in entries {
        // A constant that cannot be a key is left out: the renderer reports it where it is evaluated.
        if let key = try? Value(entry.key).dictKey() { dict.set(key, Value(entry.key), Value(entry.value)) }
      }
      self = .dict(dict)
    }
  }

  /// The text of a string, and nil for anything else.
  package var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  package var isUndefined: Bool {
    if case .undefined = self { true } else { false }
  }

  package var isNone: Bool {
    if case .none = self { true } else { false }
  }

  /// An integer, or a boolean as 0 or 1.
  var integer: Int? {
    switch self {
    case .int(let value): value
    case .bool(let value): value ? 1 : 0
    default: nil
    }
  }

  /// A number of any kind as a double.
  var number: Double? {
    if case .double(let value) = self { return value }
    return integer.map(Double.init)
  }

  /// Whether Python takes the value for true: not empty, not zero, not undefined.
  package var isTrue: Bool {
    switch self {
    case .none, .undefined: false
    case .bool(let value): value
    case .int(let value): value != 0
    case .double(let value): value != 0
    case .string(let value): !value.isEmpty
    case .list(let list), .tuple(let list): !list.items.isEmpty
    case .dict(let dict): dict.count > 0
    case .namespace, .function, .macro: true
    case .object(let object): object.isTrue
    }
  }

  /// Python's name of the value's type.
  package var typeName: String {
    switch self {
    case .none: "NoneType"
    case .bool: "bool"
    case .int: "int"
    case .double: "float"
    case .string: "str"
    case .list(let list): list.viewName ?? "list"
    case .tuple: "tuple"
    case .dict: "dict"
    case .namespace: "Namespace"
    case .function: "function"
    case .macro: "Macro"
    case .object(let object): object.typeName
    case .undefined: "Undefined"
    }
  }

  package var isCallable: Bool {
    switch self {
    case .function, .macro: true
    case .object(let object): object.isCallable
    default: false
    }
  }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int) { self = .int(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(floatLiteral value: Double) { self = .double(value) }
  package init(arrayLiteral elements: Value...) { self = .list(elements) }
  package init(dictionaryLiteral elements: (String, Value)...) { self = .dict(elements) }
}
