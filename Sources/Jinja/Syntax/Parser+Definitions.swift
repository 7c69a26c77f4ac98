/// Macros, the bodies of call blocks, and the block tags that a host declares.
extension Parser {
  mutating func parseMacro(begin: Token, _ word: Token) throws(TemplateError) -> Definition {
    let name = try expect(.name)
    let parameters = try parseSignature()
    let isTopLevel = blockDepth == 0
    let definition = try parseDefinitionBody(
      tag: word.text, name: name.text, parameters: parameters, end: "endmacro", begin: begin, word)
    if isTopLevel { definitions.append(definition) }
    return definition
  }

  mutating func parseBlockTag(
    _ tag: BlockTag, begin: Token, _ word: Token
  ) throws(TemplateError) -> Definition {
    guard blockDepth == 0 else {
      throw fail("a '\(tag.name)' block stands inside of another block", at: word)
    }
    let name = try expect(.name).text
    var parameters: [Definition.Parameter] = []
    var options: [Definition.Option] = []
    switch tag.header {
    case .signature: if currentKind == .leftParen { parameters = try parseSignature() }
    case .options: options = try parseOptions()
    }
    let definition: Definition
    if tag.body == .raw {
      let bodyStart = try expect(.blockEnd).span.end
      if currentKind == .text { advance() }
      let bodyEnd = try expect(.blockBegin).span.start
      try expectName(tag.endName)
      definition = Definition(
        tag: tag.name, name: name, parameters: parameters, options: options, span: blockSpan(from: begin),
        bodySpan: SourceSpan(start: bodyStart, end: max(bodyStart, bodyEnd)), source: source, body: [])
    } else {
      definition = try parseDefinitionBody(
        tag: tag.name, name: name, parameters: parameters, options: options, end: tag.endName, begin: begin,
        word)
    }
    definitions.append(definition)
    return definition
  }

  /// `, word` and `, name=value` behind a block tag's name.
  private mutating func parseOptions() throws(TemplateError) -> [Definition.Option] {
    var options: [Definition.Option] = []
    while skip(.comma) {
      let name = try expect(.name)
      guard skip(.assign) else {
        options.append(Definition.Option(name: name.text, value: nil))
        continue
      }
      let token = current
      guard let value = try parseExpression().constant else {
        throw fail("the option '\(name.text)' needs a literal", at: token)
      }
      options.append(Definition.Option(name: name.text, value: value))
    }
    return options
  }

  /// From the end of the opening tag on: the body and the end tag's word.
  mutating func parseDefinitionBody(
    tag: String, name: String, parameters: [Definition.Parameter], options: [Definition.Option] = [],
    end: String, begin: Token, _ word: Token
  ) throws(TemplateError) -> Definition {
    let bodyStart = try expect(.blockEnd).span.end
    // A macro's body is no part of the loop around it.
    let loops = loopDepth
    loopDepth = 0
    implicitNames.append([])
    let body = try parseInner(until: end, of: word)
    let uses = implicitNames.removeLast()
    loopDepth = loops
    // The tokens behind are `{%` and the end word.
    let bodyEnd = tokens[max(index - 2, 0)].span.start
    return Definition(
      tag: tag, name: name, parameters: parameters, options: options, span: blockSpan(from: begin),
      bodySpan: SourceSpan(start: bodyStart, end: max(bodyStart, bodyEnd)), source: source, body: body,
      uses: uses)
  }

  /// From the opening tag to the end tag, of which the closing delimiter is the current token.
  private func blockSpan(from begin: Token) -> SourceSpan {
    SourceSpan(start: begin.span.start, end: max(begin.span.end, current.span.end))
  }

  mutating func parseSignature() throws(TemplateError) -> [Definition.Parameter] {
    try expect(.leftParen)
    var parameters: [Definition.Parameter] = []
    while currentKind != .rightParen {
      if !parameters.isEmpty {
        try expect(.comma)
        if currentKind == .rightParen { break }
      }
      let name = try expect(.name)
      guard !parameters.contains(where: { $0.name == name.text }) else {
        throw fail("the parameter '\(name.text)' is named twice", at: name)
      }
      if skip(.assign) {
        parameters.append(Definition.Parameter(name: name.text, defaultValue: try parseExpression()))
      } else if parameters.last?.hasDefault == true {
        throw fail(
          "the parameter '\(name.text)' without a default stands behind one with a default", at: name)
      } else {
        parameters.append(Definition.Parameter(name: name.text, defaultValue: nil))
      }
    }
    try expect(.rightParen)
    return parameters
  }
}
