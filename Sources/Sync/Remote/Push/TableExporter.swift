import Diagnostics
import Files
import Parquet
import SQLite
import Storage

/// Exports tables of a build to the cache: one Parquet file each, and one of corrections where there are any.
struct TableExporter: Sendable {
  let cache: ExportCache

  /// - Parameter connection: has all layers of the build attached; used for views.
  func export(_ table: BuildInventory.Table, _ connection: () throws -> Connection) throws -> ExportedTable {
    var properties = BuildInventory.properties
    properties.keyValues = [
      KeyValue("reelhouse.layer", table.relation.layer.schemaName),
      KeyValue("reelhouse.table", table.relation.name),
    ]
    if let hash = table.exactHash { properties.keyValues.append(KeyValue("reelhouse.exact_hash", hash)) }
    do {
      let exported = try write(table, properties, connection)
      try cache.add(exported, key: table.exportKey)
      return exported
    } catch let error as ParquetError {
      throw error.diagnostic.noting("while \(table.relation) was exported")
    } catch let error as SyncError {
      throw error.diagnostic.noting("while \(table.relation) was exported")
    }
  }

  private func write(
    _ table: BuildInventory.Table, _ properties: WriterProperties, _ connection: () throws -> Connection
  ) throws -> ExportedTable {
    let item = table.item
    let file = try CachedFile(cache)
    let corrections = CorrectionFile(cache)
    var finder = CorrectionFinder(item.columns, declaredTypes: table.declaredTypes)
    var hasher = try ContentHasher(item.columns.map(\.parquet))
    var writer = try FileWriter(
      file.sink, schema: Schema(item.columns.map(\.parquet)), properties: properties)
    try RowSource.read(item, connection, onCells: { finder.look(at: $0, column: $1) }) { batches in
      // What no node made is not compared with anything, and may hold what has no hash.
      if table.kind != .auxiliary { try hasher.add(batches) }
      let found = finder.takeBatch(rowCount: batches.first?.rowCount ?? 0)
      if !found.isEmpty { try corrections.write(found) }
      try writer.write(batches)
    }
    let rowCount = try writer.close().rowCount
    var object = try file.finish { RemoteLayout.data(table.relation, sha256: $0) }
    object.rowCount = rowCount
    return ExportedTable(
      rowCount: rowCount, contentHash: table.kind == .auxiliary ? nil : hasher.hash.description,
      objects: [object],
      corrections: try corrections.finish { RemoteLayout.exact(table.relation, sha256: $0) })
  }
}

/// A file of the cache, which takes the name of its bytes when it is whole.
private final class CachedFile {
  private let cache: ExportCache
  private let path: String
  let sink: ExportFile

  init(_ cache: ExportCache) throws {
    self.cache = cache
    path = cache.temporaryPath()
    sink = try ExportFile(path, mode: 0o600)
  }

  func finish(_ key: (String) -> ObjectKey) throws -> RemoteManifest.Object {
    let sha256 = try sink.finish()
    let object = RemoteManifest.Object(
      key: key(sha256).text, byteCount: sink.byteCount, sha256: sha256)
    try FileSystem.rename(path, to: cache.path(object))
    return object
  }
}

/// The file of corrections, begun with the first.
private final class CorrectionFile {
  private let cache: ExportCache
  private var file: CachedFile?
  private var writer: CorrectionWriter?

  init(_ cache: ExportCache) { self.cache = cache }

  func write(_ corrections: [Correction]) throws {
    if writer == nil {
      let file = try CachedFile(cache)
      self.file = file
      writer = try CorrectionWriter(file.sink)
    }
    try writer?.write(corrections)
  }

  func finish(_ key: (String) -> ObjectKey) throws -> RemoteManifest.Object? {
    guard let file, let writer = writer.take() else { return nil }
    try writer.close()
    return try file.finish(key)
  }
}
