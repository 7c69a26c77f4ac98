import Diagnostics
import SQLite
import Storage

/// Carries out a plan: all of it, or nothing.
package struct IngestRunner {
  private let plan: IngestPlan
  /// Told how far the loading has come, often.
  package var didProgress: (IngestProgress) -> Void = { _ in }
  /// Asked between batches; when it says yes, the run ends with `CancellationError` and nothing has changed.
  package var shouldStop: () -> Bool = { false }

  package init(_ plan: IngestPlan) {
    self.plan = plan
  }

  /// Loads the plan's tables into the raw layer of a draft. Any error leaves the layer as it was.
  package func run(in draft: Draft) throws -> LoadReport {
    let stopwatch = Stopwatch()
    var report = LoadReport()
    let loaded = plan.loads.isEmpty ? [:] : try replaceLayer(of: draft)
    report.tables = plan.items.compactMap { loaded[$0.table.relation] ?? Self.skipped($0) }
    report.seconds = stopwatch.seconds
    return report
  }

  /// Writes the layer's new file, with the loaded tables and the old ones that stay, and puts it in place.
  private func replaceLayer(of draft: Draft) throws -> [Relation: LoadResult] {
    let replacement = try draft.replace(.raw)
    let path = draft.warehouse.draftFile(.raw)
    var loaded: [Relation: LoadResult] = [:]
    do {
      // The writer's connection is closed at the end of this scope, before the file takes the old one's place.
      let writer = try RawLayerWriter(path: replacement.path)
      var progress = IngestProgress(
        origin: "", bytesDone: 0, bytesTotal: plan.byteCount, rowsRead: 0, rejectCount: 0)
      for item in plan.loads { loaded[item.table.relation] = try load(item, writer, &progress) }
      let replaced = Set(plan.loads.map { $0.table.relation.name.lowercased() })
      try IngestError.noting("while writing '\(path)'") {
        try writer.copyRest(of: path, replaced: replaced, shouldStop: shouldStop)
        try writer.finish()
      }
    }
    try replacement.commit()
    return loaded
  }

  private func load(
    _ item: IngestPlan.Item, _ writer: borrowing RawLayerWriter, _ progress: inout IngestProgress
  ) throws -> LoadResult {
    let origin = item.member.displayPath
    return try IngestError.noting("while loading \(item.table.relation) from '\(origin)'") {
      let stopwatch = Stopwatch()
      let stream = try MemberStream(item.member, dialect: item.table.dialect(plan.options))
      let header = try stream.readHeader()
      let mapping = try HeaderMapping(
        header: header.names, of: item.table, at: header.location, excerpt: header.excerpt)
      stream.setMapping(mapping)
      let relation = item.table.relation
      try writer.createTable(relation, mapping.schemas)
      let before = progress
      var loader = TableLoader(stream: stream, limit: plan.options.rejectLimit)
      loader.remedy =
        "`--max-rejects N` or `--max-rejects N%` loads the other rows and keeps such ones in raw._rejects"
      loader.shouldStop = shouldStop
      loader.didLoad = { counts, bytesDone in
        didProgress(
          IngestProgress(
            origin: origin, bytesDone: before.bytesDone + bytesDone, bytesTotal: before.bytesTotal,
            rowsRead: before.rowsRead + counts.rowsRead, rejectCount: before.rejectCount + counts.rejectCount)
        )
      }
      var sink = try InsertSink(
        writer.connection, relationSQL: relation.unqualifiedSQL, columnCount: mapping.columns.count)
      let rejects = try writer.connection.prepare(RejectTable.insertStatement)
      let counts = try loader.load(into: &sink) {
        try RejectTable.insert($0, table: relation.name, member: item.member.name, by: rejects)
      }
      try writer.record(record(item, stream, counts))
      progress.bytesDone += stream.byteCount
      progress.rowsRead += counts.rowsRead
      progress.rejectCount += counts.rejectCount
      return LoadResult(
        relation: relation, uniqueID: item.table.uniqueID, origin: origin, rowsRead: counts.rowsRead,
        rowsLoaded: counts.rowsLoaded, rejectCount: counts.rejectCount, byteCount: stream.byteCount,
        seconds: stopwatch.seconds, isSkipped: false)
    }
  }

  private func record(
    _ item: IngestPlan.Item, _ stream: MemberStream, _ counts: TableLoader.Counts
  ) -> RelationRecord {
    let crc32 = stream.crc32
    return RelationRecord(
      relation: item.table.relation, uniqueID: item.table.uniqueID, kind: .table,
      fingerprint: item.table.fingerprint(crc32: crc32, byteCount: stream.byteCount),
      rowCount: counts.rowsLoaded,
      load: LoadRecord(
        archive: item.member.archivePath, member: item.member.name, crc32: crc32, byteCount: stream.byteCount,
        schemaFingerprint: item.table.schemaFingerprint, rowsRead: counts.rowsRead,
        rowsLoaded: counts.rowsLoaded,
        rejectCount: counts.rejectCount, loadedAt: Timestamp.now().iso8601))
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
