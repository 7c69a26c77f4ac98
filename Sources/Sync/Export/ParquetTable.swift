import Parquet

/// Writes the rows of one table as a Parquet file: gathers row groups, has them encoded by the crew, and writes them in
/// order. The bytes are the same whoever encodes.
struct ParquetTable: ~Copyable {
  private let columns: [Column]
  private let crew: EncodingCrew
  private let encoder: RowGroupEncoder
  private let hashesContent: Bool
  private var gatherer: RowGatherer
  private var writer: FileWriter
  /// Row groups in their order, up to the first that is not written.
  private var pending: ArraySlice<(job: RowGroupJob, isElsewhere: Bool)> = []
  /// Batches of a row group that was written, to be filled again.
  private var spare: [ColumnBatch]?
  private(set) var hash = HashSum()

  init(
    _ file: ExportFile, _ item: ExportItem, _ properties: WriterProperties, _ crew: EncodingCrew,
    _ encoder: RowGroupEncoder, hashesContent: Bool
  ) throws {
    columns = item.columns.map(\.parquet)
    self.crew = crew
    self.encoder = encoder
    self.hashesContent = hashesContent
    let schema = Schema(columns)
    gatherer = RowGatherer(schema, properties)
    writer = try FileWriter(file, schema: schema, properties: properties)
  }

  /// Takes rows: a batch for each column, which may be used again afterwards.
  mutating func write(_ batches: [ColumnBatch]) throws {
    var rows = PendingRows(batches)
    while gatherer.append(&rows) { try endRowGroup() }
  }

  private mutating func endRowGroup() throws {
    let job = RowGroupJob(gatherer.batches, columns, hashes: hashesContent)
    if crew.handOver(job) {
      gatherer.restart(with: spare)
      spare = nil
      pending.append((job, isElsewhere: true))
    } else {
      // The batches are empty afterwards, and taken for the next rows.
      crew.run(job, encoder)
      pending.append((job, isElsewhere: false))
    }
    try writeDone(leaving: crew.threadCount - 1)
  }

  /// Writes the row groups that are done and next in order; waits for them where more than so many would be left.
  private mutating func writeDone(leaving limit: Int) throws {
    while let (job, isElsewhere) = pending.first, pending.count > limit || crew.isDone(job) {
      crew.wait(for: job)
      pending.removeFirst()
      if let part = job.hash { hash.add(part) }
      guard let group = job.group else { preconditionFailure("a job that is done has a result") }
      try writer.write(group.get())
      if isElsewhere { spare = job.batches }
    }
  }

  /// Writes what is left, and returns the number of rows.
  consuming func close() throws -> (rowCount: Int, hash: HashSum) {
    if gatherer.rowCount > 0 { try endRowGroup() }
    try writeDone(leaving: 0)
    let hash = hash
    return (try writer.close().rowCount, hash)
  }
}

/// The content hash of a table that is exported, added up in the order of its rows. A value without one does not stop the
/// export: the file is right, and only cannot be compared.
struct HashSum {
  private var sum = ContentHash()
  private(set) var fault: String?

  mutating func add(_ part: Result<ContentHash, SyncError>) {
    guard fault == nil else { return }
    switch part {
    case .success(let hash): sum = sum + hash
    case .failure(let error): fault = error.message
    }
  }

  /// `rows:sum`; nil where there is none.
  var text: String? { fault == nil ? sum.description : nil }
}
