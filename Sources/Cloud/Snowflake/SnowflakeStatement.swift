/// A statement of SQL, with the values of its `?`.
package struct SnowflakeStatement: Sendable, ExpressibleByStringLiteral {
  /// Without a semicolon at its end.
  package var sql: String
  /// One for each `?`, in their order.
  package var bindings: [SnowflakeBinding]
  /// After how long Snowflake itself ends it; nil: the account's `STATEMENT_TIMEOUT_IN_SECONDS`.
  package var timeoutSeconds: Int?
  /// Whether it is begun and then asked after, rather than waited for. A wish to stop then ends it in Snowflake, too, from its
  /// first second on; others end there only once they have run for longer than an answer takes (45 seconds).
  package var isLong = false
  /// Whether its result is fetched where it runs together with others, which is a request for each.
  package var isResultWanted = true

  package init(
    _ sql: String, _ bindings: [SnowflakeBinding] = [], timeoutSeconds: Int? = nil, isLong: Bool = false
  ) {
    self.sql = sql
    self.bindings = bindings
    self.timeoutSeconds = timeoutSeconds
    self.isLong = isLong
  }

  package init(stringLiteral sql: String) {
    self.init(sql)
  }
}

/// A value for a `?`. Dates, times and timestamps are bound as text, and cast in the statement: `?::date`.
package enum SnowflakeBinding: Sendable, Equatable {
  case null
  case integer(Int64)
  /// A number in decimal digits, of any size: `12345678901234567890.5`.
  case decimal(String)
  case real(Double)
  case text(String)
  case boolean(Bool)
  case binary([UInt8])

  /// The names and texts of Snowflake's SQL API.
  var wire: (type: String, value: String?) {
    switch self {
    case .null: ("TEXT", nil)
    case .integer(let value): ("FIXED", String(value))
    case .decimal(let digits): ("FIXED", digits)
    case .real(let value): ("REAL", Self.text(value))
    case .text(let value): ("TEXT", value)
    case .boolean(let value): ("BOOLEAN", value ? "true" : "false")
    case .binary(let bytes): ("BINARY", Hex.text(bytes).uppercased())
    }
  }

  private static func text(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    return String(value)
  }
}

/// Names and values where a statement must have them as text: names always, values in requests of several statements, which
/// know no bindings.
package enum SnowflakeSQL {
  /// A name in quotes, exactly as it is: Snowflake stores names in upper case where nobody quotes them.
  package static func identifier(_ name: String) -> String {
    "\"" + name.replacing("\"", with: "\"\"") + "\""
  }

  /// A name as Snowflake stores it, of one that somebody wrote as in SQL: `analyst` is ANALYST, `"analyst"` is analyst.
  package static func storedName(_ written: String) -> String {
    if written.utf8.count >= 2, written.hasPrefix("\""), written.hasSuffix("\"") {
      return String(written.dropFirst().dropLast()).replacing("\"\"", with: "\"")
    }
    return isPlain(written) ? written.uppercased() : written
  }

  /// Whether a name needs no quotes: Snowflake then stores it in upper case.
  package static func isPlain(_ name: String) -> Bool {
    !name.isEmpty
      && name.utf8.enumerated().allSatisfy { index, byte in
        byte.lowercasedASCII.isLowercaseLetter || byte == UInt8(ascii: "_")
          || index > 0 && (byte.isDigit || byte == UInt8(ascii: "$"))
      }
  }

  /// Several names with dots between: a database, a schema, a table.
  package static func path(_ names: String...) -> String {
    names.map(identifier).joined(separator: ".")
  }

  /// A text in single quotes. Snowflake reads escapes in them.
  package static func literal(_ text: String) -> String {
    "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "''") + "'"
  }
}
