import Diagnostics
import Files
import Ingest
import Storage
import Transform

/// One invocation of build, run, test or seed: selects, checks, runs, tells and, for a whole build, publishes.
struct NodeRun {
  private let verb: RunPlan.Verb
  private let options: RunOptions
  private let session: Session
  private var console: Console { session.console }

  init(_ verb: RunPlan.Verb, _ options: RunOptions) {
    self.verb = verb
    self.options = options
    session = Session(options.global)
  }

  func start() throws {
    let stopwatch = Stopwatch()
    let report = RunReport(usesColor: console.usesColorOnOutput)
    console.log("Running with reelhouse=\(Reelhouse.version)")
    let project = try session.project(
      options.project,
      Invocation(id: InvocationID.random(), verb: verb.rawValue, isFullRefresh: options.fullRefresh))
    console.log(report.found(project.manifest))
    let selection = NodeSelection(options.selection, project, session)
    let selected = try selection.resolve()
    let plan = RunPlan(verb, selected: selected, manifest: project.manifest, graph: project.graph)
    guard !plan.steps.isEmpty else {
      console.log(
        "Nothing to do. Try checking your model configs and model specification args", level: "warn")
      return
    }
    let draft = try session.draft()
    var publication = DraftPublication(
      project, draft, sourceSchemas: SourceTable.schemaFingerprints(in: project.manifest))
    let state = try publication.state()
    try check(plan, project, draft, state)
    console.log("")
    console.log("Concurrency: 1 threads (target='\(project.target.name)')")
    console.log("")
    let results = try run(plan, project, draft, report)
    try draft.synchronize()
    let artifacts = try Artifacts(project, results, stopwatch.seconds, session.invocation)
    try artifacts.write()
    console.log("")
    console.log(report.finished(results, seconds: stopwatch.seconds))
    console.log("")
    console.log(report.completed(results), level: results.contains(where: \.isFailure) ? "error" : "info")
    for result in results { if let diagnostic = result.diagnostic { console.report(diagnostic) } }
    console.log("")
    console.log(report.done(results), level: results.contains(where: \.isFailure) ? "error" : "info")
    if Interruption.isRequested { throw CommandOutcome.failed }
    if results.contains(where: \.blocksDescendants) { throw CommandOutcome.failed }
    if verb == .build, try selection.isWhole {
      // Where nothing ran the draft is as it was.
      if results.allSatisfy({ $0.isReused }) { publication.knownState = state }
      try PublishCommand.publish(publication, artifacts, console)
    }
  }

  /// Refuses, before anything runs, what cannot go well: a fault in any query, or sources that were never loaded.
  ///
  /// What is fresh was checked before it ran, and does not run again.
  private func check(_ plan: RunPlan, _ project: Project, _ draft: Draft, _ draftState: DraftState) throws {
    let fresh = Set(draftState.entries.filter { $0.condition == .fresh }.map(\.node.uniqueID))
    let isForced = options.noReuse || options.shuffle || options.fullRefresh
    let running = Set(plan.steps.map(\.uniqueID)).subtracting(isForced ? [] : fresh)
    if running.isEmpty { return }
    let state = try LoadedSources(draft)
    let needed = project.graph.ancestors(of: Set(plan.steps.map(\.uniqueID)))
    let declared = SourceTable.schemaFingerprints(in: project.manifest)
    let outdated = needed.filter { state.schemas[$0] != nil && state.schemas[$0] != declared[$0] }.sorted()
    if !outdated.isEmpty {
      let names = outdated.compactMap { project.manifest.nodes[$0]?.relation?.description }
      throw Diagnostic(
        .nodeFailed,
        "the declared columns of \(names.joined(separator: ", ")) changed since they were loaded",
        hints: ["load them again: `reelhouse ingest` with the same archive reads only what changed"])
    }
    let faults = try Preflight(project, seedLoader: SeedLoader()).run(running, extraColumns: state.columns)
    for warning in faults where warning.severity == .warning { console.report(warning) }
    let errors = faults.filter { $0.severity == .error }
    if !errors.isEmpty { throw DiagnosticList(errors) }
    let missing = needed.filter { $0.hasPrefix("source.") && !state.uniqueIDs.contains($0) }.sorted()
    guard missing.isEmpty else {
      let names = missing.compactMap { project.manifest.nodes[$0]?.relation?.description }
      throw Diagnostic(
        .draftEmpty, "the draft has no \(names.joined(separator: ", "))",
        hints: [
          "load an archive with `reelhouse ingest archive.zip`",
          "`reelhouse sample --movies 1000 --out archive.zip` makes one to try",
        ])
    }
  }

  private func run(
    _ plan: RunPlan, _ project: Project, _ draft: Draft, _ report: RunReport
  ) throws -> [RunResult] {
    Interruption.watch()
    let runner = try Runner(
      project: project, draft: draft, plan: plan, seedLoader: SeedLoader(),
      options: Runner.Options(
        failsFast: options.failFast, isFullRefresh: options.fullRefresh,
        ignoresFormerResults: options.noReuse, shufflesInputs: options.shuffle,
        shouldStop: { Interruption.isRequested }))
    return try runner.run(plan) { event in
      if let line = report.line(event) {
        let isFailure = if case .finished(_, _, let result) = event { result.isFailure } else { false }
        console.log(line, level: isFailure ? "error" : "info")
      }
      if options.explain, case .finished(_, _, let result) = event, let reason = result.reason {
        console.log("    \(result.isReused ? "not run" : "ran"): \(reason)")
      }
    }
  }
}

/// `manifest.json` and `run_results.json` of one invocation.
struct Artifacts {
  let project: Project
  let files: [String: [UInt8]]

  /// - Parameter compiled: the nodes whose compiled code goes into the manifest; nil for all.
  init(
    _ project: Project, _ results: [RunResult], _ seconds: Double, _ invocation: String,
    compiled: Set<String>? = nil
  ) throws {
    self.project = project
    let now = Timestamp.now()
    let id = InvocationID.random()
    var files = [
      "manifest.json": JSONWriter.bytes(
        ManifestArtifact(project).json(
          generatedAt: now, invocationID: id, selectors: try project.selectors(indirectSelection: .eager),
          compiled: compiled))
    ]
    // A command that runs nothing leaves the results of the last run alone.
    if !results.isEmpty {
      files["run_results.json"] = JSONWriter.bytes(
        RunResultsArtifact(results: results, elapsedSeconds: seconds, invocation: invocation)
          .json(generatedAt: now, invocationID: id))
    }
    self.files = files
  }

  func write() throws {
    try FileSystem.createDirectory(project.targetPath)
    for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
      try FileSystem.write(bytes, to: Path.join(project.targetPath, name), isDurable: false)
    }
  }
}

/// The random UUID that dbt gives each invocation.
enum InvocationID {
  static func random() -> String {
    var bytes = (0..<16).map { _ in UInt8.random(in: 0...255) }
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    let hex = bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }
    return [hex[0..<4], hex[4..<6], hex[6..<8], hex[8..<10], hex[10..<16]].map { $0.joined() }.joined(
      separator: "-")
  }
}
