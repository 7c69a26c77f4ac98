import Diagnostics
import Files
import Parquet
import SQLite
import Storage

/// How a pull goes on.
package enum PullEvent: Sendable {
  case received(byteCount: Int)
  case loaded(Relation, rowCount: Int)
}

/// Brings a build from a remote into the warehouse and publishes it under its id: every table has the exact hash that it
/// was pushed with, or nothing is published.
package struct PullRunner {
  package struct Report {
    package var build: Build
    /// Whether the build was in the warehouse already.
    package var wasHere: Bool
  }

  private let warehouse: Warehouse
  private let remote: Remote
  private let onEvent: (PullEvent) throws -> Void

  /// - Parameter onEvent: may throw to end the pull.
  package init(
    _ warehouse: Warehouse, _ remote: Remote, onEvent: @escaping (PullEvent) throws -> Void = { _ in }
  ) {
    self.warehouse = warehouse
    self.remote = remote
    self.onEvent = onEvent
  }

  package func run(_ manifest: RemoteManifest, holding lock: borrowing WarehouseLock) throws -> Report {
    let id = manifest.build.id
    let local = try warehouse.builds().first { $0.id == id }
    if let local {
      var record = try local.record()
      record.layers = []
      guard record == manifest.build else {
        throw SyncError(
          .remoteObjectDiffers, "the warehouse has another build under the id '\(id)'",
          hints: ["look at both: `reelhouse diff \(id)`"])
      }
    }
    let build = try local ?? fetch(manifest, lock)
    try warehouse.publish(build, holding: lock)
    return Report(build: build, wasHere: local != nil)
  }

  private func fetch(_ manifest: RemoteManifest, _ lock: borrowing WarehouseLock) throws -> Build {
    try checkRoom(manifest)
    let folder = Path.join(warehouse.path, "\(FileSystem.temporaryPrefix)pull")
    try FileSystem.removeTree(folder)
    try FileSystem.createDirectory(folder, mode: 0o700)
    defer { try? FileSystem.removeTree(folder) }
    let download = ObjectDownload(remote: remote, build: manifest.build.id)
    let made = try BuildImport(manifest.build.id, holding: lock)
    for layer in Layer.allCases {
      let tables = manifest.tables.filter { $0.layer == layer }
      try LayerFill(manifest: manifest, download: download, folder: folder, onEvent: onEvent)
        .run(tables, made.fill(layer))
    }
    var artifacts: [String: [UInt8]] = [:]
    for file in manifest.files { artifacts[file.name] = try download.bytes(file.object) }
    return try made.finish(manifest.build, artifacts: artifacts)
  }

  private func checkRoom(_ manifest: RemoteManifest) throws {
    let available = try FileSystem.availableBytes(at: warehouse.path)
    guard manifest.byteCount > available else { return }
    throw SyncError(
      .diskFull,
      "the build '\(manifest.build.id)' needs \(manifest.byteCount) bytes at least, and '\(warehouse.path)' has \(available) left",
      hints: ["free some space there; nothing was changed"])
  }
}

/// Fills one layer of a build with what the manifest has of it.
struct LayerFill {
  let manifest: RemoteManifest
  let download: ObjectDownload
  /// Where files lie while they are read.
  let folder: String
  let onEvent: (PullEvent) throws -> Void

  func run(_ tables: [RemoteManifest.Table], _ layer: consuming LayerImport) throws {
    var records: [RelationRecord] = []
    for table in tables where table.kind != .view {
      let definition = try TableDefinition(sql: table.sql)
      let summary = try load(table, definition, &layer)
      if let entry = manifest.build.relations.first(where: { $0.relation == table.relation }) {
        records.append(
          RelationRecord(
            table.relation, uniqueID: entry.uniqueID, fingerprint: entry.fingerprint, load: entry.load,
            definition: definition, summary: summary))
      }
      try onEvent(.loaded(table.relation, rowCount: summary.rowCount))
    }
    for entry in manifest.build.relations
    where entry.kind == .view && tables.contains(where: { $0.relation == entry.relation }) {
      records.append(
        RelationRecord(
          relation: entry.relation, uniqueID: entry.uniqueID, kind: .view, fingerprint: entry.fingerprint,
          rowCount: nil))
    }
    try layer.commit { connection in
      for table in tables where !table.indexes.isEmpty {
        for index in table.indexes { try connection.run(index) }
        try connection.execute("analyze main.\(table.relation.unqualifiedSQL)")
      }
      // SQLite looks at what a view reads when it is used, so any order will do.
      for view in tables where view.kind == .view { try connection.run(view.sql) }
      for record in records { try RelationCatalog(connection).record(record, inSchema: "main") }
    }
  }

  private func load(
    _ table: RemoteManifest.Table, _ definition: TableDefinition, _ layer: inout LayerImport
  ) throws -> TableSummary {
    func fetch(_ object: RemoteManifest.Object) throws -> String {
      let path = Path.join(folder, object.sha256)
      try FileSystem.remove(path)
      try download.run(object, to: path) { try onEvent(.received(byteCount: $0)) }
      return path
    }
    let loader = TableLoader(table: table, build: manifest.build.id)
    var paths: [String] = []
    defer { for path in paths { try? FileSystem.remove(path) } }
    for object in table.allObjects { paths.append(try fetch(object)) }
    let files = paths.prefix(table.objects.count).map { path in { try FileReader(path: path) } }
    let corrections = table.corrections == nil ? nil : try paths.last.map { try FileReader(path: $0) }
    var writer = layer.makeTable(definition)
    do {
      try loader.load(files: files, corrections: corrections, into: &writer)
    } catch let error as ParquetError {
      throw error.diagnostic.noting("while \(table.relation) was pulled")
    }
    let summary = try writer.finish()
    try loader.check(summary)
    return summary
  }
}
