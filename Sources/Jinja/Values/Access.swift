/// Attributes, items and slices.
struct Access {
  let policy: UndefinedPolicy

  /// `object.name`: a method or an attribute, then a key.
  func attribute(_ name: String, of object: Value) throws -> Value {
    switch object {
    case .undefined(let undefined):
      guard undefined.policy == .lenient else { throw undefined.error }
      return object
    case .dict(let dict):
      if DictMethods.names.contains(name) { return method(name, of: object) }
      if let value = dict[name] { return value }
    case .namespace(let namespace):
      if let value = namespace.attributes[name] { return value }
    case .object(let host):
      if let value = try host.attribute(name) { return value }
      if let value = try host.item(.string(name)) { return value }
    case .string where StringMethods.names.contains(name): return method(name, of: object)
    case .list(let list) where list.viewName == nil && ListMethods.names.contains(name):
      return method(name, of: object)
    case .tuple where name == "count" || name == "index": return method(name, of: object)
    case .macro(let macro):
      if let value = macroAttribute(name, macro) { return value }
    case .function(let function) where name == "__name__" || name == "name": return .string(function.name)
    default: break
    }
    return Undefined.attribute(name, of: object, policy: policy)
  }

  private func method(_ name: String, of object: Value) -> Value {
    .function(
      Function(name, receiver: object) { call in
        // The receiver is the function's own: a capture would hide it from the orderly teardown.
        guard let result = try Methods.call(name, on: call.receiver, call) else {
          throw TemplateError.runtime("there is no method '\(name)'")
        }
        return result
      })
  }

  private func macroAttribute(_ name: String, _ macro: Macro) -> Value? {
    let definition = macro.definition
    switch name {
    case "name": return .string(definition.name)
    case "arguments": return .tuple(definition.parameters.map { .string($0.name) })
    case "catch_kwargs": return .bool(definition.usesKwargs)
    case "catch_varargs": return .bool(definition.usesVarargs)
    case "caller": return .bool(definition.usesCaller)
    default: return nil
    }
  }

  /// `object[key]`: an item, then an attribute.
  func item(_ key: Value, of object: Value) throws -> Value {
    switch object {
    case .undefined(let undefined):
      guard undefined.policy == .lenient else { throw undefined.error }
      return object
    case .list(let list), .tuple(let list):
      if let index = key.integer, list.viewName == nil {
        let place = index < 0 ? index + list.items.count : index
        return list.items.indices.contains(place)
          ? list.items[place] : Undefined.item(key, of: object, policy: policy)
      }
    case .string(let text):
      if let index = key.integer {
        guard let character = PythonText.character(at: index, of: text) else {
          return Undefined.item(key, of: object, policy: policy)
        }
        return .string(character)
      }
    case .dict(let dict):
      if case .list = key { break }
      if case .dict = key { break }
      if case .undefined = key { break }
      if let value = try dict.value(for: key) { return value }
    case .namespace(let namespace):
      if case .string(let name) = key, let value = namespace.attributes[name] { return value }
    case .object(let host):
      if let value = try host.item(key) { return value }
    default: break
    }
    if case .string(let name) = key { return try attribute(name, of: object) }
    return Undefined.item(key, of: object, policy: policy)
  }

  func slice(_ object: Value, start: Int?, stop: Int?, step: Int?) throws -> Value {
    guard step != 0 else { throw TemplateError.runtime("the step of a slice cannot be zero") }
    switch object {
    case .list(let list) where list.viewName == nil:
      return .list(Access.indices(list.items.count, start, stop, step ?? 1).map { list.items[$0] })
    case .tuple(let list):
      return .tuple(Access.indices(list.items.count, start, stop, step ?? 1).map { list.items[$0] })
    case .string(let text):
      let scalars = Array(text.unicodeScalars)
      var view = String.UnicodeScalarView()
      for index in Access.indices(scalars.count, start, stop, step ?? 1) { view.append(scalars[index]) }
      return .string(String(view))
    case .undefined(let undefined):
      guard undefined.policy == .lenient else { throw undefined.error }
      return object
    default: return Undefined.item(.string("slice"), of: object, policy: policy)
    }
  }

  /// The places that a slice takes, by the rules of Python's `slice.indices`.
  static func indices(_ count: Int, _ start: Int?, _ stop: Int?, _ step: Int) -> [Int] {
    func clamp(_ index: Int, _ low: Int, _ high: Int) -> Int {
      let place = index < 0 ? (index < -count ? -1 : index + count) : index
      return min(max(place, low), high)
    }
    var result: [Int] = []
    if step > 0 {
      var index = start.map { clamp($0, 0, count) } ?? 0
      let end = stop.map { clamp($0, 0, count) } ?? count
      while index < end {
        result.append(index)
        let (next, overflow) = index.addingReportingOverflow(step)
        if overflow { break }
        index = next
      }
    } else {
      var index = start.map { clamp($0, -1, count - 1) } ?? count - 1
      let end = stop.map { clamp($0, -1, count - 1) } ?? -1
      while index > end {
        result.append(index)
        let (next, overflow) = index.addingReportingOverflow(step)
        if overflow { break }
        index = next
      }
    }
    return result
  }
}

/// Methods of the built-in types.
enum Methods {
  /// The result of a method; nil if the type has none of that name.
  static func call(_ name: String, on receiver: Value, _ call: Call) throws -> Value? {
    switch receiver {
    case .string(let text): try StringMethods(text: text, call: call).call(name)
    case .list(let list) where list.viewName == nil: try ListMethods(list: list, call: call).call(name)
    case .tuple(let list) where name == "count" || name == "index":
      try ListMethods(list: list, call: call).call(name)
    case .dict(let dict): try DictMethods(dict: dict, call: call).call(name)
    default: nil
    }
  }
}
