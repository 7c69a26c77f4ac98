import Diagnostics
import Files
import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Keeps pushes and the removal of garbage out of each other's way.
///
/// A push writes `locks/push-<id>.json` and then looks for `locks/gc.json`; a collection writes that and then looks for
/// pushes. Since all see what was written before, at least one of the two sees the other: the push waits, the
/// collection gives up. Pushes do not wait for pushes.
struct RemoteLocks: Sendable {
  let remote: Remote
  let machine: String
  private static let byteLimit = 64 << 10
  /// A push that has not renewed its file for so long is dead.
  static let pushLifetimeSeconds = 24 * 3600.0
  /// A collection that has not renewed its file for so long is dead.
  static let collectorLifetimeSeconds = 60.0

  struct Holder: Codable, Equatable {
    var id: String
    var machine: String
    /// The process, as nobody else on any machine has it; nil where the system does not tell.
    var process: String?
    var since: String
    /// Counts the renewals.
    var beat = 0
  }

  private func holder(_ id: String) -> Holder {
    Holder(id: id, machine: machine, process: ProcessIdentity.current, since: Timestamp.now().iso8601)
  }

  // MARK: A push

  /// Announces a push and waits until no collection is under way.
  ///
  /// - Parameter onWait: told once, where it waits, of the machine that collects.
  func announce(_ id: String, onWait: (String) -> Void) throws {
    try removeOwnDead()
    let bytes = try JSON.bytes(holder(id), isPretty: true)
    guard case .stored = try remote.destination.put(RemoteLayout.pushLock(id), .bytes(bytes), .ifAbsent)
    else {
      throw SyncError(.remoteBusy, "a push with the id '\(id)' is under way already")
    }
    do {
      try waitForCollector(onWait)
    } catch {
      try? withdraw(id)
      throw error
    }
  }

  func withdraw(_ id: String) throws { try remote.destination.delete(RemoteLayout.pushLock(id)) }

  private func waitForCollector(_ onWait: (String) -> Void) throws {
    var version = ""
    var stopwatch = Stopwatch()
    var hasTold = false
    while let found = try remote.destination.bytes(RemoteLayout.collectorLock, limit: Self.byteLimit) {
      let holder = try? JSON.decode(Holder.self, from: found.bytes)
      if found.status.version != version {
        version = found.status.version
        stopwatch = Stopwatch()
      }
      if !hasTold {
        onWait(holder?.machine ?? "another machine")
        hasTold = true
      }
      if stopwatch.seconds > Self.collectorLifetimeSeconds || isDead(holder) {
        return try remote.destination.delete(RemoteLayout.collectorLock)
      }
      usleep(200_000)
    }
  }

  /// Whether a process of this machine is gone; of another machine nobody knows.
  private func isDead(_ holder: Holder?) -> Bool {
    holder?.process.map(ProcessIdentity.isDead) ?? false
  }

  /// Takes away what killed pushes of this machine left.
  private func removeOwnDead() throws {
    for push in try pushes() where isDead(push.holder) { try remote.destination.delete(push.key) }
  }

  private func pushes() throws -> [(key: ObjectKey, holder: Holder?, modified: Timestamp)] {
    var keys: [(ObjectKey, Timestamp)] = []
    try remote.destination.list(RemoteLayout.locksPrefix + "push-") { key, status in
      keys.append((key, status.modified))
    }
    return try keys.map { key, modified in
      let bytes = try remote.destination.bytes(key, limit: Self.byteLimit)?.bytes
      return (key, bytes.flatMap { try? JSON.decode(Holder.self, from: $0) }, modified)
    }
  }

  // MARK: A collection

  /// The right to remove objects, as long as it is renewed.
  final class Collection {
    private let remote: Remote
    private var holder: Holder
    private var version: String
    private var stopwatch = Stopwatch()
    /// When it was begun, by the destination's clock.
    let begun: Timestamp

    fileprivate init(_ remote: Remote, _ holder: Holder, version: String, begun: Timestamp) {
      self.remote = remote
      self.holder = holder
      self.version = version
      self.begun = begun
    }

    /// Renews the right where it is due. Called before every removal, which must not take half a minute.
    func renew() throws {
      guard stopwatch.seconds > RemoteLocks.collectorLifetimeSeconds / 6 else { return }
      holder.beat += 1
      let bytes = try JSON.bytes(holder, isPretty: true)
      stopwatch = Stopwatch()
      switch try remote.destination.put(RemoteLayout.collectorLock, .bytes(bytes), .ifMatch(version)) {
      case .stored(let version): self.version = version
      case .refused:
        throw SyncError(
          .remoteBusy, "somebody took this collection for dead and goes on without it",
          hints: ["run `reelhouse remote gc` again"])
      }
    }

    func end() throws { try remote.destination.delete(RemoteLayout.collectorLock) }
  }

  /// Begins a collection. A push that is under way ends it at once.
  func beginCollection(_ id: String) throws -> Collection {
    let holder = holder(id)
    let bytes = try JSON.bytes(holder, isPretty: true)
    var outcome = try remote.destination.put(RemoteLayout.collectorLock, .bytes(bytes), .ifAbsent)
    if outcome == .refused {
      let found = try remote.destination.bytes(RemoteLayout.collectorLock, limit: Self.byteLimit)?.bytes
      let other = found.flatMap { try? JSON.decode(Holder.self, from: $0) }
      guard isDead(other) else {
        throw SyncError(
          .remoteBusy, "another collection is under way, of \(other?.machine ?? "another machine")",
          hints: ["wait for it to end; one that was killed is taken for dead by the next push"])
      }
      try remote.destination.delete(RemoteLayout.collectorLock)
      outcome = try remote.destination.put(RemoteLayout.collectorLock, .bytes(bytes), .ifAbsent)
    }
    guard case .stored(let version) = outcome,
      let begun = try remote.destination.head(RemoteLayout.collectorLock)?.modified
    else { throw SyncError(.remoteBusy, "another collection is under way") }
    let collection = Collection(remote, holder, version: version, begun: begun)
    do {
      try checkNobodyPushes(begun)
      return collection
    } catch {
      try? collection.end()
      throw error
    }
  }

  private func checkNobodyPushes(_ now: Timestamp) throws {
    for push in try pushes() {
      let age = Double(now.microseconds - push.modified.microseconds) / 1e6
      if isDead(push.holder) || age > Self.pushLifetimeSeconds {
        try remote.destination.delete(push.key)
        continue
      }
      throw SyncError(
        .remoteBusy,
        "a push is under way, of \(push.holder?.machine ?? "another machine") since \(push.holder?.since ?? "some time")",
        hints: [
          "run `reelhouse remote gc` again when it has ended",
          "of a push that was killed on another machine, remove '\(push.key)' from the remote",
        ])
    }
  }
}

/// A process, named so that no other of any machine has its name.
enum ProcessIdentity {
  static var current: String? { prefix.map { "\($0)/\(getpid())" } }

  /// Whether a process of this machine has ended. False of processes of other machines.
  static func isDead(_ identity: String) -> Bool {
    guard let prefix, identity.hasPrefix("\(prefix)/"), let id = pid_t(identity.dropFirst(prefix.count + 1)),
      id > 1
    else { return false }
    return kill(id, 0) != 0 && errno == ESRCH
  }

  /// The machine's boot and, on Linux, the space in which processes have their numbers.
  private static let prefix: String? = {
    #if os(Linux)
      guard let boot = try? FileSystem.readText("/proc/sys/kernel/random/boot_id"),
        let space = try? FileSystem.readLink("/proc/self/ns/pid")
      else { return nil }
      return "\(boot.filter { $0.isHexDigit || $0 == "-" })/\(space.filter(\.isNumber))"
    #else
      var buffer = [CChar](repeating: 0, count: 64)
      var count = buffer.count
      guard sysctlbyname("kern.bootsessionuuid", &buffer, &count, nil, 0) == 0 else { return nil }
      return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    #endif
  }()
}
