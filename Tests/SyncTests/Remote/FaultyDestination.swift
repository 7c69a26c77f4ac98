import Storage
import Sync
import Threads

/// A destination that fails from one call on, as if the client had been killed there.
///
/// `@unchecked Sendable`: the count is only touched with the monitor locked.
final class FaultyDestination: Destination, @unchecked Sendable {
  enum Fault: CaseIterable {
    /// The call is not made, nor any later one.
    case before
    /// The call is made and its answer lost; no later one is made.
    case after
    /// The call is made and its answer lost; later ones are as always.
    case lostAnswer
  }

  struct Cut: Error {}

  private let inner: any Destination
  private let place: Int
  private let fault: Fault
  private let monitor = Monitor()
  private var count = 0

  init(_ inner: any Destination, at place: Int, _ fault: Fault) {
    self.inner = inner
    self.place = place
    self.fault = fault
  }

  /// Whether the call with the fault was reached.
  var isReached: Bool { monitor.locked { count > place } }

  private func call<Result>(_ body: () throws -> Result) throws -> Result {
    let number = monitor.locked {
      defer { count += 1 }
      return count
    }
    if number > place, fault != .lostAnswer { throw Cut() }
    if number == place, fault == .before { throw Cut() }
    let result = try body()
    if number == place { throw Cut() }
    return result
  }

  var location: String { inner.location }

  func head(_ key: ObjectKey) throws -> ObjectStatus? { try call { try inner.head(key) } }

  func get(_ key: ObjectKey, range: Range<Int>?, _ body: (UnsafeRawBufferPointer) throws -> Void) throws
    -> ObjectStatus?
  { try call { try inner.get(key, range: range, body) } }

  func put(_ key: ObjectKey, _ content: ObjectContent, _ condition: PutCondition) throws -> PutOutcome {
    try call { try inner.put(key, content, condition) }
  }

  func list(_ prefix: String, _ body: (ObjectKey, ObjectStatus) throws -> Void) throws {
    try call { try inner.list(prefix, body) }
  }

  func sweep(before time: Timestamp) throws { try call { try inner.sweep(before: time) } }

  func delete(_ key: ObjectKey) throws { try call { try inner.delete(key) } }
}
