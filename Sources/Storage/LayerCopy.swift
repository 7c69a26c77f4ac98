import Files
import SQLite

/// Copies the relations of a layer's file into another file that holds an empty catalog.
struct LayerCopy {
  private let layer: Layer
  private let oldPath: String
  private let newPath: String

  init(_ layer: Layer, from oldPath: String, to newPath: String) {
    self.layer = layer
    self.oldPath = oldPath
    self.newPath = newPath
  }

  /// Copies all tables, views, indexes and triggers but those of the tables named, and what the catalog says of them.
  func copy(exceptOf names: [String], shouldStop: () -> Bool) throws {
    guard FileSystem.exists(oldPath) else { return }
    // A read-only connection could not roll back what a killed process left.
    try LayerFile.settle(oldPath)
    let connection = try Connection(path: newPath, access: .readWrite)
    // The file is thrown away if anything fails: there is nothing to roll back to, so it needs no journal.
    try connection.execute(
      """
      pragma journal_mode = off; pragma synchronous = off; pragma locking_mode = exclusive;
      pragma cache_size = -16384
      """)
    try connection.attach(oldPath, as: "old", access: .readOnly)
    try connection.execute("begin")
    let replaced = Set(names.map { $0.lowercased() })
    // Rows before indexes, so that an index is built once; views and triggers last, since they need both.
    for type in ["table", "index", "view", "trigger"] {
      for object in try objects(connection, ofType: type)
      where !replaced.contains(object.table.lowercased()) && object.table != RelationCatalog.tableName {
        if shouldStop() { throw CancellationError() }
        try connection.execute(object.sql)
        let name = SQLIdentifier(object.name)
        if type == "table" { try connection.execute("insert into main.\(name) select * from old.\(name)") }
      }
    }
    try copyRecords(connection, exceptOf: replaced)
    try connection.execute("commit")
  }

  private func objects(
    _ connection: Connection, ofType type: String
  ) throws -> [(name: String, table: String, sql: String)] {
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

  private func copyRecords(_ connection: Connection, exceptOf replaced: Set<String>) throws {
    let catalog = RelationCatalog(connection)
    for record in try catalog.records(in: layer, inSchema: "old")
    where !replaced.contains(record.relation.name.lowercased()) {
      try catalog.record(record, inSchema: "main")
    }
  }
}
