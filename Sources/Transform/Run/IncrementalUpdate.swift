import Diagnostics
import SQLite
import Storage

/// Brings the table of an incremental model up to date with the rows of its query, within the caller's transaction.
struct IncrementalUpdate {
  let connection: Connection
  let compiled: CompiledNode
  let relation: Relation

  /// The ways in which new rows meet the old ones; raw values are dbt's.
  enum Strategy: String, CaseIterable {
    case append
    case deleteInsert = "delete+insert"
    case merge
  }

  private var node: Node { compiled.node }
  private var config: NodeConfig { node.config }
  /// dbt's names for the old and the new rows, which predicates may use.
  private static let destination = "DBT_INTERNAL_DEST"
  private static let source = "DBT_INTERNAL_SOURCE"

  private var strategy: Strategy {
    config.incrementalStrategy.flatMap(Strategy.init(rawValue:))
      ?? (config.uniqueKey.isEmpty ? .append : .deleteInsert)
  }

  private var newRows: String { "temp.\(SQLIdentifier("\(relation.name)__dbt_tmp"))" }

  /// - Parameter rowCount: the rows that the table has, if they were counted.
  /// - Returns: the rows that it has now.
  func run(rowCount: Int?) throws -> Int {
    try connection.execute("drop table if exists \(newRows)")
    defer { try? connection.execute("drop table if exists \(newRows)") }
    let result = try ResultTable(connection, compiled)
    _ = try result.fill(newRows, isTemporary: true)
    let columns = try SchemaChange(connection: connection, node: node, relation: relation).apply(
      result.columns)
    let before = try rowCount ?? count()
    let names = columns.map { SQLIdentifier($0).quoted }.joined(separator: ", ")
    do {
      var removed = 0
      switch strategy {
      case .append: break
      case .deleteInsert where !config.uniqueKey.isEmpty: removed = try deleteMatches(columns)
      case .deleteInsert: break
      case .merge where !config.uniqueKey.isEmpty: return before + (try merge(columns))
      case .merge: break
      }
      try connection.run("insert into \(relation.sql) (\(names)) select \(names) from \(newRows)")
      return before - removed + connection.changedRowCount
    } catch let error as SQLiteError {
      throw fault(error)
    }
  }

  private func count() throws -> Int {
    Int(try connection.integer("select count(*) from \(relation.sql)"))
  }

  /// The key as SQL: a name of a column quoted, anything else as it is written.
  private func key(_ columns: [String], of alias: String?) -> [String] {
    config.uniqueKey.map { key in
      guard columns.contains(where: { $0.lowercased() == key.lowercased() }) else { return key }
      return (alias.map { "\($0)." } ?? "") + SQLIdentifier(key).quoted
    }
  }

  private var predicates: String {
    config.incrementalPredicates.map { " and (\($0))" }.joined()
  }

  private func deleteMatches(_ columns: [String]) throws -> Int {
    let old = key(columns, of: Self.destination).joined(separator: ", ")
    let new = key(columns, of: Self.source).joined(separator: ", ")
    try connection.run(
      """
      delete from \(relation.sql) as \(Self.destination) where (\(old)) in \
      (select \(new) from \(newRows) as \(Self.source))\(predicates)
      """)
    return connection.changedRowCount
  }

  /// SQLite has no MERGE: old rows are updated, then rows that met none are inserted.
  private func merge(_ columns: [String]) throws -> Int {
    try refuseDoubleKeys(columns)
    let match =
      zip(key(columns, of: Self.destination), key(columns, of: Self.source)).map { "\($0) = \($1)" }
      .joined(separator: " and ") + predicates
    let assignments = try updatedColumns(columns).map { column in
      "\(SQLIdentifier(column)) = \(Self.source).\(SQLIdentifier(column))"
    }
    if !assignments.isEmpty {
      try connection.run(
        """
        update \(relation.sql) as \(Self.destination) set \(assignments.joined(separator: ", ")) \
        from \(newRows) as \(Self.source) where \(match)
        """)
    }
    let names = columns.map { SQLIdentifier($0).quoted }
    let values = names.map { "\(Self.source).\($0)" }.joined(separator: ", ")
    try connection.run(
      """
      insert into \(relation.sql) (\(names.joined(separator: ", "))) select \(values) from \(newRows) \
      as \(Self.source) where not exists \
      (select 1 from \(relation.sql) as \(Self.destination) where \(match))
      """)
    return connection.changedRowCount
  }

  /// Two new rows for one old row would leave it to chance which of them stays.
  private func refuseDoubleKeys(_ columns: [String]) throws {
    let keys = key(columns, of: nil).joined(separator: ", ")
    let old = key(columns, of: Self.destination).joined(separator: ", ")
    let rows = try connection.rows(
      """
      select \(keys), count(*) from \(newRows) where (\(keys)) in \
      (select \(old) from \(relation.sql) as \(Self.destination)) group by \(keys) having count(*) > 1 limit 1
      """)
    guard let row = rows.first else { return }
    let values = zip(config.uniqueKey, row).map { "\($0)=\(SQLValueText.text($1))" }.joined(separator: ", ")
    throw Diagnostic(
      .mergeKeyAmbiguous,
      "the merge into '\(node.name)' has \(SQLValueText.text(row.last ?? .null)) new rows for one old row (\(values))",
      at: node.location, hints: ["make `unique_key` unique in the model's query"])
  }

  /// The columns that a merge sets in rows that are there.
  private func updatedColumns(_ columns: [String]) throws -> [String] {
    func checked(_ names: [String]) throws -> Set<String> {
      for name in names where !columns.contains(where: { $0.lowercased() == name.lowercased() }) {
        throw Diagnostic(
          .undeclaredColumn, "the model '\(node.name)' has no column '\(name)' to merge", at: node.location,
          hints: [
            Suggestion.hint(for: name, in: columns) ?? "its columns are \(columns.joined(separator: ", "))"
          ])
      }
      return Set(names.map { $0.lowercased() })
    }
    if let included = config.mergeUpdateColumns {
      let names = try checked(included)
      return columns.filter { names.contains($0.lowercased()) }
    }
    let excluded = try checked(config.mergeExcludeColumns ?? [])
    return columns.filter { !excluded.contains($0.lowercased()) }
  }

  private func fault(_ error: SQLiteError) -> any Error {
    let translated = ContractCheck(node: node).translated(error)
    guard translated is SQLiteError else { return translated }
    var diagnostic = error.diagnostic
    diagnostic.location = node.location
    diagnostic.excerpt = nil
    diagnostic.notes.append("while its new rows were put into \(relation) (\(strategy.rawValue))")
    return diagnostic
  }
}
