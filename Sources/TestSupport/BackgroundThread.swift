import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Blocking work beside a test, on a thread of its own: tests share few threads, which must not wait for each other.
package final class BackgroundThread: Sendable {
  private final class Work: Sendable {
    let body: @Sendable () throws -> Void
    let outcome = Mutex<Result<Void, any Error>?>(nil)

    init(_ body: @escaping @Sendable () throws -> Void) {
      self.body = body
    }

    func run() {
      let result = Result { try body() }
      outcome.withLock { $0 = result }
    }
  }

  private let work: Work
  private let thread: Thread

  #if canImport(Glibc)
    private typealias Thread = pthread_t
  #else
    // `@unchecked Sendable`: a thread's handle may be joined from any thread.
    private struct Thread: @unchecked Sendable { let handle: pthread_t }
  #endif

  package init(_ body: @escaping @Sendable () throws -> Void) {
    let work = Work(body)
    let context = Unmanaged.passRetained(work).toOpaque()
    #if canImport(Glibc)
      var thread = pthread_t()
      let result = pthread_create(
        &thread, nil,
        { context in
          if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run() }
          return nil
        }, context)
      self.thread = thread
    #else
      var thread: pthread_t?
      let result = pthread_create(
        &thread, nil,
        { context in
          Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run()
          return nil
        }, context)
      self.thread = Thread(handle: thread!)
    #endif
    precondition(result == 0, "no thread can be made")
    self.work = work
  }

  /// Whether the work has ended, well or not.
  package var isFinished: Bool { work.outcome.withLock { $0 != nil } }

  /// Waits for the end of the work and throws what it threw. To be called once.
  package func join() throws {
    #if canImport(Glibc)
      pthread_join(thread, nil)
    #else
      pthread_join(thread.handle, nil)
    #endif
    try work.outcome.withLock { try $0?.get() }
  }
}
