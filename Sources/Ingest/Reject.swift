import Diagnostics
import SQLite

/// A row that cannot be loaded, and why.
package struct Reject: Sendable, Equatable {
  package var code: DiagnosticCode
  /// Where the fault is: the line and the byte in the file, the column in characters of that line.
  package var line: Int
  package var column: Int
  package var byteOffset: Int
  /// The table's column that has no value by this.
  package var columnName: String?
  /// Why, as a clause that names the value.
  package var reason: String
  package var hint: String?
  /// The row as it stands in the file; what is not UTF-8 is replaced.
  package var rawText: String

  /// The reject as an error that is told to the user.
  ///
  /// - Parameter remedy: what else can be done than to correct the file.
  func diagnostic(in displayPath: String, remedy: String?) -> Diagnostic {
    let firstLines = rawText.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
    return Diagnostic(
      code, reason, at: location(in: displayPath),
      excerpt: firstLines.count == 1 ? TextForPeople.escaped(rawText, limit: 160) : nil,
      hints: [hint ?? "correct that line of the file", remedy].compactMap { $0 })
  }

  func location(in displayPath: String) -> SourceLocation {
    SourceLocation(path: displayPath, line: line, column: column, byteOffset: byteOffset)
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
