import Diagnostics
import Files
import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a table became when it was exported.
struct ExportedTable: Sendable, Codable, Equatable {
  var rowCount: Int
  var contentHash: String?
  var objects: [RemoteManifest.Object]
  var corrections: RemoteManifest.Object?

  var allObjects: [RemoteManifest.Object] { objects + (corrections.map { [$0] } ?? []) }

  init(
    rowCount: Int, contentHash: String?, objects: [RemoteManifest.Object], corrections: RemoteManifest.Object?
  ) {
    self.rowCount = rowCount
    self.contentHash = contentHash
    self.objects = objects
    self.corrections = corrections
  }

  init(_ table: RemoteManifest.Table) {
    self.init(
      rowCount: table.rowCount, contentHash: table.contentHash, objects: table.objects,
      corrections: table.corrections)
  }
}

/// `warehouse/push/`: files that were exported and not sent yet, and what every export became, so that nothing is
/// exported twice. Losing it costs time and nothing else.
///
/// Sendable: it holds paths; changes are made under a lock between processes and threads.
struct ExportCache: Sendable {
  private let folder: String
  private var objectsPath: String { Path.join(folder, "objects") }
  private var indexPath: String { Path.join(folder, "exports.json") }
  private static let entryLimit = 5000

  private struct Index: Codable {
    var formatVersion = 1
    var exports: [String: Entry] = [:]
  }

  private struct Entry: Codable {
    var table: ExportedTable
    var exportedAt: String
  }

  init(_ warehouse: Warehouse) throws {
    folder = Path.join(warehouse.path, "push")
    try FileSystem.createDirectory(folder, mode: 0o700)
    try FileSystem.createDirectory(objectsPath, mode: 0o700)
    try sweep()
  }

  /// Removes what killed commands left in the making a day ago or earlier.
  private func sweep() throws {
    let limit = Timestamp.now().microseconds - 24 * 3600 * 1_000_000
    for parent in [folder, objectsPath] {
      for name in try FileSystem.list(parent) where name.hasPrefix(FileSystem.temporaryPrefix) {
        let path = Path.join(parent, name)
        guard let status = try FileSystem.status(path), status.modifiedNanoseconds / 1000 < limit else {
          continue
        }
        try FileSystem.removeTree(path)
      }
    }
  }

  // MARK: Files

  /// The file of an object, there or not.
  func path(_ object: RemoteManifest.Object) -> String { Path.join(objectsPath, object.sha256) }

  /// Whether the file of an object is there. Its bytes are checked when they are sent.
  func has(_ object: RemoteManifest.Object) -> Bool {
    (try? FileSystem.status(path(object)))??.byteCount == object.byteCount
  }

  /// A path for a file in the making.
  func temporaryPath() -> String {
    Path.join(objectsPath, "\(FileSystem.temporaryPrefix)\(String(UInt64.random(in: 0 ... .max), radix: 36))")
  }

  /// Holds what is there against `clear` as long as the lock lives.
  func hold() throws -> FileLock {
    let path = Path.join(folder, "in-use")
    while true {
      if let lock = try FileLock(trying: path, mode: .shared, createsFile: true) { return lock }
      usleep(5000)
    }
  }

  /// Removes all files, if nobody else works with them.
  func clear() throws {
    guard
      let lock = try FileLock(
        trying: Path.join(folder, "in-use"), mode: .exclusive, createsFile: true)
    else { return }
    for name in try FileSystem.list(objectsPath) { try FileSystem.remove(Path.join(objectsPath, name)) }
    _ = consume lock
  }

  // MARK: The index

  /// All exports by their keys. An unreadable index counts as none.
  func exports() -> [String: ExportedTable] { read().exports.mapValues(\.table) }

  private func read() -> Index {
    guard let bytes = try? FileSystem.read(indexPath),
      let index = try? JSON.decode(Index.self, from: bytes), index.formatVersion == 1
    else { return Index() }
    return index
  }

  func add(_ table: ExportedTable, key: String) throws {
    let lock = try takeIndexLock()
    var index = read()
    index.exports[key] = Entry(table: table, exportedAt: Timestamp.now().iso8601)
    if index.exports.count > Self.entryLimit {
      let oldest = index.exports.sorted { ($0.value.exportedAt, $0.key) < ($1.value.exportedAt, $1.key) }
      for entry in oldest.prefix(index.exports.count - Self.entryLimit) {
        index.exports[entry.key] = nil
      }
    }
    try FileSystem.write(try JSON.bytes(index), to: indexPath, mode: 0o600, isDurable: false)
    _ = consume lock
  }

  private func takeIndexLock() throws -> FileLock {
    while true {
      if let lock = try FileLock(
        trying: Path.join(folder, "index-lock"), mode: .exclusive, createsFile: true)
      {
        return lock
      }
      usleep(2000)
    }
  }
}
