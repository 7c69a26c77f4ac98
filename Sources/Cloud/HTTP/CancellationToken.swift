import Synchronization
import Threads

/// Asks whoever works on something to stop. Transfers look at it about once a second, waits ten times a second.
package final class CancellationToken: Sendable {
  private let isSet = Atomic(false)
  private let monitor = Monitor()
  private let isAsked: @Sendable () -> Bool

  /// - Parameter isAsked: another way in which a wish to stop is told, such as a signal.
  package init(_ isAsked: @escaping @Sendable () -> Bool = { false }) {
    self.isAsked = isAsked
  }

  package func cancel() {
    monitor.locked {
      isSet.store(true, ordering: .releasing)
      monitor.signal()
    }
  }

  package var isCancelled: Bool { isSet.load(ordering: .acquiring) || isAsked() }

  /// Waits so long, or until there is a wish to stop.
  package func wait(seconds: Double) {
    let end = MonotonicClock.seconds + seconds
    while !isCancelled {
      let left = end - MonotonicClock.seconds
      if left <= 0 { return }
      monitor.locked {
        if !isSet.load(ordering: .acquiring) {
          monitor.wait(milliseconds: max(1, Int(min(left, 0.1) * 1000)))
        }
      }
    }
  }
}
