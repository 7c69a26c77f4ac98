import Jinja
import Storage

/// dbt's functions from and to JSON and YAML, and Python's `set` and `zip`.
enum ConversionFunctions {
  static func add(to scope: Scope) {
    scope["fromjson"] = .function("fromjson") { call in
      let arguments = try call.bind(["string", "default"], required: 1)
      guard let text = arguments.value(0).string, let value = JSONReader.value(of: text) else {
        return arguments.value(1)
      }
      return value
    }
    scope["tojson"] = .function("tojson") { call in
      let arguments = try call.bind(["value", "default", "sort_keys"], required: 1)
      var writer = Jinja.JSONWriter(sortsKeys: arguments.bool(2))
      do { try writer.write(arguments.value(0)) } catch {
        guard let fallback = arguments[1] else { throw error }
        return fallback
      }
      return .string(writer.text)
    }
    scope["fromyaml"] = .function("fromyaml") { call in
      let arguments = try call.bind(["value", "default"], required: 1)
      guard let text = arguments.value(0).string, let file = try? YAMLFile(text: text, path: "fromyaml")
      else {
        return arguments.value(1)
      }
      return Value(file.root.value)
    }
    scope["toyaml"] = .function("toyaml") { call in
      let arguments = try call.bind(["value", "default", "sort_keys"], required: 1)
      return .string(YAMLText.text(of: arguments.value(0).configValue, sortsKeys: arguments.bool(2)))
    }
    scope["local_md5"] = .function("local_md5") { call in
      .string(Digest.md5(try call.bind(["value"], required: 1).value(0).text()))
    }
    for name in ["set", "set_strict"] {
      scope[name] = .function(name) { call in
        let arguments = try call.bind(["value", "default"], required: 1)
        guard let items = try arguments.value(0).elements() else {
          return try fallback(arguments, name, "its argument cannot be gone through")
        }
        var seen: [Value] = []
        for item in items where !seen.contains(where: { $0.isEqual(to: item) }) { seen.append(item) }
        return .list(seen)
      }
    }
    for name in ["zip", "zip_strict"] {
      scope[name] = .function(name) { call in
        var lists: [[Value]] = []
        for argument in call.arguments {
          guard let items = try argument.elements() else {
            if let value = call.keyword("default") { return value }
            throw TemplateError(.templateRuntime, "\(name)() takes lists")
          }
          lists.append(items)
        }
        let count = lists.map(\.count).min() ?? 0
        return .list((0..<count).map { index in .tuple(lists.map { $0[index] }) })
      }
    }
  }

  private static func fallback(_ arguments: BoundArguments, _ name: String, _ reason: String) throws -> Value
  {
    if let value = arguments[1], !name.hasSuffix("strict") { return value }
    if name.hasSuffix("strict") { throw TemplateError(.templateRuntime, "\(name)(): \(reason)") }
    return .none
  }
}

/// Values as YAML in blocks.
enum YAMLText {
  static func text(of value: ConfigValue, sortsKeys: Bool = false) -> String {
    var lines: [String] = []
    append(value, indent: 0, sortsKeys, to: &lines)
    return lines.joined(separator: "\n") + "\n"
  }

  private static func append(_ value: ConfigValue, indent: Int, _ sortsKeys: Bool, to lines: inout [String]) {
    let margin = String(repeating: " ", count: indent)
    switch value {
    case .map(let entries) where !entries.isEmpty:
      for entry in sortsKeys ? entries.sorted(by: { $0.key < $1.key }) : entries {
        appendChild(entry.value, "\(margin)\(scalar(.string(entry.key))):", indent + 2, sortsKeys, to: &lines)
      }
    case .list(let items) where !items.isEmpty:
      for item in items {
        var inner: [String] = []
        append(item, indent: indent + 2, sortsKeys, to: &inner)
        inner[0] = "\(margin)- \(inner[0].dropFirst(indent + 2))"
        lines += inner
      }
    default: lines.append(margin + scalar(value))
    }
  }

  private static func appendChild(
    _ value: ConfigValue, _ head: String, _ indent: Int, _ sortsKeys: Bool, to lines: inout [String]
  ) {
    switch value {
    case .map(let entries) where !entries.isEmpty:
      lines.append(head)
      append(value, indent: indent, sortsKeys, to: &lines)
    case .list(let items) where !items.isEmpty:
      lines.append(head)
      append(value, indent: indent - 2, sortsKeys, to: &lines)
    default: lines.append("\(head) \(scalar(value))")
    }
  }

  private static func scalar(_ value: ConfigValue) -> String {
    switch value {
    case .null: "null"
    case .list: "[]"
    case .map: "{}"
    case .string(let text): isPlain(text) ? text : quoted(text)
    default: value.text ?? ""
    }
  }

  /// Whether YAML reads a text as that text when it stands without quotes.
  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.utf8.first, (first | 0x20) >= 0x61, (first | 0x20) <= 0x7A || first == 0x5F else {
      return false
    }
    let words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
    guard !words.contains(text.lowercased()) else { return false }
    return text.utf8.allSatisfy {
      ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 >= 0x30 && $0 <= 0x39 || $0 == 0x5F || $0 == 0x2D
        || $0 == 0x2E
    }
  }

  private static func quoted(_ text: String) -> String {
    var writer = Jinja.JSONWriter()
    do { try writer.write(.string(text)) } catch { return "''" }
    return writer.text
  }
}
