import Files
import SQLite

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// All layers of one build, or of the draft, open for reading.
///
/// A build is held with a shared lock on its folder, which retention respects; it is found once, so that a publish
/// in between never mixes two builds.
package struct WarehouseReader: ~Copyable {
  package enum Target: Sendable, Equatable {
    /// The published build; the draft while nothing is published.
    case current
    case draft
    case build(id: String)
  }

  package let connection: Connection
  /// The build that is read, or nil for the draft.
  package let build: Build?
  private let lock: FileLock?

  package init(_ warehouse: Warehouse, _ target: Target = .current) throws {
    var target = target
    if target == .current, try warehouse.currentBuild() == nil { target = .draft }
    if target == .draft {
      guard warehouse.hasDraft else { throw Self.empty(warehouse) }
      connection = try Self.connect(toDraftOf: warehouse)
      build = nil
      lock = nil
    } else {
      let held = try Self.hold(target, of: warehouse)
      let build = held.build
      try build.refuseNewerFormat()
      connection = try Self.connect(isImmutable: true) { build.file($0) }
      self.build = build
      lock = held.lock
    }
  }

  private struct HeldBuild: ~Copyable {
    let build: Build
    let lock: FileLock?
  }

  /// Finds a build and locks its folder. In between retention may remove it: then it looks again.
  private static func hold(_ target: Target, of warehouse: Warehouse) throws -> HeldBuild {
    for _ in 0..<100 {
      let found =
        if case .build(let id) = target { try warehouse.build(id) } else { try warehouse.currentBuild() }
      guard let build = found else { break }
      guard let lock = try? FileLock(trying: build.path, mode: .shared, createsFile: false) else { continue }
      guard let named = try FileSystem.status(build.path), try lock.status().isSameFile(as: named) else {
        continue
      }
      return HeldBuild(build: build, lock: lock)
    }
    throw StorageError(
      .nothingPublished, "the published build of '\(warehouse.path)' cannot be opened",
      hints: ["`reelhouse status` says what there is"])
  }

  /// Begins to read all layers at once, so that what is read belongs together and no lock is asked for later. The
  /// moment in which a writer's journal looks as if it were left over passes by itself.
  private static func takeSnapshot(_ connection: Connection) throws {
    let reads = Layer.allCases.map { "select count(*) from \($0.schemaName).sqlite_schema;" }.joined()
    var attempts = 0
    while true {
      do {
        return try connection.execute("begin; \(reads)")
      } catch {
        attempts += 1
        guard error.code == .sqlBusy, attempts < 100 else { throw error }
      }
      try? connection.execute("rollback")
      usleep(20_000)
    }
  }

  private static func empty(_ warehouse: Warehouse) -> StorageError {
    StorageError(
      .draftEmpty, "there is nothing in the warehouse '\(warehouse.path)' yet",
      hints: ["load an archive with `reelhouse ingest archive.zip`, then run `reelhouse build`"])
  }

  private static func connect(toDraftOf warehouse: Warehouse) throws -> Connection {
    // Where that fails, for want of the right to write, the connection says what is amiss.
    for layer in Layer.allCases { try? LayerFile.settle(warehouse.draftFile(layer)) }
    let connection = try connect(isImmutable: false) { warehouse.draftFile($0) }
    connection.setBusyTimeout(milliseconds: 10_000)
    try takeSnapshot(connection)
    return connection
  }

  private static func connect(isImmutable: Bool, _ file: (Layer) -> String) throws -> Connection {
    let connection = try Connection(path: file(.main), access: .readOnly, isImmutable: isImmutable)
    for layer in Layer.allCases where layer != .main {
      try connection.attach(file(layer), as: layer.schemaName, access: .readOnly, isImmutable: isImmutable)
    }
    return connection
  }
}
