import Diagnostics
import Storage

/// Moves an environment back to a build that it was at, or to any other that is whole in the remote.
package struct RemoteRollback {
  private let remote: Remote
  private let environment: String
  private let machine: String
  private let pushID: String

  package init(_ remote: Remote, environment: String, pushID: String, machine: String = Machine.name) {
    self.remote = remote
    self.environment = environment
    self.pushID = pushID
    self.machine = machine
  }

  /// - Parameter id: a build's id or the beginning of one; nil for the one that the environment was at before.
  /// - Returns: where the environment was, and where it is now.
  package func run(to id: String?, onWait: (String) -> Void = { _ in }) throws -> (
    from: RemoteRef.Move, to: RemoteRef.Move
  ) {
    let locks = RemoteLocks(remote: remote, machine: machine)
    try locks.announce(pushID, onWait: onWait)
    do {
      let moves = try move(to: id)
      try locks.withdraw(pushID)
      return moves
    } catch {
      try? locks.withdraw(pushID)
      throw error
    }
  }

  private func move(to id: String?) throws -> (from: RemoteRef.Move, to: RemoteRef.Move) {
    let stored = try remote.requiredRef(environment)
    let current = stored.ref.current
    let target = try target(id, stored.ref)
    guard target != current.build else {
      throw SyncError(
        .invalidArgument, "the environment '\(environment)' is at '\(target)' already",
        hints: ["`reelhouse remote log` lists where it was"])
    }
    guard let (manifest, bytes) = try remote.manifest(id: target) else {
      throw remote.damaged("its manifest is missing", target)
    }
    if let known = stored.ref.history.first(where: { $0.build == target }),
      known.manifestSHA256 != Digest.sha256(bytes)
    {
      throw remote.damaged("its manifest is not the one that was pushed", target)
    }
    if let missing = try ObjectPresence(remote: remote).missing(of: manifest.objects).first {
      throw remote.damaged("'\(missing.key)' is missing", target)
    }
    let move = RemoteRef.Move(
      action: .rollback, build: target, manifestByteCount: bytes.count, manifestSHA256: Digest.sha256(bytes),
      pushID: pushID, movedAt: Timestamp.now().iso8601, machine: machine)
    try remote.move(environment, from: stored, to: move)
    return (current, move)
  }

  private func target(_ id: String?, _ ref: RemoteRef) throws -> String {
    guard let id else {
      if let earlier = ref.history.first(where: { $0.build != ref.current.build }) { return earlier.build }
      throw SyncError(
        .remoteEmpty, "the environment '\(environment)' was never at another build",
        hints: ["name a build that the remote has: `reelhouse remote rollback ID`"])
    }
    return try remote.manifest(beginning: id).build.id
  }
}
