/// Filters that sort, group, compare and add up.
extension Builtins {
  static let orderFilters: [String: Environment.Body] = [
    "sort": { try sort($0) },
    "dictsort": { try dictSort($0) },
    "unique": { try unique($0) },
    "groupby": { try groupBy($0) },
    "min": { try extreme($0) { $0 < 0 } },
    "max": { try extreme($0) { $0 > 0 } },
    "sum": { call in
      let arguments = try call.bind("iterable", "attribute", "start", required: 1)
      let getter = try AttributeGetter(arguments[1], renderer: call.renderer)
      var total = arguments.value(2, default: 0)
      for item in try call.subject.iterated() {
        total = try call.renderer.arithmetic.binary(.add, total, try getter.get(item))
        try call.renderer.charge(total)
      }
      return total
    },
  ]

  private static func sort(_ call: Call) throws -> Value {
    let arguments = try call.bind("value", "reverse", "case_sensitive", "attribute", required: 1)
    let caseSensitive = arguments.bool(2)
    // Several attributes are compared one after the other.
    let attributes: [Value?]
    if case .string(let text) = arguments.value(3) {
      attributes = PythonText.split(text, by: ",").map { .string($0) }
    } else {
      attributes = [arguments[3]]
    }
    let getters = try attributes.map { try AttributeGetter($0, renderer: call.renderer) }
    return .list(
      try Sorting.sorted(try call.subject.iterated(), reverse: arguments.bool(1)) { item in
        .list(try getters.map { try $0.key(item, caseSensitive: caseSensitive) })
      })
  }

  private static func dictSort(_ call: Call) throws -> Value {
    let arguments = try call.bind("value", "case_sensitive", "by", "reverse", required: 1)
    let by = try arguments.string(2) ?? "key"
    guard by == "key" || by == "value" else {
      throw TemplateError.runtime("dictsort() sorts by 'key' or 'value', not '\(by)'")
    }
    guard case .dict(let dict) = call.subject else { throw wrongSubject(call, "a dict") }
    let getter = try AttributeGetter(.int(by == "key" ? 0 : 1), renderer: call.renderer)
    let pairs = dict.entries.map { Value.tuple([$0.key, $0.value]) }
    return .list(
      try Sorting.sorted(pairs, reverse: arguments.bool(3)) {
        try getter.key($0, caseSensitive: arguments.bool(1))
      })
  }

  private static func unique(_ call: Call) throws -> Value {
    let arguments = try call.bind("value", "case_sensitive", "attribute", required: 1)
    let getter = try AttributeGetter(arguments[2], renderer: call.renderer)
    var seen: Set<DictKey> = []
    return .list(
      try call.subject.iterated().filter { item in
        seen.insert(try getter.key(item, caseSensitive: arguments.bool(1)).dictKey()).inserted
      })
  }

  private static func groupBy(_ call: Call) throws -> Value {
    let arguments = try call.bind("value", "attribute", "default", "case_sensitive", required: 2)
    let caseSensitive = arguments.bool(3)
    let getter = try AttributeGetter(arguments[1], default: arguments[2], renderer: call.renderer)
    let sorted = try Sorting.sorted(try call.subject.iterated()) {
      try getter.key($0, caseSensitive: caseSensitive)
    }
    var comparison = Comparison()
    var groups: [Value] = []
    var currentKey: Value?
    var grouper = Value.none
    var members: [Value] = []
    for item in sorted {
      let key = try getter.key(item, caseSensitive: caseSensitive)
      if let currentKey, try comparison.areEqual(currentKey, key) {
        members.append(item)
        continue
      }
      if currentKey != nil { groups.append(.object(ItemGroup(grouper, members))) }
      (currentKey, grouper, members) = (key, try getter.get(item), [item])
    }
    if currentKey != nil { groups.append(.object(ItemGroup(grouper, members))) }
    return .list(groups)
  }

  private static func extreme(_ call: Call, _ isBetter: (Int) -> Bool) throws -> Value {
    let arguments = try call.bind("value", "case_sensitive", "attribute", required: 1)
    let getter = try AttributeGetter(arguments[2], renderer: call.renderer)
    var comparison = Comparison()
    var best: (key: Value, item: Value)?
    for item in try call.subject.iterated() {
      let key = try getter.key(item, caseSensitive: arguments.bool(1))
      if let current = best, !(try comparison.order(key, current.key, "<").map(isBetter) ?? false) {
        continue
      }
      best = (key, item)
    }
    return best?.item ?? missing("there is no \(call.name): the sequence is empty", call)
  }
}

/// A group that `groupby` has made: a pair that also answers to `grouper` and `list`.
final class ItemGroup: ValueHolder, TemplateObject {
  private var grouper: Value
  private var list: Value

  init(_ grouper: Value, _ members: [Value]) {
    self.grouper = grouper
    list = .list(members)
  }

  deinit { Teardown.empty(self) }

  override func moveValues(to orphans: inout [Value]) {
    orphans += [grouper, list]
    (grouper, list) = (.none, .none)
  }

  var typeName: String { "tuple" }
  var text: String { Value.tuple([grouper, list]).shortDescription }
  var attributeNames: [String] { ["grouper", "list"] }

  func elements() -> [Value]? { [grouper, list] }

  func attribute(_ name: String) -> Value? {
    switch name {
    case "grouper": grouper
    case "list": list
    default: nil
    }
  }

  func item(_ key: Value) -> Value? {
    switch key.integer {
    case 0, -2: grouper
    case 1, -1: list
    default: nil
    }
  }
}
