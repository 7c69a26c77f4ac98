#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Computes items on several threads and hands the results over in order, in bounded memory.
///
/// `@unchecked Sendable`: all mutable state is read and written between `lock()` and `unlock()` of one mutex.
final class ChunkPipeline<Item: Sendable, Output: Sendable>: @unchecked Sendable {
  private let items: [Item]
  private let window: Int
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  private var nextItem = 0
  private var nextOutput = 0
  private var outputs: [Int: Result<Output, any Error>] = [:]
  private var isCancelled = false

  /// `window` is how many results may wait to be taken.
  init(items: [Item], window: Int) {
    self.items = items
    self.window = window
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// Runs `work` on each of `threadCount` threads; it calls its argument with the function that makes an item's
  /// result, and so can keep what it needs from item to item. `consume` runs on this thread and takes the results
  /// one by one, in order, as many as there are items.
  func run(
    threadCount: Int,
    work: @escaping @Sendable (_ produce: (_ make: (Item) throws -> Output) -> Void) -> Void,
    consume: (_ next: () throws -> Output) throws -> Void
  ) throws {
    var threads: [WorkThread] = []
    defer {
      cancel()
      for thread in threads { thread.join() }
    }
    for _ in 0..<max(1, threadCount) {
      threads.append(try WorkThread { [self] in work { make in produce(make) } })
    }
    var index = 0
    try consume {
      precondition(index < items.count, "each item has one result")
      defer { index += 1 }
      return try takeOutput(index).get()
    }
  }

  /// Makes results until none is left to make.
  private func produce(_ make: (Item) throws -> Output) {
    while let index = claimItem() {
      let output = Result { try make(items[index]) }
      locked {
        outputs[index] = output
        pthread_cond_broadcast(changed)
      }
    }
  }

  private func claimItem() -> Int? {
    locked {
      while !isCancelled, nextItem < items.count, nextItem >= nextOutput + window {
        pthread_cond_wait(changed, mutex)
      }
      guard !isCancelled, nextItem < items.count else { return nil }
      defer { nextItem += 1 }
      return nextItem
    }
  }

  private func takeOutput(_ index: Int) -> Result<Output, any Error> {
    locked {
      while true {
        if let output = outputs.removeValue(forKey: index) {
          nextOutput = index + 1
          pthread_cond_broadcast(changed)
          return output
        }
        pthread_cond_wait(changed, mutex)
      }
    }
  }

  private func cancel() {
    locked {
      isCancelled = true
      pthread_cond_broadcast(changed)
    }
  }

  private func locked<Value>(_ body: () -> Value) -> Value {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }
}

/// A thread of its own for work that takes long, so that the cooperative pool is never blocked.
private struct WorkThread {
  private final class Body {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
      self.run = run
    }
  }

  private let handle: pthread_t

  init(_ run: @escaping @Sendable () -> Void) throws(SampleError) {
    let argument = Unmanaged.passRetained(Body(run))
    #if canImport(Glibc)
      var created = pthread_t()
      let code = pthread_create(&created, nil, { Self.enter($0) }, argument.toOpaque())
      let started: pthread_t? = created
    #else
      var started: pthread_t?
      let code = pthread_create(&started, nil, { Self.enter($0) }, argument.toOpaque())
    #endif
    guard code == 0, let started else {
      argument.release()
      throw SampleError(reason: .threadUnavailable(errno: code))
    }
    handle = started
  }

  private static func enter(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
    return nil
  }

  func join() {
    pthread_join(handle, nil)
  }
}
