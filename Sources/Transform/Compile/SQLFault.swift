import Diagnostics
import SQLite

/// Reads what is known of a fault of SQL out of an error.
enum SQLFault {
  static func diagnostic(for error: any Error) -> Diagnostic {
    Diagnostic.all(of: error).first ?? Diagnostic(.internalError, "\(error)")
  }

  /// Where in the statement's text the fault lies, in bytes.
  static func offset(of error: any Error) -> Int? {
    (error as? SQLiteError)?.offset
  }

  static func line(_ number: Int?, of text: String) -> String? {
    guard let number, number >= 1 else { return nil }
    let lines = text.split(separator: "\n", maxSplits: number, omittingEmptySubsequences: false)
    return number <= lines.count ? String(lines[number - 1]) : nil
  }
}
