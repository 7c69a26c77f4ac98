import Diagnostics

/// Finds what is wrong with the configuration of how a model is stored.
struct MaterializationCheck {
  let node: Node

  /// The ways in which a model can be stored.
  static let materializations = ["table", "view", "incremental", "ephemeral"]

  init(_ node: Node) {
    self.node = node
  }

  func faults() -> [Diagnostic] {
    guard Self.materializations.contains(node.materialized) else {
      return [
        Diagnostic(
          .materializationUnknown, "the model '\(node.name)' has the materialization '\(node.materialized)'",
          at: node.location, hints: [Self.hint(for: node.materialized, in: Self.materializations)])
      ]
    }
    return unsupported() + incremental() + contract() + indexes()
  }

  private static func hint(for name: String, in known: [String]) -> String {
    Suggestion.hint(for: name, in: known) ?? "it can be \(known.joined(separator: ", "))"
  }

  private func fault(_ message: String, hint: String) -> Diagnostic {
    Diagnostic(.invalidValue, message, at: node.location, hints: [hint])
  }

  /// What would change rows may not be passed over.
  private func unsupported() -> [Diagnostic] {
    guard let header = node.config["sql_header"], header != .null else { return [] }
    return [
      Diagnostic(
        .unsupportedFeature, "'sql_header' of the model '\(node.name)' is not acted on",
        at: node.location, hints: ["SQLite takes one statement: put what goes before it into a pre_hook"])
    ]
  }

  private func incremental() -> [Diagnostic] {
    guard node.materialized == "incremental" else { return [] }
    var faults: [Diagnostic] = []
    let config = node.config
    let strategies = IncrementalUpdate.Strategy.allCases.map(\.rawValue)
    if let strategy = config.incrementalStrategy, !strategies.contains(strategy) {
      faults.append(
        fault(
          "the model '\(node.name)' has the incremental_strategy '\(strategy)'",
          hint: Self.hint(for: strategy, in: strategies)))
    }
    let policies = SchemaChange.Policy.allCases.map(\.rawValue)
    if !policies.contains(config.onSchemaChange) {
      faults.append(
        fault(
          "the model '\(node.name)' has the on_schema_change '\(config.onSchemaChange)'",
          hint: Self.hint(for: config.onSchemaChange, in: policies)))
    }
    if config.mergeUpdateColumns != nil, config.mergeExcludeColumns != nil {
      faults.append(
        fault(
          "the model '\(node.name)' says both merge_update_columns and merge_exclude_columns",
          hint: "say one of the two"))
    }
    return faults
  }

  private func contract() -> [Diagnostic] {
    guard node.config.isContractEnforced else { return [] }
    if node.isEphemeral {
      return [
        fault(
          "the ephemeral model '\(node.name)' has an enforced contract",
          hint: "only what is stored can keep a contract: make it a view or a table")
      ]
    }
    if node.materialized == "incremental",
      ![SchemaChange.Policy.fail, .appendNewColumns].map(\.rawValue).contains(node.config.onSchemaChange)
    {
      return [
        fault(
          "the incremental model '\(node.name)' has an enforced contract and on_schema_change "
            + "'\(node.config.onSchemaChange)'",
          hint: "set `on_schema_change` to fail or append_new_columns, so that the contract holds")
      ]
    }
    return []
  }

  private func indexes() -> [Diagnostic] {
    guard let value = node.config["indexes"], value != .null else { return [] }
    guard case .list(let items) = value, items.count == node.config.indexes.count else {
      return [
        fault(
          "the 'indexes' of the model '\(node.name)' cannot be read",
          hint: "write a list: `indexes: [{columns: [a, b], unique: true}]`")
      ]
    }
    return []
  }
}
