/// What follows an operand: attributes, subscripts, calls, filters and tests.
extension Parser {
  mutating func parsePostfix(_ operand: ExpressionNode) throws(TemplateError) -> ExpressionNode {
    var result = operand
    while true {
      switch currentKind {
      case .dot: result = try parseAttribute(of: result)
      case .leftBracket: result = try parseSubscript(of: result)
      case .leftParen: result = try parseCall(of: result)
      default: return result
      }
    }
  }

  mutating func parseFilters(_ operand: ExpressionNode) throws(TemplateError) -> ExpressionNode {
    var result = operand
    while true {
      switch currentKind {
      case .pipe:
        advance()
        let filter = try parseFilterNode()
        result = try node(
          .filter(result, filter), result.span.joined(to: filter.span),
          height: max(result.height, filter.arguments.height))
      case .name where current.text == "is": result = try parseTest(of: result)
      case .leftParen: result = try parseCall(of: result)
      default: return result
      }
    }
  }

  private mutating func parseAttribute(of object: ExpressionNode) throws(TemplateError) -> ExpressionNode {
    advance()
    let token = advance()
    let whole = object.span.joined(to: token.span)
    switch token.kind {
    case .name: return try node(.attribute(object, token.text), whole, height: object.height)
    case .integer:
      let key = try node(.constant(.int(Int(token.text) ?? 0)), token.span)
      return try node(.item(object, key), whole, height: object.height)
    default: throw fail("expected a name or a number after '.', found \(quoted(token))", at: token)
    }
  }

  private mutating func parseSubscript(of object: ExpressionNode) throws(TemplateError) -> ExpressionNode {
    let open = advance()
    if currentKind == .rightBracket { throw fail("expected a subscript, found ']'", at: current) }
    var start: ExpressionNode?
    if currentKind != .colon { start = try parseExpression() }
    if skip(.colon) {
      var stop: ExpressionNode?
      var step: ExpressionNode?
      if currentKind != .colon, currentKind != .rightBracket { stop = try parseExpression() }
      if skip(.colon), currentKind != .rightBracket { step = try parseExpression() }
      try expect(.rightBracket)
      return try node(
        .slice(object, start: start, stop: stop, step: step), span(from: object.span),
        height: [object, start, stop, step].height)
    }
    guard let first = start else { throw unexpected(expected: "a subscript") }
    var items = [first]
    while skip(.comma), currentKind != .rightBracket { items.append(try parseExpression()) }
    let isTuple = tokens[index - 1].kind == .comma || items.count > 1
    try expect(.rightBracket)
    let key = isTuple ? try node(.tuple(items), span(from: open.span), height: items.height) : first
    return try node(.item(object, key), span(from: object.span), height: max(object.height, key.height))
  }

  private mutating func parseCall(of callee: ExpressionNode) throws(TemplateError) -> ExpressionNode {
    let arguments = try parseArguments()
    return try node(
      .call(callee, arguments), span(from: callee.span), height: max(callee.height, arguments.height))
  }

  mutating func parseArguments() throws(TemplateError) -> ArgumentNodes {
    try expect(.leftParen)
    var arguments = ArgumentNodes()
    var isFirst = true
    while currentKind != .rightParen {
      if !isFirst {
        try expect(.comma)
        if currentKind == .rightParen { break }
      }
      isFirst = false
      try parseArgument(into: &arguments)
    }
    try expect(.rightParen)
    return arguments
  }

  private mutating func parseArgument(into arguments: inout ArgumentNodes) throws(TemplateError) {
    let token = current
    if skip(.star) {
      guard arguments.spreadList == nil, arguments.spreadDict == nil else {
        throw fail("a call takes one '*' list, before '**'", at: token)
      }
      arguments.spreadList = try parseExpression()
    } else if skip(.power) {
      guard arguments.spreadDict == nil else { throw fail("a call takes one '**' dict", at: token) }
      arguments.spreadDict = try parseExpression()
    } else if token.kind == .name, peek().kind == .assign, arguments.spreadDict == nil {
      advance()
      advance()
      guard !arguments.keywords.contains(where: { $0.name == token.text }) else {
        throw fail("the argument '\(token.text)' is given twice", at: token)
      }
      arguments.keywords.append(KeywordNode(name: token.text, value: try parseExpression()))
    } else {
      guard arguments.keywords.isEmpty, arguments.spreadList == nil, arguments.spreadDict == nil else {
        throw fail("a positional argument stands behind a named one", at: token)
      }
      arguments.positional.append(try parseExpression())
    }
  }

  /// A filter's dotted name and arguments.
  mutating func parseFilterNode() throws(TemplateError) -> FilterNode {
    let token = try expect(.name)
    let name = try parseDottedName(token)
    let arguments = currentKind == .leftParen ? try parseArguments() : .none
    return FilterNode(name: name, span: span(from: token.span), arguments: arguments)
  }

  /// One or more filters with pipes between them, as block tags have them.
  mutating func parseFilterChain() throws(TemplateError) -> [FilterNode] {
    var filters = [try parseFilterNode()]
    while skip(.pipe) { filters.append(try parseFilterNode()) }
    return filters
  }

  private mutating func parseDottedName(_ first: Token) throws(TemplateError) -> String {
    var name = first.text
    while skip(.dot) { name += "." + (try expect(.name).text) }
    return name
  }

  private mutating func parseTest(of subject: ExpressionNode) throws(TemplateError) -> ExpressionNode {
    advance()
    let isNegated = skipName("not")
    let token = try expect(.name)
    let name = try parseDottedName(token)
    var arguments = ArgumentNodes.none
    switch currentKind {
    case .leftParen: arguments = try parseArguments()
    case .name where ["else", "or", "and"].contains(current.text): break
    case .name where current.text == "is":
      throw fail("tests cannot be chained with 'is'", at: current, hints: ["join them with 'and'"])
    case .name where ["if", "in", "not", "recursive"].contains(current.text): break
    case .name, .string, .integer, .float, .leftBracket, .leftBrace:
      arguments.positional = [try parsePostfix(try parsePrimary())]
    default: break
    }
    let test = FilterNode(name: name, span: span(from: token.span), arguments: arguments)
    let whole = subject.span.joined(to: test.span)
    let result = try node(.test(subject, test), whole, height: max(subject.height, arguments.height))
    return isNegated ? try node(.not(result), whole, height: result.height) : result
  }
}
