#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Work that several threads share: each takes the next place when it is done with the one before. After an error nobody
/// begins anew.
///
/// `@unchecked Sendable`: what changes is only touched with the lock held.
final class WorkQueue<Result>: @unchecked Sendable {
  private var lock = pthread_mutex_t()
  private var pending: ArraySlice<Int>
  private var done: [Result] = []
  private var failure: (any Error)?

  init(_ places: [Int]) {
    pending = places[...]
    pthread_mutex_init(&lock, nil)
  }

  deinit { pthread_mutex_destroy(&lock) }

  private func locked<Value>(_ body: () -> Value) -> Value {
    pthread_mutex_lock(&lock)
    defer { pthread_mutex_unlock(&lock) }
    return body()
  }

  /// Works until there is nothing left to begin.
  func work(_ body: (Int) throws -> Result) {
    while let place = locked({ failure == nil ? pending.popFirst() : nil }) {
      do {
        let result = try body(place)
        locked { done.append(result) }
      } catch {
        locked { if failure == nil { failure = error } }
      }
    }
  }

  /// All results, in no order; or the first error. Asked for when no thread works any more.
  func results() throws -> [Result] {
    if let failure { throw failure }
    return done
  }
}

/// A thread of its own.
///
/// `@unchecked Sendable`: the handle is a number to us, used once, by its one owner.
final class WorkerThread: @unchecked Sendable {
  private let handle: pthread_t

  private init(_ handle: pthread_t) { self.handle = handle }

  /// Waits for its end. Called once.
  func join() { pthread_join(handle, nil) }

  /// Starts `body`, or returns nil where the system has no thread to give: others do its work then.
  static func start(_ body: @escaping @Sendable () -> Void) -> WorkerThread? {
    let box = Unmanaged.passRetained(ThreadBody(body))
    #if canImport(Glibc)
      var handle = pthread_t()
      if pthread_create(&handle, nil, { runThreadBody($0) }, box.toOpaque()) == 0 {
        return WorkerThread(handle)
      }
    #else
      var handle: pthread_t?
      if pthread_create(&handle, nil, { runThreadBody($0) }, box.toOpaque()) == 0, let handle {
        return WorkerThread(handle)
      }
    #endif
    box.release()
    return nil
  }
}

private final class ThreadBody: Sendable {
  let run: @Sendable () -> Void

  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func runThreadBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  if let argument { Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run() }
  return nil
}
