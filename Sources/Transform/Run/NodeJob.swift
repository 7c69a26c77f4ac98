import Storage
import Threads

/// A node that is being run: what is known of it so far.
struct NodeExecution {
  let node: Node
  var result: RunResult
  /// What it depends on; nil as long as nobody has looked.
  var inspection: Inspection?
  /// nil where something is missing that the node reads.
  var fingerprint: String? { inspection?.fingerprint }
  let stopwatch = Stopwatch()

  init(_ node: Node) {
    self.node = node
    result = RunResult(node: node, status: .success, startedAt: .now(), executionSeconds: 0)
  }
}

/// The part of a node's work that only reads the draft, for a thread of its own.
///
/// `@unchecked Sendable`: the runner makes it and hands it to one thread, and takes it back from the pool when that
/// thread is done with it. Connection, table and templates that the work holds are nobody else's meanwhile.
final class NodeJob: @unchecked Sendable {
  enum Product {
    case verdict(TestRunner.Verdict)
    case table(DetachedTable)
  }

  /// The place of the node's step in the plan.
  let step: Int
  var execution: NodeExecution
  private let work: () throws -> Product
  private(set) var product: Result<Product, any Error>?

  init(_ step: Int, _ execution: NodeExecution, work: @escaping () throws -> Product) {
    self.step = step
    self.execution = execution
    self.work = work
  }

  fileprivate func run() {
    product = Result(catching: work)
  }
}

/// The threads that do jobs, and the jobs that are done.
///
/// `@unchecked Sendable`: what is done is read and written with the monitor locked; the rest is the runner's alone.
final class JobPool: @unchecked Sendable {
  private let threadCount: Int
  private let monitor = Monitor()
  private var done: [NodeJob] = []
  private var threads: [Int: WorkerThread] = [:]

  init(threadCount: Int) {
    self.threadCount = threadCount
  }

  var isIdle: Bool { threads.isEmpty }
  var hasRoom: Bool { threads.count < threadCount }

  /// Begins a job, if there is a thread for it.
  func start(_ job: NodeJob) {
    let thread = WorkerThread.start { [self] in
      job.run()
      put(job)
    }
    if let thread {
      threads[job.step] = thread
    } else {
      // Where the system has no thread to give, this one does it.
      job.run()
      put(job)
    }
  }

  /// Waits for all threads.
  func drain() {
    Array(threads.values).join()
    threads.removeAll()
  }

  private func put(_ job: NodeJob) {
    monitor.locked {
      done.append(job)
      monitor.signal()
    }
  }

  /// Waits for a job to be done. There must be one that was begun and not taken yet.
  func take() -> NodeJob {
    let job = monitor.locked {
      while done.isEmpty { monitor.wait() }
      return done.removeFirst()
    }
    threads.removeValue(forKey: job.step)?.join()
    return job
  }
}
