import Diagnostics

/// How a snapshot finds out what has changed, and what it calls the columns that say so.
struct SnapshotSettings: Sendable, Equatable {
  enum Strategy: Sendable, Equatable {
    /// A row has changed where its time is later than that of the row that was kept.
    case timestamp
    /// A row has changed where one of some columns has; nil for all of them.
    case check([String]?)
  }

  /// What becomes of rows that are there no more; raw values are dbt's.
  enum HardDeletes: String, Sendable, CaseIterable {
    case ignore
    case invalidate
    case newRecord = "new_record"
  }

  let strategy: Strategy
  /// Columns or expressions that tell rows apart.
  let uniqueKey: [String]
  /// The expression of a row's time; nil for the time of the run.
  let updatedAt: String?
  let hardDeletes: HardDeletes
  /// The expression of `dbt_valid_to` in rows that are current; nil for NULL.
  let validToCurrent: String?
  private let names: [String: String]

  var scdID: String { name("dbt_scd_id") }
  var updatedAtName: String { name("dbt_updated_at") }
  var validFrom: String { name("dbt_valid_from") }
  var validTo: String { name("dbt_valid_to") }
  var isDeleted: String { name("dbt_is_deleted") }

  /// The names of the columns that are added to those of the query, in their order.
  var columnNames: [String] {
    [scdID, updatedAtName, validFrom, validTo] + (hardDeletes == .newRecord ? [isDeleted] : [])
  }

  private func name(_ standard: String) -> String { names[standard] ?? standard }

  /// Settings that were found sound.
  init(_ config: NodeConfig) {
    let columns = config["check_cols"]
    strategy =
      config["strategy"]?.text == "timestamp"
      ? .timestamp : .check(columns?.text == "all" ? nil : columns?.texts ?? [])
    uniqueKey = config.uniqueKey
    updatedAt = config["updated_at"]?.text
    let invalidates = config["invalidate_hard_deletes"]?.bool == true
    hardDeletes =
      config["hard_deletes"]?.text.flatMap(HardDeletes.init(rawValue:))
      ?? (invalidates ? .invalidate : .ignore)
    validToCurrent = config["dbt_valid_to_current"]?.text
    names = Dictionary(
      (config["snapshot_meta_column_names"]?.entries ?? []).compactMap { entry in
        entry.value.text.map { (entry.key, $0) }
      }, uniquingKeysWith: { _, new in new })
  }

  static func faults(of node: Node) -> [Diagnostic] {
    let config = node.config
    func fault(_ message: String, _ hint: String) -> Diagnostic {
      Diagnostic(.invalidValue, "the snapshot '\(node.name)' \(message)", at: node.location, hints: [hint])
    }
    var faults: [Diagnostic] = []
    if config.uniqueKey.isEmpty {
      faults.append(fault("has no unique_key", "name the columns that tell its rows apart"))
    }
    switch config["strategy"]?.text {
    case "timestamp":
      if config["updated_at"]?.text == nil {
        faults.append(
          fault("has the strategy timestamp without updated_at", "name the column that has each row's time"))
      }
    case "check":
      if config["check_cols"]?.texts?.isEmpty ?? true {
        faults.append(
          fault("has the strategy check without check_cols", "name columns, or write `check_cols: all`"))
      }
    case let strategy:
      faults.append(
        fault(
          strategy.map { "has the strategy '\($0)'" } ?? "has no strategy",
          strategy.flatMap { Suggestion.hint(for: $0, in: ["timestamp", "check"]) }
            ?? "strategies are timestamp and check"))
    }
    let forms = HardDeletes.allCases.map(\.rawValue)
    if let form = config["hard_deletes"]?.text {
      if !forms.contains(form) {
        faults.append(
          fault(
            "has hard_deletes '\(form)'",
            Suggestion.hint(for: form, in: forms) ?? "it is \(forms.joined(separator: ", "))"))
      }
      if let invalidates = config["invalidate_hard_deletes"], invalidates != .null {
        faults.append(fault("says both hard_deletes and invalidate_hard_deletes", "say hard_deletes alone"))
      }
    }
    return faults
  }
}

extension Node {
  /// The schema that the configuration of a snapshot names as its target.
  var snapshotSchema: String? { resourceType == .snapshot ? config["target_schema"]?.text : nil }
}
