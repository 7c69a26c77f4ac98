import CSQLite

extension Connection {
  /// Adds the functions that SQLite lacks and that models written for other databases use: `md5(x)`.
  ///
  /// Text that is stored in a file must not call them: other programs do not have them.
  func addFunctions() {
    TrimFunction.register(handle)
    let flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS
    sqlite3_create_function_v2(
      handle, "md5", 1, flags, nil,
      { context, _, values in
        guard let context, let value = values?[0], sqlite3_value_type(value) != SQLITE_NULL else {
          sqlite3_result_null(context)
          return
        }
        // SAFETY: the text stays in place until the value is used again, which is after this call.
        let text = sqlite3_value_text(value)
        let bytes = UnsafeRawBufferPointer(start: text, count: Int(sqlite3_value_bytes(value)))
        var hex = MD5.hex(bytes)
        hex.withUTF8 { utf8 in
          utf8.withMemoryRebound(to: CChar.self) {
            reelhouse_result_text(context, $0.baseAddress, UInt64($0.count))
          }
        }
      }, nil, nil, nil)
  }
}
