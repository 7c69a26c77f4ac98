import Diagnostics
import Files
import Parquet
import Storage
import Threads
import SQLite

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
    // A draft changes: it is read in the one transaction that the plan was made in.
    let helperCount = plan.build == nil ? 0 : max(0, min(options.threadCount, plan.items.count) - 1)
    var helpers = (0..<helperCount).compactMap { _ in
      WorkerThread.start { [self] in
        queue.work { index in
          var own: WarehouseReader?
          return try export(plan.items[index], plan, onTable) {
            if own == nil { own = try WarehouseReader(warehouse, target) }
            guard let connection = own?.connection else { preconditionFailure("it was just opened") }
            return connection
          }
        }
      }
    }
    let connection = reader.connection
    queue.work { try export(plan.items[$0], plan, onTable) { connection } }
    helpers.removeAll()
    let tables = try queue.results()
    let manifest = ExportManifest(
      build: plan.build, format: options.format,
      tables: tables.sorted { ($0.layer, $0.name) < ($1.layer, $1.name) })
    try FileSystem.write(
      try JSON.bytes(manifest, isPretty: true) + [UInt8(ascii: "\n")],
      to: Path.join(options.folder, ExportManifest.fileName))
    return manifest
  }

  private func export(
    _ item: ExportItem, _ plan: ExportPlan, _ onTable: (ExportManifest.Table) -> Void,
    _ connection: () throws -> Connection
  ) throws -> ExportManifest.Table {
    let name = "\(item.relation.layer.schemaName)/\(item.relation.name).\(options.format.rawValue)"
    let file = try ExportFile(Path.join(options.folder, name))
    var hasher = try TableHasher(item, isAsked: options.hashesContent)
    let rowCount: Int
    do {
      rowCount =
        try options.format == .parquet
        ? writeParquet(item, file, &hasher, connection) : writeText(item, file, &hasher, connection)
    } catch let error as ParquetError {
      throw error.diagnostic.noting("while \(item.relation) was exported")
    }
    let table = ExportManifest.Table(
      layer: item.relation.layer.schemaName, name: item.relation.name, file: name, rowCount: rowCount,
      byteCount: file.byteCount, sha256: try file.finish(), contentHash: hasher.text,
      contentHashFault: hasher.fault, columns: item.columns)
    onTable(table)
    return table
  }

  private func writeParquet(
    _ item: ExportItem, _ file: ExportFile, _ hasher: inout TableHasher,
    _ connection: () throws -> Connection
  ) throws -> Int {
    var properties = options.properties
    properties.keyValues = [
      KeyValue("reelhouse.layer", item.relation.layer.schemaName),
      KeyValue("reelhouse.table", item.relation.name),
    ]
    if let hash = item.exactHash { properties.keyValues.append(KeyValue("reelhouse.exact_hash", hash)) }
    var writer = try FileWriter(file, schema: Schema(item.columns.map(\.parquet)), properties: properties)
    try RowSource.read(item, connection) { batches in
      hasher.add(batches)
      try writer.write(batches)
    }
    return try writer.close().rowCount
  }

  private func writeText(
    _ item: ExportItem, _ file: ExportFile, _ hasher: inout TableHasher,
    _ connection: () throws -> Connection
  ) throws -> Int {
    let rows = TextRows(format: options.format, columns: item.columns)
    var bytes = rows.header
    var rowCount = 0
    try RowSource.read(item, connection) { batches in
      hasher.add(batches)
      rows.append(batches, to: &bytes)
      rowCount += batches.first?.rowCount ?? 0
      try bytes.withUnsafeBytes { try file.write($0) }
      bytes.removeAll(keepingCapacity: true)
    }
    try bytes.withUnsafeBytes { try file.write($0) }
    return rowCount
  }
}

/// The content hash of a table that is exported. A value without one does not stop the export: the file is right, and
/// only cannot be compared.
private struct TableHasher: ~Copyable {
  private var hasher: ContentHasher
  private let isAsked: Bool
  private(set) var fault: String?

  init(_ item: ExportItem, isAsked: Bool) throws {
    hasher = try ContentHasher(item.columns.map(\.parquet))
    self.isAsked = isAsked
  }

  mutating func add(_ batches: [ColumnBatch]) {
    guard isAsked, fault == nil else { return }
    do throws(SyncError) {
      try hasher.add(batches)
    } catch {
      fault = error.message
    }
  }

  var text: String? { isAsked && fault == nil ? hasher.hash.description : nil }
}
