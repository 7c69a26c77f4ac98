import SQLite
import Storage

/// The source tables that a draft has, and their columns. A source may also name what a seed or model has made.
package struct LoadedSources: Sendable {
  package let uniqueIDs: Set<String>
  /// The fingerprint of the declared schema that each was loaded with, by unique id.
  package let schemas: [String: String]
  /// The columns of each, by unique id.
  package let columns: [String: [String]]

  package init(_ draft: Draft, _ manifest: Manifest) throws {
    let connection = try draft.connect(writing: [])
    let records = Dictionary(
      try RelationCatalog(connection).records().map { ($0.relation, $0) }, uniquingKeysWith: { _, new in new }
    )
    var schemas: [String: String] = [:]
    var columns: [String: [String]] = [:]
    for node in manifest.nodes(of: .source) {
      guard let relation = node.relation, let record = records[relation] else { continue }
      if let load = record.load { schemas[node.uniqueID] = load.schemaFingerprint }
      columns[node.uniqueID] = try connection.prepare("select * from \(relation.sql)").columnNames
    }
    self.schemas = schemas
    self.columns = columns
    uniqueIDs = Set(columns.keys)
  }
}
