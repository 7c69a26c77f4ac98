import Diagnostics
import Files

extension Warehouse {
  /// Makes another build the published one. Needs the lock; takes milliseconds.
  ///
  /// - Parameter id: a build's id or the beginning of one; nil for the newest that is older than the current.
  /// - Returns: the build that is now published.
  package func rollback(to id: String?, holding lock: borrowing WarehouseLock) throws -> Build {
    let target: Build
    if let id {
      target = try build(id)
    } else {
      guard let current = try currentBuild() else {
        throw StorageError(
          .nothingPublished, "nothing is published in '\(path)'",
          hints: [
            "`reelhouse build` publishes a finished draft",
            "`reelhouse rollback ID` publishes a build by its id",
          ])
      }
      guard let previous = try builds().first(where: { $0.id < current.id }) else {
        throw StorageError(
          .buildNotFound, "there is no build older than the published '\(current.id)'",
          hints: ["`reelhouse builds` lists them all"])
      }
      target = previous
    }
    _ = try target.record()
    for layer in Layer.allCases {
      if try LayerFile.condition(of: target.file(layer)) == .frozen { continue }
      throw StorageError(
        .buildDamaged, "the build '\(target.id)' has no sound \(layer.fileName)",
        hints: ["`reelhouse builds --verify` says which builds are sound"])
    }
    try FileSystem.replaceLink(currentLink, target: "builds/\(target.id)")
    try FileSystem.synchronize(path)
    return target
  }

  /// Removes the builds beyond the newest `keptBuildCount`, but for the published one, those that a remote was at when
  /// it was last seen, and those that are being read.
  func retain() throws {
    let current = try currentBuild()?.id
    let pinned = RemotePins(self).builds
    for build in try builds().dropFirst(keptBuildCount)
    where build.id != current && !pinned.contains(build.id) {
      guard let lock = try FileLock(trying: build.path, mode: .exclusive, createsFile: false) else {
        continue
      }
      // Renamed first, so that no reader ever finds half of it under its own name.
      let doomed = Path.join(buildsPath, "\(Self.temporaryPrefix)removed-\(build.id)")
      try FileSystem.rename(build.path, to: doomed)
      try FileSystem.removeTree(doomed)
      _ = consume lock
    }
  }

  /// Publishes a build that was just brought here, and removes what retention keeps no longer.
  package func publish(_ build: Build, holding lock: borrowing WarehouseLock) throws {
    _ = try rollback(to: build.id, holding: lock)
    try retain()
  }

  /// Reads every file of a build and compares it with what `build.json` says.
  ///
  /// - Returns: what does not agree, in words; empty for a sound build.
  package func verify(_ build: Build) throws -> [String] {
    var faults: [String] = []
    for layer in try build.record().layers {
      let path = build.file(layer.layer)
      guard let status = try FileSystem.status(path) else {
        faults.append("\(layer.layer.fileName) is missing")
        continue
      }
      if status.byteCount != layer.byteCount {
        faults.append("\(layer.layer.fileName) has \(status.byteCount) bytes, not \(layer.byteCount)")
      } else if try Digest.sha256(fileAt: path) != layer.sha256 {
        faults.append("\(layer.layer.fileName) has another SHA-256 than when it was published")
      }
    }
    return faults
  }
}
