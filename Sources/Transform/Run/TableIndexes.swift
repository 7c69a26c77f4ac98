import SQLite
import Storage

/// The indexes that a model's configuration asks for.
struct TableIndexes {
  let connection: Connection
  let relation: Relation
  let configs: [IndexConfig]

  private var schema: SQLIdentifier { SQLIdentifier(relation.layer.schemaName) }

  /// What ends the name of an index of ours.
  private static let suffix = "__idx"

  private func name(_ config: IndexConfig) -> String {
    "\(relation.name)__\(config.columns.joined(separator: "_"))\(config.isUnique ? "__unique" : "")\(Self.suffix)"
  }

  /// The indexes, for a table that is written in bulk.
  var definitions: [IndexDefinition] {
    configs.map { IndexDefinition(name($0), on: $0.columns, isUnique: $0.isUnique) }
  }

  /// Makes the indexes that are missing and takes those away that are no longer asked for.
  func reconcile() throws {
    let statement =
      "select name from \(schema).sqlite_schema where type = 'index' and tbl_name = ? collate nocase"
    let present = try connection.rows(statement, [.text(relation.name)]).compactMap { row -> String? in
      if case .text(let name)? = row.first { name } else { nil }
    }
    let wanted = configs.map(name)
    for old in present where old.hasSuffix(Self.suffix) && !wanted.contains(old) {
      try connection.execute("drop index \(schema).\(SQLIdentifier(old))")
    }
    for (name, config) in zip(wanted, configs) where !present.contains(name) {
      let columns = config.columns.map { SQLIdentifier($0).quoted }.joined(separator: ", ")
      try connection.execute(
        """
        create \(config.isUnique ? "unique " : "")index if not exists \(schema).\(SQLIdentifier(name)) \
        on \(relation.unqualifiedSQL) (\(columns))
        """)
    }
  }
}
