import Files
import SQLite
import Storage

/// Hashes what a node's rows depend on beside the data that it reads: its SQL and its configuration.
struct Fingerprinter {
  /// Changes when this engine would make other rows of the same SQL.
  static let engineVersion = "reelhouse-2"

  let manifest: Manifest

  /// The hash of a model or test.
  ///
  /// - Parameter variants: all that its SQL can be.
  func code(of compiled: CompiledNode, variants: [String]) throws -> String {
    let node = compiled.node
    var parts = [Self.engineVersion, Connection.sourceID, node.uniqueID]
    if let relation = node.relation {
      parts += [relation.description, compiled.storedKind.rawValue]
      parts += node.declaredColumns.map { "\($0.name.lowercased()) \($0.type.rawValue)" }
      parts += Self.storage(node)
    } else {
      let config = node.config
      parts += [
        config.severity, config.failCalculation, config.warnIf, config.errorIf,
        config.limit.map { "\($0)" } ?? "", node.failuresRelation?.description ?? "",
      ]
    }
    if let test = node.unitTest {
      // Its SQL has all columns of what its rows stand in for, which is known now and then only.
      parts += ["\(test)", SQLNormalizer.normalize(compiled.ownSQL)] + declaredTypes(of: test)
      return Digest.sha256(parts: parts)
    }
    return Digest.sha256(parts: parts + variants.map(SQLNormalizer.normalize))
  }

  /// The declared types of the model of a unit test and of all that it reads, which the given rows are read by.
  private func declaredTypes(of test: UnitTest) -> [String] {
    let model = manifest.nodes[test.model]
    let nodes = ([model] + (model?.dependencies ?? []).map { manifest.nodes[$0] }).compactMap { $0 }
    return nodes.flatMap { node in
      [node.uniqueID] + node.declaredColumns.map { "\($0.name.lowercased()) \($0.type.rawValue)" }
    }
  }

  /// What configuration says of how the rows are stored.
  private static func storage(_ node: Node) -> [String] {
    let config = node.config
    let keys = [
      "unique_key", "incremental_strategy", "on_schema_change", "incremental_predicates", "predicates",
      "merge_update_columns", "merge_exclude_columns", "indexes", "pre_hook", "post_hook", "strategy",
      "updated_at",
      "check_cols", "hard_deletes", "invalidate_hard_deletes", "dbt_valid_to_current",
      "snapshot_meta_column_names",
    ]
    var parts = keys.compactMap { key in config[key].map { "\(key)=\($0)" } }
    if node.materialized == "incremental" { parts.append("incremental") }
    if config.isContractEnforced {
      let definition = ContractCheck(node: node).definition
      parts += ["contract"] + definition.columns.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      parts += definition.table
    }
    return parts
  }

  /// The hash of a seed: its file and how it is read.
  func code(ofSeed node: Node) throws -> String {
    let types = node.seedColumnTypes.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.rawValue)" }
    return Digest.sha256(
      parts: [
        Self.engineVersion, node.uniqueID, node.relation?.description ?? "", node.config.delimiter,
        try Digest.sha256(fileAt: manifest.path(of: node)),
      ] + types)
  }
}

extension Node {
  /// The types of a seed's columns by name: `column_types` before the declared ones.
  var seedColumnTypes: [String: ColumnType] {
    var types = Dictionary(
      declaredColumns.map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
    for entry in config.columnTypes {
      if let text = entry.value.text, let type = ColumnType(declared: text) { types[entry.key] = type }
    }
    return types
  }
}
