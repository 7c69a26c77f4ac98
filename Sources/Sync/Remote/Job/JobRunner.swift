import Cloud
import Diagnostics
import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What is told while a run of the job is waited for.
package enum JobEvent: Sendable, Equatable {
  /// The script of this reelhouse was put where the job looks for it.
  case broughtScript
  /// The script there is of a newer reelhouse, and stays.
  case newerScript(version: Int)
  /// Another run must end first; with its build, where it says one.
  case waiting(forRun: String, build: String?)
  case started(run: String)
  /// A run of an earlier push that was cut off is gone on with.
  case wentOn(run: String)
  case state(String, seconds: Double)
  /// The run was asked to stop.
  case stopping(run: String)
  /// Nobody waits for the run any more; it goes on.
  case left(run: String)
}

/// What came of a run.
package struct JobReport: Sendable, Equatable {
  package var runID: String
  /// From the start to the end that was waited for.
  package var seconds: Double
}

/// Starts a run of the job and waits for its end.
///
/// A run is never started twice for one push: where the answer to the start is lost, it is looked for by the push's id.
package struct JobRunner: Sendable {
  package struct Options: Sendable {
    /// The first pause between two looks; each is longer than the one before it.
    package var pauseSeconds = 2.0
    package var longestPauseSeconds = 30.0
    /// How long another run is waited for.
    package var otherRunSeconds = 3600.0
    /// How long a run is waited for beyond the job's own timeout, in which the service ends it.
    package var graceSeconds = 900.0
    /// Whether the run is stopped when `shouldStop` says so; else it goes on without anybody who waits.
    package var stopsRun = false
    package var replacesUnknownScript = false
    package var shouldStop: @Sendable () -> Bool = { false }

    package init() {}
  }

  private let remote: Remote
  private let options: Options
  private let onEvent: @Sendable (JobEvent) -> Void
  private static let growth = 1.5
  /// The service's own, where a job says none: 8 hours.
  private static let standardTimeoutMinutes = 480
  /// How long a start whose answer was lost is looked for, and a run that was asked to stop is waited for.
  private static let settlingSeconds = 60.0

  package init(
    _ remote: Remote, _ options: Options = Options(),
    onEvent: @escaping @Sendable (JobEvent) -> Void = { _ in }
  ) {
    self.remote = remote
    self.options = options
    self.onEvent = onEvent
  }

  /// Brings the script, then runs the job over the plan's tables. Nothing is done where there are none.
  package func run(_ plan: JobPlan) throws -> JobReport? {
    guard !plan.isNothingToDo else { return nil }
    try checkStillAt(plan)
    if try plan.script.bring(
      plan.job.script, to: remote, replacesUnknown: options.replacesUnknownScript)
    {
      onEvent(.broughtScript)
    }
    if case .newer(let version) = plan.script.state { onEvent(.newerScript(version: version)) }
    let stopwatch = Stopwatch()
    let id = try goOn(plan) ?? start(plan)
    let run = try wait(for: id, plan)
    guard run.state == .succeeded else { throw failure(run, plan) }
    return JobReport(runID: id, seconds: stopwatch.seconds)
  }

  /// The environment may have been moved since: then the mirror is the other's to bring up to date.
  private func checkStillAt(_ plan: JobPlan) throws {
    let current = try remote.requiredRef(plan.environment).ref.current
    guard current.build != plan.build else { return }
    throw SyncError(
      .remoteMoved, "the environment '\(plan.environment)' is at '\(current.build)' by now",
      hints: ["the push that moved it brings the mirror up to date"])
  }

  // MARK: Starting

  private func goOn(_ plan: JobPlan) throws -> String? {
    guard let id = plan.runningID, try !plan.job.client.getJobRun(plan.job.name, id).hasEnded else {
      return nil
    }
    onEvent(.wentOn(run: id))
    return id
  }

  private func start(_ plan: JobPlan) throws -> String {
    let stopwatch = Stopwatch()
    while true {
      do {
        let id = try plan.job.client.startJobRun(plan.job.name, arguments: plan.arguments)
        onEvent(.started(run: id))
        return id
      } catch let error as CloudError where error.serviceCode == "ConcurrentRunsExceededException" {
        try waitForOther(plan, stopwatch)
      } catch let error as CloudError where Self.mayHaveStarted(error) {
        guard let id = try find(plan) else { throw error }
        onEvent(.started(run: id))
        return id
      }
    }
  }

  /// Whether the service may have taken the request without our knowing.
  private static func mayHaveStarted(_ error: CloudError) -> Bool {
    switch error.cause {
    case .transport(let fault): fault.mayHaveArrived
    case .service(let fault): fault.status >= 500
    case .response: true
    default: false
    }
  }

  /// The run that has this push's id.
  private func find(_ plan: JobPlan) throws -> String? {
    let stopwatch = Stopwatch()
    var pause = options.pauseSeconds
    while true {
      let runs = try? plan.job.client.getJobRuns(plan.job.name)
      let wanted = plan.arguments["--push_id"]
      if let found = runs?.first(where: { $0.arguments?["--push_id"] == wanted }) { return found.id }
      guard stopwatch.seconds + pause < Self.settlingSeconds else { return nil }
      try sleep(pause)
      pause = longer(pause)
    }
  }

  /// Waits until no run is under way, as long as all waiting has not taken too long.
  private func waitForOther(_ plan: JobPlan, _ stopwatch: Stopwatch) throws {
    var told: String?
    var pause = options.pauseSeconds
    repeat {
      let other = try plan.job.client.getJobRuns(plan.job.name).first { !$0.hasEnded }
      if let other, other.id != told {
        onEvent(.waiting(forRun: other.id, build: other.arguments?["--build_id"]))
        told = other.id
      }
      guard stopwatch.seconds < options.otherRunSeconds else { throw busy(plan, other) }
      try sleep(pause)
      pause = longer(pause)
      // A run that has ended counts for a moment still.
      if other == nil { return }
    } while true
  }

  private func busy(_ plan: JobPlan, _ other: GlueJobRun?) -> SyncError {
    SyncError(
      .jobBusy, "another run of the job '\(plan.job.name)' is under way and does not end",
      notes: other.map { ["it is '\($0.id)', of the build '\($0.arguments?["--build_id"] ?? "?")'"] } ?? [],
      hints: ["push again when it has ended, or stop it: the next push goes on from here"])
  }

  // MARK: Waiting

  private func wait(for id: String, _ plan: JobPlan) throws -> GlueJobRun {
    let stopwatch = Stopwatch()
    let limit = Double(plan.timeoutMinutes ?? Self.standardTimeoutMinutes) * 60 + options.graceSeconds
    var told: String?
    var pause = options.pauseSeconds
    while true {
      let run = try look(id, plan)
      if run.stateText != told {
        onEvent(.state(run.stateText, seconds: stopwatch.seconds))
        told = run.stateText
      }
      if run.hasEnded { return run }
      guard stopwatch.seconds < limit else {
        throw SyncError(
          .jobFailed, "the run '\(id)' of the job '\(plan.job.name)' does not end",
          notes: ["it is \(run.stateText) still, beyond the job's timeout"], hints: [Self.remedy])
      }
      do {
        try sleep(pause)
      } catch {
        try stop(id, plan)
        throw error
      }
      pause = longer(pause)
    }
  }

  private func look(_ id: String, _ plan: JobPlan) throws -> GlueJobRun {
    do {
      return try plan.job.client.getJobRun(plan.job.name, id)
    } catch let error as CloudError {
      throw error.diagnostic.noting("the run '\(id)' goes on; the next push finds it")
    }
  }

  /// Asks the run to stop where that is wanted, and waits for it for a while.
  private func stop(_ id: String, _ plan: JobPlan) throws {
    guard options.stopsRun else {
      onEvent(.left(run: id))
      return
    }
    onEvent(.stopping(run: id))
    let refused = try plan.job.client.batchStopJobRun(plan.job.name, [id])
    let stopwatch = Stopwatch()
    while stopwatch.seconds < Self.settlingSeconds {
      let run = try look(id, plan)
      if run.hasEnded {
        onEvent(.state(run.stateText, seconds: stopwatch.seconds))
        return
      }
      if let fault = refused.first {
        throw SyncError(
          .jobFailed, "the run '\(id)' of the job '\(plan.job.name)' cannot be stopped: \(fault.message)")
      }
      usleep(UInt32(options.pauseSeconds * 1e6))
    }
  }

  private static let remedy =
    "mend what its message names, and push again: what the run has written whole is not written again"

  private func failure(_ run: GlueJobRun, _ plan: JobPlan) -> SyncError {
    let name = plan.job.name
    let said = run.errorMessage.map { ": \($0)" } ?? ""
    var notes = ["what readers see in the mirror is as it was", "the run is '\(run.id)'"]
    if let log = run.logGroupName { notes.append("its log is in the group '\(log)'") }
    switch run.state {
    case .stopped:
      return SyncError(
        .jobFailed, "the run of the job '\(name)' was stopped by somebody", notes: notes,
        hints: ["push again: what the run has written whole is not written again"])
    case .timedOut:
      return SyncError(
        .jobFailed, "the run of the job '\(name)' took longer than the job's timeout\(said)", notes: notes,
        hints: ["push again, which goes on behind what is written, or give the job more time"])
    default:
      return SyncError(
        .jobFailed, "the run of the job '\(name)' ended with \(run.stateText)\(said)", notes: notes,
        hints: [Self.remedy])
    }
  }

  // MARK: Pauses

  private func longer(_ pause: Double) -> Double { min(pause * Self.growth, options.longestPauseSeconds) }

  /// Sleeps in small pieces, so that a request to stop is soon seen.
  private func sleep(_ seconds: Double) throws {
    let stopwatch = Stopwatch()
    repeat {
      if options.shouldStop() { throw CancellationError() }
      usleep(UInt32(min(0.1, max(0, seconds - stopwatch.seconds)) * 1e6))
    } while stopwatch.seconds < seconds
    if options.shouldStop() { throw CancellationError() }
  }
}
