import CSQLite

/// A prepared statement. Rows are read where SQLite has them: nothing is copied until a value is asked for.
package struct Statement: ~Copyable {
  /// Keeps the connection open while the statement lives.
  package let connection: Connection
  package let sql: String
  private let handle: OpaquePointer

  init(connection: Connection, sql: String, handle: OpaquePointer) {
    self.connection = connection
    self.sql = sql
    self.handle = handle
  }

  deinit {
    sqlite3_finalize(handle)
  }

  // MARK: Binding

  /// Binds parameters 1, 2, … in order.
  package func bind(_ values: [SQLiteValue]) throws(SQLiteError) {
    for (index, value) in values.enumerated() { try bind(value, at: index + 1) }
  }

  /// Binds one parameter; `index` counts from 1.
  package func bind(_ value: SQLiteValue, at index: Int) throws(SQLiteError) {
    let index = Int32(index)
    let result: Int32
    switch value {
    case .null: result = sqlite3_bind_null(handle, index)
    case .integer(let number): result = sqlite3_bind_int64(handle, index, number)
    case .real(let number): result = sqlite3_bind_double(handle, index, number)
    case .text(var text):
      result = text.withUTF8 { utf8 in
        utf8.withMemoryRebound(to: CChar.self) {
          // An empty buffer may have no address, which SQLite would take for NULL.
          reelhouse_bind_text(handle, index, $0.baseAddress ?? reelhouse_empty_text(), UInt64($0.count))
        }
      }
    case .blob(let bytes):
      result = bytes.withUnsafeBytes {
        $0.isEmpty
          ? sqlite3_bind_zeroblob(handle, index, 0)
          : reelhouse_bind_blob(handle, index, $0.baseAddress, UInt64($0.count))
      }
    }
    try check(result)
  }

  /// Binds an integer without an existential in between; for hot loops.
  @inline(__always)
  package func bind(integer: Int64, at index: Int32) -> Bool {
    sqlite3_bind_int64(handle, index, integer) == SQLITE_OK
  }

  /// Binds a real; for hot loops.
  @inline(__always)
  package func bind(real: Double, at index: Int32) -> Bool {
    sqlite3_bind_double(handle, index, real) == SQLITE_OK
  }

  /// Binds NULL; for hot loops.
  @inline(__always)
  package func bindNull(at index: Int32) -> Bool {
    sqlite3_bind_null(handle, index) == SQLITE_OK
  }

  /// Binds UTF-8 text without copying it; for hot loops.
  ///
  /// SAFETY: the bytes must stay in place until the next `reset()` or `bind` of this parameter.
  @inline(__always)
  package func bind(unownedText bytes: UnsafeRawBufferPointer, at index: Int32) -> Bool {
    let base = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) ?? reelhouse_empty_text()
    return sqlite3_bind_text64(handle, index, base, UInt64(bytes.count), nil, UInt8(SQLITE_UTF8)) == SQLITE_OK
  }

  // MARK: Running

  /// Goes to the next row. Returns false when there is none.
  package func step() throws(SQLiteError) -> Bool {
    let result = sqlite3_step(handle)
    if result == SQLITE_ROW { return true }
    if result == SQLITE_DONE { return false }
    throw error(result)
  }

  /// Makes the statement ready to run again; bindings stay.
  package func reset() {
    sqlite3_reset(handle)
  }

  /// Runs the statement to its end, with `values` bound, and makes it ready to run again.
  package func run(_ values: [SQLiteValue] = []) throws(SQLiteError) {
    defer { reset() }
    try bind(values)
    while try step() {}
  }

  // MARK: Reading

  package var columnCount: Int { Int(sqlite3_column_count(handle)) }
  package var parameterCount: Int { Int(sqlite3_bind_parameter_count(handle)) }
  /// Whether the statement itself changes no database file.
  package var isReadOnly: Bool { sqlite3_stmt_readonly(handle) != 0 }

  package func columnName(_ column: Int) -> String {
    sqlite3_column_name(handle, Int32(column)).map { String(cString: $0) } ?? ""
  }

  package var columnNames: [String] { (0..<columnCount).map { columnName($0) } }

  /// The declared type of the table column that a result column shows, or nil for an expression.
  package func declaredType(_ column: Int) -> String? {
    sqlite3_column_decltype(handle, Int32(column)).map { String(cString: $0) }
  }

  /// The declared types of all columns.
  package var declaredTypes: [String?] { (0..<columnCount).map { declaredType($0) } }

  package func storageClass(_ column: Int) -> StorageClass {
    StorageClass(rawValue: sqlite3_column_type(handle, Int32(column))) ?? .null
  }

  package func isNull(_ column: Int) -> Bool {
    sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL
  }

  package func integer(_ column: Int) -> Int64 {
    sqlite3_column_int64(handle, Int32(column))
  }

  package func real(_ column: Int) -> Double {
    sqlite3_column_double(handle, Int32(column))
  }

  /// The column as text, converted as SQLite does; NULL is the empty text.
  package func text(_ column: Int) -> String {
    withBytes(column) { String(decoding: $0, as: UTF8.self) }
  }

  /// Lends the bytes of a text or blob; they are gone at the next `step` or `reset`.
  package func withBytes<Result>(_ column: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows
    -> Result
  {
    let column = Int32(column)
    if sqlite3_column_type(handle, column) == SQLITE_BLOB {
      let base = sqlite3_column_blob(handle, column)
      return try body(UnsafeRawBufferPointer(start: base, count: Int(sqlite3_column_bytes(handle, column))))
    }
    let base = UnsafeRawPointer(sqlite3_column_text(handle, column))
    return try body(UnsafeRawBufferPointer(start: base, count: Int(sqlite3_column_bytes(handle, column))))
  }

  /// The value as it is to be stored; the bytes of a text or blob are gone at the next `step` or `reset`.
  @inline(__always)
  func cell(_ column: Int) -> RecordCell {
    let column = Int32(truncatingIfNeeded: column)
    switch sqlite3_column_type(handle, column) {
    case SQLITE_INTEGER: return .integer(sqlite3_column_int64(handle, column))
    case SQLITE_FLOAT: return .real(sqlite3_column_double(handle, column))
    case SQLITE_TEXT:
      // As a blob: asked for a text, SQLite would end it with a zero, for which it may have to copy it.
      let base = sqlite3_column_blob(handle, column)
      return .text(base, count: Int(sqlite3_column_bytes(handle, column)))
    case SQLITE_BLOB:
      let base = sqlite3_column_blob(handle, column)
      return .blob(base, count: Int(sqlite3_column_bytes(handle, column)))
    default: return .null
    }
  }

  package func value(_ column: Int) -> SQLiteValue {
    switch storageClass(column) {
    case .null: .null
    case .integer: .integer(integer(column))
    case .real: .real(real(column))
    case .text: .text(text(column))
    case .blob: .blob(withBytes(column) { Array($0) })
    }
  }

  /// All values of the current row.
  package var row: [SQLiteValue] { (0..<columnCount).map { value($0) } }

  private func check(_ result: Int32) throws(SQLiteError) {
    if result != SQLITE_OK { throw error(result) }
  }

  private func error(_ result: Int32) -> SQLiteError {
    connection.error(result, sql: sql)
  }
}
