/// What configuration says of how a model's rows are stored.
extension NodeConfig {
  /// The columns, or expressions, that tell the rows of an incremental model apart; empty where nothing is said.
  package var uniqueKey: [String] { self["unique_key"]?.texts ?? [] }
  package var incrementalStrategy: String? { self["incremental_strategy"]?.text }
  package var onSchemaChange: String { self["on_schema_change"]?.text ?? "ignore" }
  /// Conditions that an incremental run lays on the rows it may touch, over `DBT_INTERNAL_DEST` and
  /// `DBT_INTERNAL_SOURCE`.
  package var incrementalPredicates: [String] {
    self["incremental_predicates"]?.texts ?? self["predicates"]?.texts ?? []
  }
  package var mergeUpdateColumns: [String]? { self["merge_update_columns"]?.texts }
  package var mergeExcludeColumns: [String]? { self["merge_exclude_columns"]?.texts }
  /// Stands before the flag of the command line.
  package var fullRefresh: Bool? { self["full_refresh"]?.bool }

  package var isContractEnforced: Bool { self["contract"]?["enforced"]?.bool == true }

  /// The texts of hooks that run before the model, in order.
  package var preHooks: [String] { Self.hooks(self["pre_hook"]) }
  /// The texts of hooks that run after it.
  package var postHooks: [String] { Self.hooks(self["post_hook"]) }

  /// A hook is a text, or a mapping with `sql`.
  private static func hooks(_ value: ConfigValue?) -> [String] {
    let values: [ConfigValue] =
      switch value {
      case nil, .null: []
      case .list(let values): values
      case .some(let value): [value]
      }
    return values.compactMap { $0["sql"]?.text ?? $0.text }
  }

  /// The indexes that a table gets, as far as they are well formed.
  package var indexes: [IndexConfig] {
    guard case .list(let values) = self["indexes"] else { return [] }
    return values.compactMap { value in
      guard let columns = value["columns"]?.texts, !columns.isEmpty else { return nil }
      return IndexConfig(columns: columns, isUnique: value["unique"]?.bool ?? false)
    }
  }
}

/// An index that a model's table has.
package struct IndexConfig: Sendable, Hashable {
  package var columns: [String]
  package var isUnique: Bool

  package init(columns: [String], isUnique: Bool) {
    self.columns = columns
    self.isUnique = isUnique
  }
}
