import SQLite
import Synchronization

/// Keeps the rejects of several loads side by side until they go into the layer, in a temporary database: there may be
/// more of them than memory.
final class RejectStore: Sendable {
  /// SAFETY: the connection is used within the lock only.
  private struct Database: ~Copyable, @unchecked Sendable {
    let connection: Connection
    let insert: Statement
  }

  private let database: Mutex<Database>

  init() throws {
    // A database without a name is in memory as long as it is small, and has no file that anybody sees.
    let connection = try Connection(path: "", access: .create)
    try connection.execute("pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -1000")
    try connection.execute(RejectTable.createStatement(schema: "main"))
    try connection.execute("begin")
    let insert = try connection.prepare(RejectTable.insertStatement(schema: "main"))
    database = Mutex(Database(connection: connection, insert: insert))
  }

  func add(_ reject: Reject, table: String, member: String) throws {
    try database.withLock { database in
      try database.insert.run([
        .text(table), .text(member), .integer(Int64(reject.place.number)),
        .integer(Int64(reject.place.byteOffset)), reject.columnName.map { .text($0) } ?? .null,
        .text(reject.code.rawValue), .text(reject.reason),
        .text(reject.rawText), reject.place.rowGroup.map { .integer(Int64($0)) } ?? .null,
      ])
    }
  }

  /// Puts the rejects in the table `_rejects` of a layer, in the order of tables and rows, in place of older ones.
  ///
  /// - Parameters:
  ///   - schema: the name that the layer is attached under.
  ///   - tables: the tables whose older rejects are dropped.
  func write(to connection: Connection, schema: String, replacing tables: [String]) throws {
    try RejectTable.prepare(connection, schema: schema)
    let drop = try connection.prepare(RejectTable.deleteStatement(schema: schema))
    for table in tables { try drop.run([.text(table)]) }
    try database.withLock { database in
      let insert = try connection.prepare(RejectTable.insertStatement(schema: schema))
      let rows = try database.connection.prepare(RejectTable.selectStatement(schema: "main"))
      while try rows.step() { try insert.run(rows.row) }
    }
  }
}
