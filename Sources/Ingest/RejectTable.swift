import SQLite

/// The table `_rejects` of the raw layer.
package enum RejectTable {
  package static let name = "_rejects"

  private static func table(_ schema: String) -> String { "\(SQLIdentifier(schema)).\(SQLIdentifier(name))" }

  static func createStatement(schema: String) -> String {
    """
    create table if not exists \(table(schema)) (
      table_name text not null, member text not null, line integer not null, byte_offset integer not null,
      column_name text, code text not null, reason text not null, raw_text text not null
    )
    """
  }

  /// Makes the table where it is missing.
  static func prepare(_ connection: Connection, schema: String) throws {
    try connection.execute(createStatement(schema: schema))
  }

  /// Adds a reject: its parameters are the table's columns.
  static func insertStatement(schema: String) -> String {
    "insert into \(table(schema)) values (?, ?, ?, ?, ?, ?, ?, ?)"
  }

  /// Drops the rejects of a table, its name being the parameter.
  static func deleteStatement(schema: String) -> String {
    "delete from \(table(schema)) where table_name = ? collate nocase"
  }

  /// All rejects, table by table in the order of the file's bytes.
  static func selectStatement(schema: String) -> String {
    "select * from \(table(schema)) order by table_name, byte_offset"
  }
}
