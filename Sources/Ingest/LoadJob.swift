import Diagnostics
import SQLite
import Storage
import Synchronization

/// The loading of one member into its table, to be run once by any thread.
///
/// `@unchecked Sendable`: the thread that runs the job owns its writer and stream; what others read meanwhile is behind a
/// lock, and `outcome` is read when that thread has ended.
final class LoadJob: @unchecked Sendable {
  let item: IngestPlan.Item
  private let options: IngestOptions
  private let mapping: HeaderMapping
  private let rejects: RejectStore
  private let definition: TableDefinition
  private var writer: TableWriter?
  /// How far the job has come; for those who watch.
  private let progress = Mutex(Progress())
  /// What became of the job; nil as long as it was not run.
  private(set) var outcome: Result<LoadedTable, any Error>?

  struct Progress {
    var bytesDone = 0
    var rowsRead = 0
    var rejectCount = 0
    var isDone = false
  }

  init(
    _ item: IngestPlan.Item, _ mapping: HeaderMapping, options: IngestOptions, rejects: RejectStore,
    writer: consuming TableWriter
  ) {
    self.item = item
    self.mapping = mapping
    self.options = options
    self.rejects = rejects
    definition = writer.definition
    self.writer = consume writer
  }

  var progressSoFar: Progress { progress.withLock { $0 } }

  /// - Parameter isThreaded: whether the member is read on a thread of its own while this one writes.
  func run(isThreaded: Bool, shouldStop: @escaping () -> Bool) {
    outcome = Result {
      try IngestError.noting("while loading \(item.table.relation) from '\(item.member.displayPath)'") {
        try load(isThreaded: isThreaded, shouldStop: shouldStop)
      }
    }
    progress.withLock { $0.isDone = true }
  }

  private func load(isThreaded: Bool, shouldStop: @escaping () -> Bool) throws -> LoadedTable {
    guard let writer = writer.take() else { preconditionFailure("a job is run once") }
    let stopwatch = Stopwatch()
    let stream = try item.table.stream(of: item.member, item.parquet, options)
    let header = try stream.readHeader()
    let found = try HeaderMapping(header, of: item.table)
    guard found == mapping else {
      throw IngestError(
        .headerInvalid, "the header is not the one that was planned with: the file has changed since",
        at: header.location, excerpt: header.excerpt, hints: ["run the command again"])
    }
    stream.setMapping(mapping)
    var loader = TableLoader(stream: stream, limit: options.rejectLimit)
    loader.remedy =
      "`--max-rejects N` or `--max-rejects N%` loads the other rows and keeps such ones in raw._rejects"
    loader.shouldStop = shouldStop
    loader.didLoad = { [self] counts, bytesDone in
      progress.withLock {
        $0.bytesDone = bytesDone
        $0.rowsRead = counts.rowsRead
        $0.rejectCount = counts.rejectCount
      }
    }
    var sink = BulkSink(writer)
    let counts = try loader.load(into: &sink, isThreaded: isThreaded) { [self] in
      try rejects.add($0, table: item.table.relation.name, member: item.member.name)
    }
    let summary = try sink.finish()
    return LoadedTable(
      item: item, counts: counts, crc32: stream.crc32, byteCount: stream.byteCount,
      definition: definition, summary: summary, seconds: stopwatch.seconds)
  }
}

/// A table whose rows are all written.
struct LoadedTable {
  let item: IngestPlan.Item
  let counts: TableLoader.Counts
  /// Of the member, uncompressed.
  let crc32: UInt32
  let byteCount: Int
  let definition: TableDefinition
  let summary: TableSummary
  let seconds: Double

  var result: LoadResult {
    LoadResult(
      relation: item.table.relation, uniqueID: item.table.uniqueID, origin: item.member.displayPath,
      rowsRead: counts.rowsRead, rowsLoaded: counts.rowsLoaded, rejectCount: counts.rejectCount,
      byteCount: byteCount, seconds: seconds, isSkipped: false)
  }

  var record: RelationRecord {
    RelationRecord(
      item.table.relation, uniqueID: item.table.uniqueID,
      fingerprint: item.table.fingerprint(crc32: crc32, byteCount: byteCount),
      load: LoadRecord(
        archive: item.member.archivePath, member: item.member.name, crc32: crc32, byteCount: byteCount,
        schemaFingerprint: item.table.schemaFingerprint, rowsRead: counts.rowsRead,
        rowsLoaded: counts.rowsLoaded, rejectCount: counts.rejectCount, loadedAt: Timestamp.now().iso8601),
      definition: definition, summary: summary)
  }
}
