import Diagnostics
import SQLite
import Storage

/// Brings the columns of an incremental model's table together with those of its query: `on_schema_change`.
struct SchemaChange {
  let connection: Connection
  let node: Node
  let relation: Relation

  /// Raw values are dbt's.
  enum Policy: String, CaseIterable {
    case ignore
    case fail
    case appendNewColumns = "append_new_columns"
    case syncAllColumns = "sync_all_columns"
  }

  private typealias Column = (name: String, type: String)

  /// - Parameter columns: those of the query.
  /// - Returns: the columns that the new rows are written to.
  func apply(_ columns: [(name: String, type: ColumnType?)]) throws -> [String] {
    let old = try tableColumns()
    let new = columns.map { Column(name: $0.name, type: $0.type?.sqliteName ?? "") }
    let added = new.filter { column in !old.contains { Self.isSame($0.name, column.name) } }
    let removed = old.filter { column in !new.contains { Self.isSame($0.name, column.name) } }
    let retyped = new.filter { column in
      old.contains { Self.isSame($0.name, column.name) && $0.type.lowercased() != column.type.lowercased() }
    }
    switch Policy(rawValue: node.config.onSchemaChange) ?? .ignore {
    case .ignore:
      guard removed.isEmpty else { throw outOfSync([], removed, []) }
      return old.map(\.name)
    case .fail:
      guard added.isEmpty, removed.isEmpty, retyped.isEmpty else { throw outOfSync(added, removed, retyped) }
      return old.map(\.name)
    case .appendNewColumns:
      for column in added {
        try connection.execute("alter table \(relation.sql) add column \(Self.definition(column))")
      }
    case .syncAllColumns:
      if !(added.isEmpty && removed.isEmpty && retyped.isEmpty) { try rebuild(old, new) }
    }
    return new.map(\.name)
  }

  private static func isSame(_ left: String, _ right: String) -> Bool {
    left.lowercased() == right.lowercased()
  }

  private static func definition(_ column: Column) -> String {
    "\(SQLIdentifier(column.name))\(column.type.isEmpty ? "" : " \(column.type)")"
  }

  private func tableColumns() throws -> [Column] {
    let rows = try connection.rows(
      "select name, type from pragma_table_info(?, ?)",
      [.text(relation.name), .text(relation.layer.schemaName)])
    return rows.compactMap { row in
      guard case .text(let name) = row[0], case .text(let type) = row[1] else { return nil }
      return (name, type)
    }
  }

  /// SQLite can neither change a column's type nor drop one that an index has: the table is made anew.
  private func rebuild(_ old: [Column], _ new: [Column]) throws {
    let temporary = Relation(layer: relation.layer, name: "\(relation.name)__dbt_tmp")
    try connection.drop(temporary)
    let definition = ContractCheck(node: node).definition
    let parts = new.map { column in
      [Self.definition(column), definition.columns[column.name.lowercased()]].compactMap { $0 }
        .joined(separator: " ")
    }
    try connection.execute(
      "create table \(temporary.sql) (\((parts + definition.table).joined(separator: ", ")))")
    let kept = new.filter { column in old.contains { Self.isSame($0.name, column.name) } }
      .map { SQLIdentifier($0.name).quoted }.joined(separator: ", ")
    if !kept.isEmpty {
      try connection.run("insert into \(temporary.sql) (\(kept)) select \(kept) from \(relation.sql)")
    }
    try connection.drop(relation)
    try connection.execute("alter table \(temporary.sql) rename to \(relation.unqualifiedSQL)")
  }

  private func outOfSync(_ added: [Column], _ removed: [Column], _ retyped: [Column]) -> Diagnostic {
    func names(_ columns: [Column]) -> String {
      columns.isEmpty ? "none" : columns.map(\.name).joined(separator: ", ")
    }
    return Diagnostic(
      .schemaOutOfSync, "the columns of the incremental model '\(node.name)' are not those of its table",
      at: node.location,
      notes: [
        """
        in the query but not in the table: \(names(added))
        in the table but not in the query: \(names(removed))
        of another type now: \(names(retyped))
        """
      ],
      hints: [
        "make the table anew with `--full-refresh`",
        "or have `on_schema_change: append_new_columns` or `sync_all_columns` bring them together",
      ])
  }
}
