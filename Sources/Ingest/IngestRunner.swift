import Diagnostics
import SQLite
import Storage
import Threads

/// Carries out a plan: all of it, or nothing.
package struct IngestRunner {
  private let plan: IngestPlan
  /// Told how far the loading has come, often.
  package var didProgress: (IngestProgress) -> Void = { _ in }
  /// Asked between batches; when it says yes, the run ends with `CancellationError` and nothing has changed.
  package var shouldStop: () -> Bool = { false }
  /// How many members are loaded side by side, at the most.
  package var processorCount = Processors.count

  package init(_ plan: IngestPlan) {
    self.plan = plan
  }

  /// Loads the plan's tables into the raw layer of a draft. Any error leaves the layer as it was.
  package func run(in draft: Draft) throws -> LoadReport {
    let stopwatch = Stopwatch()
    var report = LoadReport()
    let loaded = plan.loads.isEmpty ? [:] : try load(into: draft)
    report.tables = plan.items.compactMap { loaded[$0.table.relation]?.result ?? Self.skipped($0) }
    report.seconds = stopwatch.seconds
    return report
  }

  /// Writes the tables side by side and makes them visible at once.
  private func load(into draft: Draft) throws -> [Relation: LoadedTable] {
    // The largest first: what is left for the end is short.
    let items = plan.loads.sorted {
      ($1.member.byteCount, $0.member.name) < ($0.member.byteCount, $1.member.name)
    }
    let names = items.map(\.table.relation.name)
    let writing = "while writing '\(draft.warehouse.draftFile(.raw))'"
    var writer = try IngestError.noting(writing) {
      try draft.rewrite(.raw, replacing: names, share: plan.share, shouldStop: shouldStop)
    }
    let rejects = try RejectStore()
    var jobs: [LoadJob] = []
    for item in items {
      guard let mapping = item.mapping else { preconditionFailure("the header of what is loaded was read") }
      let schema = TableSchema(name: item.table.relation.name, columns: mapping.schemas)
      let table = try TableDefinition(
        sql: schema.createStatement(qualifiedName: item.table.relation.unqualifiedSQL))
      jobs.append(
        LoadJob(
          item, mapping, options: plan.options, rejects: rejects, writer: writer.makeTable(table)))
    }
    try LoadCrew(jobs, processorCount: processorCount).run(shouldStop: shouldStop) { tell(jobs) }
    let loaded = try jobs.compactMap { try $0.outcome?.get() }
    do {
      try writer.commit { connection, schema in
        for table in loaded { try RelationCatalog(connection).record(table.record, inSchema: schema) }
        try rejects.write(to: connection, schema: schema, replacing: names)
      }
    } catch {
      throw IngestError.noting(writing, error)
    }
    return Dictionary(uniqueKeysWithValues: loaded.map { ($0.item.table.relation, $0) })
  }

  /// Tells how far the jobs have come together.
  private func tell(_ jobs: [LoadJob]) {
    var sum = IngestProgress(
      origin: "", bytesDone: 0, bytesTotal: plan.byteCount, rowsRead: 0, rejectCount: 0)
    for job in jobs {
      let progress = job.progressSoFar
      // The file that is named is one of those that are under way: the largest.
      if sum.origin.isEmpty, !progress.isDone { sum.origin = job.item.member.displayPath }
      sum.bytesDone += progress.bytesDone
      sum.rowsRead += progress.rowsRead
      sum.rejectCount += progress.rejectCount
    }
    didProgress(sum)
  }

  private static func skipped(_ item: IngestPlan.Item) -> LoadResult? {
    guard case .keep(let record) = item.action, let load = record.load else { return nil }
    return LoadResult(
      relation: item.table.relation, uniqueID: item.table.uniqueID, origin: item.member.displayPath,
      rowsRead: load.rowsRead, rowsLoaded: load.rowsLoaded, rejectCount: load.rejectCount,
      byteCount: load.byteCount,
      seconds: 0, isSkipped: true)
  }
}
