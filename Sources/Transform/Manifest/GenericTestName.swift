import Storage

/// The name and hash of a generic test, made of what it tests as dbt makes them.
struct GenericTestName {
  let name: String
  /// The name as it is for files: shortened where it is long.
  let shortName: String
  /// Tells tests of one name apart.
  let hash: String

  /// The longest name that a file has unshortened.
  private static let lengthLimit = 63

  init(_ test: TestDeclaration, on node: Node) {
    let target = node.source.map { "\($0.name)_\(node.name)" } ?? node.name
    let prefix = (node.source == nil ? "" : "source_") + (test.namespace.map { "\($0)_" } ?? "") + test.test
    var arguments = test.arguments
    if let column = test.column { arguments.append(ConfigEntry(key: "column_name", value: .string(column))) }
    let parts = arguments.sorted { $0.key < $1.key }.flatMap { Self.texts($0.value) }.map(Self.cleaned)
    let identifier = "\(prefix)_\(target)"
    let full = "\(identifier)_\(parts.joined(separator: "__"))"
    let identity = Digest.sha256(parts: [full, node.uniqueID] + arguments.map { "\($0.key)=\($0.value)" })
    name = test.customName ?? full
    shortName =
      name.utf8.count <= Self.lengthLimit
      ? name : "\(identifier.prefix(30))_\(Digest.sha256(name).prefix(32))"
    hash = String(identity.suffix(10))
  }

  private static func texts(_ value: ConfigValue) -> [String] {
    switch value {
    case .list(let values): values.map(text)
    case .map(let entries): entries.map { text($0.value) }
    default: [text(value)]
    }
  }

  /// The value as Python prints it.
  private static func text(_ value: ConfigValue) -> String {
    switch value {
    case .null: "None"
    case .bool(let flag): flag ? "True" : "False"
    default: value.text ?? ""
    }
  }

  /// Everything but letters, digits and underscores becomes one underscore.
  private static func cleaned(_ text: String) -> String {
    var result = ""
    var isGap = false
    for scalar in text.unicodeScalars {
      let isWord =
        scalar.isASCII
        && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "_")
      if isWord {
        result.unicodeScalars.append(scalar)
      } else if !isGap {
        result.append("_")
      }
      isGap = !isWord
    }
    return result
  }
}
