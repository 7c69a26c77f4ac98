import Diagnostics

extension Renderer {
  func evaluateCall(
    _ callee: ExpressionNode, _ arguments: ArgumentNodes, _ span: SourceSpan, extra: Call.Keyword? = nil
  ) throws -> Value {
    do { try step() } catch { throw located(error, span) }
    // A method is called on its object directly: no bound method is made only to be called once.
    if case .attribute(let object, let name) = callee.kind {
      return try evaluateMethod(name, of: try evaluate(object), callee.span, arguments, span, extra)
    }
    let function = try evaluate(callee)
    var call = Call(name: name(of: callee, function), arguments: [], renderer: self)
    try evaluate(arguments, into: &call)
    if let extra { call.keywords.append(extra) }
    return try finish(function, call, span)
  }

  private func name(of callee: ExpressionNode, _ function: Value) -> String {
    if case .name(let name) = callee.kind { name } else { function.calleeName }
  }

  private func evaluateMethod(
    _ name: String, of object: Value, _ calleeSpan: SourceSpan, _ arguments: ArgumentNodes,
    _ span: SourceSpan,
    _ extra: Call.Keyword?
  ) throws -> Value {
    var call = Call(name: name, arguments: [], renderer: self)
    switch object {
    case .undefined(let undefined) where undefined.policy != .lenient:
      throw located(undefined.error, calleeSpan)
    default: break
    }
    try evaluate(arguments, into: &call)
    if let extra { call.keywords.append(extra) }
    let function: Value
    do {
      if case .object(let host) = object {
        if let value = try host.callMethod(name, call) { return value }
      } else if let value = try Methods.call(name, on: object, call) {
        try charge(value)
        return value
      }
      function = try access.attribute(name, of: object)
    } catch { throw located(error, span) }
    return try finish(function, call, span)
  }

  private func finish(_ function: Value, _ call: Call, _ span: SourceSpan) throws -> Value {
    do { return try invoke(function, call) } catch { throw noted(error, function, span) }
  }

  /// An error on its way out of a call: a macro's says through which call it came.
  private func noted(_ error: any Error, _ callee: Value, _ span: SourceSpan) -> any Error {
    guard case .macro(let macro) = callee, var known = error as? TemplateError, known.location != nil else {
      return located(error, span)
    }
    known.callDepth += 1
    let shown = 8
    if known.callDepth <= shown {
      let place = source.location(at: Int(span.start))
      let word =
        macro.definition.tag == "call" ? "call block" : "\(macro.definition.tag) '\(macro.definition.name)'"
      known.notes.append("in \(word), called at \(place.path):\(place.line ?? 1):\(place.column ?? 1)")
    } else if known.callDepth == shown + 1 {
      known.notes.append("and further calls around these")
    }
    return known
  }

  func evaluate(_ arguments: ArgumentNodes, into call: inout Call) throws {
    if !arguments.positional.isEmpty {
      call.arguments.reserveCapacity(call.arguments.count + arguments.positional.count)
      for node in arguments.positional { call.arguments.append(try evaluate(node)) }
    }
    for keyword in arguments.keywords {
      call.keywords.append(Call.Keyword(keyword.name, try evaluate(keyword.value)))
    }
    if let node = arguments.spreadList {
      let value = try evaluate(node)
      do { call.arguments += try value.iterated() } catch { throw located(error, node.span) }
    }
    if let node = arguments.spreadDict {
      guard case .dict(let dict) = try evaluate(node) else {
        throw located(TemplateError.runtime("'**' needs a dict"), node.span)
      }
      for entry in dict.entries {
        guard case .string(let name) = entry.key else {
          throw located(
            TemplateError.runtime(
              "'**' needs a dict whose keys are strings, not \(entry.key.shortDescription)"),
            node.span)
        }
        guard call.keyword(name) == nil else {
          throw located(TemplateError.runtime("the argument '\(name)' is given twice"), node.span)
        }
        call.keywords.append(Call.Keyword(name, entry.value))
      }
    }
  }

  /// Calls whatever can be called.
  func invoke(_ callee: Value, _ call: Call) throws -> Value {
    switch callee {
    case .function(let function):
      var call = call
      call.receiver = function.receiver
      return try function.invoke(call)
    case .macro(let macro): return try invoke(macro, call)
    case .object(let object): return try object.call(call)
    case .undefined(let undefined):
      if undefined.policy == .lenient { return callee }
      throw undefined.error
    default: throw TemplateError.runtime("'\(callee.typeName)' object is not callable")
    }
  }

  private func invoke(_ macro: Macro, _ call: Call) throws -> Value {
    let definition = macro.definition
    let inner = Frame(parent: macro.frame)
    try bind(call, to: definition, in: inner)
    try enterCall(definition.name)
    let outerScope = currentScope
    currentScope = macro.scope ?? scope
    defer {
      currentScope = outerScope
      leaveCall()
    }
    return try entering(definition.source, inner) {
      do {
        let output = try capturing {
          try bindDefaults(of: definition, in: inner)
          _ = try execute(definition.body)
        }
        return .string(output.text)
      } catch is ReturnSignal {
        return takeReturnValue()
      }
    }
  }

  /// Puts arguments into a macro's frame; what was left out stays unset.
  private func bind(_ call: Call, to definition: Definition, in inner: Frame) throws {
    let parameters = definition.parameters
    let positional = min(call.arguments.count, parameters.count)
    for index in 0..<positional { inner.set(parameters[index].name, call.arguments[index]) }
    if definition.usesVarargs {
      inner.set("varargs", .tuple(Array(call.arguments.dropFirst(parameters.count))))
    } else if call.arguments.count > parameters.count {
      throw TemplateError.runtime(
        "\(definition.tag) '\(definition.name)' takes at most \(parameters.count) argument(s), \(call.arguments.count) given"
      )
    }
    let extra = ValueDict()
    for keyword in call.keywords {
      if let index = parameters.firstIndex(where: { $0.name == keyword.name }) {
        guard index >= positional else {
          throw TemplateError.runtime(
            "\(definition.tag) '\(definition.name)' got two values for the argument '\(keyword.name)'")
        }
        inner.set(keyword.name, keyword.value)
      } else if keyword.name == "caller", definition.usesCaller {
        inner.set("caller", keyword.value)
      } else if definition.usesKwargs {
        extra[keyword.name] = keyword.value
      } else {
        throw TemplateError.runtime(
          keyword.name == "caller"
            ? "\(definition.tag) '\(definition.name)' does not use 'caller', so a call block cannot call it"
            : "\(definition.tag) '\(definition.name)' has no argument '\(keyword.name)'",
          hints: Suggestion.hint(for: keyword.name, in: parameters.map(\.name)).map { [$0] } ?? [])
      }
    }
    if definition.usesKwargs { inner.set("kwargs", .dict(extra)) }
    if definition.usesCaller, !inner.holds("caller") {
      inner.set(
        "caller",
        .undefined(
          Undefined(
            name: "caller",
            message: "'caller' is undefined: '\(definition.name)' was not called by a call block",
            policy: environment.undefinedPolicy)))
    }
  }

  /// Evaluates the defaults of missing arguments, in the macro's own frame and in order.
  private func bindDefaults(of definition: Definition, in inner: Frame) throws {
    for parameter in definition.parameters where !inner.holds(parameter.name) {
      if let node = parameter.defaultValue {
        inner.set(parameter.name, try evaluate(node))
      } else {
        inner.set(
          parameter.name,
          .undefined(
            Undefined(
              name: parameter.name,
              message:
                "the argument '\(parameter.name)' of \(definition.tag) '\(definition.name)' was not given",
              policy: environment.undefinedPolicy)))
      }
    }
  }
}
