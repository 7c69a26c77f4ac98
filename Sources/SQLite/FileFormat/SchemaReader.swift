/// Reads what SQLite understood of a table, and refuses what is not written in bulk.
struct SchemaReader {
  private let connection: Connection
  private let table: String

  struct Column {
    let column: TableDefinition.Column
    let isPrimaryKey: Bool
  }

  init(_ connection: Connection, table: String) {
    self.connection = connection
    self.table = table
  }

  func checkIsPlain() throws {
    let rows = try connection.rows(
      "select type, wr, strict from pragma_table_list where name = ? and schema = 'main'", [.text(table)])
    guard let row = rows.first, row[0] == "table" else { throw unsupported("what is not a table") }
    if row[1] != 0 { throw unsupported("a table without rowid") }
    if row[2] != 0 { throw unsupported("a strict table") }
  }

  func columns() throws -> [Column] {
    let rows = try connection.rows(
      "select name, type, \"notnull\", pk, hidden from pragma_table_xinfo(?) order by cid", [.text(table)])
    return try rows.map { row in
      guard row[4] == 0 else { throw unsupported("a generated column") }
      guard case .text(let name) = row[0], case .text(let type) = row[1] else { throw misread }
      return Column(
        column: TableDefinition.Column(
          name: name, declaredType: type, affinity: Affinity(declaredType: type), isNotNull: row[2] != 0),
        isPrimaryKey: row[3] != 0)
    }
  }

  /// The indexes in the order of their making, and the column that is another name of the rowid.
  func indexes(ofTableWith columns: [Column]) throws -> ([TableDefinition.Index], keyColumn: Int?) {
    let rows = try connection.rows(
      """
      select s.name, l."unique", l.origin, l.partial, s.sql
      from sqlite_schema s join pragma_index_list(?) l on l.name = s.name
      where s.type = 'index' order by s.rowid
      """, [.text(table)])
    var hasKeyIndex = false
    var indexes: [TableDefinition.Index] = []
    for row in rows {
      guard case .text(let name) = row[0] else { throw misread }
      if row[2] == "pk" { hasKeyIndex = true }
      if row[3] != 0 { throw unsupported("the partial index '\(name)'") }
      var sql: String?
      if case .text(let text) = row[4] { sql = text }
      indexes.append(
        TableDefinition.Index(
          name: name, columns: try keyColumns(of: name), isUnique: row[1] != 0, sql: sql))
    }
    // A key of one INTEGER column that SQLite made no index for is the rowid.
    let keys = columns.indices.filter { columns[$0].isPrimaryKey }
    return (indexes, hasKeyIndex ? nil : keys.first)
  }

  private func keyColumns(of index: String) throws -> [Int] {
    let rows = try connection.rows(
      "select cid, \"desc\", coll from pragma_index_xinfo(?) where key order by seqno", [.text(index)])
    return try rows.map { row in
      guard case .integer(let column) = row[0] else { throw misread }
      guard row[1] == 0, row[2] == "BINARY" else {
        throw unsupported("the index '\(index)', which is descending or has a collation,")
      }
      if column >= 0 { return Int(column) }
      guard column == -1 else { throw unsupported("the index '\(index)' of an expression") }
      return Self.rowid
    }
  }

  /// Stands for the rowid among the columns of an index.
  static let rowid = -1

  private func unsupported(_ what: String) -> DatabaseFileError {
    DatabaseFileError(.unsupported(what), table: table)
  }

  private var misread: DatabaseFileError { unsupported("a table with a schema of an unknown form") }
}
