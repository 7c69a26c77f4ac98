import Diagnostics

/// Template text, `{{ … }}` and the statements that are not definitions.
extension Parser {
  /// The whole template.
  mutating func parseTemplate() throws(TemplateError) -> [Statement] {
    try parseBody(until: [], of: nil)
  }

  /// Statements up to one of the end words, which stays the current token; the opening tag is for messages.
  mutating func parseBody(until ends: [String], of opening: Token?) throws(TemplateError) -> [Statement] {
    var statements: [Statement] = []
    while true {
      let token = current
      switch token.kind {
      case .text:
        advance()
        statements.append(Statement(span: token.span, kind: .text(token.text)))
      case .variableBegin:
        advance()
        let value = try parseTuple()
        try expect(.variableEnd)
        statements.append(Statement(span: span(from: token.span), kind: .output(value)))
      case .blockBegin:
        advance()
        if currentKind == .name, ends.contains(current.text) { return statements }
        guard currentKind == .name else { throw unexpected(expected: "a tag name") }
        try enter()
        let kind = try parseStatement(begin: token, expecting: ends, within: opening)
        leave()
        try expect(.blockEnd)
        statements.append(Statement(span: span(from: token.span), kind: kind))
      case .end:
        guard let opening else { return statements }
        throw unclosed(opening, ends: ends)
      default: throw fail("unexpected \(quoted(token))", at: token)
      }
    }
  }

  private func unclosed(_ opening: Token, ends: [String]) -> TemplateError {
    let wanted = ends.map { "'{% \($0) %}'" }.joined(separator: " or ")
    return fail("this '\(opening.text)' block is not closed", at: opening, hints: ["close it with \(wanted)"])
  }

  /// The end of a block: takes the tag's word, one of those that `parseBody` was given.
  @discardableResult
  mutating func endTag() -> String { advance().text }

  private mutating func parseStatement(
    begin: Token, expecting ends: [String], within opening: Token?
  ) throws(TemplateError) -> Statement.Kind {
    let word = advance()
    switch word.text {
    case "if": return try parseIf(word)
    case "for": return try parseFor(word)
    case "set": return try parseSet(word)
    case "macro": return .macro(try parseMacro(begin: begin, word))
    case "call": return try parseCallBlock(begin: begin, word)
    case "filter":
      let filters = try parseFilterChain()
      try expect(.blockEnd)
      return .filterBlock(filters, try parseInner(until: "endfilter", of: word))
    case "do": return .evaluate(try parseTuple())
    case "print":
      let value = try parseTuple()
      guard case .tuple(let items) = value.kind else { return .output(value) }
      return .output(try node(.concat(items), value.span, height: items.height))
    case "with": return try parseWith(word)
    case "break", "continue":
      guard loopDepth > 0 else { throw fail("'\(word.text)' stands outside of a loop", at: word) }
      return word.text == "break" ? .breakLoop : .continueLoop
    case "include", "import", "from", "extends", "block":
      throw fail(
        "'\(word.text)' is not available: templates do not load other templates", at: word,
        hints: ["put what is shared into a macro"])
    default:
      if let tag = syntax.blockTags.first(where: { $0.name == word.text }) {
        return .declaration(try parseBlockTag(tag, begin: begin, word))
      }
      throw unknownTag(word, expecting: ends, within: opening)
    }
  }

  private func unknownTag(_ word: Token, expecting ends: [String], within opening: Token?) -> TemplateError {
    var hints: [String] = []
    if let opening, !ends.isEmpty {
      let place = source.location(at: Int(opening.span.start))
      let wanted = ends.map { "'\($0)'" }.joined(separator: " or ")
      hints.append("the '\(opening.text)' block of line \(place.line ?? 0) waits for \(wanted)")
    }
    let known =
      [
        "if", "elif", "else", "endif", "for", "endfor", "set", "endset", "macro", "endmacro", "call",
        "endcall",
        "filter", "endfilter", "do", "with", "endwith", "raw", "endraw", "break", "continue",
      ] + syntax.blockTags.flatMap { [$0.name, $0.endName] }
    if let hint = Suggestion.hint(for: word.text, in: known) { hints.append(hint) }
    return fail("unknown tag '\(word.text)'", at: word, hints: hints)
  }

  /// A body that has one possible end tag, which is taken.
  mutating func parseInner(until end: String, of opening: Token) throws(TemplateError) -> [Statement] {
    blockDepth += 1
    defer { blockDepth -= 1 }
    let body = try parseBody(until: [end], of: opening)
    endTag()
    return body
  }

  private mutating func parseIf(_ word: Token) throws(TemplateError) -> Statement.Kind {
    blockDepth += 1
    defer { blockDepth -= 1 }
    var branches: [Statement.Branch] = []
    while true {
      let test = try parseTuple(withConditional: false)
      try expect(.blockEnd)
      let body = try parseBody(until: ["elif", "else", "endif"], of: word)
      branches.append(Statement.Branch(test: test, body: body))
      switch endTag() {
      case "elif": continue
      case "else":
        try expect(.blockEnd)
        let otherwise = try parseBody(until: ["endif"], of: word)
        endTag()
        return .conditional(branches, otherwise: otherwise)
      default: return .conditional(branches, otherwise: nil)
      }
    }
  }

  private mutating func parseFor(_ word: Token) throws(TemplateError) -> Statement.Kind {
    let target = try parseTarget(until: "in")
    try expectName("in")
    let iterable = try parseTuple(isLoopIterable: true)
    let filter = skipName("if") ? try parseExpression() : nil
    let isRecursive = skipName("recursive")
    try expect(.blockEnd)
    blockDepth += 1
    loopDepth += 1
    defer { blockDepth -= 1 }
    let body: [Statement]
    do {
      defer { loopDepth -= 1 }
      body = try parseBody(until: ["endfor", "else"], of: word)
    }
    var otherwise: [Statement]?
    if endTag() == "else" {
      try expect(.blockEnd)
      otherwise = try parseBody(until: ["endfor"], of: word)
      endTag()
    }
    return .loop(
      LoopNode(
        target: target, iterable: iterable, filter: filter, body: body, otherwise: otherwise,
        isRecursive: isRecursive))
  }

  private mutating func parseSet(_ word: Token) throws(TemplateError) -> Statement.Kind {
    let target = try parseTarget(until: nil, withAttributes: true)
    if skip(.assign) { return .assign(target, try parseTuple()) }
    let filters = skip(.pipe) ? try parseFilterChain() : []
    try expect(.blockEnd)
    return .assignBlock(target, filters, try parseInner(until: "endset", of: word))
  }

  private mutating func parseWith(_ word: Token) throws(TemplateError) -> Statement.Kind {
    var bindings: [Statement.WithBinding] = []
    while currentKind != .blockEnd {
      if !bindings.isEmpty { try expect(.comma) }
      let target = try parseSingleTarget(withAttributes: false)
      try expect(.assign)
      bindings.append(Statement.WithBinding(target: target, value: try parseExpression()))
    }
    try expect(.blockEnd)
    return .with(bindings, try parseInner(until: "endwith", of: word))
  }

  private mutating func parseCallBlock(begin: Token, _ word: Token) throws(TemplateError) -> Statement.Kind {
    let parameters = currentKind == .leftParen ? try parseSignature() : []
    let token = current
    let call = try parseExpression()
    guard case .call = call.kind else {
      throw fail("a call block needs a call", at: token, hints: ["write '{% call name(…) %}'"])
    }
    let definition = try parseDefinitionBody(
      tag: "call", name: "caller", parameters: parameters, end: "endcall", begin: begin, word)
    return .callBlock(call, definition)
  }

  /// The names before `=` or `in`: one, or several with commas between them.
  private mutating func parseTarget(
    until end: String?, withAttributes: Bool = false
  ) throws(TemplateError) -> AssignmentTarget {
    var targets: [AssignmentTarget] = []
    var isTuple = false
    while true {
      if !targets.isEmpty {
        guard skip(.comma) else { break }
        isTuple = true
        if currentKind == .assign || currentKind == .blockEnd || (end.map(isName) ?? false) { break }
      }
      targets.append(try parseSingleTarget(withAttributes: withAttributes))
    }
    if !isTuple, let only = targets.first { return only }
    return .tuple(targets)
  }

  private mutating func parseSingleTarget(withAttributes: Bool) throws(TemplateError) -> AssignmentTarget {
    if currentKind == .leftParen {
      advance()
      try enter()
      let inner = try parseTarget(until: nil, withAttributes: withAttributes)
      leave()
      try expect(.rightParen)
      return inner
    }
    let token = current
    guard token.kind == .name else { throw unexpected(expected: "a name to assign to") }
    advance()
    guard !["true", "false", "none", "True", "False", "None"].contains(token.text) else {
      throw fail("cannot assign to '\(token.text)'", at: token)
    }
    if withAttributes, skip(.dot) { return .attribute(token.text, try expect(.name).text) }
    if currentKind == .dot || currentKind == .leftBracket {
      throw fail(
        "cannot assign to a part of '\(token.text)'", at: token,
        hints: ["use {% do \(token.text).update({…}) %} for a dict, or a namespace"])
    }
    return .name(token.text)
  }
}
