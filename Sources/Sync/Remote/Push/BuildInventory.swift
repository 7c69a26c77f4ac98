import Diagnostics
import Files
import Parquet
import SQLite
import Storage

/// What a build holds and a push brings away: tables, views, what no node made, and artifacts.
struct BuildInventory {
  struct Table {
    var kind: RemoteManifest.Table.Kind
    var item: ExportItem
    var sql: String
    var indexes: [String]
    /// The columns' types as the table declares them.
    var declaredTypes: [String]
    var exportKey: String

    var relation: Relation { item.relation }
    var exactHash: String? { kind == .view ? nil : item.exactHash }
  }

  struct File {
    var name: String
    var path: String
    var byteCount: Int
    var sha256: String

    var object: RemoteManifest.Object {
      RemoteManifest.Object(
        key: RemoteLayout.file(name, sha256: sha256).text, byteCount: byteCount, sha256: sha256)
    }
  }

  /// Without its layers.
  let record: BuildRecord
  let tables: [Table]
  let files: [File]

  /// Looks at a build that is open for reading.
  init(_ reader: borrowing WarehouseReader) throws {
    guard let build = reader.build else {
      throw SyncError(
        .nothingPublished, "nothing is published that could be pushed",
        hints: ["`reelhouse build` publishes a finished draft"])
    }
    var record = try build.record()
    guard BuildID.isValid(record.id), record.id == build.id else {
      throw SyncError(.buildDamaged, "the build in '\(build.path)' says that it is '\(record.id)'")
    }
    let look = Look(build, record, reader.connection)
    tables = try Layer.allCases.flatMap { try look.tables(of: $0) }
    files = try Self.files(build)
    record.layers = []
    self.record = record
  }

  private static func files(_ build: Build) throws -> [File] {
    try FileSystem.list(build.path).compactMap { name in
      guard name.hasSuffix(".json"), name != BuildRecord.fileName, !name.hasPrefix(".") else { return nil }
      let path = Path.join(build.path, name)
      return File(
        name: name, path: path, byteCount: try FileSystem.status(path)?.byteCount ?? 0,
        sha256: try Digest.sha256(fileAt: path))
    }
  }

  /// The form of the files. Whatever changes their bytes is part of every key.
  static let properties: WriterProperties = {
    var properties = WriterProperties()
    // So that two writers stay within the memory that a push may take.
    properties.rowGroupRowLimit = 131_072
    properties.rowGroupByteLimit = 16 << 20
    return properties
  }()

  static let settings = "1 zstd3 v1 131072 16777216 \(properties.createdBy)"
}

/// The look at one layer after the other.
private struct Look {
  private let build: Build
  private let record: BuildRecord
  private let connection: Connection

  init(_ build: Build, _ record: BuildRecord, _ connection: Connection) {
    self.build = build
    self.record = record
    self.connection = connection
  }

  /// A table or view as the layer's schema has it.
  private struct Stored {
    var relation: Relation
    var isView: Bool
    var sql: String
    var indexes: [String] = []
    var hash: String?
  }

  func tables(of layer: Layer) throws -> [BuildInventory.Table] {
    let records = Dictionary(
      try RelationCatalog(connection).records(in: layer).map { ($0.relation, $0) },
      uniquingKeysWith: { first, _ in first })
    var found = try stored(in: layer)
    for index in found.indices where !found[index].isView {
      let relation = found[index].relation
      let entry = record.relations.first { $0.relation == relation }
      found[index].hash = try entry?.exactHash ?? records[relation]?.exactHash ?? hash(relation)
    }
    // A view reads nothing but its layer, so its rows hang on that alone.
    let content = found.sorted { $0.relation < $1.relation }.flatMap {
      [$0.relation.name, $0.hash ?? $0.sql]
    }
    return try found.map { stored in
      try table(stored, records[stored.relation], layerContent: content)
    }
  }

  private func table(
    _ stored: Stored, _ known: RelationRecord?, layerContent: [String]
  ) throws -> BuildInventory.Table {
    let relation = stored.relation
    let entry = record.relations.first { $0.relation == relation }
    let columns = try ExportPlan.columns(
      of: relation, entry?.columns ?? [], connection, profiles: stored.isView ? [] : known?.columns ?? [])
    let statement = try connection.prepare("select * from \(relation.sql)")
    let rowsKey = stored.hash ?? Digest.sha256(parts: [stored.sql] + layerContent)
    let key = Digest.sha256(
      parts: [BuildInventory.settings, relation.layer.schemaName, relation.name, rowsKey]
        + columns.flatMap { [$0.name, $0.type.rawValue] })
    return BuildInventory.Table(
      kind: entry == nil ? (stored.isView ? .view : .auxiliary) : stored.isView ? .view : .table,
      item: ExportItem(
        relation: relation, scannedFile: stored.isView ? nil : build.file(relation.layer), columns: columns,
        rowCount: entry?.rowCount ?? known?.rowCount, exactHash: stored.hash),
      sql: stored.sql, indexes: stored.indexes,
      declaredTypes: (0..<statement.columnCount).map { statement.declaredType($0) ?? "" }, exportKey: key)
  }

  private func stored(in layer: Layer) throws -> [Stored] {
    let rows = try connection.rows(
      """
      select type, name, tbl_name, sql from \(SQLIdentifier(layer.schemaName)).sqlite_schema
      where sql is not null and name not like 'sqlite\\_%' escape '\\' and tbl_name <> ? collate nocase
      order by type = 'index', name collate nocase
      """, [.text(RelationCatalog.tableName)])
    var found: [Stored] = []
    for row in rows {
      guard case .text(let type) = row[0], case .text(let name) = row[1], case .text(let table) = row[2],
        case .text(let sql) = row[3]
      else { continue }
      switch type {
      case "table", "view":
        found.append(
          Stored(relation: Relation(layer: layer, name: name), isView: type == "view", sql: sql))
      case "index":
        let owner = Relation(layer: layer, name: table)
        if let index = found.firstIndex(where: { $0.relation == owner }) { found[index].indexes.append(sql) }
      default:
        throw SyncError(
          .remoteNotExact, "the layer '\(layer.rawValue)' has the \(type) '\(name)', which cannot be pushed",
          hints: ["make what it does part of the model that owns '\(table)'"])
      }
    }
    return found
  }

  private func hash(_ relation: Relation) throws -> String {
    do {
      return try connection.exactHash(ofTable: relation.name, inSchema: relation.layer.schemaName).description
    } catch let error as DatabaseFileError {
      throw SyncError(
        .remoteNotExact, "\(relation) cannot be pushed: \(error.diagnostic.message)",
        hints: ["make it a plain table: with rowids, not strict, without generated columns"])
    }
  }
}
