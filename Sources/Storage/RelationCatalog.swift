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

  package init(
    relation: Relation, uniqueID: String, kind: Kind, fingerprint: String, rowCount: Int?,
    load: LoadRecord? = nil
  ) {
    self.relation = relation
    self.uniqueID = uniqueID
    self.kind = kind
    self.fingerprint = fingerprint
    self.rowCount = rowCount
    self.load = load
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
        row_count integer, load text
      ) without rowid
      """)
  }

  /// Notes a relation, in place of what was known of one of that name.
  package func record(_ record: RelationRecord, inSchema schema: String? = nil) throws {
    let load = try record.load.map { SQLiteValue.text(try JSON.text($0)) } ?? .null
    try connection.run(
      "insert or replace into \(Self.table(schema ?? record.relation.layer.schemaName)) values (?, ?, ?, ?, ?, ?)",
      [
        .text(record.relation.name), .text(record.uniqueID), .text(record.kind.rawValue),
        .text(record.fingerprint),
        record.rowCount.map { .integer(Int64($0)) } ?? .null, load,
      ])
  }

  /// Forgets a relation.
  package func remove(_ relation: Relation) throws {
    try connection.run(
      "delete from \(Self.table(relation.layer.schemaName)) where name = ?", [.text(relation.name)])
  }

  /// All that a layer records, by name.
  package func records(in layer: Layer) throws -> [RelationRecord] {
    guard try exists(in: layer) else { return [] }
    let statement = try connection.prepare(
      "select name, unique_id, kind, fingerprint, row_count, load from \(Self.table(layer.schemaName)) order by name"
    )
    var records: [RelationRecord] = []
    while try statement.step() {
      records.append(
        RelationRecord(
          relation: Relation(layer: layer, name: statement.text(0)), uniqueID: statement.text(1),
          kind: RelationRecord.Kind(rawValue: statement.text(2)) ?? .table, fingerprint: statement.text(3),
          rowCount: statement.isNull(4) ? nil : Int(statement.integer(4)),
          load: statement.isNull(5) ? nil : try JSON.decode(LoadRecord.self, from: statement.text(5))))
    }
    return records
  }

  /// What all layers record.
  package func records() throws -> [RelationRecord] {
    try Layer.allCases.flatMap { try records(in: $0) }
  }

  private func exists(in layer: Layer) throws -> Bool {
    try connection.integer(
      "select count(*) from \(SQLIdentifier(layer.schemaName)).sqlite_schema where type = 'table' and name = ?",
      [.text(Self.tableName)]) > 0
  }
}
