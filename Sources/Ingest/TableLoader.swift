import Diagnostics
import SQLite

/// Loads one member into one table: rows to a sink, rejects to where they are kept.
struct TableLoader {
  struct Counts: Equatable {
    var rowsRead = 0
    var rowsLoaded = 0
    var rejectCount = 0
  }

  let stream: any RowStream
  let limit: RejectLimit
  /// What a user can do about a reject other than to correct the file.
  var remedy: String?
  /// Told what was done so far and up to which byte of the file.
  var didLoad: (Counts, Int) -> Void = { _, _ in }
  var shouldStop: () -> Bool = { false }

  private static let shownRejectCount = 3

  /// - Parameters:
  ///   - isThreaded: whether the file is read on a thread of its own.
  ///   - keep: stores a reject.
  func load<Sink: TableSink & ~Copyable>(
    into sink: inout Sink, isThreaded: Bool = true, keep: (Reject) throws -> Void
  ) throws -> Counts {
    var counts = Counts()
    var shown: [Reject] = []
    func store(_ batch: LoadBatch) throws {
      if shouldStop() { throw CancellationError() }
      for reject in batch.rejects {
        counts.rejectCount += 1
        if shown.count < Self.shownRejectCount { shown.append(reject) }
        if limit.isExceeded(by: counts.rejectCount) { throw TooManyRejects() }
        try keep(reject)
      }
      try sink.append(batch.rows)
      counts.rowsRead += batch.rowsRead
      counts.rowsLoaded += batch.rows.rowCount
      didLoad(counts, batch.bytesDone)
    }
    do {
      if isThreaded {
        try BatchPipeline.run(stream, store: store)
      } else {
        try BatchPipeline.runHere(stream, store: store)
      }
      if !limit.admits(counts.rejectCount, ofRows: counts.rowsRead) { throw TooManyRejects() }
    } catch is TooManyRejects {
      // A damaged archive shows in its rows first: if that is the cause, say so.
      try stream.drain()
      throw tooMany(counts, shown: shown)
    }
    precondition(counts.rowsRead == counts.rowsLoaded + counts.rejectCount, "every row is loaded or rejected")
    return counts
  }

  private struct TooManyRejects: Error {}

  private func tooMany(_ counts: Counts, shown: [Reject]) -> IngestError {
    if limit == .none, let first = shown.first {
      return IngestError(first.diagnostic(in: stream.displayPath, remedy: remedy))
    }
    let notes = shown.map { "\($0.place.description(in: stream.displayPath)): \($0.reason)" }
    let count =
      switch limit {
      case .percent: "\(counts.rejectCount) of \(counts.rowsRead) rows cannot be loaded"
      default: "\(counts.rejectCount) rows cannot be loaded so far"
      }
    return IngestError(
      .tooManyRejects, "\(count), more than the \(limit) that are allowed",
      at: SourceLocation(path: stream.displayPath), notes: notes,
      hints: ["correct the file, or allow more with `--max-rejects`"])
  }
}
