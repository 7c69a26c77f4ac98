import Diagnostics
import Threads

/// Asks a remote which objects it has.
struct ObjectPresence: Sendable {
  let remote: Remote
  var threadCount = 4

  /// The objects that the remote has not. One that is there with other bytes, as far as the destination knows without
  /// reading them, is refused.
  func missing(of objects: [RemoteManifest.Object]) throws -> [RemoteManifest.Object] {
    let found = try WorkQueue.run(Array(objects.indices), threadCount: threadCount) { index in
      let object = objects[index]
      guard let key = ObjectKey(object.key) else { throw differs(object) }
      guard let status = try remote.destination.head(key) else { return index as Int? }
      guard status.byteCount == object.byteCount, status.sha256 ?? object.sha256 == object.sha256 else {
        throw differs(object)
      }
      return nil
    }
    return found.compactMap(\.self).sorted().map { objects[$0] }
  }

  func differs(_ object: RemoteManifest.Object) -> SyncError {
    SyncError(
      .remoteObjectDiffers,
      "the remote '\(remote.name)' has other bytes under '\(object.key)' than belong there",
      notes: ["that object never changes: it was damaged, or somebody else wrote it"],
      hints: ["`reelhouse remote verify` finds all such objects; remove them, then push again"])
  }
}
