/// A piece of template text as the lexer cuts it.
struct Token: Sendable {
  enum Kind: UInt8, Sendable {
    case text, variableBegin, variableEnd, blockBegin, blockEnd
    case name, string, integer, float
    case plus, minus, star, power, slash, floorDivide, percent, tilde
    case leftParen, rightParen, leftBracket, rightBracket, leftBrace, rightBrace
    case equal, notEqual, greater, greaterOrEqual, less, lessOrEqual
    case assign, dot, colon, pipe, comma, semicolon
    case end
  }

  let kind: Kind
  let span: SourceSpan
  /// The name, the digits without underscores, or the string's value; empty for other kinds.
  let text: String

  init(_ kind: Kind, _ start: Int, _ end: Int, text: String = "") {
    self.kind = kind
    span = SourceSpan(start, end)
    self.text = text
  }

  /// What messages call the token.
  var name: String {
    switch kind {
    case .name, .integer, .float: text
    case .string: "string '\(text.prefix(40))'"
    default: kind.name
    }
  }
}

extension Token.Kind {
  var name: String {
    switch self {
    case .text: "template text"
    case .variableBegin: "begin of print statement"
    case .variableEnd: "end of print statement"
    case .blockBegin: "begin of statement block"
    case .blockEnd: "end of statement block"
    case .name: "name"
    case .string: "string"
    case .integer: "integer"
    case .float: "float"
    case .plus: "+"
    case .minus: "-"
    case .star: "*"
    case .power: "**"
    case .slash: "/"
    case .floorDivide: "//"
    case .percent: "%"
    case .tilde: "~"
    case .leftParen: "("
    case .rightParen: ")"
    case .leftBracket: "["
    case .rightBracket: "]"
    case .leftBrace: "{"
    case .rightBrace: "}"
    case .equal: "=="
    case .notEqual: "!="
    case .greater: ">"
    case .greaterOrEqual: ">="
    case .less: "<"
    case .lessOrEqual: "<="
    case .assign: "="
    case .dot: "."
    case .colon: ":"
    case .pipe: "|"
    case .comma: ","
    case .semicolon: ";"
    case .end: "end of template"
    }
  }
}
