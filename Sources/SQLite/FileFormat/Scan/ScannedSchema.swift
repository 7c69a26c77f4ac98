/// A column of a table that is scanned.
package struct ScannedColumn: Sendable, Equatable {
  package let name: String
  /// The declared type as SQLite tells it; empty where there is none.
  package let declaredType: String
  package let affinity: Affinity
  package let isNotNull: Bool
  /// What a row has that is older than the column; nil where that is no constant.
  package let defaultValue: SQLiteValue?
}

/// What SQLite says of a table and of the place of its rows.
struct ScannedSchema: Sendable {
  let table: String
  let columns: [ScannedColumn]
  /// The column that is another name of the rowid.
  let keyColumn: Int?
  let rootPage: Int

  var digest: SchemaDigest {
    SchemaDigest(columns: columns.map { ($0.name, $0.declaredType) }, keyColumn: keyColumn)
  }

  /// Reads the schema of a file that nobody writes to.
  init(path: String, table: String) throws(DatabaseFileError) {
    do {
      let connection = try Connection(path: path, access: .readOnly, isImmutable: true)
      try self.init(connection, table: table)
    } catch let error as DatabaseFileError {
      throw DatabaseFileError(error.reason, path: path, table: table)
    } catch let error as SQLiteError {
      throw DatabaseFileError(.sqlite(error), path: path, table: table)
    } catch {
      throw DatabaseFileError(.notScannable("\(error)"), path: path, table: table)
    }
  }

  private init(_ connection: Connection, table: String) throws {
    let found = try connection.rows(
      """
      select l.type, l.wr, s.name, s.rootpage
      from pragma_table_list l join sqlite_schema s on s.name = l.name and s.type in ('table', 'view')
      where l.schema = 'main' and l.name = ? collate nocase
      """, [.text(table)])
    guard let row = found.first, case .text(let type) = row[0], case .text(let name) = row[2],
      case .integer(let root) = row[3]
    else { throw DatabaseFileError(.notScannable("a table that is not there")) }
    guard type == "table" || type == "shadow" else {
      throw DatabaseFileError(.notScannable(type == "view" ? "a view" : "a \(type) table"))
    }
    if row[1] != 0 { throw DatabaseFileError(.notScannable("a table without rowid")) }
    self.table = name
    rootPage = Int(root)
    let rows = try connection.rows(
      """
      select name, type, "notnull", cast(dflt_value as blob), hidden, pk from pragma_table_xinfo(?) order by cid
      """,
      [.text(name)])
    columns = try rows.map { try Self.column($0) }
    let keys = rows.indices.filter { rows[$0][5] != 0 }
    // A key of one INTEGER column that SQLite made no index for is the rowid.
    let hasKeyIndex = try connection.integer(
      "select count(*) from pragma_index_list(?) where origin = 'pk'", [.text(name)])
    keyColumn = hasKeyIndex == 0 ? keys.first : nil
  }

  private static func column(_ row: [SQLiteValue]) throws -> ScannedColumn {
    guard row[4] == 0 else { throw DatabaseFileError(.notScannable("a table with a generated column")) }
    guard case .text(let name) = row[0], case .text(let type) = row[1] else {
      throw DatabaseFileError(.notScannable("a table with a schema of an unknown form"))
    }
    let affinity = Affinity(declaredType: type)
    var value: SQLiteValue? = .null
    if case .blob(let bytes) = row[3] {
      // Older rows have the bytes as they stand; a text made of other ones would have characters in their place.
      guard let expression = String(validating: bytes, as: UTF8.self) else {
        throw DatabaseFileError(.notScannable("a table with a default that is no UTF-8"))
      }
      value = constant(expression, affinity)
    }
    return ScannedColumn(
      name: name, declaredType: type, affinity: affinity, isNotNull: row[2] != 0, defaultValue: value)
  }

  /// What a default is as a value of rows that are older than the column: not always what an insert makes of it. Nil
  /// where there can be no such rows, for SQLite adds no column with such a default to them.
  private static func constant(_ expression: String, _ affinity: Affinity) -> SQLiteValue? {
    let type =
      switch affinity {
      case .blob: ""
      case .text: "text"
      case .numeric: "numeric"
      case .integer: "integer"
      case .real: "real"
      }
    do {
      let connection = try Connection(path: ":memory:", access: .create)
      try connection.execute("create table made(x); insert into made values (1)")
      try connection.run("alter table made add column y \(type) default \(expression)")
      return try connection.scalar("select y from made")
    } catch {
      return nil
    }
  }
}
