import ArgumentParser
import SQLite

/// How the rows of a query are written.
enum RowFormat: String, CaseIterable, ExpressibleByArgument {
  case table
  case json
  case ndjson
  case csv
  case markdown
}

/// Writes the rows of a statement to standard output as they come.
struct RowWriter {
  let format: RowFormat
  let console: Console

  /// - Returns: the number of rows.
  func write(_ statement: borrowing Statement) throws -> Int {
    switch format {
    case .table: try TextTableWriter(style: .box, console: console).write(statement)
    case .markdown: try TextTableWriter(style: .markdown, console: console).write(statement)
    case .json: try writeJSON(statement)
    case .ndjson: try writeLines(statement)
    case .csv: try writeCSV(statement)
    }
  }

  private func writeJSON(_ statement: borrowing Statement) throws -> Int {
    let writer = JSONRowEncoder(names: statement.columnNames)
    var count = 0
    var buffer = OutputBuffer()
    buffer.append("[")
    while try statement.step() {
      buffer.append(count == 0 ? "\n  " : ",\n  ")
      buffer.append(writer.encode(statement))
      count += 1
    }
    buffer.append(count == 0 ? "]\n" : "\n]\n")
    buffer.flush()
    return count
  }

  private func writeLines(_ statement: borrowing Statement) throws -> Int {
    let writer = JSONRowEncoder(names: statement.columnNames)
    var count = 0
    var buffer = OutputBuffer()
    while try statement.step() {
      buffer.append(writer.encode(statement))
      buffer.append("\n")
      count += 1
    }
    buffer.flush()
    return count
  }

  private func writeCSV(_ statement: borrowing Statement) throws -> Int {
    var count = 0
    var buffer = OutputBuffer()
    buffer.append(statement.columnNames.map { Self.quoted($0) }.joined(separator: ",") + "\n")
    while try statement.step() {
      for column in 0..<statement.columnCount {
        if column > 0 { buffer.append(",") }
        switch statement.value(column) {
        case .null: break
        // What is empty is quoted, so that it is told from NULL.
        case .text(""), .blob([]): buffer.append("\"\"")
        case .text(let text): buffer.append(Self.quoted(text))
        case let value: buffer.append(CellText.plain(value))
        }
      }
      buffer.append("\n")
      count += 1
    }
    buffer.flush()
    return count
  }

  private static func quoted(_ text: String) -> String {
    let needsQuotes = text.utf8.contains { byte in
      byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
        || byte == UInt8(ascii: "\r")
    }
    return needsQuotes ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }
}

/// Text on its way to standard output, in pieces of a useful size.
struct OutputBuffer {
  private var text = ""

  mutating func append(_ part: String) {
    text += part
    if text.utf8.count > 1 << 16 { flush() }
  }

  mutating func flush() {
    Console.writeData(text)
    text = ""
  }
}

/// Values as text.
enum CellText {
  static func plain(_ value: SQLiteValue) -> String {
    switch value {
    case .null: ""
    case .integer(let number): String(number)
    case .real(let number): String(number)
    case .text(let text): text
    case .blob(let bytes): hex(bytes)
    }
  }

  static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
  }
}

/// Rows as JSON objects with their keys in the columns' order.
struct JSONRowEncoder {
  private let keys: [String]

  init(names: [String]) {
    keys = names.map { Self.literal($0) }
  }

  func encode(_ statement: borrowing Statement) -> String {
    var text = "{"
    for (column, key) in keys.enumerated() {
      if column > 0 { text += ", " }
      text += key
      text += ": "
      switch statement.value(column) {
      case .null: text += "null"
      case .integer(let number): text += String(number)
      case .real(let number): text += number.isFinite ? String(number) : "null"
      case .text(let value): text += Self.literal(value)
      case .blob(let bytes): text += Self.literal(CellText.hex(bytes))
      }
    }
    return text + "}"
  }

  private static func literal(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
