import Cloud
import Diagnostics
import Storage
import Threads

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What is told while a mirror is brought to a build.
package enum MirrorEvent: Sendable, Equatable {
  case prepared(viewCount: Int)
  case proven(Relation, rowCount: UInt64)
  case published
  case step(MirrorPlan.Step)
}

/// What was done to a mirror.
package struct MirrorReport: Sendable, Equatable {
  package var provenCount: Int
  /// Tables whose rows were exchanged in the transaction.
  package var exchangedCount: Int
  package var stepCount: Int

  package init(provenCount: Int, exchangedCount: Int, stepCount: Int) {
    self.provenCount = provenCount
    self.exchangedCount = exchangedCount
    self.stepCount = stepCount
  }
}

/// Brings the mirror to a build: views of the next build, proof, one transaction, and what no transaction holds.
///
/// Whatever it is cut off in, readers see the old rows or the new ones; the next push goes on from what the mirror's own
/// record says.
package struct MirrorRunner: Sendable {
  package struct Options: Sendable {
    package var pushID: String
    /// Machine and user, for people.
    package var author = Machine.name
    package var threadCount = 4
    package var shouldStop: @Sendable () -> Bool = { false }
    /// How long the transaction's end is waited for when its answer was lost.
    package var settlingSeconds = 60.0
    package var now = Timestamp.now()

    package init(pushID: String) { self.pushID = pushID }
  }

  private let remote: Remote
  private let options: Options
  private let onEvent: @Sendable (MirrorEvent) -> Void

  package init(
    _ remote: Remote, _ options: Options, onEvent: @escaping @Sendable (MirrorEvent) -> Void = { _ in }
  ) {
    self.remote = remote
    self.options = options
    self.onEvent = onEvent
  }

  /// Makes the schemas and the record that are missing. Goes before the job, which writes into them.
  package func makePlaces(_ plan: MirrorPlan) throws {
    for schema in MirrorSchema.all where !plan.state.schemas.contains(schema) {
      try plan.database.run(
        "create \(schema.isNext ? "transient " : "")schema if not exists \(schema.quoted)")
    }
    guard !plan.state.hasRecord else { return }
    for statement in MirrorRecordSQL.creation { try plan.database.run(statement) }
  }

  /// Publishes what the job has written.
  package func run(_ plan: MirrorPlan) throws -> MirrorReport? {
    guard !plan.isNothingToDo else { return nil }
    try makePlaces(plan)
    try prepare(plan)
    try prove(plan)
    try stopIfAsked()
    try checkStillAt(plan)
    for step in plan.stepsBefore { try carryOut(step, plan) }
    try publish(plan)
    onEvent(.published)
    try finish(plan)
    return MirrorReport(
      provenCount: plan.tables.count + plan.views.count, exchangedCount: plan.exchanged.count,
      stepCount: plan.stepsBefore.count + plan.stepsAfter.count)
  }

  private func stopIfAsked() throws { if options.shouldStop() { throw CancellationError() } }

  /// The environment may have been moved since: then the mirror is the other's to bring up to date.
  private func checkStillAt(_ plan: MirrorPlan) throws {
    let current = try remote.requiredRef(plan.environment).ref.current
    guard current.build != plan.build else { return }
    throw SyncError(
      .remoteMoved, "the environment '\(plan.environment)' is at '\(current.build)' by now",
      hints: ["the push that moved it brings the mirror up to date"])
  }

  // MARK: The next build

  /// Views over what the job has written, and over what stays as it is.
  private func prepare(_ plan: MirrorPlan) throws {
    let written = Set(plan.written)
    let state = try MirrorState(plan.database)
    func make(_ relation: Relation, _ statement: String) throws {
      try stopIfAsked()
      let place = MirrorPlace(relation, isNext: true)
      if state.kinds[place] == .table { try plan.database.run(MirrorSQL.drop(place, .table)) }
      try plan.database.run(statement)
    }
    let unchanged = plan.tables.filter { !written.contains($0.relation) }
    for table in unchanged { try make(table.relation, MirrorSQL.passThrough(table.relation, table.columns)) }
    for view in plan.views {
      do {
        try make(view.relation, view.nextStatement)
      } catch let error as CloudError where error.service != nil {
        throw error.diagnostic.noting(
          "while the view '\(view.relation)' was made for the next build; its query is compiled from the model of the build"
        )
      }
    }
    onEvent(.prepared(viewCount: unchanged.count + plan.views.count))
  }

  // MARK: Proof

  /// What a relation of the next build has, if it is not what the build has.
  private struct Mismatch: Sendable {
    let relation: Relation
    let found: ContentHash
    let expected: ContentHash

    /// Which of the two is wrong about what.
    var words: String {
      let rows =
        found.rowCount == expected.rowCount
        ? "as many rows, other values"
        : found.rowCount < expected.rowCount
          ? "\(expected.rowCount - found.rowCount) rows too few"
          : "\(found.rowCount - expected.rowCount) rows too many"
      return "\(relation): \(found) in Snowflake, \(expected) in the build: \(rows)"
    }
  }

  private func prove(_ plan: MirrorPlan) throws {
    let tables = plan.tables + plan.views.map(\.table)
    // The largest first.
    let order = tables.indices.sorted { (tables[$0].rowCount, $1) > (tables[$1].rowCount, $0) }
    let database = plan.database
    let found = try WorkQueue.run(order, threadCount: options.threadCount) { index -> Mismatch? in
      try stopIfAsked()
      return try mismatch(tables[index], database)
    }
    let wrong = found.compactMap(\.self).sorted { $0.relation < $1.relation }
    guard !wrong.isEmpty else { return }
    // The job would take them for whole by their marks.
    let written = Set(plan.written)
    for one in wrong where written.contains(one.relation) {
      try plan.database.run(MirrorSQL.drop(MirrorPlace(one.relation, isNext: true), .table))
    }
    throw failure(wrong, plan, written)
  }

  private func mismatch(_ table: RemoteManifest.Table, _ database: MirrorDatabase) throws -> Mismatch? {
    let query = MirrorHash.query(MirrorPlace(table.relation, isNext: true).sql, table.columns)
    let result: SnowflakeResult
    do {
      result = try database.run(query, isLong: true)
    } catch let error as CloudError {
      throw error.diagnostic.noting("while the content hash of '\(table.relation)' was computed in Snowflake")
    }
    guard let found = MirrorHash.read(result), let expected = table.contentHash.flatMap({ ContentHash($0) })
    else {
      throw SyncError(.mirrorDiffers, "Snowflake gives no content hash of '\(table.relation)'")
    }
    onEvent(.proven(table.relation, rowCount: found.rowCount))
    return found == expected
      ? nil : Mismatch(relation: table.relation, found: found, expected: expected)
  }

  private func failure(_ wrong: [Mismatch], _ plan: MirrorPlan, _ written: Set<Relation>) -> SyncError {
    let views = Set(plan.views.map(\.relation))
    var hints: [String] = []
    if wrong.contains(where: { written.contains($0.relation) }) {
      hints.append("push again: what is wrong was dropped, and the job writes it anew")
    }
    if wrong.contains(where: { !written.contains($0.relation) && !views.contains($0.relation) }) {
      hints.append("somebody changed what is published: `reelhouse push --remirror` brings it anew")
    }
    if wrong.allSatisfy({ views.contains($0.relation) }) {
      hints.append(
        "the view's SQL means something else in Snowflake: put what differs into a macro `snowflake__…`, or let the mirror have a table: `meta: {mirror: table}`"
      )
    }
    let names = wrong.map { "'\($0.relation)'" }.joined(separator: ", ")
    return SyncError(
      .mirrorDiffers,
      "in Snowflake, \(names) \(wrong.count == 1 ? "is" : "are") not what the build has; nothing is published",
      notes: wrong.map(\.words), hints: hints)
  }

  // MARK: The transaction

  private func record(_ plan: MirrorPlan) -> MirrorRecord {
    MirrorRecord(
      build: plan.build, environment: plan.environment, pushID: options.pushID,
      manifestSHA256: plan.manifestSHA256, contents: plan.contents, publishedAt: Self.sqlText(options.now),
      publishedBy: options.author, isFinished: plan.stepsAfter.isEmpty)
  }

  /// `2026-11-22 07:15:30.123456`, of UTC.
  private static func sqlText(_ time: Timestamp) -> String {
    time.iso8601.replacing("T", with: " ").replacing("Z", with: "")
  }

  /// All in one request: there is no session between two.
  package func statements(_ plan: MirrorPlan) throws -> [String] {
    let record = record(plan)
    var statements = [
      "begin", MirrorRecordSQL.guardStatement(plan.state.pushID),
      MirrorRecordSQL.moveLock(from: plan.state.pushID, to: record),
      // Whoever waited for another's transaction finds the row moved.
      MirrorRecordSQL.guardStatement(record.pushID),
    ]
    for relation in plan.exchanged {
      guard let table = plan.table(relation) else { continue }
      statements += MirrorSQL.exchange(table)
    }
    // What was proven may have been written again since, by the job of another push.
    for relation in plan.exchanged {
      guard let table = plan.table(relation), let hash = table.contentHash.flatMap({ ContentHash($0) }) else {
        continue
      }
      statements.append(MirrorRecordSQL.guardStatement(relation, hash, table.columns))
    }
    return statements + [try MirrorRecordSQL.insert(record), "commit"]
  }

  private func publish(_ plan: MirrorPlan) throws {
    do {
      let statements = try statements(plan).map { sql in
        var statement = SnowflakeStatement(sql)
        // Whether all went well is known without their results, each of which would be asked for.
        statement.isResultWanted = false
        return statement
      }
      _ = try plan.database.client.runTogether(statements)
    } catch let error as CloudError {
      try settle(error, plan)
    }
  }

  /// Finds out what came of a transaction that did not answer with success: what counts is whose push the record has.
  private func settle(_ error: CloudError, _ plan: MirrorPlan) throws {
    let isRefused = error.service.map { $0.status < 500 } ?? false
    let stopwatch = Stopwatch()
    while true {
      let current = try MirrorState.current(plan.database)
      if current.pushID == options.pushID { return }
      if current.pushID != plan.state.pushID { throw moved(current.record) }
      if isRefused || stopwatch.seconds > options.settlingSeconds { break }
      usleep(UInt32(min(2, options.settlingSeconds / 10) * 1e6))
    }
    if error.message.contains(MirrorRecordSQL.changed) {
      throw SyncError(
        .mirrorDiffers, "what is to be published was changed since it was proven; nothing is published",
        notes: [error.message],
        hints: ["another push may have written there: look with `reelhouse remote log`, then push again"])
    }
    throw error.diagnostic.noting(
      isRefused
        ? "nothing was published: the transaction was rolled back"
        : "the answer to the transaction was lost; the next push looks what came of it")
  }

  private func moved(_ record: MirrorRecord?) -> SyncError {
    SyncError(
      .mirrorConflict, "another push has brought the mirror to another build meanwhile",
      notes: record.map { ["it is at '\($0.build)', since \($0.publishedAt) by \($0.publishedBy)"] } ?? [],
      hints: ["nothing is lost: look with `reelhouse remote log`, then push again"])
  }

  // MARK: Behind the transaction

  private func finish(_ plan: MirrorPlan) throws {
    for step in plan.stepsAfter {
      let current = try MirrorState.current(plan.database)
      guard current.pushID == options.pushID else { throw moved(current.record) }
      try carryOut(step, plan)
    }
    if !plan.stepsAfter.isEmpty { try plan.database.run(MirrorRecordSQL.finish(options.pushID)) }
    try clear(plan)
  }

  private func carryOut(_ step: MirrorPlan.Step, _ plan: MirrorPlan) throws {
    do {
      try plan.database.run(step.statement)
    } catch let error as CloudError {
      throw error.diagnostic.noting(
        "in the step: \(step.kind.rawValue) '\(step.relation)'; the next push goes on from here")
    }
    onEvent(.step(step))
  }

  /// What was prepared costs storage, and serves nobody any more.
  private func clear(_ plan: MirrorPlan) throws {
    let written = Set(plan.written)
    for relation in plan.tables.map(\.relation) + plan.views.map(\.relation) {
      let kind: MirrorState.Kind = written.contains(relation) ? .table : .view
      try plan.database.run(MirrorSQL.drop(MirrorPlace(relation, isNext: true), kind))
    }
  }
}
