#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where a thread that fills batches and one that empties them meet. The number of batches is the bound of
/// what may be on its way: who has none waits.
///
/// `@unchecked Sendable`: all state is read and written with the mutex held.
final class BatchExchange: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var empty: [LoadBatch]
  private var filled: [LoadBatch] = []
  private var isFinished = false
  private var isStopped = false

  init(batchCount: Int) {
    empty = (0..<batchCount).map { _ in LoadBatch() }
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  // MARK: The filling side

  /// A batch to fill, or nil when nobody wants any more.
  func takeEmpty() -> LoadBatch? {
    locked {
      while empty.isEmpty, !isStopped { pthread_cond_wait(changed, mutex) }
      return isStopped ? nil : empty.removeLast()
    }
  }

  func give(filled batch: LoadBatch) {
    locked {
      filled.append(batch)
      pthread_cond_broadcast(changed)
    }
  }

  /// Says that no batch follows.
  func finish() {
    locked {
      isFinished = true
      pthread_cond_broadcast(changed)
    }
  }

  // MARK: The emptying side

  /// The next batch in order, or nil behind the last.
  func takeFilled() -> LoadBatch? {
    locked {
      while filled.isEmpty, !isFinished { pthread_cond_wait(changed, mutex) }
      return filled.isEmpty ? nil : filled.removeFirst()
    }
  }

  func give(empty batch: LoadBatch) {
    locked {
      empty.append(batch)
      pthread_cond_broadcast(changed)
    }
  }

  /// Says that no batch is wanted any more.
  func stop() {
    locked {
      isStopped = true
      pthread_cond_broadcast(changed)
    }
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }
}
