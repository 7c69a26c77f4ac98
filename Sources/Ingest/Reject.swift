import Diagnostics
import Storage

/// A row that cannot be loaded, and why.
package struct Reject: Sendable, Equatable {
  /// Where in the file a fault is.
  package enum Place: Sendable, Equatable {
    /// The column is counted in characters of the line. Lines and columns count from 1.
    case line(Int, column: Int, byteOffset: Int)
    /// A row of a Parquet file, counted from 1, in a row group, counted from 0 as `inspect` does; the byte is the first
    /// of the column's in that row group.
    case row(Int, rowGroup: Int, byteOffset: Int)
  }

  package var code: DiagnosticCode
  package var place: Place
  /// The table's column that has no value by this.
  package var columnName: String?
  /// Why, as a clause that names the value.
  package var reason: String
  package var hint: String?
  /// The row as it stands in the file; what is not UTF-8 is replaced. Rows of Parquet files are spelt as JSON.
  package var rawText: String

  /// The reject as an error that is told to the user.
  ///
  /// - Parameter remedy: what else can be done than to correct the file.
  func diagnostic(in displayPath: String, remedy: String?) -> Diagnostic {
    let firstLines = rawText.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
    return Diagnostic(
      code, reason, at: place.location(in: displayPath),
      excerpt: firstLines.count == 1 ? TextForPeople.escaped(rawText, limit: 160) : nil,
      notes: place.note.map { [$0] } ?? [], hints: [hint ?? place.hint, remedy].compactMap { $0 })
  }

  /// That a column declared so is empty.
  static func reasonOfNull(in column: String) -> String {
    "the column '\(column)' is empty, and it is declared as not null"
  }

  /// That a column's value is none of its type.
  static func reason(of value: String, in column: ColumnSchema) -> String {
    "'\(TextForPeople.escaped(value))' in the column '\(column.name)' is no \(column.type.expectation)"
  }
}

extension Reject.Place {
  /// The line, or the row in the whole file.
  var number: Int {
    switch self {
    case .line(let number, _, _), .row(let number, _, _): number
    }
  }

  var byteOffset: Int {
    switch self {
    case .line(_, _, let offset), .row(_, _, let offset): offset
    }
  }

  var rowGroup: Int? { if case .row(_, let group, _) = self { group } else { nil } }

  func location(in displayPath: String) -> SourceLocation {
    switch self {
    case .line(let line, let column, let byteOffset):
      SourceLocation(path: displayPath, line: line, column: column, byteOffset: byteOffset)
    case .row(_, _, let byteOffset): SourceLocation(path: displayPath, byteOffset: byteOffset)
    }
  }

  /// What a location has no place for.
  fileprivate var note: String? {
    guard case .row(let row, let rowGroup, _) = self else { return nil }
    return "it is row \(row) of the file, in row group \(rowGroup)"
  }

  fileprivate var hint: String {
    switch self {
    case .line: "correct that line of the file"
    case .row: "correct what writes the file"
    }
  }

  func description(in displayPath: String) -> String {
    switch self {
    case .line: location(in: displayPath).description
    case .row(let row, let rowGroup, _): "\(displayPath), row \(row), row group \(rowGroup)"
    }
  }
}

extension ColumnType {
  /// What a value of the type looks like, for messages.
  fileprivate var expectation: String {
    switch self {
    case .integer: "integer of 64 bits"
    case .real: "finite number"
    case .text: "text"
    case .date: "date (YYYY-MM-DD)"
    case .boolean: "boolean (true, false, t, f, 1 or 0)"
    case .timestamp: "point in time (YYYY-MM-DD HH:MM:SS)"
    }
  }
}

/// The spelling of values in messages.
enum TextForPeople {
  /// The text without control characters, and not longer than `limit` characters.
  static func escaped(_ text: String, limit: Int = 60) -> String {
    var result = ""
    var count = 0
    for scalar in text.unicodeScalars {
      if count == limit { return result + "…" }
      count += 1
      switch scalar {
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value):
        let digits = String(scalar.value, radix: 16, uppercase: true)
        result += "\\u{\(digits)}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
