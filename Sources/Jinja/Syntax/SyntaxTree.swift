/// An expression of a template, with its place and the height of its tree.
///
/// The height is kept below a limit while parsing, so that walking and freeing a tree may recurse.
struct ExpressionNode: Sendable {
  let span: SourceSpan
  let height: Int32
  let kind: Kind

  indirect enum Kind: Sendable {
    case constant(Constant)
    case name(String)
    case list([ExpressionNode])
    case tuple([ExpressionNode])
    case dict([DictEntryNode])
    case unary(UnaryOperator, ExpressionNode)
    case binary(BinaryOperator, ExpressionNode, ExpressionNode)
    case concat([ExpressionNode])
    case not(ExpressionNode)
    case and([ExpressionNode])
    case or([ExpressionNode])
    case comparison(ExpressionNode, [ComparisonNode])
    case conditional(test: ExpressionNode, then: ExpressionNode, otherwise: ExpressionNode?)
    case attribute(ExpressionNode, String)
    case item(ExpressionNode, ExpressionNode)
    case slice(ExpressionNode, start: ExpressionNode?, stop: ExpressionNode?, step: ExpressionNode?)
    case call(ExpressionNode, ArgumentNodes)
    case filter(ExpressionNode, FilterNode)
    case test(ExpressionNode, FilterNode)
  }
}

extension [ExpressionNode] {
  /// The height of the highest tree.
  var height: Int32 { reduce(0) { Swift.max($0, $1.height) } }
}

extension [ExpressionNode?] {
  var height: Int32 { reduce(0) { Swift.max($0, $1?.height ?? 0) } }
}

enum UnaryOperator: Sendable {
  case negate, plus
}

/// An arithmetic operator of the template language.
package enum BinaryOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case modulo = "%"
  case power = "**"
}

enum ComparisonOperator: String, Sendable {
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case isIn = "in"
  case notIn = "not in"
}

struct ComparisonNode: Sendable {
  let comparison: ComparisonOperator
  let operand: ExpressionNode
}

struct DictEntryNode: Sendable {
  let key: ExpressionNode
  let value: ExpressionNode
}

/// The arguments of a call as written.
struct ArgumentNodes: Sendable {
  var positional: [ExpressionNode] = []
  var keywords: [KeywordNode] = []
  var spreadList: ExpressionNode?
  var spreadDict: ExpressionNode?

  static let none = ArgumentNodes()

  var height: Int32 {
    let spread = Swift.max(spreadList?.height ?? 0, spreadDict?.height ?? 0)
    return keywords.reduce(Swift.max(positional.height, spread)) { Swift.max($0, $1.value.height) }
  }

  var all: [ExpressionNode] {
    positional + keywords.map(\.value) + [spreadList, spreadDict].compactMap { $0 }
  }
}

struct KeywordNode: Sendable {
  let name: String
  let value: ExpressionNode
}

/// A filter or a test with its arguments.
struct FilterNode: Sendable {
  let name: String
  let span: SourceSpan
  let arguments: ArgumentNodes
}

struct Statement: Sendable {
  let span: SourceSpan
  let kind: Kind

  indirect enum Kind: Sendable {
    case text(String)
    case output(ExpressionNode)
    case conditional([Branch], otherwise: [Statement]?)
    case loop(LoopNode)
    case assign(AssignmentTarget, ExpressionNode)
    case assignBlock(AssignmentTarget, [FilterNode], [Statement])
    case macro(Definition)
    case callBlock(ExpressionNode, Definition)
    case filterBlock([FilterNode], [Statement])
    case evaluate(ExpressionNode)
    case with([WithBinding], [Statement])
    case breakLoop
    case continueLoop
    /// A block tag of the host: it declares, and renders nothing.
    case declaration(Definition)
  }

  struct Branch: Sendable {
    let test: ExpressionNode
    let body: [Statement]
  }

  struct WithBinding: Sendable {
    let target: AssignmentTarget
    let value: ExpressionNode
  }
}

struct LoopNode: Sendable {
  let target: AssignmentTarget
  let iterable: ExpressionNode
  let filter: ExpressionNode?
  let body: [Statement]
  let otherwise: [Statement]?
  let isRecursive: Bool
}

/// What `set`, `for` and `with` may assign to.
indirect enum AssignmentTarget: Sendable {
  case name(String)
  case attribute(String, String)
  case tuple([AssignmentTarget])
}
