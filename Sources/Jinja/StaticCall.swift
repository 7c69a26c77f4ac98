/// A call as a template writes it, for those who read templates without rendering them.
package struct StaticCall: Sendable {
  /// What is called: `["ref"]`, or `["adapter", "dispatch"]` with attributes.
  package let path: [String]
  /// The arguments; nil where one is not a literal.
  package let arguments: [Constant?]
  package let keywords: [(name: String, value: Constant?)]
  package let span: SourceSpan
  /// Whether it stands in an `if`, a loop, a macro or a short-circuit, and so may not happen.
  package let isConditional: Bool
  /// Whether all arguments are literals and none is spread from a list or dict.
  package let isConstant: Bool
}

extension Template {
  /// All calls of names and attributes of names, in the order of the text.
  package func staticCalls() -> [StaticCall] {
    var collector = StaticCallCollector()
    collector.visit(body, isConditional: false)
    return collector.calls.sorted { ($0.span.start, $0.span.end) < ($1.span.start, $1.span.end) }
  }
}

extension Definition {
  /// All calls of the body, in the order of the text.
  package func staticCalls() -> [StaticCall] {
    var collector = StaticCallCollector()
    collector.visit(body, isConditional: false)
    return collector.calls.sorted { ($0.span.start, $0.span.end) < ($1.span.start, $1.span.end) }
  }
}

private struct StaticCallCollector {
  var calls: [StaticCall] = []

  mutating func visit(_ statements: [Statement], isConditional: Bool) {
    for statement in statements { visit(statement, isConditional: isConditional) }
  }

  private mutating func visit(_ statement: Statement, isConditional: Bool) {
    switch statement.kind {
    case .text, .breakLoop, .continueLoop: break
    case .output(let value), .evaluate(let value), .assign(_, let value): visit(value, isConditional)
    case .conditional(let branches, let otherwise):
      for (index, branch) in branches.enumerated() {
        visit(branch.test, isConditional || index > 0)
        visit(branch.body, isConditional: true)
      }
      visit(otherwise ?? [], isConditional: true)
    case .loop(let loop):
      visit(loop.iterable, isConditional)
      if let filter = loop.filter { visit(filter, true) }
      visit(loop.body, isConditional: true)
      visit(loop.otherwise ?? [], isConditional: true)
    case .assignBlock(_, let filters, let body), .filterBlock(let filters, let body):
      visit(body, isConditional: isConditional)
      for filter in filters { filter.arguments.all.forEach { visit($0, isConditional) } }
    case .macro(let definition), .declaration(let definition): visit(definition)
    case .callBlock(let call, let definition):
      visit(call, isConditional)
      visit(definition)
    case .with(let bindings, let body):
      for binding in bindings { visit(binding.value, isConditional) }
      visit(body, isConditional: isConditional)
    }
  }

  private mutating func visit(_ definition: Definition) {
    for parameter in definition.parameters {
      if let value = parameter.defaultValue { visit(value, true) }
    }
    visit(definition.body, isConditional: true)
  }

  private mutating func visit(_ node: ExpressionNode, _ isConditional: Bool) {
    if case .call(let callee, let arguments) = node.kind, let path = path(of: callee) {
      let positional = arguments.positional.map(\.constant)
      let keywords = arguments.keywords.map { (name: $0.name, value: $0.value.constant) }
      let isConstant =
        arguments.spreadList == nil && arguments.spreadDict == nil
        && positional.allSatisfy { $0 != nil } && keywords.allSatisfy { $0.value != nil }
      calls.append(
        StaticCall(
          path: path, arguments: positional, keywords: keywords, span: node.span,
          isConditional: isConditional, isConstant: isConstant))
    }
    switch node.kind {
    case .and(let operands), .or(let operands):
      for (index, operand) in operands.enumerated() { visit(operand, isConditional || index > 0) }
    case .conditional(let test, let then, let otherwise):
      visit(test, isConditional)
      visit(then, true)
      if let otherwise { visit(otherwise, true) }
    default: for child in node.children { visit(child, isConditional) }
    }
  }

  private func path(of node: ExpressionNode) -> [String]? {
    switch node.kind {
    case .name(let name): [name]
    case .attribute(let object, let name): path(of: object).map { $0 + [name] }
    default: nil
    }
  }
}

extension ExpressionNode {
  /// The expressions right under this one, in the order of the text.
  var children: [ExpressionNode] {
    switch kind {
    case .constant, .name: []
    case .list(let items), .tuple(let items), .concat(let items), .and(let items), .or(let items): items
    case .dict(let entries): entries.flatMap { [$0.key, $0.value] }
    case .unary(_, let operand), .not(let operand), .attribute(let operand, _): [operand]
    case .binary(_, let left, let right), .item(let left, let right): [left, right]
    case .comparison(let first, let rest): [first] + rest.map(\.operand)
    case .conditional(let test, let then, let otherwise): [test, then] + (otherwise.map { [$0] } ?? [])
    case .slice(let object, let start, let stop, let step):
      [object] + [start, stop, step].compactMap { $0 }
    case .call(let callee, let arguments): [callee] + arguments.all
    case .filter(let subject, let filter), .test(let subject, let filter): [subject] + filter.arguments.all
    }
  }
}
