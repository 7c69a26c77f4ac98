/// The methods of lists; `count` and `index` are tuples' too.
struct ListMethods {
  static let names: Set<String> = [
    "append", "extend", "insert", "pop", "remove", "clear", "index", "count", "reverse", "sort", "copy",
  ]

  let list: ValueList
  let call: Call

  func call(_ name: String) throws -> Value? {
    switch name {
    case "append":
      list.items.append(try call.bind("object", required: 1).value(0))
      try checkSize()
      return Optional(Value.none)
    case "extend":
      list.items += try call.bind("iterable", required: 1).value(0).iterated()
      try checkSize()
      return Optional(Value.none)
    case "insert":
      let arguments = try call.bind("index", "object", required: 2)
      list.items.insert(arguments.value(1), at: clamp(try arguments.int(0) ?? 0))
      return Optional(Value.none)
    case "pop": return try pop()
    case "remove":
      list.items.remove(at: try position(of: try call.bind("value", required: 1).value(0)))
      return Optional(Value.none)
    case "clear":
      _ = try call.bind()
      list.items = []
      return Optional(Value.none)
    case "index":
      let arguments = try call.bind("value", "start", "stop", required: 1)
      return .int(
        try position(
          of: arguments.value(0), from: try arguments.int(1) ?? 0, to: try arguments.int(2) ?? Int.max))
    case "count":
      let wanted = try call.bind("value", required: 1).value(0)
      var comparison = Comparison()
      return .int(try list.items.count { try comparison.areEqual($0, wanted) })
    case "reverse":
      _ = try call.bind()
      list.items.reverse()
      return Optional(Value.none)
    case "sort":
      let arguments = try call.bind("key", "reverse")
      let key = arguments.values[0].flatMap { $0.isNone ? nil : $0 }
      let renderer = call.renderer
      list.items = try Sorting.sorted(list.items, reverse: arguments.bool(1)) { item in
        try key.map { try renderer.call($0, [item]) } ?? item
      }
      return Optional(Value.none)
    case "copy":
      _ = try call.bind()
      return .list(list.items)
    default: return nil
    }
  }

  private func checkSize() throws {
    guard list.items.count <= call.renderer.environment.limits.outputByteCount / 16 else {
      throw TemplateError.limit("a list has too many elements: \(list.items.count)")
    }
  }

  private func clamp(_ index: Int) -> Int {
    let place = index < 0 ? max(index, -list.items.count) + list.items.count : index
    return min(place, list.items.count)
  }

  private func pop() throws -> Value {
    let index = try call.bind("index").int(0) ?? -1
    let place = index < 0 ? index + list.items.count : index
    guard list.items.indices.contains(place) else {
      throw TemplateError.runtime(
        list.items.isEmpty ? "pop from an empty list" : "pop: the index \(index) is out of range")
    }
    return list.items.remove(at: place)
  }

  private func position(of wanted: Value, from start: Int = 0, to stop: Int = Int.max) throws -> Int {
    var comparison = Comparison()
    let low = clamp(start)
    let high = max(low, clamp(stop))
    for index in low..<high where try comparison.areEqual(list.items[index], wanted) { return index }
    throw TemplateError.runtime("\(wanted.shortDescription) is not in the list")
  }
}

/// Stable sorting by keys that may not have an order.
enum Sorting {
  static func sorted(
    _ items: [Value], reverse: Bool = false, key: (Value) throws -> Value
  ) throws -> [Value] {
    let keys = try items.map(key)
    var comparison = Comparison()
    let places = try items.indices.sorted { a, b in
      let order = try comparison.order(keys[a], keys[b], "<") ?? 0
      if order == 0 { return a < b }
      return reverse ? order > 0 : order < 0
    }
    return places.map { items[$0] }
  }
}
