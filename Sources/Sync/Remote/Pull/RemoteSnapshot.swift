import Diagnostics
import Files
import Parquet
import SQLite
import Storage

/// A build of a remote as layers of SQLite that can be compared with those of another: all that it has is recorded with
/// its hash, and the rows of some tables and views are there, fetched by ranges.
///
/// The files go with the value.
package final class RemoteSnapshot {
  package let manifest: RemoteManifest
  private let folder: String

  /// - Parameters:
  ///   - relations: those whose rows are needed.
  ///   - parent: a folder of ours in which files may lie.
  package init(
    _ remote: Remote, _ manifest: RemoteManifest, rowsOf relations: Set<Relation>, in parent: String
  ) throws {
    self.manifest = manifest
    folder = Path.join(
      parent, "\(FileSystem.temporaryPrefix)snapshot-\(String(UInt64.random(in: 0 ... .max), radix: 36))")
    try FileSystem.createDirectory(folder, mode: 0o700)
    do {
      for layer in Layer.allCases { try fill(layer, remote, relations) }
    } catch {
      try? FileSystem.removeTree(folder)
      throw error
    }
  }

  deinit { try? FileSystem.removeTree(folder) }

  package func file(_ layer: Layer) -> String { Path.join(folder, layer.fileName) }

  private func fill(_ layer: Layer, _ remote: Remote, _ wanted: Set<Relation>) throws {
    let tables = manifest.tables.filter { $0.layer == layer && $0.kind != .auxiliary }
    let shapes = try ViewShapes(manifest.tables.filter { $0.layer == layer })
    var target = try LayerImport(creating: file(layer))
    var records: [RelationRecord] = []
    for table in tables {
      var hash = table.exactHash
      if wanted.contains(table.relation) {
        let definition = try TableDefinition(sql: table.kind == .view ? shapes.tableSQL(table) : table.sql)
        var writer = target.makeTable(definition)
        let loader = TableLoader(table: table, build: manifest.build.id)
        let corrections = try table.corrections.map { try FileReader(RemoteBytes(remote, $0)) }
        try loader.load(
          files: table.objects.map { object in { try FileReader(RemoteBytes(remote, object)) } },
          corrections: corrections, into: &writer)
        let summary = try writer.finish()
        if table.kind == .table { try loader.check(summary) }
      } else if table.kind == .view {
        continue
      }
      if table.kind == .view { hash = nil }
      records.append(
        RelationRecord(
          relation: table.relation, uniqueID: table.name, kind: .table, fingerprint: "",
          rowCount: table.rowCount, exactHash: hash))
    }
    try target.commit { connection in
      for record in records { try RelationCatalog(connection).record(record, inSchema: "main") }
    }
  }
}

/// The types that the columns of a layer's views have by SQLite's lights, without any row.
private struct ViewShapes {
  private let connection: Connection

  init(_ tables: [RemoteManifest.Table]) throws {
    connection = try Connection(path: ":memory:", access: .create)
    for table in tables where table.kind != .view { try connection.run(table.sql) }
    for table in tables where table.kind == .view { try connection.run(table.sql) }
  }

  /// The statement that makes a table in the shape of a view.
  func tableSQL(_ view: RemoteManifest.Table) throws -> String {
    let statement = try connection.prepare("select * from \(view.relation.unqualifiedSQL)")
    let columns = (0..<statement.columnCount).map { index in
      let name = SQLIdentifier(statement.columnName(index)).quoted
      return statement.declaredType(index).map { "\(name) \($0)" } ?? name
    }
    return "create table \(view.relation.unqualifiedSQL)(\(columns.joined(separator: ", ")))"
  }
}
