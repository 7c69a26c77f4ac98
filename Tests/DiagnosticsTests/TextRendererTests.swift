import Diagnostics
import TestSupport
import Testing

@Suite struct TextRendererTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var diagnostic: Diagnostic
    var usesColor = false
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "message-only", diagnostic: Diagnostic(.internalError, "something is off")),
    Case(
      name: "place-without-line",
      diagnostic: Diagnostic(
        .archiveDamaged, "the archive is damaged",
        at: Diagnostics.SourceLocation(path: "a.zip", byteOffset: 512),
        excerpt: "an excerpt needs a line")),
    Case(
      name: "line-without-column",
      diagnostic: Diagnostic(
        .rowFieldCount, "the row has 2 fields, not 3",
        at: Diagnostics.SourceLocation(path: "a.zip!movies.csv", line: 12),
        excerpt: "1,Heat")),
    Case(
      name: "caret",
      diagnostic: Diagnostic(
        .unknownRef, "there is no model 'stg_movie'",
        at: Diagnostics.SourceLocation(path: "models/m.sql", line: 104, column: 20),
        excerpt: "select * from {{ ref('stg_movie') }}", hints: ["did you mean 'stg_movies'?"])),
    Case(
      name: "caret-behind-the-end",
      diagnostic: Diagnostic(
        .sqlError, "incomplete input", at: Diagnostics.SourceLocation(path: "SQL", line: 1, column: 7),
        excerpt: "select")),
    Case(
      name: "caret-out-of-the-line",
      diagnostic: Diagnostic(
        .sqlError, "incomplete input", at: Diagnostics.SourceLocation(path: "SQL", line: 1, column: 9),
        excerpt: "select")),
    Case(
      name: "tab",
      diagnostic: Diagnostic(
        .sqlError, "no such column: x", at: Diagnostics.SourceLocation(path: "m.sql", line: 2, column: 3),
        excerpt: "\t\tx, y")),
    Case(
      name: "wide-characters",
      diagnostic: Diagnostic(
        .valueInvalid, "'七' is no integer",
        at: Diagnostics.SourceLocation(path: "movies.csv", line: 3, column: 8),
        excerpt: "東京物語,é,七,🎬")),
    Case(
      name: "control-characters",
      diagnostic: Diagnostic(
        .valueInvalid, "the value is no integer",
        at: Diagnostics.SourceLocation(path: "movies.csv", line: 3, column: 3),
        excerpt: "1,\u{1B}[31m\u{7},x\r")),
    Case(
      name: "long-line",
      diagnostic: Diagnostic(
        .sqlError, "the line is cut", at: Diagnostics.SourceLocation(path: "m.sql", line: 1, column: 300),
        excerpt: String(repeating: "0123456789", count: 40))),
    Case(
      name: "notes-and-hints",
      diagnostic: Diagnostic(
        .settingMissing, "there is no archive", severity: .warning,
        notes: ["looked for it in\n--archive\nreelhouse.yml", "a second note"],
        hints: ["name it", "or make one with `reelhouse sample`"])),
    Case(
      name: "color-error",
      diagnostic: Diagnostic(
        .unknownRef, "there is no model 'a'",
        at: Diagnostics.SourceLocation(path: "m.sql", line: 1, column: 2),
        excerpt: "ab", notes: ["n"], hints: ["h"]), usesColor: true),
    Case(
      name: "color-warning",
      diagnostic: Diagnostic(.draftDamaged, "made anew", severity: .warning), usesColor: true),
  ]

  @Test("a diagnostic is written as its golden file says", arguments: cases)
  func golden(_ example: Case) throws {
    let text = TextRenderer(usesColor: example.usesColor).render(example.diagnostic)
    try Golden().check(text.replacingEscapes, "\(example.name).txt")
  }

  @Test("without colours no escape is written", arguments: cases)
  func plain(_ example: Case) {
    #expect(!TextRenderer().render(example.diagnostic).unicodeScalars.contains("\u{1B}"))
  }
}

extension String {
  /// Escapes as a reader of a golden file sees them.
  fileprivate var replacingEscapes: String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.flatMap { $0 == "\u{1B}" ? Array("‹ESC›".unicodeScalars) : [$0] }))
  }
}
