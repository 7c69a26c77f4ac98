import Diagnostics
import Jinja
import Storage

/// Settings: their templates, and what is wrong with them.
extension ManifestBuilder {
  /// Hooks are rendered when they run.
  private static let lateKeys: Set<String> = ["pre-hook", "post-hook", "pre_hook", "post_hook"]

  mutating func rendered(
    _ entries: [ConfigEntry], in package: ProjectPackage, at location: SourceLocation
  ) -> [ConfigEntry] {
    do {
      return try entries.map {
        Self.lateKeys.contains($0.key)
          ? $0
          : ConfigEntry(
            key: $0.key, value: try host.render($0.value, scope: host.scope(of: package.name), at: location))
      }
    } catch {
      diagnostics += Diagnostic.all(of: error)
      return []
    }
  }

  /// A text with the templates in it evaluated.
  mutating func text(_ text: String, in package: ProjectPackage, at location: SourceLocation) -> String {
    rendered([ConfigEntry(key: "", value: .string(text))], in: package, at: location).first?.value.text
      ?? text
  }

  /// A description with its `doc('…')` in place.
  mutating func described(_ text: String, in package: ProjectPackage, at location: SourceLocation) -> String {
    guard text.contains("{{") || text.contains("{%") else { return text }
    return self.text(text, in: package, at: location)
  }

  mutating func describedColumns(_ columns: [ColumnProperties], in package: ProjectPackage)
    -> [ColumnProperties]
  {
    columns.map { column in
      var column = column
      column.description = described(column.description, in: package, at: column.location)
      return column
    }
  }

  /// Names that the store or SQLite keeps for itself.
  mutating func checkName(_ name: String, of node: Node) {
    let lowered = name.lowercased()
    guard
      ["_relations", "_rejects"].contains(lowered) || lowered.hasPrefix("sqlite_")
        || lowered.hasSuffix("__dbt_tmp")
    else { return }
    diagnostics.append(
      Diagnostic(
        .invalidValue, "the \(node.resourceType.rawValue) '\(node.name)' has the reserved name '\(name)'",
        at: node.location,
        hints: ["rename it, or give it an alias"]))
  }

  mutating func layer(named schema: String, of node: Node) -> Layer? {
    if let layer = Layer(rawValue: schema) { return layer }
    diagnostics.append(
      Diagnostic(
        .invalidValue,
        "the \(node.resourceType.rawValue) '\(node.name)' has the schema '\(schema)', which is no layer",
        at: node.location, hints: ["the layers are raw, staged and main: set `+schema` to one of them"]))
    return nil
  }

  mutating func checkTypes(_ node: Node) {
    for column in node.columns {
      guard let type = column.dataType, ColumnType(declared: type) == nil else { continue }
      diagnostics.append(
        Diagnostic(
          .invalidValue, "the column '\(column.name)' of '\(node.name)' has the unknown data_type '\(type)'",
          at: column.location,
          hints: [
            Suggestion.hint(for: type, in: ColumnType.allCases.map(\.rawValue))
              ?? "the types are \(ColumnType.allCases.map(\.rawValue).joined(separator: ", "))"
          ]))
    }
  }

  mutating func checkSeverity(_ node: Node) {
    guard node.resourceType == .test else { return }
    if !["error", "warn"].contains(node.config.severity) {
      diagnostics.append(
        Diagnostic(
          .invalidValue, "the test '\(node.name)' has the severity '\(node.config.severity)'",
          at: node.location,
          hints: ["severities are error and warn"]))
    }
    if let limit = node.config["limit"], limit != .null, limit.integer.map({ $0 < 0 }) ?? true {
      diagnostics.append(
        Diagnostic(
          .invalidValue, "the test '\(node.name)' has the limit '\(limit.text ?? "")'", at: node.location,
          hints: ["a limit is a number of rows"]))
    }
    if let form = node.config["store_failures_as"]?.text, !["table", "view", "ephemeral"].contains(form) {
      diagnostics.append(
        Diagnostic(
          .invalidValue, "the test '\(node.name)' has store_failures_as '\(form)'", at: node.location,
          hints: ["failing rows can be stored as table, view or ephemeral"]))
    }
  }

  /// Settings that every node may have.
  mutating func checkSettings(_ node: Node) {
    if let enabled = node.config["enabled"], enabled != .null, enabled.bool == nil {
      diagnostics.append(
        Diagnostic(
          .invalidValue, "'\(node.name)' is enabled '\(enabled.text ?? "")'", at: node.location,
          hints: ["`enabled` is true or false"]))
    }
    for entry in node.config.columnTypes {
      let type = entry.value.text ?? ""
      guard ColumnType(declared: type) == nil else { continue }
      let known = ColumnType.allCases.map(\.rawValue)
      diagnostics.append(
        Diagnostic(
          .invalidValue, "the column_types of '\(node.name)' give '\(entry.key)' the unknown type '\(type)'",
          at: node.location,
          hints: [Suggestion.hint(for: type, in: known) ?? "the types are \(known.joined(separator: ", "))"]))
    }
  }

  /// Gives a test that stores its failing rows a table for them.
  mutating func placeFailures(_ node: inout Node) {
    guard node.config.isEnabled, node.config.storesFailures(byDefault: host.storesFailures) else { return }
    let layer = node.config.schema.flatMap(Layer.init(rawValue:)) ?? .main
    node.failuresRelation = Relation(
      layer: layer, name: node.config.alias ?? "dbt_test__audit__\(node.shortName ?? node.name)")
  }
}
