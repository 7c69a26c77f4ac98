/// The settings of a node with dbt's defaults for those that nobody made: `config` of the artifacts, and what `config.x:`
/// selects by.
enum NodeSettings {
  /// The value of one setting, or nil where nodes of this kind have none of that name.
  static func value(_ key: String, of node: Node) -> JSONValue? {
    if let special = special(key, of: node) { return special }
    if let value = node.config[storedKey(key)] { return JSONValue(value) }
    return defaults(of: node)[key]
  }

  /// All settings of a node.
  static func all(of node: Node) -> [String: JSONValue] {
    var fields = defaults(of: node)
    for (key, value) in node.config.values { fields[artifactKey(key)] = JSONValue(value) }
    for key in [
      "enabled", "materialized", "tags", "meta", "severity", "pre-hook", "post-hook", "contract", "docs",
      "freshness",
    ] {
      if let value = special(key, of: node) { fields[key] = value }
    }
    return fields
  }

  /// Settings whose value is not simply what was written.
  private static func special(_ key: String, of node: Node) -> JSONValue? {
    switch key {
    case "enabled": return .bool(node.config.isEnabled)
    case "tags": return .strings(node.config.tags)
    case "meta": return JSONValue(.map(node.config.meta))
    case "materialized"
    where node.relation != nil && node.source == nil || node.isTest || node.resourceType == .model:
      return .string(node.materialized)
    case "severity" where node.isTest: return .string(node.config["severity"]?.text ?? "ERROR")
    case "pre-hook", "post-hook":
      guard [.model, .seed, .snapshot].contains(node.resourceType) else { return nil }
      let hooks = key == "pre-hook" ? node.config.preHooks : node.config.postHooks
      return .array(hooks.map { ["sql": .string($0), "transaction": true, "index": .null] })
    case "contract" where [.model, .seed, .snapshot].contains(node.resourceType):
      return overlaid(defaultContract, node.config["contract"])
    case "docs" where [.model, .seed, .snapshot].contains(node.resourceType):
      return overlaid(defaultDocs, node.config["docs"])
    case "freshness" where node.source != nil:
      return SourceFreshness.json(of: node.config)
    default: return nil
    }
  }

  private static func overlaid(_ base: [String: JSONValue], _ value: ConfigValue?) -> JSONValue {
    guard let entries = value?.entries else { return .object(base) }
    return .object(base.merging(entries.map { ($0.key, JSONValue($0.value)) }) { _, new in new })
  }

  /// The key under which a configuration keeps a setting of the artifacts.
  private static func storedKey(_ key: String) -> String { key.replacing("-", with: "_") }

  private static func artifactKey(_ key: String) -> String {
    key == "pre_hook" ? "pre-hook" : key == "post_hook" ? "post-hook" : key
  }

  // MARK: Defaults

  static let defaultContract: [String: JSONValue] = ["enforced": false, "alias_types": true]
  static let defaultDocs: [String: JSONValue] = ["show": true, "node_color": .null]

  private static func defaults(of node: Node) -> [String: JSONValue] {
    switch node.resourceType {
    case .model: modelDefaults
    case .seed: seedDefaults
    case .snapshot: snapshotDefaults
    case .test: testDefaults
    case .source: sourceDefaults
    default: [:]
    }
  }

  private static let commonDefaults: [String: JSONValue] = [
    "alias": .null, "schema": .null, "database": .null, "group": .null, "static_analysis": .null,
  ]

  private static let relationDefaults: [String: JSONValue] = commonDefaults.merging([
    "incremental_strategy": .null, "batch_size": .null, "lookback": 1, "begin": .null, "persist_docs": [:],
    "quoting": [:], "column_types": [:], "full_refresh": .null, "unique_key": .null,
    "on_schema_change": "ignore",
    "on_configuration_change": "apply", "grants": [:], "packages": [], "event_time": .null,
    "concurrent_batches": .null, "docs": .object(defaultDocs), "contract": .object(defaultContract),
  ]) { _, new in new }

  private static let modelDefaults = relationDefaults.merging(["access": "protected", "freshness": .null]) {
    _, new in new
  }
  private static let seedDefaults = relationDefaults.merging(["delimiter": ",", "quote_columns": .null]) {
    _, new in new
  }
  private static let snapshotDefaults = relationDefaults.merging([
    "strategy": .null, "target_schema": .null, "target_database": .null, "updated_at": .null,
    "check_cols": .null,
    "hard_deletes": .null, "dbt_valid_to_current": .null,
    "snapshot_meta_column_names": [
      "dbt_valid_to": .null, "dbt_valid_from": .null, "dbt_scd_id": .null, "dbt_updated_at": .null,
      "dbt_is_deleted": .null,
    ],
  ]) { _, new in new }
  private static let testDefaults: [String: JSONValue] = commonDefaults.merging([
    "schema": "dbt_test__audit", "store_failures": .null, "store_failures_as": .null, "where": .null,
    "limit": .null, "fail_calc": "count(*)", "warn_if": "!= 0", "error_if": "!= 0",
  ]) { _, new in new }
  private static let sourceDefaults: [String: JSONValue] = [
    "event_time": .null, "freshness": .null, "loaded_at_field": .null, "loaded_at_query": .null,
    "static_analysis": .null,
  ]
}

extension Node {
  /// Who may refer to a model: `private`, `protected` or `public`.
  package var access: String { config["access"]?.text ?? "protected" }
  package var group: String? { config["group"]?.text }
}
