import SQLite

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `content_hash(column, …)` in SQL: the content hash of all rows as `rows:sum`.
///
/// SQL knows storage classes, not types: days and booleans have the same form either way, timestamps are passed as
/// microseconds.
package final class ContentHashFunction: AggregateFunction {
  private var text = RowText()
  private var hash = ContentHash()

  package init() {}

  package static func register(on connection: Connection) throws(SQLiteError) {
    try connection.register(aggregate: "content_hash", Self.self)
  }

  package func step(_ arguments: FunctionArguments) -> String? {
    text.removeAll()
    for index in 0..<arguments.count {
      guard append(arguments, index) else {
        return
          "argument \(index + 1) of content_hash has no canonical form: NaN, a real beyond 10^12, or a text with NUL or"
          + " invalid UTF-8"
      }
    }
    hash.add(text.bytes)
    return nil
  }

  private func append(_ arguments: FunctionArguments, _ index: Int) -> Bool {
    switch arguments.storageClass(index) {
    case .null: text.appendNull()
    case .integer: text.append(arguments.integer(index))
    case .real: return text.append(real: arguments.real(index))
    case .text:
      return arguments.withBytes(index) { bytes in
        let hasZero = bytes.baseAddress.map { memchr($0, 0, bytes.count) != nil } ?? false
        guard !hasZero, UTF8Check.isValid(bytes) else { return false }
        text.append(bytes)
        return true
      }
    case .blob: arguments.withBytes(index) { text.append(hexadecimal: $0) }
    }
    return true
  }

  package func result() -> SQLiteValue { .text(hash.description) }
}
