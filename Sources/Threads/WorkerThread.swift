#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A thread of its own for blocking work. It has ended when `join` returns, or at the latest when the last reference to this is
/// gone. Who has work of its own meanwhile calls `join`: the compiler may drop a reference as soon as nobody uses it any more,
/// which is before the end of its scope, and would wait right there.
///
/// `@unchecked Sendable`: the handle is a number to us; only whoever holds the threads waits for them.
package final class WorkerThread: @unchecked Sendable {
  private let handle: pthread_t
  private var isJoined = false

  private init(_ handle: pthread_t) {
    self.handle = handle
  }

  deinit { join() }

  /// Waits until the thread has ended. For one thread at a time.
  package func join() {
    if isJoined { return }
    isJoined = true
    pthread_join(handle, nil)
  }

  /// Starts `body`, or returns nil where the system has no thread to give.
  package static func start(_ body: @escaping @Sendable () -> Void) -> WorkerThread? {
    let box = Unmanaged.passRetained(Body(body))
    #if canImport(Glibc)
      var handle = pthread_t()
      if pthread_create(&handle, nil, { runBody($0) }, box.toOpaque()) == 0 { return WorkerThread(handle) }
    #else
      var handle: pthread_t?
      if pthread_create(&handle, nil, { runBody($0) }, box.toOpaque()) == 0, let handle {
        return WorkerThread(handle)
      }
    #endif
    box.release()
    return nil
  }
}

extension [WorkerThread] {
  /// Waits until all have ended.
  package func join() { for thread in self { thread.join() } }
}

private final class Body: Sendable {
  let run: @Sendable () -> Void

  init(_ run: @escaping @Sendable () -> Void) {
    self.run = run
  }
}

private func runBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
  return nil
}
