import Diagnostics

/// A value of a YAML file with its place in it.
package struct YAMLNode: Sendable {
  package indirect enum Content: Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    case real(Double)
    case string(String)
    case sequence([YAMLNode])
    case mapping([(key: YAMLNode, value: YAMLNode)])
  }

  package let content: Content
  package let location: SourceLocation

  package init(_ content: Content, at location: SourceLocation) {
    self.content = content
    self.location = location
  }

  /// The text of a scalar as it was written; nil for null and collections.
  package var scalarText: String? {
    switch content {
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .real(let value): String(value)
    case .string(let value): value
    case .null, .sequence, .mapping: nil
    }
  }

  package var isNull: Bool { if case .null = content { true } else { false } }

  /// The pairs of a mapping; nil for anything else.
  package var pairs: [(key: YAMLNode, value: YAMLNode)]? {
    if case .mapping(let pairs) = content { pairs } else { nil }
  }

  /// The items of a sequence; nil for anything else.
  package var items: [YAMLNode]? {
    if case .sequence(let items) = content { items } else { nil }
  }

  /// The value of a key of a mapping.
  package subscript(key: String) -> YAMLNode? {
    pairs?.first { $0.key.scalarText == key }?.value
  }

  /// The value without its places.
  package var value: ConfigValue {
    switch content {
    case .null: .null
    case .bool(let value): .bool(value)
    case .integer(let value): .integer(value)
    case .real(let value): .real(value)
    case .string(let value): .string(value)
    case .sequence(let items): .list(items.map(\.value))
    case .mapping(let pairs):
      .map(pairs.map { ConfigEntry(key: $0.key.scalarText ?? "", value: $0.value.value) })
    }
  }

  /// What kind of value this is, for messages.
  package var kindName: String {
    switch content {
    case .null: "nothing"
    case .bool: "a boolean"
    case .integer: "an integer"
    case .real: "a number"
    case .string: "a text"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}

/// A plain value of a configuration: what YAML and `config(…)` can say.
package indirect enum ConfigValue: Sendable, Hashable {
  case null
  case bool(Bool)
  case integer(Int)
  case real(Double)
  case string(String)
  case list([ConfigValue])
  case map([ConfigEntry])

  /// The text of a scalar; nil for null and collections.
  package var text: String? {
    switch self {
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .real(let value): String(value)
    case .string(let value): value
    case .null, .list, .map: nil
    }
  }

  package var bool: Bool? {
    switch self {
    case .bool(let value): value
    case .string(let text) where text.lowercased() == "true": true
    case .string(let text) where text.lowercased() == "false": false
    default: nil
    }
  }

  package var integer: Int? {
    switch self {
    case .integer(let value): value
    case .string(let text): Int(text)
    default: nil
    }
  }

  /// A list of texts; a single text is a list of one.
  package var texts: [String]? {
    switch self {
    case .list(let values): values.compactMap(\.text)
    case .null: []
    default: text.map { [$0] }
    }
  }

  package var entries: [ConfigEntry]? {
    if case .map(let entries) = self { entries } else { nil }
  }

  package subscript(key: String) -> ConfigValue? {
    entries?.first { $0.key == key }?.value
  }
}

/// One pair of a `ConfigValue.map`, in the order in which it was written.
package struct ConfigEntry: Sendable, Hashable {
  package let key: String
  package let value: ConfigValue

  package init(key: String, value: ConfigValue) {
    self.key = key
    self.value = value
  }
}
