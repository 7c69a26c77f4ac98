import Diagnostics
import Files
import Parquet
import SQLite
import Storage
import Threads

/// Writes the files of an export, several tables at once, and its manifest when all are there.
package struct ExportRunner: Sendable {
  private let options: ExportOptions
  private let warehouse: Warehouse
  private let target: WarehouseReader.Target

  /// - Parameter target: what is exported; threads open it again by its id, so that all read the same.
  package init(_ warehouse: Warehouse, _ target: WarehouseReader.Target, _ options: ExportOptions) {
    self.warehouse = warehouse
    self.target = target
    self.options = options
  }

  /// Exports what is planned. `reader` is what the plan was made of, and keeps it in place meanwhile.
  ///
  /// - Parameter onTable: told of each table when its file is there, by the thread that wrote it.
  package func run(
    _ plan: ExportPlan, _ reader: borrowing WarehouseReader,
    onTable: @escaping @Sendable (ExportManifest.Table) -> Void = { _ in }
  ) throws -> ExportManifest {
    // The largest first, so that no thread is left with one at the end.
    let order = plan.items.indices.sorted { left, right in
      let (a, b) = (plan.items[left].rowCount ?? .max, plan.items[right].rowCount ?? .max)
      return a == b ? left < right : a > b
    }
    let queue = WorkQueue<ExportManifest.Table>(order)
    // A draft changes: it is read in the one transaction that the plan was made in, and other threads only encode.
    let helperCount = max(0, options.threadCount - 1)
    let readsAside = plan.build != nil
    let crew = EncodingCrew(
      readerCount: readsAside ? helperCount + 1 : 1, threadCount: helperCount + 1)
    var helpers: [WorkerThread] = []
    for _ in 0..<helperCount {
      let helper = WorkerThread.start { [self] in
        let encoder = RowGroupEncoder(options.properties)
        if readsAside {
          queue.work { try export(plan.items[$0], crew, encoder, onTable) }
          crew.endReading()
        }
        crew.help(encoder)
      }
      if let helper { helpers.append(helper) } else if readsAside { crew.endReading() }
    }
    let connection = reader.connection
    let encoder = RowGroupEncoder(options.properties)
    queue.work { try export(plan.items[$0], crew, encoder, onTable, connection) }
    crew.endReading()
    crew.help(encoder)
    helpers.join()
    let tables = try queue.results()
    let manifest = ExportManifest(
      build: plan.build, format: options.format,
      tables: tables.sorted { ($0.layer, $0.name) < ($1.layer, $1.name) })
    try FileSystem.write(
      try JSON.bytes(manifest, isPretty: true) + [UInt8(ascii: "\n")],
      to: Path.join(options.folder, ExportManifest.fileName))
    return manifest
  }

  /// - Parameter connection: reads what only SQLite can read; else one of this table's own.
  private func export(
    _ item: ExportItem, _ crew: EncodingCrew, _ encoder: RowGroupEncoder,
    _ onTable: (ExportManifest.Table) -> Void, _ connection: Connection? = nil
  ) throws -> ExportManifest.Table {
    var own: WarehouseReader?
    func reading() throws -> Connection {
      if let connection { return connection }
      if own == nil { own = try WarehouseReader(warehouse, target) }
      guard let connection = own?.connection else { preconditionFailure("it was just opened") }
      return connection
    }
    let name = "\(item.relation.layer.schemaName)/\(item.relation.name).\(options.format.rawValue)"
    let file = try ExportFile(Path.join(options.folder, name))
    let (rowCount, hash): (Int, HashSum)
    do {
      (rowCount, hash) =
        try options.format == .parquet
        ? writeParquet(item, file, crew, encoder, reading) : writeText(item, file, reading)
    } catch let error as ParquetError {
      throw error.diagnostic.noting("while \(item.relation) was exported")
    }
    let table = ExportManifest.Table(
      layer: item.relation.layer.schemaName, name: item.relation.name, file: name, rowCount: rowCount,
      byteCount: file.byteCount, sha256: try file.finish(),
      contentHash: options.hashesContent ? hash.text : nil, contentHashFault: hash.fault,
      columns: item.columns)
    onTable(table)
    return table
  }

  private func writeParquet(
    _ item: ExportItem, _ file: ExportFile, _ crew: EncodingCrew, _ encoder: RowGroupEncoder,
    _ connection: () throws -> Connection
  ) throws -> (Int, HashSum) {
    var properties = options.properties
    properties.keyValues = [
      KeyValue("reelhouse.layer", item.relation.layer.schemaName),
      KeyValue("reelhouse.table", item.relation.name),
    ]
    if let hash = item.exactHash { properties.keyValues.append(KeyValue("reelhouse.exact_hash", hash)) }
    var table = try ParquetTable(
      file, item, properties, crew, encoder, hashesContent: options.hashesContent)
    try RowSource.read(item, connection) { try table.write($0) }
    return try table.close()
  }

  private func writeText(
    _ item: ExportItem, _ file: ExportFile, _ connection: () throws -> Connection
  ) throws -> (Int, HashSum) {
    let rows = TextRows(format: options.format, columns: item.columns)
    var bytes = rows.header
    var rowCount = 0
    var hash = HashSum()
    let columns = item.columns.map(\.parquet)
    try RowSource.read(item, connection) { batches in
      if options.hashesContent, hash.fault == nil {
        hash.add(Result { () throws(SyncError) in try ContentHasher.hash(columns, batches) })
      }
      rows.append(batches, to: &bytes)
      rowCount += batches.first?.rowCount ?? 0
      try bytes.withUnsafeBytes { try file.write($0) }
      bytes.removeAll(keepingCapacity: true)
    }
    try bytes.withUnsafeBytes { try file.write($0) }
    return (rowCount, hash)
  }
}
