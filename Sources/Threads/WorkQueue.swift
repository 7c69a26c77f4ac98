/// Work that several threads share: each takes the next place when it is done with the one before. After an error nobody
/// begins anew.
///
/// `@unchecked Sendable`: what changes is only touched with the monitor locked.
package final class WorkQueue<Result>: @unchecked Sendable {
  private let monitor = Monitor()
  private var pending: ArraySlice<Int>
  private var done: [Result] = []
  private var failure: (any Error)?

  package init(_ places: [Int]) {
    pending = places[...]
  }

  /// Works until there is nothing left to begin.
  package func work(_ body: (Int) throws -> Result) {
    while let place = monitor.locked({ failure == nil ? pending.popFirst() : nil }) {
      do {
        let result = try body(place)
        monitor.locked { done.append(result) }
      } catch {
        monitor.locked { if failure == nil { failure = error } }
      }
    }
  }

  /// Does the work of all places on this thread and others, in their order as far as threads allow. When this returns,
  /// all threads have ended.
  ///
  /// - Parameter threadCount: how many threads there are at most, this one among them.
  /// - Returns: the results in no order; or the first error is thrown.
  package static func run(
    _ places: [Int], threadCount: Int, _ body: @escaping @Sendable (Int) throws -> Result
  ) throws -> [Result] {
    let queue = WorkQueue(places)
    let helpers = (0..<max(0, min(threadCount, places.count) - 1)).compactMap { _ in
      WorkerThread.start { queue.work(body) }
    }
    queue.work(body)
    helpers.join()
    return try queue.results()
  }

  /// All results, in no order; or the first error. Asked for when no thread works any more.
  package func results() throws -> [Result] {
    if let failure { throw failure }
    return done
  }
}
