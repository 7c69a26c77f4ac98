import Synchronization

extension Array where Element: Sendable {
  /// The elements transformed on all processors, in their order.
  ///
  /// - Parameter leastCount: how many elements are worth a thread of their own.
  package func concurrentMap<Result: Sendable>(
    leastCount: Int, _ transform: @escaping @Sendable (Element) -> Result
  ) -> [Result] {
    let count = Swift.min(Processors.count, self.count / Swift.max(1, leastCount))
    guard count > 1 else { return map(transform) }
    let elements = self
    let bounds = (0...count).map { elements.count * $0 / count }
    let parts = Parts<Result>()
    var threads: [WorkerThread] = []
    for part in 1..<count {
      let range = bounds[part]..<bounds[part + 1]
      let thread = WorkerThread.start { parts.put(part, elements[range].map(transform)) }
      // Where the system has no thread to give, this one does it.
      if let thread { threads.append(thread) } else { parts.put(part, elements[range].map(transform)) }
    }
    parts.put(0, elements[..<bounds[1]].map(transform))
    threads.join()
    return parts.all
  }
}

/// What the threads have made.
private final class Parts<Result: Sendable>: Sendable {
  private let made = Mutex<[Int: [Result]]>([:])

  func put(_ part: Int, _ results: [Result]) { made.withLock { $0[part] = results } }

  var all: [Result] { made.withLock { made in made.keys.sorted().flatMap { made[$0] ?? [] } } }
}
