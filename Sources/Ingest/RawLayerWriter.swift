import Files
import SQLite
import Storage

/// The raw layer's new file while it is filled: tables that are loaded, and those of the old file that stay.
struct RawLayerWriter: ~Copyable {
  let connection: Connection

  /// Opens the file of a replacement. It is outside the draft, and dropped if anything fails: there is nothing to
  /// roll back to, so it needs no journal.
  init(path: String) throws {
    let connection = try Connection(path: path, access: .readWrite)
    try connection.execute(
      """
      pragma journal_mode = off; pragma synchronous = off; pragma locking_mode = exclusive;
      pragma cache_size = -16384; begin
      """)
    try connection.execute(RejectTable.createStatement)
    self.connection = connection
  }

  /// Makes the table of a source, empty.
  func createTable(_ relation: Relation, _ columns: [ColumnSchema]) throws {
    let schema = TableSchema(name: relation.name, columns: columns)
    try connection.execute(schema.createStatement(qualifiedName: relation.unqualifiedSQL))
  }

  func record(_ record: RelationRecord) throws {
    try RelationCatalog(connection).record(record, inSchema: Layer.main.schemaName)
  }

  /// Copies all of the old file that is not among `replaced`: tables, their records and their rejects.
  func copyRest(of oldPath: String, replaced: Set<String>, shouldStop: () -> Bool) throws {
    guard FileSystem.exists(oldPath) else { return }
    // A file cannot be attached within a transaction.
    try connection.execute("commit")
    // A read-only connection could not roll back what a killed process left.
    if FileSystem.exists("\(oldPath)-journal") {
      _ = try Connection(path: oldPath, access: .readWrite).integer("select count(*) from sqlite_schema")
    }
    try connection.attach(oldPath, as: "old", access: .readOnly)
    try connection.execute("begin")
    let own = [RelationCatalog.tableName, RejectTable.name]
    // Rows before indexes, so that an index is built once; views and triggers last, since they need both.
    for type in ["table", "index", "view", "trigger"] {
      for object in try oldObjects(ofType: type)
      where !replaced.contains(object.table.lowercased()) && !own.contains(object.table) {
        if shouldStop() { throw CancellationError() }
        try connection.execute(object.sql)
        let name = SQLIdentifier(object.name)
        if type == "table" { try connection.execute("insert into main.\(name) select * from old.\(name)") }
      }
    }
    try copyRows(of: RelationCatalog.tableName, key: "name", exceptOf: replaced)
    try copyRows(of: RejectTable.name, key: "table_name", exceptOf: replaced)
    try connection.execute("commit; detach old; begin")
  }

  private func oldObjects(ofType type: String) throws -> [(name: String, table: String, sql: String)] {
    let statement = try connection.prepare(
      """
      select name, tbl_name, sql from old.sqlite_schema
      where type = ? and sql is not null and name not like 'sqlite\\_%' escape '\\' order by rowid
      """)
    try statement.bind([.text(type)])
    var objects: [(name: String, table: String, sql: String)] = []
    while try statement.step() { objects.append((statement.text(0), statement.text(1), statement.text(2))) }
    return objects
  }

  private func copyRows(of table: String, key: String, exceptOf replaced: Set<String>) throws {
    guard try oldObjects(ofType: "table").contains(where: { $0.name == table }) else { return }
    let names = replaced.sorted()
    let parameters = names.map { _ in "?" }.joined(separator: ", ")
    let table = SQLIdentifier(table)
    try connection.run(
      "insert into main.\(table) select * from old.\(table) where lower(\(key)) not in (\(parameters))",
      names.map { .text($0) })
  }

  /// Ends the transaction; the file is whole when the connection is closed.
  func finish() throws {
    try connection.execute("commit")
  }
}
