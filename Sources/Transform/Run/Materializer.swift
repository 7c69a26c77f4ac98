import Diagnostics
import SQLite
import Storage

/// Puts the rows of a model's query into the draft: each model in one transaction with what the catalog notes of it.
struct Materializer {
  let connection: Connection

  /// Makes the model's table or view anew, in place of the old one.
  ///
  /// - Returns: the rows of a table; nil for a view.
  func materialize(_ compiled: CompiledNode, fingerprint: String) throws -> Int? {
    guard let relation = compiled.node.relation else { return nil }
    return try connection.transaction {
      let rowCount: Int?
      switch compiled.storedKind {
      case .view:
        try drop(relation)
        try createView(compiled, relation)
        rowCount = nil
      case .table:
        rowCount = try createTable(compiled, relation)
      }
      try RelationCatalog(connection).record(
        RelationRecord(
          relation: relation, uniqueID: compiled.node.uniqueID, kind: compiled.storedKind,
          fingerprint: fingerprint,
          rowCount: rowCount))
      return rowCount
    }
  }

  /// The old table stays until the new one is full: its pages need no journal then, and the query may read it.
  private func createTable(_ compiled: CompiledNode, _ relation: Relation) throws -> Int {
    let temporary = Relation(layer: relation.layer, name: "\(relation.name)__dbt_tmp")
    try drop(temporary)
    let columns = try resultColumns(of: compiled)
    try connection.execute("create table \(temporary.sql) (\(columns.joined(separator: ", ")))")
    let head = "insert into \(temporary.sql)\n"
    do {
      try connection.run(head + compiled.sql)
    } catch {
      throw compiled.diagnostic(for: error, prefix: head.utf8.count)
    }
    let rowCount = connection.changedRowCount
    try drop(relation)
    try connection.execute("alter table \(temporary.sql) rename to \(relation.unqualifiedSQL)")
    return rowCount
  }

  private func createView(_ compiled: CompiledNode, _ relation: Relation) throws {
    let head = "create view \(relation.sql) as\n"
    do {
      try connection.run(head + compiled.sql)
      // SQLite looks into a view only when it is used.
      _ = try connection.prepare("select * from \(relation.sql)")
    } catch {
      throw compiled.diagnostic(for: error, prefix: head.utf8.count)
    }
  }

  /// The definitions of the table's columns: the query's names with the types that the project declares.
  private func resultColumns(of compiled: CompiledNode) throws -> [String] {
    do {
      let names = try connection.prepare(compiled.sql).columnNames
      let types = Dictionary(
        compiled.node.declaredColumns.map { ($0.name.lowercased(), $0.type) },
        uniquingKeysWith: { first, _ in first })
      return names.map { name in
        types[name.lowercased()].map { "\(SQLIdentifier(name)) \($0.sqliteName)" }
          ?? SQLIdentifier(name).quoted
      }
    } catch {
      throw compiled.diagnostic(for: error)
    }
  }

  /// Drops a table or view of that name, whichever there is.
  func drop(_ relation: Relation) throws {
    let type = try connection.scalar(
      "select type from \(SQLIdentifier(relation.layer.schemaName)).sqlite_schema where name = ? collate nocase and type in ('table', 'view')",
      [.text(relation.name)])
    if case .text(let type)? = type { try connection.execute("drop \(type) \(relation.sql)") }
  }
}
