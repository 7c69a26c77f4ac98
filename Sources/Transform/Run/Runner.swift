import Diagnostics
import Files
import SQLite
import Storage

/// Runs a plan in the draft and keeps what happened.
///
/// For one thread, which alone writes to the draft. What only reads it (tests, and the queries of tables) is done on
/// other threads meanwhile, each with a snapshot of the draft.
package final class Runner {
  private let project: Project
  private let draft: Draft
  private let seedLoader: any SeedLoading
  private let options: Options
  private var results: DraftResults
  /// The layers that the plan may write to.
  private let layers: Set<Layer>
  // A connection that only reads leaves published files as they are; the first node that writes replaces it.
  private var isWriting = false
  private var connection: Connection
  private var inspector: NodeInspector
  private var database: TemplateDatabase
  /// What is known of nodes from before the run; nothing any more once the run writes.
  private var known: [String: Inspection]
  private let parents = ParentColumns()

  /// - Parameter state: how the draft stands, if that was looked at and nothing has changed since.
  package init(
    project: Project, draft: Draft, plan: RunPlan, seedLoader: any SeedLoading, options: Options,
    state: DraftState? = nil
  ) throws {
    // What is made from nothing has another SQL than the state knows.
    known = options.isFullRefresh ? [:] : state?.inspections ?? [:]
    self.project = project
    self.draft = draft
    self.seedLoader = seedLoader
    self.options = options
    let nodes = plan.steps.compactMap { project.manifest.nodes[$0.uniqueID] }
    // A hook may write anywhere.
    let files = project.manifest.packages.map(\.file)
    let hasHooks =
      nodes.contains { !$0.config.preHooks.isEmpty || !$0.config.postHooks.isEmpty }
      || files.contains { !$0.onRunStart.isEmpty || !$0.onRunEnd.isEmpty }
    layers =
      hasHooks
      ? Set(Layer.allCases) : Set(nodes.compactMap { ($0.relation ?? $0.failuresRelation)?.layer })
    results = try state?.results ?? draft.results()
    connection = try draft.connect(writing: [])
    connection.stop(when: options.shouldStop)
    database = TemplateDatabase(connection, isFullRefresh: options.isFullRefresh)
    inspector = try NodeInspector(project, connection)
    project.database = database
  }

  /// Makes sure that the connection may write.
  private func openForWriting() throws {
    guard !isWriting else { return }
    known = [:]
    connection = try draft.connect(writing: layers)
    connection.stop(when: options.shouldStop)
    // Renaming must not look at views of tables that are about to be made anew.
    try connection.execute("pragma legacy_alter_table = on")
    for layer in layers { try RelationCatalog(connection).create(inSchema: layer.schemaName) }
    database = TemplateDatabase(connection, isFullRefresh: options.isFullRefresh)
    inspector = try NodeInspector(project, connection)
    project.database = database
    isWriting = true
  }

  /// Runs all steps. Failures of nodes are results, in the plan's order; only what stops the whole run is thrown.
  package func run(_ plan: RunPlan, onEvent: (RunEvent) -> Void) throws -> [RunResult] {
    var finished: [Int: RunResult] = [:]
    var blocked: Set<String> = []
    var hasFailed = false
    var hasRun = false
    var schedule = RunSchedule(plan)
    let pool = JobPool(threadCount: options.threadCount)
    defer { pool.drain() }
    func end(_ step: Int, _ result: RunResult) throws {
      if result.status != .skipped, !result.isReused {
        try draft.note(results.entry(of: result.node.uniqueID))
        hasRun = true
      }
      if result.blocksDescendants { blocked.insert(result.node.uniqueID) }
      if result.isFailure { hasFailed = true }
      onEvent(.finished(index: step + 1, total: plan.steps.count, result: result))
      finished[step] = result
      schedule.end(step)
    }
    try runProjectHooks(\.onRunStart, "on-run-start", results: [])
    while true {
      let next = schedule.next.map { (step: $0, node: project.manifest.nodes[plan.steps[$0].uniqueID]) }
      guard let next, pool.hasRoom, pool.isIdle || next.node.map(needsIdlePool) == false else {
        if pool.isIdle { break }
        let job = pool.take()
        try end(job.step, complete(job))
        continue
      }
      schedule.begin()
      guard let node = next.node else {
        schedule.end(next.step)
        continue
      }
      if plan.steps[next.step].blockers.contains(where: blocked.contains)
        || (hasFailed && options.failsFast) || options.shouldStop()
      {
        try end(
          next.step, RunResult(node: node, status: .skipped, startedAt: .now(), executionSeconds: 0))
        continue
      }
      let beginning = begin(node, next.step) {
        onEvent(.started(index: next.step + 1, total: plan.steps.count, node: node))
      }
      switch beginning {
      case .ended(let result): try end(next.step, result)
      case .underWay(let job): pool.start(job)
      }
    }
    if hasRun { try draft.save(results) }
    let ordered = plan.steps.indices.compactMap { finished[$0] }
    try runProjectHooks(\.onRunEnd, "on-run-end", results: ordered)
    return ordered
  }

  /// Whether a node may write to tables that others read.
  private func needsIdlePool(_ node: Node) -> Bool {
    !node.config.preHooks.isEmpty || !node.config.postHooks.isEmpty
  }

  private func runProjectHooks(
    _ hooks: KeyPath<ProjectFile, [String]>, _ name: String, results: [RunResult]
  ) throws {
    guard project.manifest.packages.contains(where: { !$0.file[keyPath: hooks].isEmpty }) else { return }
    try openForWriting()
    let runner = HookRunner(connection: connection, compiler: project.compiler)
    try runner.runProjectHooks(hooks, name, project.manifest, results: results)
    try refresh(runner.touched)
  }

  /// Hashes again what hooks have changed beside their own node's table.
  private func refresh(_ relations: Set<Relation>) throws {
    if try ChangedTables.refresh(relations, connection) { try inspector.reload() }
  }

  // MARK: One node

  private enum Beginning {
    case ended(RunResult)
    case underWay(NodeJob)
  }

  /// Runs a node, or as much of it as is to be done on this thread before another one goes on.
  ///
  /// - Parameter willRun: called before a node runs, but not for one whose former result stands.
  private func begin(_ node: Node, _ step: Int, willRun: () -> Void) -> Beginning {
    var execution = NodeExecution(node)
    do {
      let inspection = try inspect(node)
      execution.inspection = inspection
      execution.result.compiledSQL = inspection.compiled?.sql
      if let compiled = inspection.compiled { try project.writeCompiled(compiled) }
      let decision = decision(on: node, inspection)
      execution.result.reason = decision.reason
      if decision.isReused {
        reuse(node, &execution.result)
        execution.result.executionSeconds = execution.stopwatch.seconds
        return .ended(execution.result)
      }
      willRun()
      let fingerprint = try requireInputs(node, inspection)
      if options.threadCount > 1, let work = try work(of: node, inspection) {
        return .underWay(NodeJob(step, execution, work: work))
      }
      try run(node, fingerprint, inspection, &execution.result)
      try keep(execution)
    } catch {
      fail(&execution, error)
    }
    return .ended(end(execution))
  }

  /// The part of a node's work that another thread may do; nil where there is none.
  private func work(of node: Node, _ inspection: Inspection) throws -> (() throws -> NodeJob.Product)? {
    guard let compiled = inspection.compiled else { return nil }
    switch node.resourceType {
    case .test where node.failuresRelation == nil:
      let proof = proof(of: compiled)
      if proof?.isKnown == true { return nil }
      let runner = TestRunner(
        connection: try snapshot(), failsWarnings: options.failsWarnings, proof: proof)
      return { .verdict(try runner.run(compiled)) }
    case .model where !options.shufflesInputs:
      try openForWriting()
      guard try !database.isIncremental(node), let table = try BulkTable(connection, draft, compiled)
      else { return nil }
      let work = try table.work(on: try snapshot())
      return { .table(try work()) }
    default:
      return nil
    }
  }

  /// What may show that a test passes without its query.
  private func proof(of test: CompiledNode) -> EmptinessProof? {
    EmptinessProof(
      test,
      EmptinessProof.Context(
        connection: connection, draft: draft, records: inspector.records, parents: parents,
        leastRowCount: options.leastProvenRowCount))
  }

  private func snapshot() throws -> Connection {
    let snapshot = try draft.snapshot()
    snapshot.stop(when: options.shouldStop)
    return snapshot
  }

  /// Does what is left of a node when another thread has done its part.
  private func complete(_ job: NodeJob) -> RunResult {
    var execution = job.execution
    do {
      guard let compiled = execution.inspection?.compiled, let fingerprint = execution.fingerprint,
        let product = try job.product?.get()
      else { preconditionFailure("the job was done") }
      switch product {
      case .verdict(let verdict):
        judge(verdict, of: compiled, &execution.result)
      case .table(let table):
        execution.result.rowCount = try BulkTable(connection, draft, compiled)?.adopt(
          table, fingerprint: fingerprint)
        execution.result.message = "OK"
        if let relation = compiled.node.relation { try inspector.reload(relation) }
      }
      try keep(execution)
    } catch {
      fail(&execution, error)
    }
    return end(execution)
  }

  private func fail(_ execution: inout NodeExecution, _ error: any Error) {
    let diagnostic = SQLFault.diagnostic(for: error)
    execution.result.status = .error
    execution.result.message = diagnostic.message
    execution.result.diagnostic = diagnostic
  }

  /// Keeps what a node's result was made of, once it is there.
  private func keep(_ execution: NodeExecution) throws {
    guard let inspection = execution.inspection, let fingerprint = execution.fingerprint else { return }
    if execution.node.resourceType == .model { try settle(execution.node, inspection, fingerprint) }
    results.traces = results.traces ?? [:]
    results.traces?[execution.node.uniqueID] = inspection.trace
  }

  private func end(_ execution: NodeExecution) -> RunResult {
    var result = execution.result
    if result.diagnostic == nil, let volatility = execution.inspection?.volatility,
      result.node.relation != nil
    {
      result.diagnostic = volatilityWarning(result.node, volatility)
    }
    result.executionSeconds = execution.stopwatch.seconds
    note(result, fingerprint: execution.fingerprint ?? "")
    return result
  }

  private func inspect(_ node: Node) throws -> Inspection {
    if let known = known[node.uniqueID] { return known }
    // The columns of what a unit test's rows stand in for are learnt from empty tables, if not from the draft's.
    if node.unitTest != nil, !project.compiler.hasCompiled(node) {
      _ = try Preflight(project, seedLoader: seedLoader).run([node.uniqueID])
    }
    return try inspector.inspect(node)
  }

  private func decision(on node: Node, _ inspection: Inspection) -> ReuseDecision {
    var forced: String?
    if options.ignoresFormerResults { forced = "former results are not looked at" }
    if options.shufflesInputs { forced = "its inputs are shuffled" }
    if options.isFullRefresh, node.materialized == "incremental", node.config.fullRefresh ?? true {
      forced = "it is made from nothing"
    }
    let former = results.nodes[node.uniqueID]
    if options.failsWarnings, former?.status == .warn { forced = "warnings are errors" }
    if former?.status == .fail || former?.status == .error { forced = "it failed when it ran last" }
    let recorded = node.isTest ? former?.fingerprint : inspector.record(of: node)?.fingerprint
    return ReuseDecision(
      inspection, recorded: recorded, trace: results.traces?[node.uniqueID], isForced: forced)
  }

  private func reuse(_ node: Node, _ result: inout RunResult) {
    result.isReused = true
    result.message = "REUSED"
    if let former = results.nodes[node.uniqueID], node.isTest {
      result.status = former.status == .warn ? .warn : .pass
      result.failures = former.failures ?? 0
      guard former.status == .warn else { return }
      result.message = former.message
      // A warning that still stands is told again; which rows it was about is not kept.
      result.diagnostic = Self.finding(of: node, .warn, former.message, samples: [])
    } else {
      result.rowCount = inspector.record(of: node)?.rowCount
    }
  }

  private func volatilityWarning(_ node: Node, _ reason: String) -> Diagnostic? {
    if reason == NodeInspector.hookReason { return nil }
    return Diagnostic(
      .volatileSQL, "'\(node.name)' is made anew in every run: \(reason)", severity: .warning,
      at: node.location, hints: ["hand in what changes as a variable: `--vars '{today: 2026-01-31}'`"])
  }

  private func run(
    _ node: Node, _ fingerprint: String, _ inspection: Inspection, _ result: inout RunResult
  ) throws {
    if node.relation != nil || node.failuresRelation != nil { try openForWriting() }
    switch (node.resourceType, inspection.compiled) {
    case (.seed, _):
      try seed(node, fingerprint: fingerprint, &result)
    case (.model, let compiled?):
      try materialize(compiled, fingerprint: fingerprint, &result)
    case (.snapshot, let compiled?):
      try snapshot(compiled, fingerprint: fingerprint, &result)
    case (.test, let compiled?): try test(compiled, fingerprint: fingerprint, &result)
    case (.unitTest, let compiled?): try unitTest(compiled, &result)
    default: break
    }
  }

  /// Once the table of an incremental model is there, the other form of its query can tell what it reads.
  private func settle(_ node: Node, _ inspection: Inspection, _ fingerprint: String) throws {
    guard node.materialized == "incremental" else { return }
    let settled = try inspector.inspect(node)
    guard let newer = settled.fingerprint, newer != fingerprint, var record = inspector.record(of: node)
    else {
      return
    }
    record.fingerprint = newer
    try RelationCatalog(connection).record(record)
    try inspector.reload(record.relation)
  }

  /// Keeps the results of tests and of failures; what succeeded stands in the layer's own catalog.
  private func note(_ result: RunResult, fingerprint: String) {
    // That the user ended the run says nothing of the node.
    if result.status == .error, options.shouldStop() { return }
    let status: NodeResult.Status? =
      switch result.status {
      case .pass: .pass
      case .warn: .warn
      case .fail: .fail
      case .error: .error
      case .success, .skipped: nil
      }
    results.nodes[result.node.uniqueID] = status.map {
      NodeResult(status: $0, fingerprint: fingerprint, failures: result.failures, message: result.message)
    }
  }

  /// The fingerprint over the inputs as they are in the draft; an input that is not there is told with its remedy.
  private func requireInputs(_ node: Node, _ inspection: Inspection) throws -> String {
    if let fingerprint = inspection.fingerprint { return fingerprint }
    let names = inspection.missing.map { project.manifest.nodes[$0]?.relation?.description ?? $0 }
    let hasSource = inspection.missing.contains { $0.hasPrefix("source.") }
    throw Diagnostic(
      .nodeFailed,
      "'\(node.name)' reads \(names.joined(separator: ", ")), which the draft does not have",
      at: node.location,
      hints: [
        hasSource
          ? "load the archive first: `reelhouse ingest`"
          : "run what it reads too: `--select +\(node.name)`"
      ])
  }

  // MARK: Kinds

  private func seed(_ node: Node, fingerprint: String, _ result: inout RunResult) throws {
    guard let relation = node.relation else { return }
    var layer = try draft.extend(relation.layer)
    var definition: TableDefinition?
    let summary = try seedLoader.load(
      path: project.manifest.path(of: node), displayPath: node.displayPath,
      delimiter: node.config.delimiter.utf8.first ?? UInt8(ascii: ","), columnTypes: node.seedColumnTypes,
      name: relation.name
    ) {
      definition = $0
      return layer.makeTable($0)
    }
    try layer.commit(through: connection) { connection, _ in
      guard let definition else { return }
      try RelationCatalog(connection).record(
        RelationRecord(
          relation, uniqueID: node.uniqueID, fingerprint: fingerprint, definition: definition,
          summary: summary))
    }
    try inspector.reload(relation)
    let rowCount = summary.rowCount
    result.rowCount = rowCount
    result.message = "INSERT \(rowCount)"
  }

  private func materialize(_ compiled: CompiledNode, fingerprint: String, _ result: inout RunResult) throws {
    let node = compiled.node
    let hooks = HookRunner(connection: connection, compiler: project.compiler)
    let isIncremental = try database.isIncremental(node)
    if options.shufflesInputs, !isIncremental {
      try ShuffleCheck(connection: connection, project: project).run(compiled)
    }
    result.rowCount = try Materializer(connection: connection, draft: draft).materialize(
      compiled, fingerprint: fingerprint, isIncremental: isIncremental,
      rowCount: inspector.record(of: node)?.rowCount,
      hooks: Materializer.Hooks(
        pre: { try hooks.run(node.config.preHooks, of: node) },
        post: { try hooks.run(node.config.postHooks, of: node) }))
    if let relation = node.relation { try inspector.reload(relation) }
    try refresh(hooks.touched.subtracting([node.relation].compactMap { $0 }))
    result.message = "OK"
  }

  private func snapshot(_ compiled: CompiledNode, fingerprint: String, _ result: inout RunResult) throws {
    let node = compiled.node
    let hooks = HookRunner(connection: connection, compiler: project.compiler)
    result.rowCount = try Materializer(connection: connection, draft: draft).snapshot(
      compiled, fingerprint: fingerprint, isThere: inspector.record(of: node) != nil,
      hooks: Materializer.Hooks(
        pre: { try hooks.run(node.config.preHooks, of: node) },
        post: { try hooks.run(node.config.postHooks, of: node) }))
    if let relation = node.relation { try inspector.reload(relation) }
    try refresh(hooks.touched.subtracting([node.relation].compactMap { $0 }))
    result.message = "success"
  }

  private func unitTest(_ compiled: CompiledNode, _ result: inout RunResult) throws {
    guard let test = compiled.node.unitTest else { return }
    let runner = UnitTestRunner(connection: connection, compiler: project.compiler.unitTestCompiler)
    let difference = try runner.run(compiled, test)
    result.status = difference == nil ? .pass : .fail
    result.failures = difference?.count ?? 0
    result.message = difference?.text
    guard let difference else { return }
    result.diagnostic = Diagnostic(
      .testFailed, "the unit test '\(compiled.node.name)' failed", at: compiled.node.location,
      notes: [difference.text],
      hints: ["its query is in target/compiled/\(compiled.node.packageName)/\(compiled.node.compiledPath)"])
  }

  private func test(_ compiled: CompiledNode, fingerprint: String, _ result: inout RunResult) throws {
    let runner = TestRunner(
      connection: connection, failsWarnings: options.failsWarnings, proof: proof(of: compiled))
    let verdict = try runner.run(compiled)
    if let relation = compiled.node.failuresRelation {
      try runner.store(compiled, in: relation, fingerprint: fingerprint)
    }
    judge(verdict, of: compiled, &result)
  }

  private func judge(_ verdict: TestRunner.Verdict, of compiled: CompiledNode, _ result: inout RunResult) {
    result.status = verdict.status
    result.failures = verdict.failures
    result.message = verdict.message
    result.diagnostic = Self.finding(
      of: compiled.node, verdict.status, verdict.message, samples: verdict.samples)
  }

  /// What is told of a test that failed or warns; nil for one that did neither.
  private static func finding(
    of node: Node, _ status: RunResult.Status, _ message: String?, samples: [String]
  ) -> Diagnostic? {
    guard status == .fail || status == .warn, let message else { return nil }
    return Diagnostic(
      .testFailed, "the test '\(node.name)' \(status == .fail ? "failed" : "warns"): \(message)",
      severity: status == .fail ? .error : .warning, at: node.location,
      notes: (samples.isEmpty ? [] : ["failing rows: " + samples.joined(separator: "\n")])
        + (node.failuresRelation.map { ["all of them are in \($0)"] } ?? []),
      hints: ["its query is in target/compiled/\(node.packageName)/\(node.compiledPath)"])
  }
}
