import Diagnostics
import SQLite
import Storage

/// Puts the rows of a model's query into the draft: each model in one transaction with its hooks and with what the
/// catalog notes of it.
struct Materializer {
  let connection: Connection
  let draft: Draft

  /// The SQL that runs in the model's transaction, before and after its rows are written.
  struct Hooks {
    var pre: () throws -> Void = {}
    var post: () throws -> Void = {}
  }

  /// Makes the model's table or view, or brings an incremental one up to date.
  ///
  /// - Parameters:
  ///   - isIncremental: whether the rows that are there stay.
  ///   - rowCount: the rows that are there, if they were counted.
  /// - Returns: the rows of a table; nil for a view.
  func materialize(
    _ compiled: CompiledNode, fingerprint: String, isIncremental: Bool = false, rowCount: Int? = nil,
    hooks: Hooks = Hooks()
  ) throws -> Int? {
    let node = compiled.node
    guard let relation = node.relation else { return nil }
    if !isIncremental, let table = try BulkTable(connection, draft, compiled) {
      return try table.make(fingerprint: fingerprint)
    }
    return try connection.transaction {
      try hooks.pre()
      let rows: Int?
      switch compiled.storedKind {
      case .view:
        try connection.drop(relation)
        try createView(compiled, relation)
        rows = nil
      case .table:
        rows =
          isIncremental
          ? try IncrementalUpdate(connection: connection, compiled: compiled, relation: relation)
            .run(rowCount: rowCount)
          : try createTable(compiled, relation)
        try ContractCheck(node: node).checkValues(in: relation, connection)
        try TableIndexes(connection: connection, relation: relation, configs: node.config.indexes).reconcile()
      }
      try hooks.post()
      let hash =
        compiled.storedKind == .table
        ? try? connection.exactHash(ofTable: relation.name, inSchema: relation.layer.schemaName) : nil
      try RelationCatalog(connection).record(
        RelationRecord(
          relation: relation, uniqueID: node.uniqueID, kind: compiled.storedKind, fingerprint: fingerprint,
          rowCount: rows, exactHash: hash?.description))
      return rows
    }
  }

  /// Brings the table of a snapshot up to date, in one transaction with what the catalog notes of it.
  ///
  /// - Returns: its rows.
  func snapshot(_ compiled: CompiledNode, fingerprint: String, isThere: Bool, hooks: Hooks) throws -> Int? {
    let node = compiled.node
    guard let relation = node.relation else { return nil }
    return try connection.transaction {
      try hooks.pre()
      let rows = try SnapshotUpdate(connection, compiled, relation, now: .now()).run(isThere: isThere)
      try TableIndexes(connection: connection, relation: relation, configs: node.config.indexes).reconcile()
      try hooks.post()
      let hash = try? connection.exactHash(ofTable: relation.name, inSchema: relation.layer.schemaName)
      try RelationCatalog(connection).record(
        RelationRecord(
          relation: relation, uniqueID: node.uniqueID, kind: .table, fingerprint: fingerprint, rowCount: rows,
          exactHash: hash?.description))
      return rows
    }
  }

  /// The old table stays until the new one is full: its pages need no journal then, and the query may read it.
  private func createTable(_ compiled: CompiledNode, _ relation: Relation) throws -> Int {
    let temporary = Relation(layer: relation.layer, name: "\(relation.name)__dbt_tmp")
    try connection.drop(temporary)
    let rowCount = try ResultTable(connection, compiled).fill(temporary.sql)
    try connection.drop(relation)
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
}

/// A new table with the columns and rows of a model's query.
struct ResultTable {
  let connection: Connection
  let compiled: CompiledNode
  /// The query's columns with the types that the project declares.
  let columns: [(name: String, type: ColumnType?)]

  init(_ connection: Connection, _ compiled: CompiledNode) throws {
    self.connection = connection
    self.compiled = compiled
    let types = Dictionary(
      compiled.node.declaredColumns.map { ($0.name.lowercased(), $0.type) },
      uniquingKeysWith: { first, _ in first })
    do {
      columns = try connection.prepare(compiled.sql).columnNames.map { ($0, types[$0.lowercased()]) }
    } catch {
      throw compiled.diagnostic(for: error)
    }
  }

  /// The statement that makes the table.
  ///
  /// - Parameters:
  ///   - name: the table as SQL has it.
  ///   - definition: what the model's contract adds.
  func createStatement(_ name: String, _ definition: ContractCheck.Definition = .init()) -> String {
    let parts = columns.map { column in
      [
        SQLIdentifier(column.name).quoted, column.type?.sqliteName,
        definition.columns[column.name.lowercased()],
      ].compactMap { $0 }.joined(separator: " ")
    }
    return "create table \(name) (\((parts + definition.table).joined(separator: ", ")))"
  }

  /// Makes the table and fills it; returns the number of its rows.
  ///
  /// - Parameters:
  ///   - name: the table as SQL has it.
  ///   - isTemporary: whether it is a table of the connection alone, which needs no constraints.
  func fill(_ name: String, isTemporary: Bool = false) throws -> Int {
    let contract = ContractCheck(node: compiled.node)
    do {
      try connection.execute(
        createStatement(name, isTemporary ? ContractCheck.Definition() : contract.definition))
    } catch {
      throw compiled.diagnostic(for: error, prefix: .max)
    }
    let head = "insert into \(name)\n"
    do {
      try connection.run(head + compiled.sql)
    } catch {
      let translated = contract.translated(error)
      throw translated is SQLiteError
        ? compiled.diagnostic(for: error, prefix: head.utf8.count) : translated
    }
    return connection.changedRowCount
  }
}
