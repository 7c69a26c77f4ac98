import SQLite
import Storage

/// Brings what the catalogs note of tables up to date that SQL has changed beside the node that made them: of hooks, of
/// operations.
enum ChangedTables {
  /// - Returns: whether any of them has a record.
  static func refresh(_ relations: Set<Relation>, _ connection: Connection) throws -> Bool {
    var hasRecord = false
    let catalog = RelationCatalog(connection)
    for relation in relations.sorted() {
      guard var record = try catalog.record(of: relation), record.kind == .table else { continue }
      hasRecord = true
      let schema = relation.layer.schemaName
      record.exactHash = (try? connection.exactHash(ofTable: relation.name, inSchema: schema))?.description
      record.rowCount = Int(try connection.integer("select count(*) from \(relation.sql)"))
      // What was seen of the columns while they were written is so no more.
      record.columns = nil
      try catalog.record(record)
    }
    return hasRecord
  }
}
