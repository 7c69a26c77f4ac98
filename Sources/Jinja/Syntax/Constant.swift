/// A value that is known from the template's text alone.
package indirect enum Constant: Sendable, Hashable {
  case none
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case list([Constant])
  case tuple([Constant])
  case dict([Entry])

  package struct Entry: Sendable, Hashable {
    package let key: Constant
    package let value: Constant

    package init(key: Constant, value: Constant) {
      self.key = key
      self.value = value
    }
  }

  /// The text of a string constant.
  package var string: String? {
    if case .string(let text) = self { text } else { nil }
  }
}

extension ExpressionNode {
  /// The expression's value, if literals alone make it up.
  var constant: Constant? {
    switch kind {
    case .constant(let constant): return constant
    case .list(let items):
      let constants = items.compactMap(\.constant)
      return constants.count == items.count ? .list(constants) : nil
    case .tuple(let items):
      let constants = items.compactMap(\.constant)
      return constants.count == items.count ? .tuple(constants) : nil
    case .dict(let entries):
      let constants = entries.compactMap { entry -> Constant.Entry? in
        guard let key = entry.key.constant, let value = entry.value.constant else { return nil }
        return Constant.Entry(key: key, value: value)
      }
      return constants.count == entries.count ? .dict(constants) : nil
    case .unary(.negate, let operand):
      switch operand.constant {
      case .int(let value): return value == Int.min ? nil : .int(-value)
      case .double(let value): return .double(-value)
      default: return nil
      }
    default: return nil
    }
  }
}
