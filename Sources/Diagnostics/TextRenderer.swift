/// Writes diagnostics for people: code, message, place, the line with a caret, notes and hints.
package struct TextRenderer: Sendable {
  /// Whether ANSI colours are wanted (a terminal, and `NO_COLOR` unset).
  package var usesColor: Bool

  package init(usesColor: Bool = false) {
    self.usesColor = usesColor
  }

  /// The diagnostic as lines of text, without a final line break.
  package func render(_ diagnostic: Diagnostic) -> String {
    let tint = diagnostic.severity == .error ? "31" : "33"
    var lines = [
      paint("\(diagnostic.severity.rawValue)[\(diagnostic.code.rawValue)]", "1;\(tint)")
        + paint(": \(diagnostic.message)", "1")
    ]
    if let location = diagnostic.location {
      lines.append(paint("  --> ", "34") + "\(location)")
      if let excerpt = diagnostic.excerpt, let line = location.line {
        lines += excerptLines(excerpt, line: line, column: location.column, tint: tint)
      }
    }
    for note in diagnostic.notes { lines += labelled("note", note) }
    for hint in diagnostic.hints { lines += labelled("help", hint) }
    return lines.joined(separator: "\n")
  }

  private func excerptLines(_ excerpt: String, line: Int, column: Int?, tint: String) -> [String] {
    let number = String(line)
    let margin = String(repeating: " ", count: number.count)
    let shown = String(excerpt.prefix(160).map { $0 == "\t" ? " " : $0 })
    var lines = [paint("  \(number) | ", "34") + shown]
    if let column, column >= 1, column <= shown.count + 1 {
      lines.append(
        paint("  \(margin) | ", "34") + String(repeating: " ", count: column - 1) + paint("^", "1;\(tint)"))
    }
    return lines
  }

  private func labelled(_ label: String, _ text: String) -> [String] {
    let parts = text.split(separator: "\n", omittingEmptySubsequences: false)
    return parts.enumerated().map { index, part in
      index == 0 ? paint("  \(label): ", "34") + part : "        \(part)"
    }
  }

  private func paint(_ text: String, _ style: String) -> String {
    usesColor ? "\u{1B}[\(style)m\(text)\u{1B}[0m" : text
  }
}
