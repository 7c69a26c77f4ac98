import SQLite

/// Values of SQLite in a few characters, for messages.
enum SQLValueText {
  static func text(_ value: SQLiteValue) -> String {
    switch value {
    case .null: "null"
    case .integer(let number): String(number)
    case .real(let number): String(number)
    case .text(let text): "'\(text.prefix(80))'"
    case .blob(let bytes): "blob of \(bytes.count) bytes"
    }
  }
}
