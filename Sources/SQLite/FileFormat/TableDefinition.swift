/// A column of a table that is written in bulk.
package struct ColumnDefinition: Sendable, Equatable {
  package let name: String
  package let declaredType: String
  package let isNotNull: Bool
  /// Whether the column is the table's key, and another name of its rowid if its type is INTEGER.
  package let isPrimaryKey: Bool

  package init(_ name: String, _ declaredType: String, isNotNull: Bool = false, isPrimaryKey: Bool = false) {
    self.name = name
    self.declaredType = declaredType
    self.isNotNull = isNotNull
    self.isPrimaryKey = isPrimaryKey
  }

  var sql: String {
    var parts = [SQLIdentifier(name).quoted]
    if !declaredType.isEmpty { parts.append(declaredType) }
    if isPrimaryKey { parts.append("primary key") }
    if isNotNull { parts.append("not null") }
    return parts.joined(separator: " ")
  }
}

/// An index of columns, each ascending by bytes.
package struct IndexDefinition: Sendable, Equatable {
  package let name: String
  package let columns: [String]
  package let isUnique: Bool

  package init(_ name: String, on columns: [String], isUnique: Bool = false) {
    self.name = name
    self.columns = columns
    self.isUnique = isUnique
  }

  func sql(table: String) -> String {
    let names = columns.map { SQLIdentifier($0).quoted }.joined(separator: ", ")
    return
      "create \(isUnique ? "unique " : "")index \(SQLIdentifier(name)) on \(SQLIdentifier(table))(\(names))"
  }
}

/// A row of `sqlite_schema` that has no pages of its own: a view or a trigger.
package struct SchemaEntry: Sendable, Equatable {
  package let type: String
  package let name: String
  package let tableName: String
  package let sql: String

  package init(type: String, name: String, tableName: String, sql: String) {
    self.type = type
    self.name = name
    self.tableName = tableName
    self.sql = sql
  }

  /// - Parameter sql: the statement that makes the view.
  package static func view(_ name: String, sql: String) -> SchemaEntry {
    SchemaEntry(type: "view", name: name, tableName: name, sql: sql)
  }
}

/// A rowid table and its indexes, as SQLite understands their SQL.
///
/// Constraints other than NOT NULL, PRIMARY KEY and UNIQUE (that is, CHECK and REFERENCES) are stored, not enforced.
package struct TableDefinition: Sendable {
  /// A column as SQLite told it.
  struct Column: Sendable {
    let name: String
    /// As it was written; empty where there is none.
    var declaredType = ""
    let affinity: Affinity
    let isNotNull: Bool
  }

  struct Index: Sendable {
    let name: String
    /// The columns of the key by their places in the table.
    let columns: [Int]
    let isUnique: Bool
    /// The statement that makes the index; nil where a constraint does.
    let sql: String?
  }

  package let name: String
  /// The statement as SQLite stores it.
  package let sql: String
  let columns: [Column]
  /// The column that is another name of the rowid.
  let keyColumn: Int?
  let indexes: [Index]

  package var columnNames: [String] { columns.map(\.name) }

  var schemaDigest: SchemaDigest {
    SchemaDigest(columns: columns.map { ($0.name, $0.declaredType) }, keyColumn: keyColumn)
  }

  /// A table of columns.
  package init(
    _ name: String, _ columns: [ColumnDefinition], indexes: [IndexDefinition] = []
  ) throws(DatabaseFileError) {
    let list = columns.map(\.sql).joined(separator: ", ")
    try self.init(sql: "create table \(SQLIdentifier(name))(\(list))", indexes: indexes)
  }

  /// A table by its statement. SQLite reads it, in a database in memory.
  package init(sql: String, indexes: [IndexDefinition] = []) throws(DatabaseFileError) {
    do {
      let connection = try Connection(path: ":memory:", access: .create)
      try connection.run(sql)
      let made = try connection.rows("select type, name, sql from sqlite_schema where type <> 'index'")
      guard made.count == 1, case .text("table") = made[0][0], case .text(let name) = made[0][1],
        case .text(let stored) = made[0][2]
      else { throw DatabaseFileError(.unsupported("what is not one plain table")) }
      for index in indexes { try connection.run(index.sql(table: name)) }
      self.name = name
      self.sql = stored
      let reader = SchemaReader(connection, table: name)
      try reader.checkIsPlain()
      let columns = try reader.columns()
      let (indexes, keyColumn) = try reader.indexes(ofTableWith: columns)
      self.columns = columns.map(\.column)
      self.indexes = indexes
      self.keyColumn = keyColumn
    } catch let error as SQLiteError {
      throw DatabaseFileError(.sqlite(error))
    } catch let error as DatabaseFileError {
      throw error
    } catch {
      throw DatabaseFileError(.unsupported("\(error)"))
    }
  }

  /// A table that SQLite lets nobody else make: the schema, the statistics.
  init(reserved name: String, sql: String, columns: [Column]) {
    self.name = name
    self.sql = sql
    self.columns = columns
    keyColumn = nil
    indexes = []
  }
}
