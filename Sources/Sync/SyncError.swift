import Diagnostics

/// A fault on the way out of the warehouse: of which table and column, and what is to be done.
package struct SyncError: DiagnosticConvertible {
  package let code: DiagnosticCode
  package let message: String
  package var notes: [String]
  package var hints: [String]

  package init(_ code: DiagnosticCode, _ message: String, notes: [String] = [], hints: [String] = []) {
    self.code = code
    self.message = message
    self.notes = notes
    self.hints = hints
  }

  package var diagnostic: Diagnostic { Diagnostic(code, message, notes: notes, hints: hints) }
}
