import Diagnostics

/// One fault in a small project, and how it has to be told.
package struct BrokenProject: Sendable, CustomStringConvertible {
  package let what: String
  package let files: [String: String]
  package let code: DiagnosticCode
  /// `path:line` of the place.
  package let place: String
  /// A part of the message or of a hint.
  package let says: String
  /// Whether dbt takes it without a word, so that it is only warned of.
  package let isWarning: Bool
  /// The code that the command line tells, whose loader of seeds sees more than that of the engine's own tests.
  package let told: DiagnosticCode

  init(
    _ what: String, _ files: [String: String], _ code: DiagnosticCode, at place: String, says: String,
    isWarning: Bool = false, told: DiagnosticCode? = nil
  ) {
    self.what = what
    self.files = files
    self.code = code
    self.place = place
    self.says = says
    self.isWarning = isWarning
    self.told = told ?? code
  }

  package var description: String { what }
}
