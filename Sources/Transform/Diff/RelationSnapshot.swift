import Files
import SQLite
import Storage

/// The rows that some relations of the draft had, kept aside so that what a run makes of them can be compared.
package final class RelationSnapshot {
  private let project: Project
  private let warehouse: Warehouse
  private let folder: String
  private let relations: Set<Relation>

  /// Copies the relations of nodes; nil where there is nothing to copy.
  package init?(_ project: Project, _ warehouse: Warehouse, of ids: Set<String>) throws {
    let relations = Set(ids.compactMap { project.manifest.nodes[$0]?.relation })
    guard !relations.isEmpty, warehouse.hasDraft else { return nil }
    self.project = project
    self.warehouse = warehouse
    self.relations = relations
    // Not in the warehouse, where the next command would clear it away.
    folder = Path.join(project.targetPath, ".snapshot-\(UInt64.random(in: 0 ... .max))")
    try FileSystem.createDirectory(folder)
    do {
      try copy()
    } catch {
      try? FileSystem.removeTree(folder)
      throw error
    }
  }

  deinit { try? FileSystem.removeTree(folder) }

  private func path(of layer: Layer) -> String { Path.join(folder, layer.fileName) }

  private func copy() throws {
    let reader = try WarehouseReader(warehouse, .draft)
    let records = try RelationCatalog(reader.connection).records().filter { relations.contains($0.relation) }
    for layer in Layer.allCases {
      let connection = try Connection(path: path(of: layer), access: .create)
      try connection.execute("pragma synchronous = off; pragma journal_mode = off")
      try RelationCatalog(connection).create(inSchema: "main")
      try connection.attach(warehouse.draftFile(layer), as: "draft", access: .readOnly)
      connection.setBusyTimeout(milliseconds: 10_000)
      for record in records where record.relation.layer == layer {
        let name = record.relation.unqualifiedSQL
        let statement = try connection.prepare("select * from draft.\(name)")
        let columns = (0..<statement.columnCount).map { index in
          let column = SQLIdentifier(statement.columnName(index)).quoted
          return statement.declaredType(index).map { "\(column) \($0)" } ?? column
        }
        try connection.execute("create table main.\(name) (\(columns.joined(separator: ", ")))")
        try connection.run("insert into main.\(name) select * from draft.\(name)")
        try RelationCatalog(connection).record(record, inSchema: "main")
      }
    }
  }

  /// How some of the relations differ from what they were.
  package func compare(_ made: Set<Relation>, sampleCount: Int = 5) throws -> [RelationDifference] {
    func side(_ name: String, _ path: (Layer) -> String) -> WarehouseComparison.Side {
      WarehouseComparison.Side(
        name: name, files: Dictionary(uniqueKeysWithValues: Layer.allCases.map { ($0, path($0)) }),
        isImmutable: false)
    }
    let options = WarehouseComparison.Options(
      sampleCount: sampleCount, keys: PrimaryKeys(project.manifest).byRelation(of: project.manifest),
      relations: made.intersection(relations))
    return try WarehouseComparison(
      old: side("before", path), new: side("draft", warehouse.draftFile), options: options
    ).run()
  }
}
