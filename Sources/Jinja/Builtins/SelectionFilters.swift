/// Filters that apply other filters and tests to each item.
extension Builtins {
  static let selectionFilters: [String: Environment.Body] = [
    "map": { try map($0) },
    "select": { try select($0, keeping: true, byAttribute: false) },
    "reject": { try select($0, keeping: false, byAttribute: false) },
    "selectattr": { try select($0, keeping: true, byAttribute: true) },
    "rejectattr": { try select($0, keeping: false, byAttribute: true) },
  ]

  private static func map(_ call: Call) throws -> Value {
    let items = try call.subject.iterated()
    if call.arguments.count == 1, let attribute = call.keyword("attribute") {
      if let unknown = call.keywords.first(where: { $0.name != "attribute" && $0.name != "default" }) {
        throw TemplateError.runtime("map() has no argument '\(unknown.name)'")
      }
      let getter = try AttributeGetter(attribute, default: call.keyword("default"), renderer: call.renderer)
      return .list(try items.map(getter.get))
    }
    guard call.arguments.count > 1 else {
      throw TemplateError.runtime("map() needs the name of a filter, or 'attribute'")
    }
    guard case .string(let name) = call.arguments[1] else {
      throw TemplateError.runtime(
        "map() needs the name of a filter, not \(call.arguments[1].shortDescription)")
    }
    let rest = Array(call.arguments.dropFirst(2))
    return .list(
      try items.map { item in
        try call.renderer.step()
        return try call.renderer.invoke(
          filter: name,
          Call(name: name, arguments: [item] + rest, keywords: call.keywords, renderer: call.renderer))
      })
  }

  private static func select(_ call: Call, keeping: Bool, byAttribute: Bool) throws -> Value {
    var arguments = Array(call.arguments.dropFirst())
    var getter = try AttributeGetter(nil, renderer: call.renderer)
    if byAttribute {
      guard !arguments.isEmpty else { throw TemplateError.runtime("\(call.name)() needs an attribute") }
      getter = try AttributeGetter(arguments.removeFirst(), renderer: call.renderer)
    }
    let items = try call.subject.iterated()
    guard let test = arguments.first else {
      return .list(try items.filter { try getter.get($0).isTrue == keeping })
    }
    guard case .string(let name) = test else {
      throw TemplateError.runtime("\(call.name)() needs the name of a test, not \(test.shortDescription)")
    }
    let rest = Array(arguments.dropFirst())
    return .list(
      try items.filter { item in
        try call.renderer.step()
        let subject = try getter.get(item)
        return try call.renderer.invoke(
          test: name,
          Call(name: name, arguments: [subject] + rest, keywords: call.keywords, renderer: call.renderer))
          == keeping
      })
  }
}
