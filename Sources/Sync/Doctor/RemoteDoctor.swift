import Cloud
import Diagnostics
import Storage

/// Looks whether a remote can be pushed to: that it is reached, read, and written under conditions.
package struct RemoteDoctor {
  private let remote: Remote
  private let environment: String
  /// By which the probe is known, if it is left behind.
  private let probeID: String

  package static let group = "Remote"

  package init(_ remote: Remote, environment: String, probeID: String) {
    self.remote = remote
    self.environment = environment
    self.probeID = probeID
  }

  package func examine(_ checkup: inout Checkup) {
    checkup.check(Self.group, "place") { .sound(remote.destination.location) }
    checkup.check(Self.group, "environment '\(environment)'") {
      guard let ref = try remote.ref(environment)?.ref else { return .sound("nothing was pushed there yet") }
      return .sound("at \(ref.current.build), moved \(ref.current.movedAt) by \(ref.current.machine)")
    }
    checkup.check(Self.group, "writing") {
      do {
        try probe()
      } catch let error as CloudError where error.service?.kind == .accessDenied {
        throw SyncError(
          .remoteAccessDenied, error.diagnostic.message, notes: error.diagnostic.notes,
          hints: [
            "give the role what docs/policies/push.json has; `pull`, `diff` and `remote verify` need less"
          ])
      }
      return .sound("objects can be added, and none is written over")
    }
  }

  /// Adds a small object, sees that a second one of its name is refused, and removes it.
  private func probe() throws {
    let key = RemoteLayout.probe(probeID)
    let destination = remote.destination
    guard case .stored(let version) = try destination.put(key, .bytes(Array("first".utf8)), .ifAbsent) else {
      throw SyncError(.remoteBusy, "'\(key)' is there already", hints: ["run the command again"])
    }
    let ignored: String?
    do {
      ignored = try ignoredCondition(key, version)
    } catch {
      try? destination.delete(key)
      throw error
    }
    try destination.delete(key)
    guard let ignored else { return }
    throw SyncError(
      .remoteUnsafe,
      "the server of '\(remote.name)' does not keep conditions of writes: \(ignored) had no effect",
      notes: ["two pushes at once could lose a build there"],
      hints: ["use a server that knows conditional writes, such as AWS's, MinIO, SeaweedFS or Ceph"])
  }

  /// The header that the server pays no heed to.
  private func ignoredCondition(_ key: ObjectKey, _ version: String) throws -> String? {
    let second = ObjectContent.bytes(Array("second".utf8))
    guard try remote.destination.put(key, second, .ifAbsent) == .refused else { return "If-None-Match" }
    guard case .stored = try remote.destination.put(key, second, .ifMatch(version)) else {
      throw SyncError(.remoteBusy, "'\(key)' was changed by somebody else meanwhile")
    }
    guard try remote.destination.put(key, second, .ifMatch(version)) == .refused else { return "If-Match" }
    return nil
  }
}
