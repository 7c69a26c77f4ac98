/// A value of JSON, for artifacts whose shape is dbt's.
package indirect enum JSONValue: Sendable, Equatable, Encodable {
  case null
  case bool(Bool)
  case integer(Int)
  case real(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  package init(_ value: ConfigValue) {
    switch value {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .integer(let value): self = .integer(value)
    case .real(let value): self = .real(value)
    case .string(let value): self = .string(value)
    case .list(let values): self = .array(values.map { JSONValue($0) })
    case .map(let entries):
      self = .object(
        Dictionary(entries.map { ($0.key, JSONValue($0.value)) }, uniquingKeysWith: { _, new in new }))
    }
  }

  package init(_ text: String?) {
    self = text.map { .string($0) } ?? .null
  }

  package static func strings(_ texts: some Sequence<String>) -> JSONValue {
    .array(texts.map { .string($0) })
  }

  package subscript(key: String) -> JSONValue? {
    if case .object(let fields) = self { fields[key] } else { nil }
  }

  package func encode(to encoder: any Encoder) throws {
    switch self {
    case .object(let fields):
      var container = encoder.container(keyedBy: FieldName.self)
      for (key, value) in fields { try container.encode(value, forKey: FieldName(stringValue: key)) }
    case .array(let values):
      var container = encoder.unkeyedContainer()
      for value in values { try container.encode(value) }
    case .null:
      var container = encoder.singleValueContainer()
      try container.encodeNil()
    case .bool(let value): try encode(value, to: encoder)
    case .integer(let value): try encode(value, to: encoder)
    case .real(let value): try encode(value, to: encoder)
    case .string(let value): try encode(value, to: encoder)
    }
  }

  private func encode(_ value: some Encodable, to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }

  private struct FieldName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int) { self = .integer(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(elements, uniquingKeysWith: { _, new in new }))
  }
  package init(nilLiteral: ()) { self = .null }
}

extension JSONValue {
  /// The text of a string; nil for anything else.
  package var string: String? { if case .string(let text) = self { text } else { nil } }
  /// The items of an array; nil for anything else.
  package var items: [JSONValue]? { if case .array(let items) = self { items } else { nil } }
  /// The fields of an object; nil for anything else.
  package var fields: [String: JSONValue]? { if case .object(let fields) = self { fields } else { nil } }
  package var isNull: Bool { self == .null }
  package var bool: Bool? { if case .bool(let flag) = self { flag } else { nil } }
}

extension ConfigValue {
  /// A value of JSON, with the keys of objects in order.
  package init(_ json: JSONValue) {
    switch json {
    case .null: self = .null
    case .bool(let flag): self = .bool(flag)
    case .integer(let number): self = .integer(number)
    case .real(let number): self = .real(number)
    case .string(let text): self = .string(text)
    case .array(let items): self = .list(items.map { ConfigValue($0) })
    case .object(let fields):
      self = .map(
        fields.sorted { $0.key < $1.key }.map { ConfigEntry(key: $0.key, value: ConfigValue($0.value)) })
    }
  }
}
