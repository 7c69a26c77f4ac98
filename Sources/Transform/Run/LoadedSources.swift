import SQLite
import Storage

/// The source tables that a draft has, and their columns.
package struct LoadedSources: Sendable {
  package let uniqueIDs: Set<String>
  /// The columns of each, by unique id.
  package let columns: [String: [String]]

  package init(_ draft: Draft) throws {
    let connection = try draft.connect(writing: [])
    let records = try RelationCatalog(connection).records(in: .raw)
    uniqueIDs = Set(records.map(\.uniqueID))
    var columns: [String: [String]] = [:]
    for record in records {
      columns[record.uniqueID] = try connection.prepare("select * from \(record.relation.sql)").columnNames
    }
    self.columns = columns
  }
}
