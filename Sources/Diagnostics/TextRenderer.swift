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
    // Data may hold whatever moves the cursor or the colours of a terminal.
    let shown = excerpt.prefix(160).map { $0.isControl ? " " : $0 }
    var lines = [paint("  \(number) | ", "34") + String(shown)]
    if let column, column >= 1, column <= shown.count + 1 {
      let width = shown[..<(column - 1)].reduce(0) { $0 + $1.cellCount }
      lines.append(
        paint("  \(margin) | ", "34") + String(repeating: " ", count: width) + paint("^", "1;\(tint)"))
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

extension Character {
  /// Whether the character would act on a terminal instead of being seen.
  fileprivate var isControl: Bool {
    unicodeScalars.contains { $0.properties.generalCategory == .control }
  }

  /// How many cells of a terminal the character takes (Unicode Standard Annex 11, the blocks that are wide).
  fileprivate var cellCount: Int {
    guard let first = unicodeScalars.first else { return 0 }
    switch first.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF,
      0x20000...0x3FFFD:
      return 2
    default:
      return 1
    }
  }
}
