import Diagnostics

extension Renderer {
  func evaluate(_ node: ExpressionNode) throws -> Value {
    switch node.kind {
    case .constant(let constant): return Value(constant)
    case .name(let name):
      do { return try lookup(name) } catch { throw located(error, node.span) }
    case .attribute(let object, let name):
      let object = try evaluate(object)
      do {
        try step()
        return try access.attribute(name, of: object)
      } catch { throw located(error, node.span) }
    case .call(let callee, let arguments): return try evaluateCall(callee, arguments, node.span)
    default:
      do { try step() } catch { throw located(error, node.span) }
      return try evaluateCompound(node)
    }
  }

  private func evaluateCompound(_ node: ExpressionNode) throws -> Value {
    switch node.kind {
    case .constant, .name, .attribute, .call: return try evaluate(node)
    case .list(let items): return .list(try items.map(evaluate))
    case .tuple(let items): return .tuple(try items.map(evaluate))
    case .dict(let entries): return try evaluateDict(entries)
    case .unary(let operation, let operand):
      let value = try evaluate(operand)
      do {
        return try operation == .negate ? arithmetic.negate(value) : arithmetic.plus(value)
      } catch { throw located(error, node.span) }
    case .binary(let operation, let left, let right):
      return try evaluateBinary(operation, left, right, node.span)
    case .concat(let operands): return try concatenate(operands, node.span)
    case .not(let operand): return .bool(try !isTrue(operand))
    case .and(let operands):
      var value = Value.none
      for operand in operands {
        value = try evaluate(operand)
        if !(try isTrue(value, operand.span)) { return value }
      }
      return value
    case .or(let operands):
      var value = Value.none
      for operand in operands {
        value = try evaluate(operand)
        if try isTrue(value, operand.span) { return value }
      }
      return value
    case .comparison(let first, let rest): return try compare(first, rest)
    case .conditional(let test, let then, let otherwise):
      if try isTrue(test) { return try evaluate(then) }
      if let otherwise { return try evaluate(otherwise) }
      return .undefined(
        Undefined(
          name: "if", message: "the condition is false and there is no 'else'",
          policy: environment.undefinedPolicy))
    case .item(let object, let key):
      let (object, key) = (try evaluate(object), try evaluate(key))
      do { return try access.item(key, of: object) } catch { throw located(error, node.span) }
    case .slice(let object, let start, let stop, let step):
      return try evaluateSlice(object, start, stop, step, node.span)
    case .filter(let subject, let filter): return try apply(filter, to: try evaluate(subject))
    case .test(let subject, let test): return try apply(test: test, to: try evaluate(subject))
    }
  }

  private func isTrue(_ value: Value, _ span: SourceSpan) throws -> Bool {
    if case .undefined(let undefined) = value, undefined.policy == .strict {
      throw located(undefined.error, span)
    }
    return value.isTrue
  }

  /// The value of a variable; undefined if it has none.
  func lookup(_ name: String) throws -> Value {
    if let value = frame?.lookup(name) { return value }
    if let value = try currentScope.lookup(name) { return value }
    if let body = environment.functions[name] { return .function(Function(name, body: body)) }
    return .undefined(
      Undefined(
        name: name, message: "'\(name)' is undefined", policy: environment.undefinedPolicy, isVariable: true))
  }

  private func evaluateDict(_ entries: [DictEntryNode]) throws -> Value {
    let dict = ValueDict()
    for entry in entries {
      let key = try evaluate(entry.key)
      let value = try evaluate(entry.value)
      do { try dict.setValue(value, for: key) } catch { throw located(error, entry.key.span) }
    }
    return .dict(dict)
  }

  private func evaluateBinary(
    _ operation: BinaryOperator, _ left: ExpressionNode, _ right: ExpressionNode, _ span: SourceSpan
  ) throws -> Value {
    let (a, b) = (try evaluate(left), try evaluate(right))
    do {
      let value = try arithmetic.binary(operation, a, b)
      try charge(value)
      return value
    } catch { throw located(error, span) }
  }

  private func concatenate(_ operands: [ExpressionNode], _ span: SourceSpan) throws -> Value {
    var result = ""
    for operand in operands {
      result += try text(of: try evaluate(operand), operand.span)
      guard result.utf8.count <= environment.limits.outputByteCount else {
        throw located(PythonText.tooLong(environment.limits.outputByteCount), span)
      }
    }
    do { try charge(.string(result)) } catch { throw located(error, span) }
    return .string(result)
  }

  private func compare(_ first: ExpressionNode, _ rest: [ComparisonNode]) throws -> Value {
    var left = try evaluate(first)
    var comparison = Comparison()
    for next in rest {
      let right = try evaluate(next.operand)
      do {
        if !(try comparison.holds(next.comparison, left, right)) { return .bool(false) }
      } catch { throw located(error, first.span) }
      left = right
    }
    return .bool(true)
  }

  private func evaluateSlice(
    _ object: ExpressionNode, _ start: ExpressionNode?, _ stop: ExpressionNode?, _ step: ExpressionNode?,
    _ span: SourceSpan
  ) throws -> Value {
    let value = try evaluate(object)
    let start = try bound(start)
    let stop = try bound(stop)
    let step = try bound(step)
    do {
      let result = try access.slice(value, start: start, stop: stop, step: step)
      try charge(result)
      return result
    } catch { throw located(error, span) }
  }

  private func bound(_ node: ExpressionNode?) throws -> Int? {
    guard let node else { return nil }
    let value = try evaluate(node)
    if value.isNone { return nil }
    if let index = value.integer { return index }
    if case .undefined(let undefined) = value { throw located(undefined.error, node.span) }
    throw located(
      TemplateError.runtime("a slice takes integers, not \(value.shortDescription)"), node.span)
  }

  // MARK: Filters and tests

  func apply(_ filter: FilterNode, to subject: Value) throws -> Value {
    let call = try makeCall(filter, subject)
    do {
      let value = try invoke(filter: filter.name, call)
      try charge(value)
      return value
    } catch { throw located(error, filter.span) }
  }

  private func apply(test: FilterNode, to subject: Value) throws -> Value {
    let call = try makeCall(test, subject)
    do { return .bool(try invoke(test: test.name, call)) } catch { throw located(error, test.span) }
  }

  private func makeCall(_ node: FilterNode, _ subject: Value) throws -> Call {
    var call = Call(name: node.name, arguments: [subject], renderer: self)
    try evaluate(node.arguments, into: &call)
    return call
  }

  /// Runs a filter by its name; the subject is the call's first argument.
  func invoke(filter name: String, _ call: Call) throws -> Value {
    guard let body = environment.filters[name] else {
      throw TemplateError.runtime(
        "there is no filter '\(name)'",
        hints: Suggestion.hint(for: name, in: environment.filters.keys).map { [$0] } ?? [])
    }
    return try body(call)
  }

  func invoke(test name: String, _ call: Call) throws -> Bool {
    guard let body = environment.tests[name] else {
      throw TemplateError.runtime(
        "there is no test '\(name)'",
        hints: Suggestion.hint(for: name, in: environment.tests.keys).map { [$0] } ?? [])
    }
    return try body(call).isTrue
  }
}
