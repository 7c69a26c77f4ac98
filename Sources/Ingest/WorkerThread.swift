#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A thread of its own for blocking work. It has ended when `join` returns, or when the value is gone.
struct WorkerThread: ~Copyable {
  private final class Body: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
      self.run = run
    }
  }

  private let handle: pthread_t

  /// Starts `body`, or returns nil where the system has no thread to give.
  init?(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Body(body))
    #if canImport(Glibc)
      var handle = pthread_t()
      let result = pthread_create(&handle, nil, { Self.main($0) }, box.toOpaque())
    #else
      var handle: pthread_t?
      let result = pthread_create(&handle, nil, { Self.main($0) }, box.toOpaque())
    #endif
    guard result == 0 else {
      box.release()
      return nil
    }
    #if canImport(Glibc)
      self.handle = handle
    #else
      guard let handle else { return nil }
      self.handle = handle
    #endif
  }

  deinit {
    pthread_join(handle, nil)
  }

  /// Waits for the thread's end.
  consuming func join() {}

  private static func main(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
    return nil
  }
}
