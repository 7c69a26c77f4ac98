/// How a run of statements ended.
enum Flow {
  case normal, breakLoop, continueLoop
}

extension Renderer {
  func execute(_ statements: [Statement]) throws -> Flow {
    for statement in statements {
      switch statement.kind {
      case .text(let text): try write(text, statement.span, isVerbatim: true)
      case .output(let node): try write(try evaluate(node), node, statement.span)
      default:
        let flow = try execute(statement)
        if flow != .normal { return flow }
      }
    }
    return .normal
  }

  private func execute(_ statement: Statement) throws -> Flow {
    do { try step() } catch { throw located(error, statement.span) }
    switch statement.kind {
    case .text(let text): try write(text, statement.span, isVerbatim: true)
    case .output(let node): try write(try evaluate(node), node, statement.span)
    case .evaluate(let node): _ = try evaluate(node)
    case .conditional(let branches, let otherwise):
      for branch in branches where try isTrue(branch.test) { return try execute(branch.body) }
      if let otherwise { return try execute(otherwise) }
    case .loop(let loop): try execute(loop, statement.span)
    case .assign(let target, let node): try assign(try evaluate(node), to: target, statement.span)
    case .assignBlock(let target, let filters, let body):
      try assign(try filtered(try captured(body), filters), to: target, statement.span)
    case .filterBlock(let filters, let body):
      let value = try filtered(try captured(body), filters)
      try write(try text(of: value, statement.span), statement.span, isVerbatim: false)
    case .macro(let definition):
      frame?.set(definition.name, .macro(Macro(definition, scope: currentScope, frame: frame)))
      closeOver(frame)
    case .callBlock(let call, let definition): try execute(call, definition, statement.span)
    case .with(let bindings, let body):
      let inner = Frame(parent: frame)
      for binding in bindings {
        let value = try evaluate(binding.value)
        try inFrame(inner) { try assign(value, to: binding.target, binding.value.span) }
      }
      return try inFrame(inner) { try execute(body) }
    case .breakLoop: return .breakLoop
    case .continueLoop: return .continueLoop
    case .declaration: break
    }
    return .normal
  }

  private func write(_ text: String, _ span: SourceSpan, isVerbatim: Bool) throws {
    output.append(text, from: span, isVerbatim: isVerbatim)
    guard output.text.utf8.count <= environment.limits.outputByteCount else {
      throw located(PythonText.tooLong(environment.limits.outputByteCount), span)
    }
  }

  private func write(_ value: Value, _ node: ExpressionNode, _ span: SourceSpan) throws {
    try write(try text(of: value, node.span), span, isVerbatim: false)
  }

  /// What a value prints as, at a place.
  func text(of value: Value, _ span: SourceSpan) throws -> String {
    switch value {
    case .string(let text): return text
    case .undefined(let undefined):
      if undefined.policy == .strict { throw located(undefined.error, span) }
      return ""
    default:
      do {
        let text = try value.text(byteLimit: environment.limits.outputByteCount)
        try step(text.utf8.count / 64)
        return text
      } catch { throw located(error, span) }
    }
  }

  func isTrue(_ node: ExpressionNode) throws -> Bool {
    let value = try evaluate(node)
    if case .bool(let result) = value { return result }
    if case .undefined(let undefined) = value, undefined.policy == .strict {
      throw located(undefined.error, node.span)
    }
    return value.isTrue
  }

  /// The text of a body, in a frame of its own.
  private func captured(_ body: [Statement]) throws -> Value {
    try inFrame(Frame(parent: frame)) {
      .string(try capturing { _ = try execute(body) }.text)
    }
  }

  private func filtered(_ value: Value, _ filters: [FilterNode]) throws -> Value {
    var result = value
    for filter in filters { result = try apply(filter, to: result) }
    return result
  }

  private func execute(_ call: ExpressionNode, _ definition: Definition, _ span: SourceSpan) throws {
    var caller = Macro(definition, scope: currentScope, frame: frame)
    guard case .call(let callee, let arguments) = call.kind else { return }
    let value = try evaluateCall(callee, arguments, call.span, extra: Call.Keyword("caller", .macro(caller)))
    if !isKnownUniquelyReferenced(&caller) { closeOver(frame) }
    try write(try text(of: value, call.span), span, isVerbatim: false)
  }

  func assign(_ value: Value, to target: AssignmentTarget, _ span: SourceSpan) throws {
    switch target {
    case .name(let name): frame?.set(name, value)
    case .attribute(let object, let name):
      guard case .namespace(let namespace) = try lookup(object) else {
        throw located(
          TemplateError.runtime(
            "cannot assign to an attribute of '\(object)': it is not a namespace",
            hints: ["{% set \(object) = namespace(\(name)=…) %}"]), span)
      }
      namespace.attributes[name] = value
    case .tuple(let targets):
      do {
        let items = try value.iterated()
        guard items.count == targets.count else {
          throw TemplateError.runtime(
            "cannot unpack \(items.count) value(s) into \(targets.count) name(s)")
        }
        for (target, item) in zip(targets, items) { try assign(item, to: target, span) }
      } catch { throw located(error, span) }
    }
  }
}
