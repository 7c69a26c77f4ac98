/// The functions that every template can call.
extension Builtins {
  static let functions: [String: Environment.Body] = [
    "range": { try range($0) },
    "dict": { .dict(try makeDict($0)) },
    "namespace": { .namespace(Namespace(try makeDict($0))) },
    "cycler": { call in
      guard !call.arguments.isEmpty, call.keywords.isEmpty else {
        throw TemplateError.runtime("cycler() needs positional arguments")
      }
      return .object(Cycler(call.arguments))
    },
    "joiner": { call in .object(Joiner(try call.bind("sep").value(0, default: ", "))) },
  ]

  private static func makeDict(_ call: Call) throws -> ValueDict {
    guard call.arguments.count <= 1 else {
      throw TemplateError.runtime("\(call.name)() takes at most 1 argument(s), \(call.arguments.count) given")
    }
    let dict = ValueDict()
    if let source = call.arguments.first { try dict.merge(pairsOf: source) }
    for keyword in call.keywords { dict[keyword.name] = keyword.value }
    return dict
  }

  private static func range(_ call: Call) throws -> Value {
    let names = call.arguments.count < 2 ? ["stop"] : ["start", "stop", "step"]
    let arguments = try call.bind(names, required: min(names.count, 2))
    let numbers = try names.indices.compactMap { index -> Int? in
      guard let value = arguments[index] else { return nil }
      guard let number = value.integer else { throw arguments.wrongType(index, "an integer", value) }
      return number
    }
    let (start, stop) = numbers.count == 1 ? (0, numbers[0]) : (numbers[0], numbers[1])
    let step = numbers.count == 3 ? numbers[2] : 1
    guard step != 0 else { throw TemplateError.runtime("the step of range() cannot be zero") }
    let limit = call.renderer.environment.limits.rangeCount
    var items: [Value] = []
    var number = start
    while step > 0 ? number < stop : number > stop {
      guard items.count < limit else {
        throw TemplateError.limit("range() is too big: more than \(limit) numbers")
      }
      items.append(.int(number))
      let (next, overflow) = number.addingReportingOverflow(step)
      if overflow { break }
      number = next
    }
    try call.renderer.step(items.count / 4)
    return .list(items)
  }
}

/// What `cycler()` gives: `next()` hands out its values in turn.
final class Cycler: ValueHolder, TemplateObject {
  private var items: [Value]
  private var position = 0

  init(_ items: [Value]) { self.items = items }

  deinit { Teardown.empty(self) }

  override func moveValues(to orphans: inout [Value]) {
    orphans += items
    items = []
  }

  var typeName: String { "Cycler" }
  var attributeNames: [String] { ["current", "next", "reset"] }

  func attribute(_ name: String) -> Value? {
    name == "current" ? items[position] : nil
  }

  func callMethod(_ name: String, _ call: Call) throws -> Value? {
    switch name {
    case "next":
      defer { position = (position + 1) % items.count }
      return items[position]
    case "reset":
      position = 0
      return Optional(Value.none)
    default: return nil
    }
  }
}

/// What `joiner()` gives: nothing at its first call, the separator at all others.
final class Joiner: ValueHolder, TemplateObject {
  private var separator: Value
  private var isUsed = false

  init(_ separator: Value) { self.separator = separator }

  deinit { Teardown.empty(self) }

  override func moveValues(to orphans: inout [Value]) {
    orphans.append(separator)
    separator = .none
  }

  var typeName: String { "Joiner" }
  var isCallable: Bool { true }

  func call(_ call: Call) throws -> Value {
    _ = try call.bind()
    defer { isUsed = true }
    return isUsed ? separator : ""
  }
}
