import Threads

/// Where a thread that fills batches and one that empties them meet. The number of batches is the bound of
/// what may be on its way: who has none waits.
///
/// `@unchecked Sendable`: all state is read and written with the monitor locked.
final class BatchExchange: @unchecked Sendable {
  private let monitor = Monitor()
  private var empty: [LoadBatch]
  private var filled: [LoadBatch] = []
  private var isFinished = false
  private var isStopped = false

  init(_ batches: [LoadBatch]) {
    empty = batches
  }

  // MARK: The filling side

  /// A batch to fill, or nil when nobody wants any more.
  func takeEmpty() -> LoadBatch? {
    monitor.locked {
      while empty.isEmpty, !isStopped { monitor.wait() }
      return isStopped ? nil : empty.removeLast()
    }
  }

  func give(filled batch: LoadBatch) {
    monitor.locked {
      filled.append(batch)
      monitor.signal()
    }
  }

  /// Says that no batch follows.
  func finish() {
    monitor.locked {
      isFinished = true
      monitor.signal()
    }
  }

  // MARK: The emptying side

  /// The next batch in order, or nil behind the last.
  func takeFilled() -> LoadBatch? {
    monitor.locked {
      while filled.isEmpty, !isFinished { monitor.wait() }
      return filled.isEmpty ? nil : filled.removeFirst()
    }
  }

  func give(empty batch: LoadBatch) {
    monitor.locked {
      empty.append(batch)
      monitor.signal()
    }
  }

  /// Says that no batch is wanted any more.
  func stop() {
    monitor.locked {
      isStopped = true
      monitor.signal()
    }
  }
}
