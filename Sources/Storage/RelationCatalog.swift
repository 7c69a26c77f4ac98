import SQLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a layer knows of one of its relations. Written in the transaction that writes the relation's rows,
/// so that the two never disagree, whatever happens to the process.
package struct RelationRecord: Sendable, Codable, Equatable {
  package enum Kind: String, Sendable, Codable {
    case table
    case view
  }

  package var relation: Relation
  /// dbt's name of the node that made it, such as `model.letterboxd.stg_movies`.
  package var uniqueID: String
  package var kind: Kind
  /// The fingerprint of the node at the time, in hex.
  package var fingerprint: String
  /// Rows of a table; nil for a view.
  package var rowCount: Int?
  /// How a source table was loaded.
  package var load: LoadRecord?
  /// What was seen of the columns while the rows were written; nil where nobody looked.
  package var columns: [ColumnProfile]? {
    get { profiles?.list }
    set { profiles = newValue.map(ColumnProfiles.init) }
  }
  fileprivate var profiles: ColumnProfiles?
  /// The exact hash of a table, as `ExactHash` writes it; nil for a view, and where it was not computed.
  package var exactHash: String?

  package init(
    relation: Relation, uniqueID: String, kind: Kind, fingerprint: String, rowCount: Int?,
    load: LoadRecord? = nil, columns: [ColumnProfile]? = nil, exactHash: String? = nil
  ) {
    self.relation = relation
    self.uniqueID = uniqueID
    self.kind = kind
    self.fingerprint = fingerprint
    self.rowCount = rowCount
    self.load = load
    profiles = columns.map(ColumnProfiles.init)
    self.exactHash = exactHash
  }

  private enum CodingKeys: String, CodingKey {
    case relation, uniqueID, kind, fingerprint, rowCount, load, exactHash
    case profiles = "columns"
  }
}

/// The profiles of a relation's columns, as the catalog has them: a text, which most readers never look into.
private enum ColumnProfiles: Sendable, Codable, Equatable {
  case text(String)
  case decoded([ColumnProfile])

  init(_ list: [ColumnProfile]) { self = .decoded(list) }

  init(from decoder: any Decoder) throws { self = .decoded(try [ColumnProfile](from: decoder)) }

  func encode(to encoder: any Encoder) throws { try list.encode(to: encoder) }

  /// A text that cannot be understood tells nothing.
  var list: [ColumnProfile] {
    switch self {
    case .text(let text): (try? JSON.decode([ColumnProfile].self, from: text)) ?? []
    case .decoded(let list): list
    }
  }

  func text() throws -> String {
    switch self {
    case .text(let text): text
    case .decoded(let list): try JSON.text(list)
    }
  }

  static func == (left: ColumnProfiles, right: ColumnProfiles) -> Bool { left.list == right.list }
}

extension RelationRecord {
  /// A table that was written in bulk, with what was seen of its rows.
  package init(
    _ relation: Relation, uniqueID: String, fingerprint: String, load: LoadRecord? = nil,
    definition: TableDefinition, summary: TableSummary
  ) {
    self.init(
      relation: relation, uniqueID: uniqueID, kind: .table, fingerprint: fingerprint,
      rowCount: summary.rowCount, load: load,
      columns: zip(definition.columnNames, summary.columns).map { ColumnProfile(name: $0, $1) },
      exactHash: summary.exactHash?.description)
  }
}

/// Where the rows of a source table came from.
package struct LoadRecord: Sendable, Codable, Equatable {
  /// The archive's or file's path, and the member's name in it.
  package var archive: String
  package var member: String
  /// Of the uncompressed bytes; nil where the origin keeps none.
  package var crc32: UInt32?
  package var byteCount: Int
  /// The hash of the declared schema and of the loading options.
  package var schemaFingerprint: String
  package var rowsRead: Int
  package var rowsLoaded: Int
  package var rejectCount: Int
  package var loadedAt: String

  package init(
    archive: String, member: String, crc32: UInt32?, byteCount: Int, schemaFingerprint: String, rowsRead: Int,
    rowsLoaded: Int, rejectCount: Int, loadedAt: String
  ) {
    self.archive = archive
    self.member = member
    self.crc32 = crc32
    self.byteCount = byteCount
    self.schemaFingerprint = schemaFingerprint
    self.rowsRead = rowsRead
    self.rowsLoaded = rowsLoaded
    self.rejectCount = rejectCount
    self.loadedAt = loadedAt
  }
}

/// The table `_relations` of each layer: one row for each relation that a node made.
package struct RelationCatalog {
  package static let tableName = "_relations"

  private let connection: Connection

  /// A catalog over a connection that has the layers attached under their names.
  package init(_ connection: Connection) {
    self.connection = connection
  }

  private static func table(_ schema: String) -> String {
    "\(SQLIdentifier(schema)).\(SQLIdentifier(tableName))"
  }

  /// Makes the table where it is missing. `schema` is the name under which the layer is attached.
  package func create(inSchema schema: String) throws {
    try connection.execute(
      """
      create table if not exists \(Self.table(schema)) (
        name text collate nocase primary key, unique_id text not null, kind text not null, fingerprint text not null,
        row_count integer, load text, columns text, exact_hash text
      ) without rowid
      """)
    // The catalog of an older version has fewer columns.
    let names = try connection.rows(
      "select name from pragma_table_info(?, ?)", [.text(Self.tableName), .text(schema)])
    for column in ["columns", "exact_hash"] where !names.contains([.text(column)]) {
      try connection.execute("alter table \(Self.table(schema)) add column \(column) text")
    }
  }

  /// Notes a relation, in place of what was known of one of that name.
  package func record(_ record: RelationRecord, inSchema schema: String? = nil) throws {
    let schema = schema ?? record.relation.layer.schemaName
    try create(inSchema: schema)
    try connection.run(
      """
      insert or replace into \(Self.table(schema))
      (name, unique_id, kind, fingerprint, row_count, load, columns, exact_hash) values (?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(record.relation.name), .text(record.uniqueID), .text(record.kind.rawValue),
        .text(record.fingerprint), record.rowCount.map { .integer(Int64($0)) } ?? .null,
        try record.load.map { .text(try JSON.text($0)) } ?? .null,
        try record.profiles.map { .text(try $0.text()) } ?? .null,
        record.exactHash.map { .text($0) } ?? .null,
      ])
  }

  /// Forgets a relation.
  package func remove(_ relation: Relation) throws {
    try connection.run(
      "delete from \(Self.table(relation.layer.schemaName)) where name = ?", [.text(relation.name)])
  }

  /// All that a layer records, by name.
  ///
  /// - Parameter schema: the name that the layer is attached under, if it is not its own.
  package func records(in layer: Layer, inSchema schema: String? = nil) throws -> [RelationRecord] {
    try records(in: layer, inSchema: schema ?? layer.schemaName, "order by name")
  }

  /// What the layer records of one relation.
  package func record(of relation: Relation) throws -> RelationRecord? {
    try records(
      in: relation.layer, inSchema: relation.layer.schemaName, "where name = ?", [.text(relation.name)]
    )
    .first
  }

  private func records(
    in layer: Layer, inSchema schema: String, _ clause: String, _ values: [SQLiteValue] = []
  ) throws -> [RelationRecord] {
    guard try exists(inSchema: schema) else { return [] }
    let statement = try connection.prepare("select * from \(Self.table(schema)) \(clause)")
    try statement.bind(values)
    let names = statement.columnNames
    let columnsIndex = names.firstIndex(of: "columns")
    let hashIndex = names.firstIndex(of: "exact_hash")
    var records: [RelationRecord] = []
    while try statement.step() {
      var record = RelationRecord(
        relation: Relation(layer: layer, name: statement.text(0)), uniqueID: statement.text(1),
        kind: RelationRecord.Kind(rawValue: statement.text(2)) ?? .table, fingerprint: statement.text(3),
        rowCount: statement.isNull(4) ? nil : Int(statement.integer(4)))
      if !statement.isNull(5) { record.load = try JSON.decode(LoadRecord.self, from: statement.text(5)) }
      if let columnsIndex, !statement.isNull(columnsIndex) {
        record.profiles = .text(statement.text(columnsIndex))
      }
      if let hashIndex, !statement.isNull(hashIndex) { record.exactHash = statement.text(hashIndex) }
      records.append(record)
    }
    return records
  }

  /// What all layers record.
  package func records() throws -> [RelationRecord] {
    try Layer.allCases.flatMap { try records(in: $0) }
  }

  private func exists(inSchema schema: String) throws -> Bool {
    try connection.integer(
      "select count(*) from \(SQLIdentifier(schema)).sqlite_schema where type = 'table' and name = ?",
      [.text(Self.tableName)]) > 0
  }
}
