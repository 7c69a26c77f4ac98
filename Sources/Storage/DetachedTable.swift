import Files
import SQLite

/// A new table of a layer, in a file of its own: one thread writes it, whatever others do to the layer meanwhile, and
/// `LayerWriter.adopt` puts it into the layer, page by page.
///
/// The file goes with the value.
package final class DetachedTable {
  package let relation: Relation
  package let definition: TableDefinition
  /// What was written; nil as long as nothing was.
  package private(set) var summary: TableSummary?
  private let path: String
  private let options: DatabaseFileWriter.Options

  /// - Parameter relation: no other detached table of the draft has that name.
  package init(_ draft: Draft, _ relation: Relation, _ definition: TableDefinition) throws {
    self.relation = relation
    self.definition = definition
    let layerPath = draft.warehouse.draftFile(relation.layer)
    path = Path.join(
      draft.warehouse.draftPath,
      "\(Warehouse.temporaryPrefix)\(relation.layer.schemaName)-\(Digest.sha256(relation.name.lowercased()).prefix(16))"
    )
    var options = DatabaseFileWriter.Options()
    options.pageSize = try DatabaseFileExtension.pageSize(of: layerPath)
    options.isDurable = false
    self.options = options
  }

  deinit {
    try? FileSystem.remove(path)
  }

  /// Writes all rows: what `fill` appends.
  package func write(_ fill: (inout TableWriter) throws -> Void) throws {
    try FileSystem.remove(path)
    var file = try DatabaseFileWriter(path: path, options: options)
    var table = file.makeTable(definition)
    try fill(&table)
    let summary = try table.finish()
    try file.finish()
    self.summary = summary
  }

  /// Copies the table with its indexes.
  func copy(to file: inout DatabaseFileExtension) throws {
    let connection = try Connection(path: path, access: .readOnly, isImmutable: true)
    let source = try BTreeCopy(path: path)
    for table in try CopiedTable.all(in: connection) { try file.copyTable(table, from: source) }
  }
}
