#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A thread of its own for blocking work. It has ended when the last reference to this is gone.
///
/// `@unchecked Sendable`: the handle is a number to us, used once, at the end.
package final class WorkerThread: @unchecked Sendable {
  private let handle: pthread_t

  private init(_ handle: pthread_t) {
    self.handle = handle
  }

  deinit {
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
