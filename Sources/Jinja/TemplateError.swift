import Diagnostics

/// A fault in a template or of its rendering, with its place in the author's file.
package struct TemplateError: DiagnosticConvertible, Sendable, Equatable {
  package var code: DiagnosticCode
  package var message: String
  package var location: SourceLocation?
  /// The line of source that `location` points to.
  package var excerpt: String?
  /// The macros through which the fault came, innermost first, and other facts.
  package var notes: [String]
  package var hints: [String]
  /// The variable that was looked for, so that the renderer can name its neighbours.
  var missingName: String?
  /// The macro calls that the fault has passed so far.
  var callDepth = 0

  package init(
    _ code: DiagnosticCode = .templateRuntime, _ message: String, at location: SourceLocation? = nil,
    notes: [String] = [], hints: [String] = []
  ) {
    self.code = code
    self.message = message
    self.location = location
    self.notes = notes
    self.hints = hints
  }

  package var diagnostic: Diagnostic {
    Diagnostic(code, message, at: location, excerpt: excerpt, notes: notes, hints: hints)
  }

  static func syntax(_ message: String, hints: [String] = []) -> TemplateError {
    TemplateError(.templateSyntax, message, hints: hints)
  }

  static func runtime(_ message: String, hints: [String] = []) -> TemplateError {
    TemplateError(.templateRuntime, message, hints: hints)
  }

  static func limit(_ message: String, hints: [String] = []) -> TemplateError {
    TemplateError(.templateLimit, message, hints: hints)
  }

  static func unsupported(_ operation: String, _ left: Value, _ right: Value) -> TemplateError {
    .runtime("unsupported operand type(s) for \(operation): '\(left.typeName)' and '\(right.typeName)'")
  }

  /// The same error at a place, unless it knows its place already.
  func located(at offset: Int, in source: Source) -> TemplateError {
    guard location == nil else { return self }
    var copy = self
    copy.location = source.location(at: offset)
    copy.excerpt = source.line(at: offset)
    return copy
  }
}

extension TemplateError: CustomStringConvertible {
  package var description: String {
    (["\(code.rawValue) \(location.map { "\($0.path):\($0.line ?? 0):\($0.column ?? 0): " } ?? "")\(message)"]
      + notes.map { "  note: \($0)" } + hints.map { "  help: \($0)" }).joined(separator: "\n")
  }
}

/// An error of the host that templates must let through unchanged: a cancellation, a control flow.
package protocol TemplatePassthrough: Error {}
