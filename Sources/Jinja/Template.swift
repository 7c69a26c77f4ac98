import Diagnostics

/// A parsed template: immutable, so that it can be cached and rendered by many.
package struct Template: Sendable {
  package let source: Source
  /// The macros and host blocks at the top level of the file, in order.
  package let definitions: [Definition]
  let body: [Statement]

  /// Parses a template; throws `RH2101` with the place, or `RH2105` if a limit is passed.
  package init(
    _ text: String, name: String = "<template>", syntax: Syntax = Syntax()
  ) throws(TemplateError) {
    try self.init(Source(name: name, text: text), syntax: syntax)
  }

  package init(_ source: Source, syntax: Syntax = Syntax()) throws(TemplateError) {
    var parser = try Parser(source: source, syntax: syntax)
    body = try parser.parseTemplate()
    definitions = parser.definitions
    self.source = source
  }

  /// The text, if the template has no tags: it renders to this without a renderer.
  package var plainText: String? {
    var text = ""
    for statement in body {
      guard case .text(let part) = statement.kind else { return nil }
      text += part
    }
    return text
  }

  /// The expression of a template that is nothing but `{{ … }}`.
  var onlyExpression: ExpressionNode? {
    guard body.count == 1, case .output(let expression) = body[0].kind else { return nil }
    return expression
  }
}

/// A setting's text, such as `{{ var('x') }}` in YAML: evaluates to a value rather than to text.
package struct Expression: Sendable {
  package let template: Template

  /// Parses text that may hold `{{ … }}`.
  package init(
    parsing text: String, name: String = "<expression>", syntax: Syntax = Syntax()
  ) throws(TemplateError) {
    try self.init(parsing: Source(name: name, text: text), syntax: syntax)
  }

  package init(parsing source: Source, syntax: Syntax = Syntax()) throws(TemplateError) {
    template = try Template(source, syntax: syntax)
  }

  /// The text, if it holds no tags.
  package var plainText: String? { template.plainText }
}
