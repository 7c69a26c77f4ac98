import Diagnostics
import Files
import SQLite
import Storage

/// Runs a plan in the draft, node after node, and keeps what happened.
///
/// Owns its connection; for one thread.
package final class Runner {
  package struct Options: Sendable {
    /// Whether the first failure ends the run.
    package var failsFast: Bool
    /// Whether incremental models are made from nothing.
    package var isFullRefresh: Bool
    /// Asked between nodes: whether the user wants the run to end.
    package var shouldStop: @Sendable () -> Bool

    package init(
      failsFast: Bool = false, isFullRefresh: Bool = false,
      shouldStop: @escaping @Sendable () -> Bool = { false }
    ) {
      self.failsFast = failsFast
      self.isFullRefresh = isFullRefresh
      self.shouldStop = shouldStop
    }
  }

  private let project: Project
  private let draft: Draft
  private let connection: Connection
  private let seedLoader: any SeedLoading
  private let options: Options
  private let fingerprinter: Fingerprinter
  private var results: DraftResults
  /// Fingerprints of the relations as they are in the draft.
  private var recorded: [String: String]
  private var rowCounts: [String: Int]
  private let database: TemplateDatabase

  package init(project: Project, draft: Draft, plan: RunPlan, seedLoader: any SeedLoading, options: Options)
    throws
  {
    self.project = project
    self.draft = draft
    self.seedLoader = seedLoader
    self.options = options
    fingerprinter = Fingerprinter(manifest: project.manifest)
    let nodes = plan.steps.compactMap { project.manifest.nodes[$0.uniqueID] }
    // A hook may write anywhere.
    let files = project.manifest.packages.map(\.file)
    let hasHooks =
      nodes.contains { !$0.config.preHooks.isEmpty || !$0.config.postHooks.isEmpty }
      || files.contains { !$0.onRunStart.isEmpty || !$0.onRunEnd.isEmpty }
    let layers =
      hasHooks
      ? Set(Layer.allCases) : Set(nodes.compactMap { ($0.relation ?? $0.failuresRelation)?.layer })
    connection = try draft.connect(writing: layers)
    connection.stop(when: options.shouldStop)
    connection.addFunctions()
    // Renaming must not look at views of tables that are about to be made anew.
    try connection.execute("pragma legacy_alter_table = on")
    for layer in layers { try RelationCatalog(connection).create(inSchema: layer.schemaName) }
    results = try draft.results()
    let records = project.manifest.records(among: try RelationCatalog(connection).records())
    recorded = records.mapValues(\.fingerprint)
    rowCounts = records.compactMapValues(\.rowCount)
    database = TemplateDatabase(connection, isFullRefresh: options.isFullRefresh)
    project.database = database
  }

  /// Runs all steps. Failures of nodes are results; only what stops the whole run is thrown.
  package func run(_ plan: RunPlan, onEvent: (RunEvent) -> Void) throws -> [RunResult] {
    var finished: [RunResult] = []
    var blocked: Set<String> = []
    var hasFailed = false
    let hooks = HookRunner(connection: connection, compiler: project.compiler)
    try hooks.runProjectHooks(\.onRunStart, "on-run-start", project.manifest, results: [])
    for (index, step) in plan.steps.enumerated() {
      guard let node = project.manifest.nodes[step.uniqueID] else { continue }
      let isSkipped =
        step.blockers.contains(where: blocked.contains) || (hasFailed && options.failsFast)
        || options.shouldStop()
      var result: RunResult
      if isSkipped {
        result = RunResult(node: node, status: .skipped, startedAt: .now(), executionSeconds: 0)
      } else {
        onEvent(.started(index: index + 1, total: plan.steps.count, node: node))
        result = execute(node)
        try draft.save(results)
      }
      if result.blocksDescendants { blocked.insert(node.uniqueID) }
      if result.isFailure { hasFailed = true }
      onEvent(.finished(index: index + 1, total: plan.steps.count, result: result))
      finished.append(result)
    }
    try hooks.runProjectHooks(\.onRunEnd, "on-run-end", project.manifest, results: finished)
    return finished
  }

  private func execute(_ node: Node) -> RunResult {
    let startedAt = Timestamp.now()
    let stopwatch = Stopwatch()
    var result = RunResult(node: node, status: .success, startedAt: startedAt, executionSeconds: 0)
    var fingerprint: String?
    do {
      switch node.resourceType {
      case .seed:
        fingerprint = try fingerprinter.fingerprint(ofSeed: node)
        try seed(node, fingerprint: fingerprint ?? "", &result)
      case .model:
        let compiled = try compile(node, &result)
        fingerprint = try requireInputs(compiled)
        try materialize(compiled, fingerprint: fingerprint ?? "", &result)
      case .test:
        let compiled = try compile(node, &result)
        fingerprint = try requireInputs(compiled)
        try test(compiled, fingerprint: fingerprint ?? "", &result)
      case .unitTest:
        // The columns of what its rows stand in for are learnt from empty tables, if not from the draft's.
        if !project.compiler.hasCompiled(node) {
          _ = try Preflight(project, seedLoader: seedLoader).run([node.uniqueID])
        }
        let compiled = try compile(node, &result)
        fingerprint = try requireInputs(compiled)
        try unitTest(compiled, &result)
      case .source, .exposure:
        break
      }
      if !node.isTest { recorded[node.uniqueID] = fingerprint }
    } catch {
      let diagnostic = SQLFault.diagnostic(for: error)
      result.status = .error
      result.message = diagnostic.message
      result.diagnostic = diagnostic
    }
    result.executionSeconds = stopwatch.seconds
    note(result, fingerprint: fingerprint ?? "")
    return result
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

  private func compile(_ node: Node, _ result: inout RunResult) throws -> CompiledNode {
    let compiled = try project.compiler.compileForRun(node)
    result.compiledSQL = compiled.sql
    try project.writeCompiled(compiled)
    return compiled
  }

  /// The fingerprint over the inputs as they are in the draft; an input that is not there is told with its remedy.
  private func requireInputs(_ compiled: CompiledNode) throws -> String {
    let variants = try project.compiler.variants(of: compiled.node)
    if let fingerprint = fingerprinter.fingerprint(of: compiled, variants: variants, inputs: recorded) {
      return fingerprint
    }
    let missing = project.manifest.inputs(of: compiled.node).filter { recorded[$0] == nil }
    let names = missing.map { project.manifest.nodes[$0]?.relation?.description ?? $0 }
    let hasSource = missing.contains { $0.hasPrefix("source.") }
    throw Diagnostic(
      .nodeFailed,
      "'\(compiled.node.name)' reads \(names.joined(separator: ", ")), which the draft does not have",
      at: compiled.node.location,
      hints: [
        hasSource
          ? "load the archive first: `reelhouse ingest`"
          : "run what it reads too: `--select +\(compiled.node.name)`"
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
    let rowCount = summary.rowCount
    result.rowCount = rowCount
    result.message = "INSERT \(rowCount)"
  }

  private func materialize(_ compiled: CompiledNode, fingerprint: String, _ result: inout RunResult) throws {
    let node = compiled.node
    let hooks = HookRunner(connection: connection, compiler: project.compiler)
    result.rowCount = try Materializer(connection: connection, draft: draft).materialize(
      compiled, fingerprint: fingerprint, isIncremental: try database.isIncremental(node),
      rowCount: rowCounts[node.uniqueID],
      hooks: Materializer.Hooks(
        pre: { try hooks.run(node.config.preHooks, of: node) },
        post: { try hooks.run(node.config.postHooks, of: node) }))
    rowCounts[node.uniqueID] = result.rowCount
    result.message = "OK"
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
    let runner = TestRunner(connection: connection)
    let verdict = try runner.run(compiled)
    if let relation = compiled.node.failuresRelation {
      try runner.store(compiled, in: relation, fingerprint: fingerprint)
    }
    result.status = verdict.status
    result.failures = verdict.failures
    result.message = verdict.message
    guard verdict.status == .fail || verdict.status == .warn, let message = verdict.message else { return }
    result.diagnostic = Diagnostic(
      .testFailed,
      "the test '\(compiled.node.name)' \(verdict.status == .fail ? "failed" : "warns"): \(message)",
      severity: verdict.status == .fail ? .error : .warning, at: compiled.node.location,
      notes: (verdict.samples.isEmpty ? [] : ["failing rows: " + verdict.samples.joined(separator: "\n")])
        + (compiled.node.failuresRelation.map { ["all of them are in \($0)"] } ?? []),
      hints: ["its query is in target/compiled/\(compiled.node.packageName)/\(compiled.node.compiledPath)"])
  }
}
