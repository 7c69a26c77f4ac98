import CSQLite

/// An open database file with those attached to it. For one thread at a time; not `Sendable` for that reason.
package final class Connection {
  package enum Access: Sendable {
    case readOnly
    case readWrite
    /// Read-write, and the file is made where there is none.
    case create
  }

  package let path: String
  let handle: OpaquePointer
  private var authorizer: AuthorizerBox?
  private var stopBox: StopBox?

  /// Opens `path`; `:memory:` is a database without a file.
  ///
  /// - Parameter isImmutable: promises that nobody changes the file, so that no lock is taken and no journal looked for.
  package init(path: String, access: Access, isImmutable: Bool = false) throws(SQLiteError) {
    _ = Self.isConfigured
    var handle: OpaquePointer?
    // The URI says the access to this file. The flags are the most that any attached file may have.
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    let name = path == ":memory:" ? path : Self.uri(path, access: access, isImmutable: isImmutable)
    let result = sqlite3_open_v2(
      name, &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI | SQLITE_OPEN_EXRESCODE, nil)
    guard result == SQLITE_OK, let handle else {
      let error = SQLiteError(handle, resultCode: result, path: path)
      sqlite3_close_v2(handle)
      throw error
    }
    self.path = path
    self.handle = handle
    // An unknown "name" is an error, not a text, in what our users write.
    _ = reelhouse_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0)
    _ = reelhouse_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0)
    addFunctions()
  }

  deinit {
    sqlite3_close_v2(handle)
  }

  /// SQLite counts the memory that it allocates, under a lock that all threads share. Nobody asks for the count.
  /// This has an effect only before the first connection of the process; else all is as it was.
  private static let isConfigured = reelhouse_config_memory_statistics(0) == SQLITE_OK

  /// The version of SQLite that is linked, such as `3.40.1`.
  package static var libraryVersion: String { String(cString: sqlite3_libversion()) }
  /// The check-in that the linked SQLite was built from.
  package static var sourceID: String { String(cString: sqlite3_sourceid()) }

  // MARK: Running SQL

  /// Runs all statements of a text and throws their rows away.
  package func execute(_ sql: String) throws(SQLiteError) {
    var rest = sql[...]
    while let statement = try prepareFirst(of: &rest) {
      while try statement.step() {}
    }
  }

  /// Prepares the one statement of a text.
  package func prepare(_ sql: String) throws(SQLiteError) -> Statement {
    var rest = sql[...]
    guard let statement = try prepareFirst(of: &rest) else {
      throw SQLiteError(resultCode: SQLITE_MISUSE, reason: "there is no statement in this SQL", sql: sql)
    }
    if let offset = secondStatementOffset(in: rest) {
      throw SQLiteError(
        resultCode: SQLITE_MISUSE, reason: "there is more than one statement in this SQL", sql: sql,
        offset: offset)
    }
    return statement
  }

  /// Where more than space, comments and semicolons begins, in bytes of the text that `rest` was cut from.
  private func secondStatementOffset(in rest: Substring) -> Int? {
    let bytes = rest.utf8
    var index = SQLText.skippingBlanks(bytes, from: bytes.startIndex)
    while index < bytes.endIndex, bytes[index] == UInt8(ascii: ";") {
      index = SQLText.skippingBlanks(bytes, from: bytes.index(after: index))
    }
    // SQLite stops at a zero byte.
    if index == bytes.endIndex || bytes[index] == 0 { return nil }
    return rest.base.utf8.distance(from: rest.base.utf8.startIndex, to: index)
  }

  /// Prepares the first statement of `sql` and cuts it off; nil where nothing but space and comments is left.
  package func prepareFirst(of sql: inout Substring) throws(SQLiteError) -> Statement? {
    while !sql.isEmpty {
      var text = String(sql)
      var handle: OpaquePointer?
      var consumed = 0
      let result = text.withUTF8 { utf8 in
        utf8.withMemoryRebound(to: CChar.self) { buffer in
          guard let base = buffer.baseAddress else { return SQLITE_OK }
          var tail: UnsafePointer<CChar>?
          let result = sqlite3_prepare_v3(self.handle, base, Int32(clamping: buffer.count), 0, &handle, &tail)
          consumed = tail.map { $0 - base } ?? buffer.count
          return result
        }
      }
      guard result == SQLITE_OK else { throw error(result, sql: text) }
      // SQLite stops at a zero byte, which no statement can go on behind.
      let end = consumed == 0 ? sql.endIndex : sql.utf8.index(sql.startIndex, offsetBy: consumed)
      let first = sql[..<end]
      sql = sql[end...]
      if let handle { return Statement(connection: self, sql: String(first), handle: handle) }
    }
    return nil
  }

  /// Runs one statement with parameters.
  package func run(_ sql: String, _ values: [SQLiteValue] = []) throws(SQLiteError) {
    try prepare(sql).run(values)
  }

  /// The first column of the first row, or nil where there is no row.
  package func scalar(_ sql: String, _ values: [SQLiteValue] = []) throws(SQLiteError) -> SQLiteValue? {
    let statement = try prepare(sql)
    try statement.bind(values)
    // In a conditional expression `nil` would be the value NULL.
    guard try statement.step() else { return nil }
    return statement.value(0)
  }

  /// The first column of the first row as an integer; 0 where there is none.
  package func integer(_ sql: String, _ values: [SQLiteValue] = []) throws(SQLiteError) -> Int64 {
    if case .integer(let number)? = try scalar(sql, values) { return number }
    return 0
  }

  /// All rows. For catalogues and tests; data is streamed.
  package func rows(_ sql: String, _ values: [SQLiteValue] = []) throws(SQLiteError) -> [[SQLiteValue]] {
    let statement = try prepare(sql)
    try statement.bind(values)
    var rows: [[SQLiteValue]] = []
    while try statement.step() { rows.append(statement.row) }
    return rows
  }

  /// Rows that the last `INSERT`, `UPDATE` or `DELETE` changed.
  package var changedRowCount: Int { Int(sqlite3_changes64(handle)) }

  /// Runs `body` in a transaction that takes its lock at once; any error rolls all of it back.
  package func transaction<Result>(_ body: () throws -> Result) throws -> Result {
    try execute("begin immediate")
    do {
      let result = try body()
      try execute("commit")
      return result
    } catch {
      // A full disk or an I/O error has rolled back already; then there is nothing left to roll back.
      if sqlite3_get_autocommit(handle) == 0 { try? execute("rollback") }
      throw error
    }
  }

  // MARK: Files

  /// Attaches a database file under a name.
  package func attach(
    _ path: String, as name: String, access: Access, isImmutable: Bool = false
  ) throws(SQLiteError) {
    let uri = Self.uri(path, access: access, isImmutable: isImmutable)
    do {
      try run("attach ? as \(SQLIdentifier(name))", [.text(uri)])
    } catch {
      throw SQLiteError(resultCode: error.resultCode, reason: error.reason, path: path)
    }
  }

  package func detach(_ name: String) throws(SQLiteError) {
    try execute("detach \(SQLIdentifier(name))")
  }

  /// Whether an attached database can only be read, by its mode or by its header.
  package func isReadOnly(_ database: String) -> Bool {
    sqlite3_db_readonly(handle, database) != 0
  }

  /// Has `shouldStop` asked now and then while statements run; when it says yes, the statement fails as interrupted.
  package func stop(when shouldStop: @escaping @Sendable () -> Bool) {
    let box = StopBox(shouldStop)
    stopBox = box
    // Some milliseconds of work lie between two questions.
    sqlite3_progress_handler(
      handle, 100_000,
      { context in
        guard let context else { return 0 }
        return Unmanaged<StopBox>.fromOpaque(context).takeUnretainedValue().shouldStop() ? 1 : 0
      }, Unmanaged.passUnretained(box).toOpaque())
  }

  /// How long a statement waits for another process's lock before it fails as busy.
  package func setBusyTimeout(milliseconds: Int) {
    sqlite3_busy_timeout(handle, Int32(clamping: milliseconds))
  }

  func error(_ result: Int32, sql: String? = nil) -> SQLiteError {
    SQLiteError(handle, resultCode: result, sql: sql)
  }

  func setAuthorizer(box: AuthorizerBox?, callback: AuthorizerCallback?) {
    authorizer = box
    sqlite3_set_authorizer(handle, callback, box.map { Unmanaged.passUnretained($0).toOpaque() })
  }

  /// The file as a URI: the one form in which SQLite takes a mode with an attached file.
  static func uri(_ path: String, access: Access, isImmutable: Bool) -> String {
    var uri = "file:"
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "%"):
        let digits = String(byte, radix: 16, uppercase: true)
        uri += "%\(digits)"
      default: uri.unicodeScalars.append(UnicodeScalar(byte))
      }
    }
    // Bytes above 0x7F were appended as scalars of the same number, so the text is spelt again as the bytes it stood for.
    let spelt = String(
      decoding: uri.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }, as: UTF8.self)
    let mode =
      switch access {
      case .readOnly: "ro"
      case .readWrite: "rw"
      case .create: "rwc"
      }
    return "\(spelt)?mode=\(mode)\(isImmutable ? "&immutable=1" : "")"
  }
}

/// A question that C code carries as an address; the connection keeps it alive.
private final class StopBox {
  let shouldStop: @Sendable () -> Bool

  init(_ shouldStop: @escaping @Sendable () -> Bool) {
    self.shouldStop = shouldStop
  }
}
