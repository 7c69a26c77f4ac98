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

  // MARK: At once

  /// Makes the table in place of the old one, in one transaction with what the catalog notes of it.
  ///
  /// - Returns: the number of its rows.
  func make(fingerprint: String) throws -> Int {
    try Self.retrying { withIndexes, keepsDistinct in
      let definition = try definition(withIndexes: withIndexes)
      var layer = try draft.extend(relation.layer)
      var table = layer.makeTable(definition)
      try Self.append(compiled, from: connection, to: &table, keepsDistinct: keepsDistinct)
      return try commit(layer, definition, try table.finish(), fingerprint: fingerprint)
    }
  }

  /// Makes a table in the quickest way, and again in one that always works where the rows are not made for that.
  private static func retrying<Result>(
    _ make: (_ withIndexes: Bool, _ keepsDistinct: Bool) throws -> Result
  ) throws -> Result {
    var withIndexes = true
    var keepsDistinct = false
    while true {
      do {
        return try make(withIndexes, keepsDistinct)
      } catch is DistinctOrderError {
        keepsDistinct = true
      } catch let error as DatabaseFileError where error.isOfMemory && withIndexes {
        withIndexes = false
      }
    }
  }

  // MARK: On another thread

  /// What writes the rows of the model's query, as a snapshot of the draft sees them, to a table aside.
  func work(on snapshot: Connection) throws -> () throws -> DetachedTable {
    let compiled = compiled
    let table = try DetachedTable(draft, relation, try definition())
    let plain = try DetachedTable(draft, relation, try definition(withIndexes: false))
    return {
      try Self.retrying { withIndexes, keepsDistinct in
        let table = withIndexes ? table : plain
        try table.write { try Self.append(compiled, from: snapshot, to: &$0, keepsDistinct: keepsDistinct) }
        return table
      }
    }
  }

  /// Puts a table that was written aside in place of the old one.
  ///
  /// - Returns: the number of its rows.
  func adopt(_ table: DetachedTable, fingerprint: String) throws -> Int {
    guard let summary = table.summary else { preconditionFailure("the table was written") }
    var layer = try draft.extend(relation.layer)
    try layer.adopt(table)
    return try commit(layer, table.definition, summary, fingerprint: fingerprint)
  }

  // MARK: Parts

  private var indexes: TableIndexes {
    TableIndexes(connection: connection, relation: relation, configs: compiled.node.config.indexes)
  }

  /// - Parameter withIndexes: whether the indexes are written in bulk too, for which their keys are sorted in memory;
  ///   what is too much for it SQLite sorts on the disk, when the table is there.
  private func definition(withIndexes: Bool = true) throws -> TableDefinition {
    try TableDefinition(
      sql: result.createStatement(relation.unqualifiedSQL), indexes: withIndexes ? indexes.definitions : [])
  }

  /// - Parameter keepsDistinct: whether the statement runs as it is, since its rows come in no order in which equal ones
  ///   could be left out on the way.
  private static func append(
    _ compiled: CompiledNode, from connection: Connection, to table: inout TableWriter, keepsDistinct: Bool
  ) throws {
    do {
      if !keepsDistinct, let sql = DistinctQuery.withoutDistinct(compiled.sql, connection) {
        try table.append(distinctRowsOf: try connection.prepare(sql))
      } else {
        try table.append(rowsOf: try connection.prepare(compiled.sql))
      }
    } catch let error as SQLiteError {
      throw compiled.diagnostic(for: error)
    }
  }

  private func commit(
    _ layer: consuming LayerWriter, _ definition: TableDefinition, _ summary: TableSummary,
    fingerprint: String
  ) throws -> Int {
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
