#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A lock, and the signal that what it guards has changed.
///
/// `@unchecked Sendable`: the mutex and the condition are made for several threads, and stay where they are.
package final class Monitor: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  package init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  package func locked<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }

  /// Waits for `signal`; only within `locked`.
  package func wait() {
    pthread_cond_wait(changed, mutex)
  }

  /// Waits for `signal`, but not longer than so many milliseconds; only within `locked`.
  package func wait(milliseconds: Int) {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let nanoseconds = Int(time.tv_nsec) + milliseconds * 1_000_000
    time.tv_sec += nanoseconds / 1_000_000_000
    time.tv_nsec = nanoseconds % 1_000_000_000
    pthread_cond_timedwait(changed, mutex, &time)
  }

  /// Wakes all that wait.
  package func signal() {
    pthread_cond_broadcast(changed)
  }
}
