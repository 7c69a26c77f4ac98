import Jinja
import SQLite
import Storage

extension Value {
  /// A configuration's value as templates see it.
  init(_ value: ConfigValue) {
    switch value {
    case .null: self = .none
    case .bool(let value): self = .bool(value)
    case .integer(let value): self = .int(value)
    case .real(let value): self = .double(value)
    case .string(let value): self = .string(value)
    case .list(let values): self = .list(values.map { Value($0) })
    case .map(let entries): self = .dict(entries.map { ($0.key, Value($0.value)) })
    }
  }

  /// The value as a configuration keeps it; what no configuration can hold becomes its text.
  var configValue: ConfigValue {
    switch self {
    case .none, .undefined: .null
    case .bool(let value): .bool(value)
    case .int(let value): .integer(value)
    case .double(let value): .real(value)
    case .string(let value): .string(value)
    case .list(let list), .tuple(let list): .list(list.items.map(\.configValue))
    case .dict(let dict):
      .map(dict.entries.map { ConfigEntry(key: $0.key.string ?? "", value: $0.value.configValue) })
    case .object(let object): .string(object.text)
    case .namespace, .function, .macro: .null
    }
  }
}

/// `config`: called, it notes settings; asked, it tells them.
final class ConfigObject: TemplateObject {
  private let known: NodeConfig
  private(set) var entries: [ConfigEntry] = []

  init(_ known: NodeConfig) {
    self.known = known
  }

  var typeName: String { "config" }
  var isCallable: Bool { true }
  var text: String { "" }

  func call(_ call: Call) throws -> Value {
    for argument in call.arguments {
      if case .dict(let dict) = argument {
        entries += dict.entries.map { ConfigEntry(key: $0.key.string ?? "", value: $0.value.configValue) }
      }
    }
    entries += call.keywords.map { ConfigEntry(key: $0.name, value: $0.value.configValue) }
    return .string("")
  }

  func callMethod(_ name: String, _ call: Call) throws -> Value? {
    if name.hasPrefix("persist_") { return false }
    guard ["get", "require", "meta_get", "meta_require"].contains(name) else { return nil }
    let arguments = try call.bind(["name", "default", "validator"], required: 1)
    let key = try arguments.string(0) ?? ""
    let isOfMeta = name.hasPrefix("meta_")
    if let value = isOfMeta ? known.meta.first(where: { $0.key == key })?.value : known[key], value != .null {
      return Value(value)
    }
    if name.hasSuffix("require") {
      throw TemplateError(.templateRuntime, "the model needs a setting '\(key)', which nothing gives it")
    }
    return arguments.value(1)
  }
}

/// A bag of functions and values under one name: `exceptions`, `target`, `modules`.
final class RecordObject: TemplateObject {
  let typeName: String
  private let fields: [String: Value]
  private let isStrict: Bool

  /// - Parameter isStrict: whether a missing field is an error rather than undefined.
  init(_ typeName: String, _ fields: [String: Value], isStrict: Bool = false) {
    self.typeName = typeName
    self.fields = fields
    self.isStrict = isStrict
  }

  var attributeNames: [String] { fields.keys.sorted() }

  func attribute(_ name: String) throws -> Value? { fields[name] }

  func callMethod(_ name: String, _ call: Call) throws -> Value? {
    guard name == "get", fields["get"] == nil else { return nil }
    let arguments = try call.bind(["key", "default"], required: 1)
    return fields[try arguments.string(0) ?? ""] ?? arguments.value(1)
  }
}
