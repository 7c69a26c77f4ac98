/// Expressions, loosest binding first: conditional, or, and, not, comparison, arithmetic, unary.
extension Parser {
  mutating func parseExpression(withConditional: Bool = true) throws(TemplateError) -> ExpressionNode {
    try enter()
    let result = try withConditional ? parseConditional() : parseOr()
    leave()
    return result
  }

  private mutating func parseConditional() throws(TemplateError) -> ExpressionNode {
    let start = current.span
    var result = try parseOr()
    while skipName("if") {
      let test = try parseOr()
      let otherwise = skipName("else") ? try parseExpression() : nil
      result = try node(
        .conditional(test: test, then: result, otherwise: otherwise), span(from: start),
        height: max(test.height, result.height, otherwise?.height ?? 0))
    }
    return result
  }

  private mutating func parseOr() throws(TemplateError) -> ExpressionNode {
    let start = current.span
    let first = try parseAnd()
    guard isName("or") else { return first }
    var operands = [first]
    while skipName("or") { operands.append(try parseAnd()) }
    return try node(.or(operands), span(from: start), height: operands.height)
  }

  private mutating func parseAnd() throws(TemplateError) -> ExpressionNode {
    let start = current.span
    let first = try parseNot()
    guard isName("and") else { return first }
    var operands = [first]
    while skipName("and") { operands.append(try parseNot()) }
    return try node(.and(operands), span(from: start), height: operands.height)
  }

  private mutating func parseNot() throws(TemplateError) -> ExpressionNode {
    guard isName("not") else { return try parseComparison() }
    let start = advance().span
    try enter()
    let operand = try parseNot()
    leave()
    return try node(.not(operand), span(from: start), height: operand.height)
  }

  private mutating func parseComparison() throws(TemplateError) -> ExpressionNode {
    let start = current.span
    let first = try parseArithmetic()
    var comparisons: [ComparisonNode] = []
    while let comparison = takeComparison() {
      comparisons.append(ComparisonNode(comparison: comparison, operand: try parseArithmetic()))
    }
    if comparisons.isEmpty { return first }
    return try node(
      .comparison(first, comparisons), span(from: start),
      height: comparisons.reduce(first.height) { max($0, $1.operand.height) })
  }

  private mutating func takeComparison() -> ComparisonOperator? {
    let comparison: ComparisonOperator
    switch currentKind {
    case .equal: comparison = .equal
    case .notEqual: comparison = .notEqual
    case .less: comparison = .less
    case .lessOrEqual: comparison = .lessOrEqual
    case .greater: comparison = .greater
    case .greaterOrEqual: comparison = .greaterOrEqual
    case .name where current.text == "in": comparison = .isIn
    case .name where current.text == "not" && peek().kind == .name && peek().text == "in":
      advance()
      comparison = .notIn
    default: return nil
    }
    advance()
    return comparison
  }

  /// Arithmetic and `~`, by precedence climbing: operators of at least the given precedence.
  ///
  /// All of them group to the left, powers too.
  private mutating func parseArithmetic(_ minimum: Int = 1) throws(TemplateError) -> ExpressionNode {
    let start = tokens[index].span
    var left = try parseUnary()
    while let precedence = currentKind.precedence, precedence >= minimum {
      if currentKind == .tilde {
        var operands = [left]
        while skip(.tilde) { operands.append(try parseArithmetic(precedence + 1)) }
        left = try node(.concat(operands), span(from: start), height: operands.height)
      } else {
        guard let operation = advance().kind.binaryOperator else { return left }
        let right = try parseArithmetic(precedence + 1)
        left = try node(
          .binary(operation, left, right), span(from: start), height: max(left.height, right.height))
      }
    }
    return left
  }

  /// A signed operand. Filters bind looser than the sign, so that `-1|abs` is 1.
  private mutating func parseUnary(withFilters: Bool = true) throws(TemplateError) -> ExpressionNode {
    let start = current.span
    var result: ExpressionNode
    if currentKind == .minus || currentKind == .plus {
      let operation: UnaryOperator = advance().kind == .minus ? .negate : .plus
      try enter()
      let operand = try parseUnary(withFilters: false)
      leave()
      result = try node(.unary(operation, operand), span(from: start), height: operand.height)
    } else {
      result = try parsePrimary()
    }
    result = try parsePostfix(result)
    return withFilters ? try parseFilters(result) : result
  }

  mutating func parsePrimary() throws(TemplateError) -> ExpressionNode {
    let token = current
    switch token.kind {
    case .name:
      advance()
      switch token.text {
      case "true", "True": return try node(.constant(.bool(true)), token.span)
      case "false", "False": return try node(.constant(.bool(false)), token.span)
      case "none", "None": return try node(.constant(.none), token.span)
      case "varargs", "kwargs", "caller":
        for index in implicitNames.indices { implicitNames[index].insert(token.text) }
      default: break
      }
      return try node(.name(token.text), token.span)
    case .string:
      advance()
      var text = token.text
      while currentKind == .string { text += advance().text }
      return try node(.constant(.string(text)), span(from: token.span))
    case .integer:
      advance()
      return try node(.constant(.int(Int(token.text) ?? 0)), token.span)
    case .float:
      advance()
      return try node(.constant(.double(Double(token.text) ?? 0)), token.span)
    case .leftParen:
      advance()
      try enter()
      let inner = try parseTuple(inParentheses: true)
      leave()
      try expect(.rightParen)
      return ExpressionNode(span: span(from: token.span), height: inner.height, kind: inner.kind)
    case .leftBracket: return try parseList()
    case .leftBrace: return try parseDict()
    default: throw fail("expected an expression, found \(quoted(token))", at: token)
    }
  }

  /// One expression, or several with commas between them as a tuple.
  mutating func parseTuple(
    inParentheses: Bool = false, withConditional: Bool = true, isLoopIterable: Bool = false
  ) throws(TemplateError) -> ExpressionNode {
    let start = current.span
    var items: [ExpressionNode] = []
    var isTuple = false
    while true {
      if !items.isEmpty {
        guard skip(.comma) else { break }
        isTuple = true
      }
      if endsTuple || (isLoopIterable && isName("recursive")) { break }
      // In `for x in xs if …` the `if` belongs to the loop.
      items.append(try parseExpression(withConditional: withConditional && !isLoopIterable))
    }
    if !isTuple, let only = items.first { return only }
    guard !items.isEmpty || inParentheses else {
      throw fail("expected an expression, found \(quoted(current))", at: current)
    }
    return try node(.tuple(items), span(from: start), height: items.height)
  }

  private var endsTuple: Bool {
    currentKind == .variableEnd || currentKind == .blockEnd || currentKind == .rightParen
  }

  private mutating func parseList() throws(TemplateError) -> ExpressionNode {
    let start = try expect(.leftBracket).span
    var items: [ExpressionNode] = []
    while currentKind != .rightBracket {
      if !items.isEmpty { try expect(.comma) }
      if currentKind == .rightBracket { break }
      items.append(try parseExpression())
    }
    try expect(.rightBracket)
    return try node(.list(items), span(from: start), height: items.height)
  }

  private mutating func parseDict() throws(TemplateError) -> ExpressionNode {
    let start = try expect(.leftBrace).span
    var entries: [DictEntryNode] = []
    while currentKind != .rightBrace {
      if !entries.isEmpty { try expect(.comma) }
      if currentKind == .rightBrace { break }
      let key = try parseExpression()
      try expect(.colon)
      entries.append(DictEntryNode(key: key, value: try parseExpression()))
    }
    try expect(.rightBrace)
    return try node(
      .dict(entries), span(from: start), height: entries.reduce(0) { max($0, $1.key.height, $1.value.height) }
    )
  }
}

extension Token.Kind {
  /// How tightly an arithmetic operator binds.
  fileprivate var precedence: Int? {
    switch self {
    case .plus, .minus: 1
    case .tilde: 2
    case .star, .slash, .floorDivide, .percent: 3
    case .power: 4
    default: nil
    }
  }

  fileprivate var binaryOperator: BinaryOperator? {
    switch self {
    case .plus: .add
    case .minus: .subtract
    case .star: .multiply
    case .slash: .divide
    case .floorDivide: .floorDivide
    case .percent: .modulo
    case .power: .power
    default: nil
    }
  }
}
