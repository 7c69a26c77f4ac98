import Threads

/// Computes items on several threads and hands the results over in order, in bounded memory.
///
/// `@unchecked Sendable`: all mutable state is read and written with the monitor locked.
final class ChunkPipeline<Item: Sendable, Output: Sendable>: @unchecked Sendable {
  private let items: [Item]
  private let window: Int
  private let monitor = Monitor()

  private var nextItem = 0
  private var nextOutput = 0
  private var outputs: [Int: Result<Output, any Error>] = [:]
  private var isCancelled = false

  /// `window` is how many results may wait to be taken.
  init(items: [Item], window: Int) {
    self.items = items
    self.window = window
  }

  /// Runs `work` on each of `threadCount` threads; it calls its argument with the function that makes an item's
  /// result, and so can keep what it needs from item to item. `consume` runs on this thread and takes the results
  /// one by one, in order, as many as there are items.
  func run(
    threadCount: Int,
    work: @escaping @Sendable (_ produce: (_ make: (Item) throws -> Output) -> Void) -> Void,
    consume: (_ next: () throws -> Output) throws -> Void
  ) throws {
    var threads: [WorkerThread] = []
    defer {
      cancel()
      threads.join()
    }
    for _ in 0..<max(1, threadCount) {
      guard let thread = WorkerThread.start({ [self] in work { make in produce(make) } }) else {
        throw SampleError(reason: .threadUnavailable)
      }
      threads.append(thread)
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
      monitor.locked {
        outputs[index] = output
        monitor.signal()
      }
    }
  }

  private func claimItem() -> Int? {
    monitor.locked {
      while !isCancelled, nextItem < items.count, nextItem >= nextOutput + window {
        monitor.wait()
      }
      guard !isCancelled, nextItem < items.count else { return nil }
      defer { nextItem += 1 }
      return nextItem
    }
  }

  private func takeOutput(_ index: Int) -> Result<Output, any Error> {
    monitor.locked {
      while true {
        if let output = outputs.removeValue(forKey: index) {
          nextOutput = index + 1
          monitor.signal()
          return output
        }
        monitor.wait()
      }
    }
  }

  private func cancel() {
    monitor.locked {
      isCancelled = true
      monitor.signal()
    }
  }
}
