import Diagnostics

/// Why nothing was loaded.
package struct IngestError: DiagnosticConvertible, Equatable {
  package let diagnostic: Diagnostic

  init(_ diagnostic: Diagnostic) {
    self.diagnostic = diagnostic
  }

  init(
    _ code: DiagnosticCode, _ message: String, at location: SourceLocation? = nil, excerpt: String? = nil,
    notes: [String] = [], hints: [String] = []
  ) {
    diagnostic = Diagnostic(code, message, at: location, excerpt: excerpt, notes: notes, hints: hints)
  }

  /// Runs `body`; an error of it that does not speak for itself gets a note that says what was being done.
  static func noting<Result: ~Copyable>(_ note: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      throw noting(note, error)
    }
  }

  /// An error with a note that says what was being done, if it does not speak for itself.
  static func noting(_ note: String, _ error: any Error) -> any Error {
    if error is IngestError { return error }
    guard let error = error as? any DiagnosticConvertible else { return error }
    return IngestError(error.diagnostic.noting(note))
  }
}

extension Sequence<String> {
  /// `'a', 'b' and 'c'`.
  var quotedList: String {
    let names = map { "'\($0)'" }
    guard names.count > 1, let last = names.last else { return names.first ?? "" }
    return "\(names.dropLast().joined(separator: ", ")) and \(last)"
  }
}
