import Yams

/// What a scalar of a YAML file means: a text, or one of the plain words and numbers of YAML 1.1 that PyYAML knows too.
enum YAMLScalar {
  /// - Parameters:
  ///   - scalar: composed without rules, so that its tag says nothing but what the file says itself.
  ///   - isKey: whether it is the key of a pair, which the parser has taken for a text already.
  static func content(of scalar: Yams.Node.Scalar, isKey: Bool) -> YAMLNode.Content {
    let text = scalar.string
    guard scalar.style == .plain || scalar.style == .any else { return .string(text) }
    // A tag that the file gives stays as it is.
    guard isKey || scalar.tag.description == Tag.Name.implicit.rawValue else {
      return content(of: Yams.Node.scalar(scalar), text)
    }
    if let meaning = words[text] { return meaning }
    guard let first = text.utf8.first, isOfNumber(first) else { return .string(text) }
    if first != UInt8(ascii: "0"), text.utf8.count < 19, text.utf8.allSatisfy(isDigit), let number = Int(text)
    {
      return .integer(number)
    }
    // Numbers of other forms are rare, and the rules for them are many.
    return content(of: Yams.Node(text, Tag(.implicit)), text)
  }

  private static func content(of node: Yams.Node, _ text: String) -> YAMLNode.Content {
    switch node.tag.description {
    case Tag.Name.null.rawValue: .null
    case Tag.Name.bool.rawValue: node.bool.map { .bool($0) } ?? .string(text)
    case Tag.Name.int.rawValue: node.int.map { .integer($0) } ?? .string(text)
    case Tag.Name.float.rawValue: node.float.map { .real($0) } ?? .string(text)
    default: .string(text)
    }
  }

  /// Whether a number may begin with a byte.
  private static func isOfNumber(_ byte: UInt8) -> Bool {
    isDigit(byte) || [UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-")].contains(byte)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  /// The words that are no texts, as YAML 1.1 spells them.
  private static let words: [String: YAMLNode.Content] = {
    var words: [String: YAMLNode.Content] = ["": .null, "~": .null, "0": .integer(0)]
    let meanings: [(String, YAMLNode.Content)] = [
      ("yes", .bool(true)), ("true", .bool(true)), ("on", .bool(true)), ("no", .bool(false)),
      ("false", .bool(false)), ("off", .bool(false)), ("null", .null),
    ]
    for (word, meaning) in meanings {
      for spelling in [word, word.prefix(1).uppercased() + word.dropFirst(), word.uppercased()] {
        words[spelling] = meaning
      }
    }
    return words
  }()
}
