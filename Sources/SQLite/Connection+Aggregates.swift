import CSQLite

/// The arguments of one call of a function, lent for its length.
package struct FunctionArguments {
  let values: UnsafeMutablePointer<OpaquePointer?>
  package let count: Int

  package func storageClass(_ index: Int) -> StorageClass {
    StorageClass(rawValue: sqlite3_value_type(values[index])) ?? .null
  }

  package func integer(_ index: Int) -> Int64 { sqlite3_value_int64(values[index]) }

  package func real(_ index: Int) -> Double { sqlite3_value_double(values[index]) }

  /// Lends the bytes of a text or blob.
  package func withBytes<Result>(_ index: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    // A text is asked for as such, so that its bytes are UTF-8 in every database.
    let isText = sqlite3_value_type(values[index]) == SQLITE_TEXT
    let base =
      isText ? UnsafeRawPointer(sqlite3_value_text(values[index])) : sqlite3_value_blob(values[index])
    return body(UnsafeRawBufferPointer(start: base, count: Int(sqlite3_value_bytes(values[index]))))
  }
}

/// The state of a function that sums up rows; one is made for each group.
package protocol AggregateFunction: AnyObject {
  init()
  /// Takes a row, or returns why it cannot: then the statement fails with this text.
  func step(_ arguments: FunctionArguments) -> String?
  func result() -> SQLiteValue
}

extension Connection {
  /// Gives statements a function that sums up rows, of any number of arguments.
  package func register<Function: AggregateFunction>(
    aggregate name: String, _ function: Function.Type
  ) throws(SQLiteError) {
    let factory = Unmanaged.passRetained(AggregateFactory { Function() })
    // On failure SQLite releases the factory too.
    let code = sqlite3_create_function_v2(
      handle, name, -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, factory.toOpaque(), nil,
      { context, count, values in
        guard let values, let state = aggregate(of: context) else { return }
        let arguments = FunctionArguments(values: values, count: Int(count))
        if let fault = state.step(arguments) { sqlite3_result_error(context, fault, -1) }
      },
      { context in finish(context) },
      { factory in
        if let factory { Unmanaged<AggregateFactory>.fromOpaque(factory).release() }
      })
    guard code == SQLITE_OK else { throw error(code) }
  }
}

private final class AggregateFactory {
  let make: () -> any AggregateFunction

  init(_ make: @escaping () -> any AggregateFunction) { self.make = make }
}

/// Holds a state in the eight bytes that SQLite keeps for a group.
private final class AggregateBox {
  let function: any AggregateFunction

  init(_ function: any AggregateFunction) { self.function = function }
}

/// The state of the group, made at its first row; nil where SQLite has no memory.
private func aggregate(of context: OpaquePointer?) -> (any AggregateFunction)? {
  guard let slot = sqlite3_aggregate_context(context, Int32(MemoryLayout<UnsafeRawPointer?>.size)) else {
    return nil
  }
  // SAFETY: SQLite hands the same eight bytes to all calls of a group, zero at first.
  let stored = slot.assumingMemoryBound(to: UnsafeRawPointer?.self)
  if let pointer = stored.pointee {
    return Unmanaged<AggregateBox>.fromOpaque(pointer).takeUnretainedValue().function
  }
  guard let data = sqlite3_user_data(context) else { return nil }
  let box = AggregateBox(Unmanaged<AggregateFactory>.fromOpaque(data).takeUnretainedValue().make())
  stored.pointee = UnsafeRawPointer(Unmanaged.passRetained(box).toOpaque())
  return box.function
}

/// Tells the result of a group, which may have had no rows, and lets its state go. SQLite calls it after an error too.
private func finish(_ context: OpaquePointer?) {
  guard let function = aggregate(of: context) else { return sqlite3_result_error_nomem(context) }
  switch function.result() {
  case .null: sqlite3_result_null(context)
  case .integer(let value): sqlite3_result_int64(context, value)
  case .real(let value): sqlite3_result_double(context, value)
  case .text(let text): reelhouse_result_text(context, text, sqlite3_uint64(text.utf8.count))
  case .blob(let bytes): reelhouse_result_blob(context, bytes, sqlite3_uint64(bytes.count))
  }
  let slot = sqlite3_aggregate_context(context, 0)?.assumingMemoryBound(to: UnsafeRawPointer?.self)
  if let pointer = slot?.pointee {
    slot?.pointee = nil
    Unmanaged<AggregateBox>.fromOpaque(pointer).release()
  }
}
