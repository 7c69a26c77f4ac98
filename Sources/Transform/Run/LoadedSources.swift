import SQLite
import Storage

/// The source tables that a draft has, and their columns.
package struct LoadedSources: Sendable {
  package let uniqueIDs: Set<String>
  /// The fingerprint of the declared schema that each was loaded with, by unique id.
  package let schemas: [String: String]
  /// The columns of each, by unique id.
  package let columns: [String: [String]]

  package init(_ draft: Draft) throws {
    let connection = try draft.connect(writing: [])
    let records = try RelationCatalog(connection).records(in: .raw)
    uniqueIDs = Set(records.map(\.uniqueID))
    schemas = Dictionary(
      records.compactMap { record in record.load.map { (record.uniqueID, $0.schemaFingerprint) } },
      uniquingKeysWith: { first, _ in first })
    var columns: [String: [String]] = [:]
    for record in records {
      columns[record.uniqueID] = try connection.prepare("select * from \(record.relation.sql)").columnNames
    }
    self.columns = columns
  }
}
