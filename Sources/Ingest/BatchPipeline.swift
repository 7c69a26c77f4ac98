import Threads

/// Reads, splits and types a member on a thread of its own, a few batches ahead of who stores the rows.
enum BatchPipeline {
  private static let batchCount = 4

  /// Hands the batches of a stream to `store` in order, on this thread, until it throws or the stream ends.
  /// When this returns, the reading thread has ended.
  static func run(_ stream: any RowStream, store: (LoadBatch) throws -> Void) throws {
    let exchange = BatchExchange((0..<batchCount).map { _ in stream.makeBatch() })
    let worker = WorkerThread.start {
      while let batch = exchange.takeEmpty() {
        guard stream.fill(batch) else { break }
        let hasFailed = batch.failure != nil
        exchange.give(filled: batch)
        if hasFailed { break }
      }
      exchange.finish()
    }
    guard let worker else { return try runHere(stream, store: store) }
    var failure: (any Error)?
    do {
      while let batch = exchange.takeFilled() {
        try store(batch)
        if let failure = batch.failure { throw failure }
        exchange.give(empty: batch)
      }
    } catch {
      failure = error
    }
    exchange.stop()
    worker.join()
    if let failure { throw failure }
  }

  /// The same on this thread alone; for small files, and where the system has no thread to give.
  static func runHere(_ stream: any RowStream, store: (LoadBatch) throws -> Void) throws {
    let batch = stream.makeBatch()
    while stream.fill(batch) {
      try store(batch)
      if let failure = batch.failure { throw failure }
    }
  }
}
