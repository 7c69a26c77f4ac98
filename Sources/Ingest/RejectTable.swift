import SQLite

/// The table `_rejects` of the raw layer. Of rows of Parquet files, `line` is the row's number in the file, and
/// `byte_offset` where the column begins in its row group.
package enum RejectTable {
  package static let name = "_rejects"

  private static func table(_ schema: String) -> String { "\(SQLIdentifier(schema)).\(SQLIdentifier(name))" }

  static func createStatement(schema: String) -> String {
    """
    create table if not exists \(table(schema)) (
      table_name text not null, member text not null, line integer not null, byte_offset integer not null,
      column_name text, code text not null, reason text not null, raw_text text not null, row_group integer
    )
    """
  }

  /// Makes the table where it is missing. Those of older warehouses know nothing of row groups.
  static func prepare(_ connection: Connection, schema: String) throws {
    try connection.execute(createStatement(schema: schema))
    let columns = try connection.prepare("select * from \(table(schema))")
    if !(0..<columns.columnCount).contains(where: { columns.columnName($0) == "row_group" }) {
      try connection.execute("alter table \(table(schema)) add column row_group integer")
    }
  }

  /// Adds a reject: its parameters are the table's columns.
  static func insertStatement(schema: String) -> String {
    "insert into \(table(schema)) values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
  }

  /// Drops the rejects of a table, its name being the parameter.
  static func deleteStatement(schema: String) -> String {
    "delete from \(table(schema)) where table_name = ? collate nocase"
  }

  /// All rejects, table by table in the order of the file's rows.
  static func selectStatement(schema: String) -> String {
    "select * from \(table(schema)) order by table_name, line, byte_offset"
  }
}
