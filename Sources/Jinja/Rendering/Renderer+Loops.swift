extension Renderer {
  func execute(_ loop: LoopNode, _ span: SourceSpan) throws {
    let iterable = try evaluate(loop.iterable)
    try execute(loop, over: iterable, depth: 0, span)
  }

  fileprivate func execute(_ loop: LoopNode, over iterable: Value, depth: Int, _ span: SourceSpan) throws {
    let items: [Value]
    do {
      items = try iterable.iterated()
      try step()
    } catch { throw located(error, loop.iterable.span) }
    let outer = frame
    let state = Loop(items: items, depth: depth, policy: environment.undefinedPolicy)
    state.accepts = loop.filter.map { filter in
      { [unowned self] item in
        let inner = Frame(parent: outer)
        return try inFrame(inner) {
          try assign(item, to: loop.target, filter.span)
          return try isTrue(filter)
        }
      }
    }
    if loop.isRecursive {
      state.recurse = { [unowned self] value in
        let output = try inFrame(Frame(parent: outer)) {
          try capturing { try execute(loop, over: value, depth: depth + 1, span) }
        }
        return .string(output.text)
      }
    }
    // The closures hold the frame, and the frame holds the loop.
    defer {
      state.accepts = nil
      state.recurse = nil
    }
    let hasRun = try iterate(loop, state, span)
    if !hasRun, let otherwise = loop.otherwise {
      _ = try inFrame(Frame(parent: frame)) { try execute(otherwise) }
    }
  }

  /// Runs the body for each item; whether one run came to the body's end.
  ///
  /// A loop that is left by `break` before that takes its `else`, as in Jinja.
  private func iterate(_ loop: LoopNode, _ state: Loop, _ span: SourceSpan) throws -> Bool {
    var inner = Frame(parent: frame)
    var hasFinished = false
    while let item = try state.advance() {
      do { try step() } catch { throw located(error, span) }
      if isKnownUniquelyReferenced(&inner) { inner.removeAll() } else { inner = Frame(parent: frame) }
      inner.set("loop", .object(state))
      let flow = try inFrame(inner) {
        try assign(item, to: loop.target, loop.iterable.span)
        return try execute(loop.body)
      }
      if flow == .breakLoop { break }
      if flow == .normal { hasFinished = true }
    }
    return hasFinished
  }
}

/// The variable `loop`. A filter is asked for each item only when the loop gets there, as in Jinja,
/// so that a body can change what the filter sees; `last`, `length` and their like look ahead.
final class Loop: ValueHolder, TemplateObject {
  private var items: [Value]
  private let depth: Int
  private let policy: UndefinedPolicy
  private var nextRaw = 0
  /// Items that the filter has let through before their turn.
  private var ahead: [Value] = []
  private var current: Value?
  private var previous: Value?
  private var changedValue: Value?
  private(set) var index0 = -1
  var accepts: ((Value) throws -> Bool)?
  var recurse: ((Value) throws -> Value)?

  init(items: [Value], depth: Int, policy: UndefinedPolicy) {
    self.items = items
    self.depth = depth
    self.policy = policy
  }

  deinit { Teardown.empty(self) }

  override func moveValues(to orphans: inout [Value]) {
    orphans += items + ahead + [current, previous, changedValue].compactMap { $0 }
    (items, ahead, current, previous, changedValue) = ([], [], nil, nil, nil)
  }

  var typeName: String { "LoopContext" }
  var isCallable: Bool { true }
  var text: String { "<LoopContext \(index0 + 1)/\(items.count)>" }

  var attributeNames: [String] {
    [
      "index", "index0", "revindex", "revindex0", "first", "last", "length", "depth", "depth0", "previtem",
      "nextitem", "cycle", "changed",
    ]
  }

  func advance() throws -> Value? {
    guard let item = try takeNext() else { return nil }
    previous = current
    current = item
    index0 += 1
    return item
  }

  private func takeNext() throws -> Value? {
    if !ahead.isEmpty { return ahead.removeFirst() }
    while nextRaw < items.count {
      let item = items[nextRaw]
      nextRaw += 1
      if try accepts?(item) ?? true { return item }
    }
    return nil
  }

  private func peek() throws -> Value? {
    if accepts == nil { return nextRaw < items.count ? items[nextRaw] : nil }
    if ahead.isEmpty, let item = try takeNext() { ahead.append(item) }
    return ahead.first
  }

  private func length() throws -> Int {
    if accepts == nil { return items.count }
    var rest: [Value] = ahead
    ahead = []
    while let item = try takeNext() { rest.append(item) }
    ahead = rest
    return index0 + 1 + rest.count
  }

  private func missing(_ message: String) -> Value {
    .undefined(Undefined(name: "item", message: message, policy: policy))
  }

  func attribute(_ name: String) throws -> Value? {
    switch name {
    case "index": return .int(index0 + 1)
    case "index0": return .int(index0)
    case "first": return .bool(index0 == 0)
    case "last": return .bool(try peek() == nil)
    case "length": return .int(try length())
    case "revindex": return .int(try length() - index0)
    case "revindex0": return .int(try length() - index0 - 1)
    case "depth": return .int(depth + 1)
    case "depth0": return .int(depth)
    case "previtem": return previous ?? missing("there is no previous item")
    case "nextitem": return try peek() ?? missing("there is no next item")
    case "cycle", "changed":
      return .function(
        Function(name) { [weak self] call in try self?.callMethod(name, call) ?? Value.none })
    default: return nil
    }
  }

  func callMethod(_ name: String, _ call: Call) throws -> Value? {
    switch name {
    case "cycle":
      guard !call.arguments.isEmpty else { throw TemplateError.runtime("cycle() needs an argument") }
      return call.arguments[max(index0, 0) % call.arguments.count]
    case "changed":
      let value = Value.tuple(call.arguments)
      var comparison = Comparison()
      if let changedValue, try comparison.areEqual(changedValue, value) { return false }
      changedValue = value
      return true
    default: return nil
    }
  }

  func call(_ call: Call) throws -> Value {
    guard let recurse else {
      throw TemplateError.runtime("the loop is not recursive", hints: ["write '{% for … in … recursive %}'"])
    }
    return try recurse(try call.bind("iterable", required: 1).value(0))
  }
}
