/// The configuration of one node: what `dbt_project.yml`, the properties file and `config(…)` said, merged.
package struct NodeConfig: Sendable, Hashable {
  /// By key as dbt spells it, hyphens written as underscores.
  package private(set) var values: [String: ConfigValue] = [:]

  package init() {}

  /// Lays more specific entries over what is there: tags and hooks add up, `meta` merges, all else is replaced.
  mutating func merge(_ entries: [ConfigEntry]) {
    for entry in entries {
      let key = entry.key.replacing("-", with: "_")
      switch key {
      case "tags":
        let tags = (values[key]?.texts ?? []) + (entry.value.texts ?? [])
        var seen: Set<String> = []
        values[key] = .list(tags.filter { seen.insert($0).inserted }.map { .string($0) })
      case "meta":
        values[key] = Self.merged(values[key], entry.value)
      case "pre_hook", "post_hook":
        values[key] = .list(Self.list(values[key]) + Self.list(entry.value))
      default:
        values[key] = entry.value
      }
    }
  }

  private static func merged(_ base: ConfigValue?, _ overlay: ConfigValue) -> ConfigValue {
    guard let base = base?.entries, let overlay = overlay.entries else { return overlay }
    let replaced = Set(overlay.map(\.key))
    return .map(base.filter { !replaced.contains($0.key) } + overlay)
  }

  private static func list(_ value: ConfigValue?) -> [ConfigValue] {
    switch value {
    case nil, .null: []
    case .list(let values): values
    case .some(let value): [value]
    }
  }

  package subscript(key: String) -> ConfigValue? { values[key] }

  package var isEnabled: Bool { values["enabled"]?.bool ?? true }
  package var materialized: String? { values["materialized"]?.text }
  package var schema: String? { values["schema"]?.text }
  package var alias: String? { values["alias"]?.text }
  package var tags: [String] { values["tags"]?.texts ?? [] }
  package var meta: [ConfigEntry] { values["meta"]?.entries ?? [] }

  // Of tests.
  /// `error` or `warn`, in lower case.
  package var severity: String { values["severity"]?.text?.lowercased() ?? "error" }
  package var whereClause: String? { values["where"]?.text }
  package var limit: Int? { values["limit"]?.integer }
  package var failCalculation: String { values["fail_calc"]?.text ?? "count(*)" }
  package var warnIf: String { values["warn_if"]?.text ?? "!= 0" }
  package var errorIf: String { values["error_if"]?.text ?? "!= 0" }

  /// Whether the failing rows of a test are kept.
  ///
  /// - Parameter byDefault: what the command line says.
  func storesFailures(byDefault: Bool) -> Bool {
    if let form = values["store_failures_as"]?.text { return form != "ephemeral" }
    return values["store_failures"]?.bool ?? byDefault
  }

  // Of seeds.
  package var delimiter: String { values["delimiter"]?.text ?? "," }
  package var columnTypes: [ConfigEntry] { values["column_types"]?.entries ?? [] }
}

/// The `models:`, `seeds:`, `data_tests:` or `sources:` part of `dbt_project.yml`: configuration by folder.
struct ConfigTree: Sendable {
  private var entries: [ConfigEntry] = []
  private var children: [String: ConfigTree] = [:]

  init() {}

  init(_ node: YAMLNode) {
    for (key, value) in node.pairs ?? [] {
      let name = key.scalarText ?? ""
      if name.hasPrefix("+") {
        entries.append(ConfigEntry(key: String(name.dropFirst()), value: value.value))
      } else if value.pairs != nil, !Self.isMappingConfig(name) {
        children[name] = ConfigTree(value)
      } else {
        entries.append(ConfigEntry(key: name, value: value.value))
      }
    }
  }

  /// Keys whose own value is a mapping and that need no `+`.
  private static func isMappingConfig(_ name: String) -> Bool {
    ["meta", "docs", "grants", "contract", "column_types", "persist_docs", "quoting", "freshness"].contains(
      name)
  }

  /// The entries that apply to a node, least specific first.
  func entries(for fqn: [String]) -> [ConfigEntry] {
    guard let first = fqn.first, let child = children[first] else { return entries }
    return entries + child.entries(for: Array(fqn.dropFirst()))
  }
}
