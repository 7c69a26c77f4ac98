import ArgumentParser
import Diagnostics
import Storage
import Sync
import Threads
import Transform

/// The form of what a command of remotes tells.
enum ReportForm: String, CaseIterable, ExpressibleByArgument {
  case text
  case json
}

struct PushCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "push", abstract: "Bring the published build to a remote, and its environment to the build.",
    discussion: """
      Plans against what the remote has, exports changed tables to Parquet, sends the objects that are missing, and \
      moves the environment's ref in one step. A push that was cut off goes on where it was; readers see the old build \
      or the new one.

      Examples:
        reelhouse push --dry-run
        reelhouse push --env dev
        reelhouse push --remote prod --build 20261122T071530Z
        reelhouse push --dry-run --detailed-exitcode -o json
        reelhouse push --remote prod --no-mirror
      """)

  @OptionGroup var place: RemoteOptions

  @Option(help: ArgumentHelp("Push this build instead of the published one.", valueName: "id"))
  var build: String?

  @Flag(help: "Say what would be done: tables, columns, rows and bytes; send nothing.")
  var dryRun = false

  @Flag(
    help: "End with 0 where nothing changes, 2 where something does, 1 on an error, as Terraform's plans do.")
  var detailedExitcode = false

  @Flag(inversion: .prefixedNo, help: "With --dry-run, say how the rows of changed tables differ.")
  var rows = true

  @Option(help: "How many rows of each kind are shown.")
  var limit = 3

  @Flag(help: "Allow columns to change their type.")
  var allowSchemaChange = false

  @OptionGroup var downstream: DownstreamOptions

  @Option(name: [.short, .long], help: "The form of plan and result: text or json.")
  var output: ReportForm = .text

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(global)
    let hasChanged: Bool
    do {
      hasChanged = try push(session)
    } catch is CancellationError {
      session.console.endProgress()
      session.console.remark(
        "Interrupted: the environment is where it was; the next push goes on from here")
      throw CommandOutcome.failed
    } catch {
      guard detailedExitcode, !(error is CommandOutcome) else { throw error }
      session.console.endProgress()
      session.console.report(error)
      throw CommandOutcome.failed
    }
    if hasChanged, detailedExitcode { throw CommandOutcome.changed }
  }

  /// - Returns: whether there was something to do.
  private func push(_ session: Session) throws -> Bool {
    let warehouse = try session.warehouse()
    let declaration = try session.remoteDeclaration(place.remote)
    let remote = try session.remote(declaration)
    let environment = try session.remoteEnvironment(place.env)
    let reader = try WarehouseReader(warehouse, build.map { .build(id: $0) } ?? .current)
    var options = PushRunner.Options(environment: environment, pushID: session.invocationID)
    options.allowsSchemaChange = allowSchemaChange
    Interruption.watch()
    options.shouldStop = { Interruption.isRequested }
    let progress = PushProgress(session.console)
    let runner = try PushRunner(warehouse, remote, options) { progress.note($0) }
    let prepared = try runner.prepare(reader)
    progress.end()
    try note(prepared.plan.previous?.build, remote, environment, warehouse)
    let steps = try DownstreamSteps(
      remote, declaration, session, downstream, environment: environment, build: reader.build)
    let further = try steps.plan(prepared.manifest, prepared.manifestBytes)
    let isNothingToDo = prepared.isNothingToDo && further.isNothingToDo
    var writer = PushPlanWriter(push: prepared, downstream: further, console: session.console)
    if dryRun, rows { writer.rows = try differences(prepared, session, warehouse) }
    if output == .text { for line in writer.lines { session.console.data(line) } }
    guard !dryRun, !isNothingToDo else {
      if output == .json { session.console.data(JSONWriter.text(writer.json())) }
      if isNothingToDo { session.console.remark("Nothing to do: '\(environment)' is at this build") }
      return !isNothingToDo
    }
    progress.begin(byteCount: prepared.missingByteCount)
    let report = try runner.run(prepared)
    progress.end()
    try note(prepared.plan.build, remote, environment, warehouse)
    let done = try steps.run(further)
    if output == .json { session.console.data(JSONWriter.text(writer.json(report, done))) }
    let sent = report.sentObjectCount
    session.console.remark(
      "Pushed: sent \(sent) \(sent == 1 ? "object" : "objects"), \(ByteText.of(report.sentByteCount)); "
        + "'\(environment)' of '\(remote.name)' is at \(prepared.plan.build)")
    return true
  }

  /// How the rows of changed tables differ from those that the environment has. The remote's are fetched by ranges.
  private func differences(
    _ push: PreparedPush, _ session: Session, _ warehouse: Warehouse
  ) throws -> [Relation: RelationDifference] {
    let changed = Set(
      push.plan.changes.filter { $0.change == .changed && $0.kind != .auxiliary }.map(\.relation))
    guard !changed.isEmpty, let previous = push.plan.previous else { return [:] }
    let remote = push.plan.remote
    let newer = try ComparedState(warehouse, .build(id: push.plan.build))
    let older = try ComparedState(
      remote, remote.manifest(previous), environment: push.plan.environment, against: newer, changed,
      in: warehouse)
    let project = try? session.project(ProjectOptions.parse([]))
    let keys = project.map { PrimaryKeys($0.manifest).byRelation(of: $0.manifest) } ?? [:]
    let options = WarehouseComparison.Options(
      sampleCount: limit, keys: keys, relations: changed.intersection(older.relations(against: newer)))
    let found = try WarehouseComparison(old: older.side, new: newer.side, options: options).run()
    withExtendedLifetime((older, newer)) {}
    return Dictionary(uniqueKeysWithValues: found.map { ($0.relation, $0) })
  }

  /// Remembers where the environment is, so that retention keeps that build here.
  private func note(_ build: String?, _ remote: Remote, _ environment: String, _ warehouse: Warehouse) throws
  {
    guard let build else { return }
    try RemotePins(warehouse).note(remote: remote.name, environment: environment, build: build)
  }
}

/// Tells how a push goes on, from whatever thread.
///
/// `@unchecked Sendable`: what changes is only touched with the monitor locked.
final class PushProgress: @unchecked Sendable {
  private let monitor = Monitor()
  private let console: Console
  private var line: ProgressLine
  private var sentByteCount = 0
  private var totalByteCount = 0

  init(_ console: Console) {
    self.console = console
    line = ProgressLine(console)
  }

  func begin(byteCount: Int) {
    monitor.locked {
      totalByteCount = byteCount
      sentByteCount = 0
      line = ProgressLine(console)
    }
  }

  func note(_ event: PushEvent) {
    monitor.locked {
      switch event {
      case .exported(let relation, let rowCount, let byteCount):
        console.progress(
          "exported \(relation)  \(NumberText.grouped(rowCount)) rows, \(ByteText.of(byteCount))")
      case .sent(let byteCount):
        sentByteCount += byteCount
        let done = sentByteCount
        line.update(
          fraction: Double(done) / Double(max(1, totalByteCount)), text: "sent \(ByteText.of(done))"
        ) { "\(ByteText.of(Int(Double(done) / $0)))/s" }
      case .waiting(let machine):
        console.remark("waiting for a collection of garbage by \(machine)")
      }
    }
  }

  func end() { monitor.locked { console.endProgress() } }
}
