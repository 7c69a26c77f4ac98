import Cloud
import Diagnostics
import Storage
import Sync
import Transform

/// The Glue job behind a remote, as a push sees it.
struct JobStep {
  private let remote: Remote
  private let job: MirrorJob
  private let environment: String
  private let console: Console
  private let pushID: String
  private let options: DownstreamOptions

  /// nil for a remote that has no job.
  init?(
    _ remote: Remote, _ declaration: RemoteDeclaration, _ session: Session, _ options: DownstreamOptions,
    environment: String
  ) throws {
    // Where Snowflake copies by itself, no job is needed.
    guard declaration.stage == nil, let name = declaration.glue?.job else { return nil }
    self.remote = remote
    self.environment = environment
    self.options = options
    console = session.console
    pushID = session.invocationID
    job = MirrorJob(try GlueClient(session.awsConfiguration(declaration)), name: name)
  }

  /// - Parameter tables: those that the mirror wants; nil where there is no mirror whose record would say so.
  func plan(_ manifest: RemoteManifest, _ bytes: [UInt8], tables: [Relation]?) throws -> JobPlan {
    try JobPlan(
      job, remote, manifest, manifestSHA256: Digest.sha256(bytes), environment: environment, pushID: pushID,
      tables: tables, ignoresRecord: tables != nil)
  }

  func run(_ plan: JobPlan) throws -> JobReport? {
    var options = JobRunner.Options()
    options.stopsRun = self.options.stopJobOnInterrupt
    options.replacesUnknownScript = self.options.replaceJobScript
    options.shouldStop = { Interruption.isRequested }
    let console = console
    let name = job.name
    return try JobRunner(remote, options) { Self.tell($0, job: name, console) }.run(plan)
  }

  private static func tell(_ event: JobEvent, job: String, _ console: Console) {
    switch event {
    case .broughtScript: console.remark("brought the script of the job '\(job)'")
    case .newerScript(let version):
      console.remark(
        "the script of the job '\(job)' is of a newer reelhouse (version \(version)); it stays, and runs")
    case .waiting(let run, let build):
      console.remark(
        "waiting for another run of the job '\(job)' to end: \(run)"
          + (build.map { ", of the build \($0)" } ?? ""))
    case .started(let run): console.remark("started the job '\(job)': run \(run)")
    case .wentOn(let run):
      console.remark("the run \(run) of the job '\(job)' is under way for this build; waiting for it")
    case .state(let state, let seconds):
      console.remark("job '\(job)': \(state) after \(Int(seconds.rounded())) s")
    case .stopping(let run): console.remark("stopping the run \(run) of the job '\(job)'")
    case .left(let run):
      console.remark(
        "the run \(run) of the job '\(job)' goes on; the next push finds it (--stop-job-on-interrupt stops it)"
      )
    }
  }
}
