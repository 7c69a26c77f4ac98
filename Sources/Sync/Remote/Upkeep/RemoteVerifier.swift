import Diagnostics
import Files
import Parquet
import Storage

/// What was found of a build in a remote.
package struct Verification: Sendable, Codable, Equatable {
  package struct Fault: Sendable, Codable, Equatable {
    /// The object, or nil for a fault of the build as a whole.
    package var key: String?
    package var what: String
  }

  package var build: String
  /// The environments that are at it.
  package var environments: [String]
  package var objectCount = 0
  package var byteCount = 0
  package var rowCount = 0
  package var faults: [Fault] = []

  package var isSound: Bool { faults.isEmpty }
}

/// Looks whether a remote has what its refs and manifests say.
package struct RemoteVerifier {
  private let remote: Remote
  /// Whether only presence and size are looked at.
  private let isQuick: Bool
  private let cache: ExportCache
  /// Objects that were found sound: builds share them.
  private var sound: Set<String> = []
  private let onBytes: (Int) throws -> Void

  /// - Parameters:
  ///   - warehouse: where objects lie while they are read.
  ///   - onBytes: told of bytes that were read; may throw to end the work.
  package init(
    _ remote: Remote, _ warehouse: Warehouse, isQuick: Bool,
    onBytes: @escaping (Int) throws -> Void = { _ in }
  ) throws {
    self.remote = remote
    self.isQuick = isQuick
    self.onBytes = onBytes
    cache = try ExportCache(warehouse)
  }

  /// Verifies the builds that environments are at.
  package mutating func run(environments: [String]) throws -> [Verification] {
    var moves: [(RemoteRef.Move, [String])] = []
    for environment in environments {
      let current = try remote.requiredRef(environment).ref.current
      if let index = moves.firstIndex(where: { $0.0.build == current.build }) {
        moves[index].1.append(environment)
      } else {
        moves.append((current, [environment]))
      }
    }
    return try moves.map { try run($0, $1) }
  }

  private mutating func run(_ move: RemoteRef.Move, _ environments: [String]) throws -> Verification {
    var found = Verification(build: move.build, environments: environments)
    let manifest: RemoteManifest
    do {
      manifest = try remote.manifest(move)
    } catch let error as SyncError {
      found.faults.append(
        Verification.Fault(key: RemoteLayout.manifest(move.build).text, what: error.message))
      return found
    }
    for table in manifest.tables {
      for object in table.allObjects { try check(object, table, &found) }
      found.rowCount += table.kind == .view ? 0 : table.rowCount
    }
    for file in manifest.files { try check(file.object, nil, &found) }
    return found
  }

  private mutating func check(
    _ object: RemoteManifest.Object, _ table: RemoteManifest.Table?, _ found: inout Verification
  ) throws {
    found.objectCount += 1
    found.byteCount += object.byteCount
    if sound.contains(object.key) { return }
    do {
      if let fault = try fault(of: object, table) {
        found.faults.append(Verification.Fault(key: object.key, what: fault))
      } else {
        sound.insert(object.key)
      }
    } catch let error as SyncError {
      found.faults.append(Verification.Fault(key: object.key, what: error.message))
    } catch let error as ParquetError {
      found.faults.append(Verification.Fault(key: object.key, what: error.diagnostic.message))
    }
  }

  /// What is wrong with an object, in words.
  private func fault(of object: RemoteManifest.Object, _ table: RemoteManifest.Table?) throws -> String? {
    guard let key = ObjectKey(object.key), let status = try remote.destination.head(key) else {
      return "it is missing"
    }
    guard status.byteCount == object.byteCount else {
      return "it has \(status.byteCount) bytes, not \(object.byteCount)"
    }
    if isQuick { return nil }
    let path = cache.temporaryPath()
    defer { try? FileSystem.remove(path) }
    try ObjectDownload(remote: remote, build: "").run(object, to: path, onBytes: onBytes)
    guard let table else { return nil }
    return object == table.corrections ? try corrections(path) : try rows(path, object, table)
  }

  private func rows(_ path: String, _ object: RemoteManifest.Object, _ table: RemoteManifest.Table) throws
    -> String?
  {
    let file = try FileReader(path: path)
    guard ParquetShape.isSame(file, table.columns.map(\.parquet)) else { return "it has other columns" }
    guard file.metadata.rowCount == object.rowCount else {
      return "it has \(file.metadata.rowCount) rows, not \(object.rowCount ?? 0)"
    }
    // A table of several files would need their sum.
    guard let expected = table.contentHash, table.objects.count == 1 else { return nil }
    let hash = try ContentHash(of: file).description
    return hash == expected ? nil : "its rows have the content hash \(hash), not \(expected)"
  }

  private func corrections(_ path: String) throws -> String? {
    var reader = try CorrectionReader(FileReader(path: path))
    _ = try reader.take(before: .max)
    return nil
  }
}
