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
  private let publishes: Bool
  private var console: Console { session.console }

  /// - Parameter publishes: whether a whole build that went well is published.
  init(_ verb: RunPlan.Verb, _ options: RunOptions, _ session: Session? = nil, publishes: Bool = true) {
    self.publishes = publishes
    self.verb = verb
    self.options = options
    self.session = session ?? Session(options.global)
  }

  /// What one run has made of the project, for those who go on from there.
  struct Outcome {
    let project: Project
    let results: [RunResult]
  }

  /// - Parameter retried: the nodes to run, in place of a selection.
  func start(retrying retried: Set<String>? = nil) throws {
    let outcome = try run(retrying: retried)
    ProcessEnd.keep(outcome)
    if Interruption.isRequested { throw CommandOutcome.failed }
    if outcome.results.contains(where: \.blocksDescendants) { throw CommandOutcome.failed }
  }

  /// Runs and tells, whatever becomes of the nodes; a whole build that went well is published.
  func run(retrying retried: Set<String>? = nil) throws -> Outcome {
    let stopwatch = Stopwatch()
    let report = RunReport(usesColor: console.usesColorOnOutput)
    console.log("Running with reelhouse=\(Reelhouse.version)", .report)
    let project = try session.project(options.project, verb: verb.rawValue, options)
    console.log(report.found(project.manifest), .found)
    let selection = NodeSelection(options.selection, project, session)
    let selected = try retried ?? selection.resolve()
    let plan = RunPlan(verb, selected: selected, manifest: project.manifest, graph: project.graph)
    guard !plan.steps.isEmpty else {
      // As in dbt the artifacts then say that nothing ran; those that are retried stay for another time.
      if retried == nil {
        try Artifacts(
          project, session, seconds: stopwatch.seconds, arguments: arguments(retried),
          isWritten: options.project.writeJson, hasRun: true
        ).write()
      }
      try session.warn(
        nothingToDo: "Nothing to do. Try checking your model configs and model specification args")
      return Outcome(project: project, results: [])
    }
    let draft = try session.draft()
    try Deferral(options.selection, project, session).prepare(draft, running: Set(plan.steps.map(\.uniqueID)))
    var publication = DraftPublication(
      project, draft, sourceSchemas: SourceTable.schemaFingerprints(in: project.manifest))
    let state = try publication.state()
    try check(plan, project, draft, state)
    console.log("")
    console.log(
      "Concurrency: \(threadCount(project)) threads (target='\(project.target.name)')", .concurrency)
    console.log("")
    let results = try run(plan, project, draft, state, report)
    try draft.synchronize()
    let artifacts = try Artifacts(
      project, session, results: results, seconds: stopwatch.seconds, arguments: arguments(retried),
      isWritten: options.project.writeJson)
    try artifacts.write()
    for result in results where !result.isReused { try RunFile(project).write(result) }
    tell(results, report, seconds: stopwatch.seconds)
    let isSound = !Interruption.isRequested && !results.contains(where: \.blocksDescendants)
    if publishes, !options.readsNothing(session), verb == .build, isSound, try selection.isWhole {
      // Where nothing ran the draft is as it was.
      if results.allSatisfy({ $0.isReused }) { publication.knownState = state }
      try PublishCommand.publish(publication, artifacts, console)
    }
    return Outcome(project: project, results: results)
  }

  private func tell(_ results: [RunResult], _ report: RunReport, seconds: Double) {
    let level: Console.Level = results.contains(where: \.isFailure) ? .error : .info
    console.log("")
    console.log(report.finished(results, seconds: seconds), .finished)
    console.log("")
    console.log(report.completed(results), level: level, .summary)
    for result in results { if let diagnostic = result.diagnostic { console.report(diagnostic) } }
    console.log("")
    console.log(report.done(results), level: level, .stats)
  }

  /// What `retry` needs to know of this run.
  private func arguments(_ retried: Set<String>?) -> [String: JSONValue] {
    let selection = options.selection
    return [
      "which": .string(verb.rawValue), "select": .strings(selection.select + selection.models),
      "exclude": .strings(selection.exclude), "selector": JSONValue(selection.selector),
      "full_refresh": .bool(options.isFullRefresh(session)), "target": JSONValue(options.project.target),
      "profile": JSONValue(options.project.profile),
      "resource_types": .strings(selection.resourceType),
      "exclude_resource_types": .strings(selection.excludeResourceType),
    ]
  }

  /// Refuses, before anything runs, what cannot go well: a fault in any query, or sources that were never loaded.
  ///
  /// What is fresh was checked before it ran, and does not run again.
  private func check(_ plan: RunPlan, _ project: Project, _ draft: Draft, _ draftState: DraftState) throws {
    let fresh = Set(draftState.entries.filter { $0.condition == .fresh }.map(\.node.uniqueID))
    let isForced = options.noReuse || options.shuffle || options.fullRefresh
    let running = Set(plan.steps.map(\.uniqueID)).subtracting(isForced ? [] : fresh)
    if running.isEmpty { return }
    let state = try LoadedSources(draft, project.manifest)
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
    for warning in faults where warning.severity == .warning { try session.warn(warning) }
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

  /// How many nodes run at a time.
  private func threadCount(_ project: Project) -> Int {
    max(1, options.project.threads ?? project.target.threads)
  }

  private func run(
    _ plan: RunPlan, _ project: Project, _ draft: Draft, _ state: DraftState, _ report: RunReport
  ) throws -> [RunResult] {
    Interruption.watch()
    let runner = try Runner(
      project: project, draft: draft, plan: plan, seedLoader: SeedLoader(),
      options: Runner.Options(
        failsFast: session.failsFast, isFullRefresh: options.isFullRefresh(session),
        failsWarnings: try session.warningPolicy().failsWarningTests,
        ignoresFormerResults: options.noReuse, shufflesInputs: options.shuffle,
        threadCount: threadCount(project),
        shouldStop: { Interruption.isRequested }),
      state: state)
    return try runner.run(plan) { event in
      if let line = report.line(event) {
        let isFailure = if case .finished(_, _, let result) = event { result.isFailure } else { false }
        console.log(line, level: isFailure ? .error : .info, LogEvent(event))
      }
      if options.explain, case .finished(_, _, let result) = event, let reason = result.reason {
        console.log("    \(result.isReused ? "not run" : "ran"): \(reason)")
      }
    }
  }
}
