import Diagnostics
import SQLite
import Storage

/// A model's table and its indexes, written as pages behind the end of its layer's file: rows go from the query to the
/// pages without statements in between, and are seen, counted and hashed on the way.
struct BulkTable {
  private let connection: Connection
  private let draft: Draft
  private let compiled: CompiledNode
  private let relation: Relation
  private let result: ResultTable

  /// nil for a model that has to be made by statements: its hooks belong to the transaction that writes its rows, or its
  /// contract has constraints that SQLite checks.
  init?(_ connection: Connection, _ draft: Draft, _ compiled: CompiledNode) throws {
    let config = compiled.node.config
    guard let relation = compiled.node.relation, compiled.storedKind == .table, config.preHooks.isEmpty,
      config.postHooks.isEmpty, !config.isContractEnforced
    else { return nil }
    self.connection = connection
    self.draft = draft
    self.compiled = compiled
    self.relation = relation
    result = try ResultTable(connection, compiled)
  }

  /// Makes the table in place of the old one, in one transaction with what the catalog notes of it.
  ///
  /// - Returns: the number of its rows.
  func make(fingerprint: String) throws -> Int {
    let indexes = TableIndexes(
      connection: connection, relation: relation, configs: compiled.node.config.indexes)
    do {
      return try make(fingerprint, indexes, inBulk: indexes.definitions)
    } catch let error as DatabaseFileError where error.isOfMemory {
      // The writer sorts keys in memory; what is too much for it SQLite sorts on the disk.
      return try make(fingerprint, indexes, inBulk: [])
    }
  }

  private func make(
    _ fingerprint: String, _ indexes: TableIndexes, inBulk definitions: [IndexDefinition]
  ) throws -> Int {
    let definition = try TableDefinition(
      sql: result.createStatement(relation.unqualifiedSQL), indexes: definitions)
    var layer = try draft.extend(relation.layer)
    var table = layer.makeTable(definition)
    do {
      try table.append(rowsOf: try connection.prepare(compiled.sql))
    } catch let error as SQLiteError {
      throw compiled.diagnostic(for: error)
    }
    let summary = try table.finish()
    try layer.commit(through: connection) { connection, _ in
      try indexes.reconcile()
      try RelationCatalog(connection).record(
        RelationRecord(
          relation, uniqueID: compiled.node.uniqueID, fingerprint: fingerprint, definition: definition,
          summary: summary))
    }
    return summary.rowCount
  }
}
