import Threads

/// Threads that run jobs side by side, the first ones first. One that fails stops all.
struct LoadCrew {
  private let jobs: [LoadJob]
  private let threadCount: Int
  /// Whether there are processors left for members to be read on threads of their own.
  private let hasSpareProcessors: Bool

  /// More threads would wait for the disk and for memory.
  private static let mostThreads = 16
  private static let watchMilliseconds = 50

  init(_ jobs: [LoadJob], processorCount: Int) {
    self.jobs = jobs
    threadCount = min(jobs.count, processorCount, Self.mostThreads)
    hasSpareProcessors = jobs.count < processorCount
  }

  /// Runs all jobs. When this returns, all threads have ended. Of several failures the first job's is thrown.
  ///
  /// - Parameters:
  ///   - shouldStop: asked now and then on this thread; when it says yes, `CancellationError` is thrown.
  ///   - watch: called now and then on this thread.
  func run(shouldStop: () -> Bool, watch: () -> Void) throws {
    let board = JobBoard(jobs)
    let isThreaded = hasSpareProcessors
    let threads = (0..<threadCount).compactMap { _ in
      WorkerThread.start { board.work(isThreaded: isThreaded) }
    }
    // Where the system has no thread to give, this one does it all.
    if threads.isEmpty { board.work(isThreaded: false) }
    repeat {
      if shouldStop() { board.stop() }
      watch()
    } while !board.wait(milliseconds: Self.watchMilliseconds)
    threads.join()
    watch()
    for job in jobs {
      if case .failure(let error)? = job.outcome, !(error is CancellationError) { throw error }
    }
    if board.isStopped || shouldStop() { throw CancellationError() }
  }
}

/// The jobs that wait for a thread, and how many are under way.
///
/// `@unchecked Sendable`: all state is read and written with the monitor locked.
private final class JobBoard: @unchecked Sendable {
  private let jobs: [LoadJob]
  private let monitor = Monitor()
  private var nextJob = 0
  private var runningCount = 0
  private var hasStopped = false

  init(_ jobs: [LoadJob]) {
    self.jobs = jobs
  }

  var isStopped: Bool { monitor.locked { hasStopped } }

  /// Says that no job is wanted any more.
  func stop() {
    monitor.locked { hasStopped = true }
  }

  /// Waits until all jobs are done or given up, but not longer than so many milliseconds. Returns whether they are.
  func wait(milliseconds: Int) -> Bool {
    monitor.locked {
      if !isDone { monitor.wait(milliseconds: milliseconds) }
      return isDone
    }
  }

  private var isDone: Bool { runningCount == 0 && (hasStopped || nextJob == jobs.count) }

  /// Runs one job after the other until none is left.
  func work(isThreaded: Bool) {
    while let job = take() {
      job.run(isThreaded: isThreaded) { [self] in isStopped }
      monitor.locked {
        runningCount -= 1
        if case .failure? = job.outcome { hasStopped = true }
        if isDone { monitor.signal() }
      }
    }
  }

  private func take() -> LoadJob? {
    monitor.locked {
      guard !hasStopped, nextJob < jobs.count else { return nil }
      nextJob += 1
      runningCount += 1
      return jobs[nextJob - 1]
    }
  }
}
