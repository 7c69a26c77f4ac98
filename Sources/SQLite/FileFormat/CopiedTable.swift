/// A table of a database file, to be copied to another with its indexes.
package struct CopiedTable: Sendable {
  /// The table, then its indexes.
  let objects: [TableObject]
  /// Their roots in the file that is copied from.
  let rootPages: [Int]
  /// Rows of `sqlite_stat1`.
  let statistics: [[SQLiteValue]]

  package var name: String { objects.first?.name ?? "" }

  /// The tables of a database that have pages of their own, in the order of the schema, SQLite's own left out.
  ///
  /// - Parameter schema: the name that the file is attached under.
  package static func all(in connection: Connection, schema: String = "main") throws(SQLiteError)
    -> [CopiedTable]
  {
    let schema = SQLIdentifier(schema)
    let rows = try connection.rows(
      """
      select type, name, tbl_name, rootpage, sql from \(schema).sqlite_schema
      where type in ('table', 'index') and rootpage > 0 and tbl_name not like 'sqlite\\_%' escape '\\'
      order by type = 'index', rowid
      """)
    var order: [String] = []
    var parts: [String: [(object: TableObject, root: Int)]] = [:]
    for row in rows {
      guard case .text(let type) = row[0], case .text(let name) = row[1], case .text(let table) = row[2],
        case .integer(let root) = row[3]
      else { continue }
      var sql: String?
      if case .text(let text) = row[4] { sql = text }
      if parts[table] == nil { order.append(table) }
      parts[table, default: []].append((TableObject(type: type, name: name, sql: sql), Int(root)))
    }
    let statistics = try statistics(connection, schema)
    return order.map { table in
      let parts = parts[table] ?? []
      return CopiedTable(
        objects: parts.map(\.object), rootPages: parts.map(\.root), statistics: statistics[table] ?? [])
    }
  }

  /// The rows of `sqlite_stat1` by table.
  private static func statistics(
    _ connection: Connection, _ schema: SQLIdentifier
  ) throws(SQLiteError) -> [String: [[SQLiteValue]]] {
    guard
      try connection.integer("select count(*) from \(schema).sqlite_schema where name = 'sqlite_stat1'") > 0
    else { return [:] }
    var statistics: [String: [[SQLiteValue]]] = [:]
    for row in try connection.rows("select tbl, idx, stat from \(schema).sqlite_stat1 order by rowid") {
      if case .text(let table) = row[0] { statistics[table, default: []].append(row) }
    }
    return statistics
  }
}
