import Diagnostics

/// Makes a syntax tree of tokens, by recursive descent; statements and expressions are in extensions.
struct Parser {
  let source: Source
  let syntax: Syntax
  let tokens: [Token]
  private let stack: StackGuard
  var index = 0
  /// How many blocks and expressions are open.
  private var nesting = 0
  /// The loops around this place: `break` and `continue` need one.
  var loopDepth = 0
  /// For each macro around this place, those of its implicit names that were seen.
  var implicitNames: [Set<String>] = []
  var definitions: [Definition] = []
  var blockDepth = 0

  init(source: Source, syntax: Syntax) throws(TemplateError) {
    self.source = source
    self.syntax = syntax
    stack = StackGuard(limits: syntax.limits)
    var lexer = Lexer(source: source, syntax: syntax)
    tokens = try lexer.tokenize()
  }

  var current: Token { tokens[index] }

  /// The kind alone, which is all that most rules look at.
  var currentKind: Token.Kind { tokens[index].kind }

  func peek(_ distance: Int = 1) -> Token { tokens[min(index + distance, tokens.count - 1)] }

  /// Takes the current token; at the end it stays where it is.
  @discardableResult
  mutating func advance() -> Token {
    let token = tokens[index]
    if index + 1 < tokens.count { index += 1 }
    return token
  }

  mutating func skip(_ kind: Token.Kind) -> Bool {
    guard currentKind == kind else { return false }
    advance()
    return true
  }

  func isName(_ text: String) -> Bool { currentKind == .name && tokens[index].text == text }

  mutating func skipName(_ text: String) -> Bool {
    guard isName(text) else { return false }
    advance()
    return true
  }

  @discardableResult
  mutating func expect(_ kind: Token.Kind) throws(TemplateError) -> Token {
    guard currentKind == kind else { throw unexpected(expected: kind.name) }
    return advance()
  }

  mutating func expectName(_ text: String) throws(TemplateError) {
    guard isName(text) else { throw unexpected(expected: text) }
    advance()
  }

  func unexpected(expected: String) -> TemplateError {
    var hints: [String] = []
    if currentKind == .end,
      let tag = tokens.last(where: { $0.kind == .variableBegin || $0.kind == .blockBegin })
    {
      let place = source.location(at: Int(tag.span.start))
      hints = ["the tag that begins at line \(place.line ?? 1), column \(place.column ?? 1) is not closed"]
    }
    return fail(
      "expected \(expected.count > 2 ? expected : "'\(expected)'"), found \(quoted(current))", at: current,
      hints: hints)
  }

  func quoted(_ token: Token) -> String {
    token.kind == .end || token.kind == .text || token.name.contains(" ") ? token.name : "'\(token.name)'"
  }

  func fail(_ message: String, at token: Token, hints: [String] = []) -> TemplateError {
    TemplateError.syntax(message, hints: hints).located(at: Int(token.span.start), in: source)
  }

  /// Counts a rule in that may recurse, within the limits of nesting and stack; `leave` counts it out.
  ///
  /// After an error nothing is parsed any more, so only a rule's success needs to count it out.
  mutating func enter() throws(TemplateError) {
    guard nesting < syntax.limits.nesting, !stack.isExhausted else { throw tooDeep(at: current.span) }
    nesting += 1
  }

  mutating func leave() { nesting -= 1 }

  func tooDeep(at span: SourceSpan) -> TemplateError {
    TemplateError.limit("the template is nested too deeply: more than \(syntax.limits.nesting) levels")
      .located(at: Int(span.start), in: source)
  }

  /// A node over children of the given height, if the tree does not grow too high with it.
  func node(
    _ kind: ExpressionNode.Kind, _ span: SourceSpan, height: Int32 = 0
  ) throws(TemplateError) -> ExpressionNode {
    guard height < syntax.limits.nesting else { throw tooDeep(at: span) }
    return ExpressionNode(span: span, height: height + 1, kind: kind)
  }

  /// From the start of a token to the end of the token before the current one.
  func span(from start: SourceSpan) -> SourceSpan {
    let end = index > 0 ? tokens[index - 1].span.end : start.end
    return SourceSpan(start: start.start, end: max(start.end, end))
  }
}
