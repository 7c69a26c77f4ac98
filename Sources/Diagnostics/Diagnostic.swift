/// What a user is told: a fault, its place in their own source, why it is one, and what to do.
package struct Diagnostic: Error, Sendable, Equatable, Codable {
  package enum Severity: String, Sendable, Codable {
    case error
    case warning
  }

  package var code: DiagnosticCode
  package var severity: Severity
  /// What happened, with the offending value. One sentence, no full stop.
  package var message: String
  package var location: SourceLocation?
  /// The line of source that `location` points to, without its line break.
  package var excerpt: String?
  /// Facts that explain the fault: a cause, the places that were searched, the SQL.
  package var notes: [String]
  /// What the user can do about it.
  package var hints: [String]

  package init(
    _ code: DiagnosticCode, _ message: String, severity: Severity = .error,
    at location: SourceLocation? = nil,
    excerpt: String? = nil, notes: [String] = [], hints: [String] = []
  ) {
    self.code = code
    self.severity = severity
    self.message = message
    self.location = location
    self.excerpt = excerpt
    self.notes = notes
    self.hints = hints
  }
}

/// An error of a lower target that knows how to tell itself to a user.
package protocol DiagnosticConvertible: Error {
  var diagnostic: Diagnostic { get }
}

extension Diagnostic: DiagnosticConvertible {
  package var diagnostic: Diagnostic { self }
}

/// Several faults found in one pass, so that a user can mend them in one pass too.
package struct DiagnosticList: Error, Sendable, Equatable {
  package var diagnostics: [Diagnostic]

  package init(_ diagnostics: [Diagnostic]) {
    self.diagnostics = diagnostics
  }
}

extension Diagnostic {
  /// The diagnostics that an error stands for; an error unknown to this house becomes `RH1000`.
  package static func all(of error: any Error) -> [Diagnostic] {
    switch error {
    case let list as DiagnosticList: list.diagnostics
    case let convertible as any DiagnosticConvertible: [convertible.diagnostic]
    default:
      [Diagnostic(.internalError, "\(error)", hints: ["this is a fault of reelhouse: please report it"])]
    }
  }

  /// The same diagnostic with a note more.
  package func noting(_ note: String) -> Diagnostic {
    var copy = self
    copy.notes.append(note)
    return copy
  }
}
