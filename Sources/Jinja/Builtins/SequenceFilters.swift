/// Filters over what can be gone through.
extension Builtins {
  static let sequenceFilters: [String: Environment.Body] = [
    "length": { .int(try length($0)) },
    "count": { .int(try length($0)) },
    "list": { .list(try $0.items()) },
    "items": { call in
      _ = try call.bind("value", required: 1)
      switch call.subject {
      case .undefined: return .list([])
      case .dict(let dict): return .list(dict.entries.map { .tuple([$0.key, $0.value]) })
      default: throw wrongSubject(call, "a dict")
      }
    },
    "first": { try $0.items().first ?? missing("there is no first item: the sequence is empty", $0) },
    "last": { try $0.items().last ?? missing("there is no last item: the sequence is empty", $0) },
    "reverse": { call in
      if case .string(let text) = call.subject {
        _ = try call.bind("value", required: 1)
        return .string(String(String.UnicodeScalarView(text.unicodeScalars.reversed())))
      }
      return .list(try call.items().reversed())
    },
    "join": { .string(try join($0)) },
    "batch": { try batch($0) },
    "slice": { try slice($0) },
    "default": { try withDefault($0) },
    "d": { try withDefault($0) },
    "attr": { call in
      let arguments = try call.bind("obj", "name", required: 2)
      guard case .string(let name) = arguments.value(1) else {
        throw arguments.wrongType(1, "a string", arguments.value(1))
      }
      // A key of a dict is no attribute.
      if case .dict = call.subject, !DictMethods.names.contains(name) {
        return Undefined.attribute(name, of: call.subject, policy: call.renderer.environment.undefinedPolicy)
      }
      return try call.renderer.access.attribute(name, of: call.subject)
    },
  ]

  static func missing(_ message: String, _ call: Call) -> Value {
    .undefined(
      Undefined(name: call.name, message: message, policy: call.renderer.environment.undefinedPolicy))
  }

  private static func length(_ call: Call) throws -> Int {
    _ = try call.bind("value", required: 1)
    guard let count = try call.subject.count() else {
      throw TemplateError.runtime("object of type '\(call.subject.typeName)' has no length")
    }
    return count
  }

  private static func withDefault(_ call: Call) throws -> Value {
    let arguments = try call.bind("value", "default_value", "boolean", required: 1)
    if call.subject.isUndefined || (arguments.bool(2) && !call.subject.isTrue) {
      return arguments.value(1, default: "")
    }
    return call.subject
  }

  private static func join(_ call: Call) throws -> String {
    let arguments = try call.bind("value", "d", "attribute", required: 1)
    let separator = try arguments.value(1, default: "").text()
    let getter = try AttributeGetter(arguments[2], renderer: call.renderer)
    var result = ""
    for (index, item) in try call.subject.iterated().enumerated() {
      if index > 0 { result += separator }
      result += try getter.get(item).text(byteLimit: call.byteLimit)
      guard result.utf8.count <= call.byteLimit else { throw PythonText.tooLong(call.byteLimit) }
    }
    return result
  }

  private static func batch(_ call: Call) throws -> Value {
    let arguments = try call.bind("value", "linecount", "fill_with", required: 2)
    let size = try arguments.int(1) ?? 0
    var batches: [Value] = []
    var current: [Value] = []
    for item in try call.subject.iterated() {
      if current.count == size {
        batches.append(.list(current))
        current = []
      }
      current.append(item)
    }
    if !current.isEmpty {
      if let fill = arguments[2], !fill.isNone, current.count < size {
        try arguments.check(size, atMost: call.byteLimit / Arithmetic.elementByteCount)
        current += Array(repeating: fill, count: size - current.count)
      }
      batches.append(.list(current))
    }
    return .list(batches)
  }

  private static func slice(_ call: Call) throws -> Value {
    let arguments = try call.bind("value", "slices", "fill_with", required: 2)
    let count = try arguments.int(1) ?? 0
    guard count != 0 else { throw TemplateError.runtime("slice() needs a number of slices that is not 0") }
    try arguments.check(count, atMost: call.byteLimit / Arithmetic.elementByteCount)
    let items = try call.subject.iterated()
    guard count > 0 else { return .list([]) }
    let size = items.count / count
    let withExtra = items.count % count
    var slices: [Value] = []
    var start = 0
    for index in 0..<count {
      let end = start + size + (index < withExtra ? 1 : 0)
      var part = Array(items[start..<end])
      if let fill = arguments[2], !fill.isNone, index >= withExtra { part.append(fill) }
      slices.append(.list(part))
      start = end
    }
    return .list(slices)
  }
}

extension Call {
  /// The subject's items, for filters that take no arguments.
  func items() throws -> [Value] {
    _ = try bind("value", required: 1)
    return try subject.iterated()
  }
}

/// Reads `a.b.0` from items, as the filters' argument `attribute` asks.
struct AttributeGetter {
  private let path: [Value]
  private let fallback: Value?
  private let access: Access

  init(_ attribute: Value?, default fallback: Value? = nil, renderer: Renderer) throws {
    access = renderer.access
    self.fallback = fallback
    switch attribute {
    case nil, .some(.none): path = []
    case .string(let text):
      path = PythonText.split(text, by: ".").map { part in
        !part.isEmpty && part.utf8.allSatisfy(\.isASCIIDigit)
          ? Int(part).map(Value.int) ?? .string(part) : .string(part)
      }
    case .some(let other): path = [other]
    }
  }

  func get(_ item: Value) throws -> Value {
    var value = item
    for part in path {
      value = try access.item(part, of: value)
      if let fallback, !fallback.isNone, value.isUndefined { value = fallback }
    }
    return value
  }

  /// The value to sort or compare by: without its case, unless case matters.
  func key(_ item: Value, caseSensitive: Bool) throws -> Value {
    let value = try get(item)
    if !caseSensitive, case .string(let text) = value { return .string(text.lowercased()) }
    return value
  }
}
