/// The methods of dicts.
struct DictMethods {
  static let names: Set<String> = [
    "items", "keys", "values", "get", "update", "pop", "popitem", "setdefault", "copy", "clear", "fromkeys",
  ]

  let dict: ValueDict
  let call: Call

  func call(_ name: String) throws -> Value? {
    switch name {
    case "items":
      _ = try call.bind()
      return .list(ValueList(dict.entries.map { .tuple([$0.key, $0.value]) }, viewName: "dict_items"))
    case "keys":
      _ = try call.bind()
      return .list(ValueList(dict.keys, viewName: "dict_keys"))
    case "values":
      _ = try call.bind()
      return .list(ValueList(dict.values, viewName: "dict_values"))
    case "get":
      let arguments = try call.bind("key", "default", required: 1)
      return try dict.value(for: arguments.value(0)) ?? arguments.value(1)
    case "update":
      try update()
      return Optional(Value.none)
    case "pop":
      let arguments = try call.bind("key", "default", required: 1)
      if let value = dict.remove(try arguments.value(0).dictKey()) { return value }
      guard let fallback = arguments[1] else {
        throw TemplateError.runtime("pop: there is no key \(arguments.value(0).shortDescription)")
      }
      return fallback
    case "popitem":
      _ = try call.bind()
      guard let entry = dict.removeLast() else { throw TemplateError.runtime("popitem: the dict is empty") }
      return .tuple([entry.key, entry.value])
    case "setdefault":
      let arguments = try call.bind("key", "default", required: 1)
      if let value = try dict.value(for: arguments.value(0)) { return value }
      try dict.setValue(arguments.value(1), for: arguments.value(0))
      return arguments.value(1)
    case "copy":
      _ = try call.bind()
      return .dict(dict.copy())
    case "clear":
      _ = try call.bind()
      dict.removeAll()
      return Optional(Value.none)
    case "fromkeys":
      let arguments = try call.bind("iterable", "value", required: 1)
      let result = ValueDict()
      for key in try arguments.value(0).iterated() { try result.setValue(arguments.value(1), for: key) }
      return .dict(result)
    default: return nil
    }
  }

  private func update() throws {
    guard call.arguments.count <= 1 else {
      throw TemplateError.runtime("update() takes at most 1 argument(s), \(call.arguments.count) given")
    }
    if let source = call.arguments.first { try dict.merge(pairsOf: source) }
    for keyword in call.keywords { dict[keyword.name] = keyword.value }
  }
}

extension ValueDict {
  /// Takes over the entries of a dict, or of a list of pairs.
  func merge(pairsOf source: Value) throws {
    switch source {
    case .dict(let other): merge(other)
    case .namespace(let namespace): merge(namespace.attributes)
    default:
      for pair in try source.iterated() {
        let parts = try pair.iterated()
        guard parts.count == 2 else {
          throw TemplateError.runtime("a dict takes pairs, not \(pair.shortDescription)")
        }
        try setValue(parts[1], for: parts[0])
      }
    }
  }
}
