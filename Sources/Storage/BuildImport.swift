import Diagnostics
import Files
import SQLite

/// A build that comes from elsewhere, table by table. Nobody sees it before `finish`; without that it leaves no trace.
package final class BuildImport {
  package let id: String
  private let warehouse: Warehouse
  private let folder: String
  private var isFinished = false

  /// Begins a build with three empty layers.
  ///
  /// - Parameter id: a build's id, which the warehouse has not.
  package init(_ id: String, holding lock: borrowing WarehouseLock) throws {
    self.id = id
    warehouse = lock.warehouse
    folder = Path.join(warehouse.buildsPath, "\(Warehouse.temporaryPrefix)\(id)")
    try FileSystem.removeTree(folder)
    try FileSystem.createDirectory(folder)
    for layer in Layer.allCases { try LayerFile.create(at: Path.join(folder, layer.fileName)) }
  }

  deinit {
    if !isFinished { try? FileSystem.removeTree(folder) }
  }

  /// Begins to fill a layer; once each.
  package func fill(_ layer: Layer) throws -> LayerImport {
    try LayerImport(path: Path.join(folder, layer.fileName))
  }

  /// Checks and freezes the layers and gives the build its name.
  ///
  /// - Parameters:
  ///   - record: what `build.json` says but for the layers.
  ///   - artifacts: further files of the build, by name.
  package func finish(_ record: BuildRecord, artifacts: [String: [UInt8]]) throws -> Build {
    var record = record
    record.layers = try Layer.allCases.map { layer in
      let path = Path.join(folder, layer.fileName)
      try LayerCheck(path: path, layer: layer).run()
      try LayerFile.freeze(path)
      return BuildRecord.LayerRecord(
        layer: layer, byteCount: try FileSystem.status(path)?.byteCount ?? 0,
        sha256: try Digest.sha256(fileAt: path))
    }
    var files = artifacts
    files[BuildRecord.fileName] = try JSON.bytes(record, isPretty: true)
    for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
      try FileSystem.write(bytes, to: Path.join(folder, name), mode: 0o444)
    }
    try FileSystem.synchronize(folder)
    let build = Build(id: id, path: Path.join(warehouse.buildsPath, id))
    try FileSystem.rename(folder, to: build.path)
    isFinished = true
    try FileSystem.synchronize(warehouse.buildsPath)
    return build
  }
}

/// A layer of a build in the making.
package struct LayerImport: ~Copyable {
  private let path: String
  private var file: DatabaseFileExtension

  /// Begins a layer in a file of its own, outside of any build.
  package init(creating path: String) throws {
    try LayerFile.create(at: path)
    try self.init(path: path)
  }

  fileprivate init(path: String) throws {
    self.path = path
    file = try DatabaseFileExtension(path: path)
  }

  /// Begins a table.
  package mutating func makeTable(_ definition: TableDefinition) -> TableWriter { file.makeTable(definition) }

  /// Enters the tables, all of which must be finished, and then what statements make: indexes, views, records.
  package consuming func commit(_ complete: (Connection) throws -> Void) throws {
    let path = path
    let added = try file.finish()
    let connection = try Connection(path: path, access: .readWrite)
    // The file is synchronized as a whole when it is frozen.
    try connection.execute("pragma synchronous = off; pragma temp_store = file; pragma cache_size = -8000")
    try added.register(through: connection, schema: "main", complete: { try complete(connection) })
  }
}
