import Storage

/// The name and hash of a generic test, made of what it tests exactly as dbt makes them.
struct GenericTestName {
  let name: String
  /// The name as it is for files: shortened where it is long.
  let shortName: String
  /// Tells tests of one name apart.
  let hash: String

  /// The length from which a name is shortened for files.
  private static let lengthLimit = 64

  init(_ test: TestDeclaration, on node: Node) {
    let target = node.source.map { "\($0.name)_\(node.name)" } ?? node.name
    let prefix = (test.namespace.map { "\($0)_" } ?? "") + (node.source == nil ? "" : "source_") + test.test
    var arguments = test.arguments
    if let column = test.column { arguments.append(ConfigEntry(key: "column_name", value: .string(column))) }
    let parts = arguments.sorted { $0.key < $1.key }.flatMap { Self.texts($0.value) }.map(Self.cleaned)
    let identifier = "\(prefix)_\(target)"
    let full = "\(identifier)_\(parts.joined(separator: "__"))"
    name = test.customName ?? full
    shortName =
      test.customName != nil || full.unicodeScalars.count < Self.lengthLimit
      ? name : "\(identifier.prefix(30))_\(Digest.md5(full))"
    let reference = node.source.map { "source('\($0.name)', '\(node.name)')" } ?? "ref('\(node.name)')"
    arguments.append(ConfigEntry(key: "model", value: .string("{{ get_where_subquery(\(reference)) }}")))
    let metadata = ConfigValue.map([
      ConfigEntry(key: "kwargs", value: .map(arguments)), ConfigEntry(key: "name", value: .string(test.test)),
      ConfigEntry(key: "namespace", value: test.namespace.map { .string($0) } ?? .null),
    ])
    hash = String(Digest.md5(name + PythonLiteral.text(ofTexts: metadata)).suffix(10))
  }

  private static func texts(_ value: ConfigValue) -> [String] {
    switch value {
    case .list(let values): values.map(PythonLiteral.string)
    case .map(let entries): entries.map { PythonLiteral.string($0.value) }
    default: [PythonLiteral.string(value)]
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

/// Values as Python prints them, for names that dbt makes of such texts.
enum PythonLiteral {
  /// `str(value)`.
  static func string(_ value: ConfigValue) -> String {
    switch value {
    case .null: "None"
    case .bool(let flag): flag ? "True" : "False"
    case .string(let text): text
    case .integer, .real: value.text ?? ""
    case .list(let values): "[\(values.map(repr).joined(separator: ", "))]"
    case .map(let entries):
      "{\(entries.map { "\(quoted($0.key)): \(repr($0.value))" }.joined(separator: ", "))}"
    }
  }

  /// `repr(value)`.
  private static func repr(_ value: ConfigValue) -> String {
    if case .string(let text) = value { quoted(text) } else { string(value) }
  }

  /// `repr` of the value with its keys sorted and every scalar in it turned into a text.
  static func text(ofTexts value: ConfigValue) -> String {
    switch value {
    case .list(let values): return "[\(values.map { text(ofTexts: $0) }.joined(separator: ", "))]"
    case .map(let entries):
      let fields = entries.sorted { $0.key < $1.key }.map { "\(quoted($0.key)): \(text(ofTexts: $0.value))" }
      return "{\(fields.joined(separator: ", "))}"
    default: return quoted(string(value))
    }
  }

  /// A string literal: in double quotes where the text has single ones only.
  private static func quoted(_ text: String) -> String {
    let scalars = text.unicodeScalars
    let quote: Unicode.Scalar = scalars.contains("'") && !scalars.contains("\"") ? "\"" : "'"
    var result = String(quote)
    for scalar in scalars {
      switch scalar {
      case quote, "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        if isPrintable(scalar) {
          result.unicodeScalars.append(scalar)
        } else {
          result += escape(scalar)
        }
      }
    }
    return result + String(quote)
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value >= 0x20 && scalar.value < 0x7F }
    return switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    case .spaceSeparator: scalar == " "
    default: true
    }
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    let (letter, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
    return "\\\(letter)" + String(repeating: "0", count: width - digits.count) + digits
  }
}
