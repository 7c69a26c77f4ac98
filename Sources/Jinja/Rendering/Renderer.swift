import Diagnostics

/// Renders templates by walking their trees. One renderer serves one rendering at a time, on one thread.
package final class Renderer {
  package let environment: Environment
  package let scope: Scope
  /// The scope in which names are looked up now: a macro may bring its own.
  var currentScope: Scope
  var frame: Frame?
  var source: Source
  var output = Output(recordsSegments: false)
  let access: Access
  let arithmetic: Arithmetic
  private(set) var callDepth = 0
  private var stepsLeft: Int
  private var stack: StackGuard?
  private var returnValue: Value = .none
  /// Frames that a macro has closed over. The macro is a variable of its frame: a cycle, undone at the end.
  private var closedFrames: [Frame] = []

  package init(environment: Environment, scope: Scope) {
    self.environment = environment
    self.scope = scope
    currentScope = scope
    source = Source(name: "<host>", text: "")
    access = Access(policy: environment.undefinedPolicy)
    arithmetic = Arithmetic(byteLimit: environment.limits.outputByteCount)
    stepsLeft = environment.limits.stepCount
  }

  deinit {
    for frame in closedFrames { frame.removeAll() }
  }

  /// Renders a template to text. May be called by a function that a template calls.
  package func render(_ template: Template) throws -> RenderedTemplate {
    let output = try execute(template, recordsSegments: true)
    return RenderedTemplate(
      text: output.text,
      sourceMap: SourceMap(source: template.source, text: output.text, segments: output.segments))
  }

  /// Renders a template to text alone.
  package func renderText(_ template: Template) throws -> String {
    if let text = template.plainText { return text }
    return try execute(template, recordsSegments: false).text
  }

  /// The value of a template that is one single expression, and the text of any other.
  package func evaluate(_ expression: Expression) throws -> Value {
    guard let node = expression.template.onlyExpression else {
      return .string(try renderText(expression.template))
    }
    return try entering(expression.template.source, Frame(parent: nil)) {
      let value = try evaluate(node)
      if case .undefined(let undefined) = value, undefined.policy == .strict {
        throw located(undefined.error, node.span)
      }
      return value
    }
  }

  /// Calls a function, macro or object from the host's side.
  package func call(
    _ callee: Value, _ arguments: [Value] = [], keywords: [Call.Keyword] = []
  ) throws -> Value {
    if stack == nil {
      return try entering(source, frame) { try call(callee, arguments, keywords: keywords) }
    }
    return try invoke(
      callee, Call(name: callee.calleeName, arguments: arguments, keywords: keywords, renderer: self))
  }

  /// The error to throw in order to leave the macro that is being called with a value.
  package func leaveMacro(returning value: Value) -> any Error {
    returnValue = value
    return ReturnSignal()
  }

  /// The value that the last `ReturnSignal` has carried.
  func takeReturnValue() -> Value {
    defer { returnValue = .none }
    return returnValue
  }

  private func execute(_ template: Template, recordsSegments: Bool) throws -> Output {
    try entering(template.source, Frame(parent: nil)) {
      try capturing(recordsSegments: recordsSegments) { _ = try execute(template.body) }
    }
  }

  /// Runs something in a source and frame of its own, and restores what was before.
  func entering<T>(_ source: Source, _ frame: Frame?, _ body: () throws -> T) throws -> T {
    let (oldSource, oldFrame) = (self.source, self.frame)
    let isOutermost = stack == nil
    if isOutermost {
      stack = StackGuard(limits: environment.limits)
      stepsLeft = environment.limits.stepCount
    }
    self.source = source
    self.frame = frame
    defer {
      self.source = oldSource
      self.frame = oldFrame
      if isOutermost {
        stack = nil
        for frame in closedFrames { frame.removeAll() }
        closedFrames = []
      }
    }
    do {
      return try body()
    } catch is ReturnSignal where isOutermost {
      throw TemplateError.runtime("return() was called outside of a macro").located(at: 0, in: source)
    }
  }

  /// Runs something with an output of its own, and hands that out.
  func capturing(recordsSegments: Bool = false, _ body: () throws -> Void) throws -> Output {
    var outer = Output(recordsSegments: recordsSegments)
    swap(&outer, &output)
    do { try body() } catch {
      output = outer
      throw error
    }
    swap(&outer, &output)
    return outer
  }

  /// Runs something in a frame within the current one.
  func inFrame<T>(_ inner: Frame, _ body: () throws -> T) rethrows -> T {
    let outer = frame
    frame = inner
    defer { frame = outer }
    return try body()
  }

  /// Remembers that a macro holds on to the current frame.
  func closeOver(_ frame: Frame?) {
    if let frame, closedFrames.last !== frame { closedFrames.append(frame) }
  }

  /// Counts a call in; throws if too many are open.
  func enterCall(_ name: String) throws {
    guard callDepth < environment.limits.callDepth else {
      throw TemplateError.limit(
        "macros call each other too deeply: more than \(environment.limits.callDepth) calls are open at '\(name)'"
      )
    }
    callDepth += 1
  }

  func leaveCall() { callDepth -= 1 }

  /// Spends steps, and checks that the stack has room for one recursion more.
  @inline(__always)
  func step(_ cost: Int = 1) throws {
    stepsLeft -= cost
    guard stepsLeft > 0 else { throw outOfSteps() }
    if let stack, stack.isExhausted {
      throw TemplateError.limit("the template calls itself too deeply: the stack is used up")
    }
  }

  private func outOfSteps() -> TemplateError {
    stepsLeft = 0
    return .limit(
      "rendering takes too long: more than \(environment.limits.stepCount) steps",
      hints: ["look for a loop that does not end or grows its own data"])
  }

  /// Charges for the size of a string or list that was made.
  func charge(_ value: Value) throws {
    switch value {
    case .string(let text) where text.utf8.count > 1024: try step(text.utf8.count / 64)
    case .list(let list) where list.items.count > 64: try step(list.items.count / 4)
    default: break
    }
  }

  /// An error with its place, in this house's type; control flow of the host stays as it is.
  func located(_ error: any Error, _ span: SourceSpan) -> any Error {
    if error is any TemplatePassthrough || error is CancellationError { return error }
    var result: TemplateError
    if let known = error as? TemplateError {
      if known.location != nil { return known }
      result = known
    } else if let convertible = error as? any DiagnosticConvertible {
      let diagnostic = convertible.diagnostic
      result = TemplateError(
        diagnostic.code, diagnostic.message, at: diagnostic.location, notes: diagnostic.notes,
        hints: diagnostic.hints)
      result.excerpt = diagnostic.excerpt
    } else {
      result = TemplateError(.templateRuntime, "\(error)")
    }
    if let name = result.missingName {
      result.missingName = nil
      let known = (frame?.names ?? []) + currentScope.names + environment.functions.keys
      if let hint = Suggestion.hint(for: name, in: known) { result.hints.append(hint) }
    }
    return result.located(at: Int(span.start), in: source)
  }
}

extension Value {
  /// What messages call the value when it is called.
  var calleeName: String {
    switch self {
    case .function(let function): function.name
    case .macro(let macro): macro.definition.name
    default: typeName
    }
  }
}
