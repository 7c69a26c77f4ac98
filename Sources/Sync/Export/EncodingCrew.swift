import Parquet
import Threads

/// A row group that is encoded and hashed, by whichever thread has time.
///
/// `@unchecked Sendable`: the thread that runs the job owns its batches; what comes of it is read when the crew's monitor
/// says that it is done.
final class RowGroupJob: @unchecked Sendable {
  let batches: [ColumnBatch]
  private let columns: [Column]
  private let hashes: Bool
  /// Set by the thread that ran the job, before it is noted as done.
  private(set) var group: Result<EncodedRowGroup, ParquetError>?
  /// The content hash of the rows, or why they have none; nil where it was not asked for.
  private(set) var hash: Result<ContentHash, SyncError>?
  fileprivate var isDone = false

  init(_ batches: [ColumnBatch], _ columns: [Column], hashes: Bool) {
    self.batches = batches
    self.columns = columns
    self.hashes = hashes
  }

  func run(_ encoder: RowGroupEncoder) {
    if hashes {
      hash = Result { () throws(SyncError) in try ContentHasher.hash(columns, batches) }
    }
    group = Result { () throws(ParquetError) in try encoder.encode(batches) }
  }
}

/// The threads of an export. Each begins with tables of its own; one that has none left encodes row groups that others
/// read. A row group goes to another thread only where one waits for it, so there are no more of them than threads.
///
/// `@unchecked Sendable`: all state is read and written with the monitor locked.
final class EncodingCrew: @unchecked Sendable {
  private let monitor = Monitor()
  private var offered: [RowGroupJob] = []
  private var idleCount = 0
  /// Threads that may still have tables to read.
  private var readerCount: Int
  let threadCount: Int

  /// - Parameters:
  ///   - readerCount: how many threads will call `endReading`.
  ///   - threadCount: all threads, those that only help among them.
  init(readerCount: Int, threadCount: Int) {
    self.readerCount = readerCount
    self.threadCount = threadCount
  }

  /// Hands a job to a thread that waits for one; false where none does.
  func handOver(_ job: RowGroupJob) -> Bool {
    monitor.locked {
      guard idleCount > offered.count else { return false }
      offered.append(job)
      monitor.signal()
      return true
    }
  }

  /// Runs a job on this thread.
  func run(_ job: RowGroupJob, _ encoder: RowGroupEncoder) {
    job.run(encoder)
    monitor.locked {
      job.isDone = true
      monitor.signal()
    }
  }

  func isDone(_ job: RowGroupJob) -> Bool { monitor.locked { job.isDone } }

  func wait(for job: RowGroupJob) {
    monitor.locked {
      while !job.isDone { monitor.wait() }
    }
  }

  /// Says that this thread reads no table any more.
  func endReading() {
    monitor.locked {
      readerCount -= 1
      monitor.signal()
    }
  }

  /// Runs what others hand over, until nobody reads any more.
  func help(_ encoder: RowGroupEncoder) {
    while let job = nextOffer() { run(job, encoder) }
  }

  private func nextOffer() -> RowGroupJob? {
    monitor.locked {
      idleCount += 1
      defer { idleCount -= 1 }
      while offered.isEmpty, readerCount > 0 { monitor.wait() }
      return offered.isEmpty ? nil : offered.removeFirst()
    }
  }
}
