import Cloud
import Diagnostics
import Parquet
import Storage

/// The database of a mirror.
package struct MirrorDatabase: Sendable {
  package let client: SnowflakeClient
  /// As Snowflake stores it.
  package let name: String

  /// - Parameter source: where the settings are from, for errors.
  package init(_ client: SnowflakeClient, source: String) throws {
    guard let name = client.connection.database, !name.isEmpty else {
      throw SyncError(
        .mirrorImpossible, "\(source) does not say in which database the mirror is",
        hints: ["set `database`"])
    }
    self.client = client
    self.name = name
  }

  @discardableResult
  func run(_ sql: String, isLong: Bool = false) throws -> SnowflakeResult {
    try client.run(SnowflakeStatement(sql, isLong: isLong))
  }
}

/// What a mirror holds: its record of itself, and what is there.
package struct MirrorState: Sendable {
  package enum Kind: Sendable, Equatable {
    case table
    case view
  }

  /// The push that the lock row names; that of `MirrorRecordSQL.nobody` before the first.
  let pushID: String
  /// nil before the first push.
  package let record: MirrorRecord?
  let schemas: Set<MirrorSchema>
  let hasRecord: Bool
  package let kinds: [MirrorPlace: Kind]
  /// Of what readers see: names as Snowflake stores them, in their order; nil for a type that no column of ours has.
  let columns: [MirrorPlace: [(name: String, type: MappedType?)]]

  package init(_ database: MirrorDatabase) throws {
    let listed = MirrorSchema.all.map { SnowflakeSQL.literal($0.name) }.joined(separator: ", ")
    let information = "\(SnowflakeSQL.identifier(database.name)).information_schema"
    let byName = Dictionary(uniqueKeysWithValues: MirrorSchema.all.map { ($0.name, $0) })
    func rows(_ columns: String, _ view: String, _ column: String = "table_schema") throws
      -> [[SnowflakeValue]]
    {
      try database.run("select \(columns) from \(information).\(view) where \(column) in (\(listed))").rows
    }
    func place(_ row: [SnowflakeValue]) -> MirrorPlace? {
      guard let schema = row[0].text.flatMap({ byName[$0] }), let name = row[1].text else { return nil }
      return MirrorPlace(schema: schema, stored: name)
    }
    schemas = Set(
      try rows("schema_name", "schemata", "schema_name").compactMap { $0[0].text.flatMap { byName[$0] } })
    var kinds: [MirrorPlace: Kind] = [:]
    for row in try rows("table_schema, table_name", "tables") {
      if let place = place(row) { kinds[place] = .table }
    }
    // INFORMATION_SCHEMA.TABLES has them, too.
    for row in try rows("table_schema, table_name", "views") {
      if let place = place(row) { kinds[place] = .view }
    }
    self.kinds = kinds
    var columns: [MirrorPlace: [(position: Int64, name: String, type: MappedType?)]] = [:]
    for row in try rows(
      "table_schema, table_name, column_name, data_type, numeric_scale, ordinal_position", "columns")
    {
      guard let place = place(row), !place.schema.isNext, let name = row[2].text else {
        continue
      }
      columns[place, default: []].append(
        (row[5].integer ?? 0, name, Self.type(row[3].text ?? "", scale: row[4].integer)))
    }
    self.columns = columns.mapValues { found in
      found.sorted { $0.position < $1.position }.map { ($0.name, $0.type) }
    }
    let places = [MirrorRecordSQL.lockName, MirrorRecordSQL.recordName].map {
      MirrorPlace(schema: .published(.main), stored: $0)
    }
    hasRecord = places.allSatisfy { kinds[$0] == .table }
    (pushID, record) = hasRecord ? try Self.current(database) : (MirrorRecordSQL.nobody, nil)
  }

  /// Whether a table or view has just these columns.
  func hasColumns(_ wanted: [MappedColumn], at place: MirrorPlace) -> Bool {
    (columns[place] ?? []).elementsEqual(wanted) {
      $0.name == MirrorName.stored($1.name) && $0.type == $1.type
    }
  }

  /// The type that a column of Snowflake's has among ours.
  private static func type(_ name: String, scale: Int64?) -> MappedType? {
    switch name {
    case "NUMBER": scale == 0 ? .integer : nil
    case "FLOAT": .real
    case "TEXT": .text
    case "DATE": .date
    case "BOOLEAN": .boolean
    case "TIMESTAMP_NTZ": .timestamp
    case "BINARY": .binary
    default: nil
    }
  }

  /// The push that the mirror is at, and its row.
  static func current(_ database: MirrorDatabase) throws -> (pushID: String, record: MirrorRecord?) {
    let rows = try database.run(MirrorRecordSQL.current).rows
    guard let row = rows.first, row.count == 8, let pushID = row[0].text else {
      return (MirrorRecordSQL.nobody, nil)
    }
    guard pushID != MirrorRecordSQL.nobody else { return (pushID, nil) }
    func refusal(_ why: String) -> SyncError {
      SyncError(
        .mirrorImpossible,
        "the record \(MirrorRecordSQL.record) of the database \(database.name) is not sound: \(why)",
        hints: ["see who changed it; `--remirror` brings all relations anew and writes a new row"])
    }
    guard let build = row[1].text, let environment = row[2].text, let sha256 = row[3].text,
      let text = row[4].text
    else { return (pushID, nil) }
    let contents: MirrorRecord.Contents
    do {
      contents = try JSON.decode(MirrorRecord.Contents.self, from: text)
    } catch {
      throw refusal("its contents cannot be understood")
    }
    guard contents.formatVersion == 1 else { throw refusal("it has format \(contents.formatVersion)") }
    return (
      pushID,
      MirrorRecord(
        build: build, environment: environment, pushID: pushID, manifestSHA256: sha256, contents: contents,
        publishedAt: row[5].text ?? "", publishedBy: row[6].text ?? "", isFinished: row[7].boolean ?? false)
    )
  }
}
