/// A name in SQL text: the one way by which names enter statements.
package struct SQLIdentifier: Sendable, Hashable, CustomStringConvertible {
  package let name: String

  package init(_ name: String) {
    self.name = name
  }

  /// The name in double quotes, inner quotes doubled: safe whatever it holds.
  package var quoted: String {
    doubling("\"", in: name)
  }

  package var description: String { quoted }
}

/// A text as an SQL literal, for the few places where SQLite takes no parameter (`CREATE`, `PRAGMA`).
package struct SQLLiteral: Sendable, CustomStringConvertible {
  package let text: String

  package init(_ text: String) {
    self.text = text
  }

  /// The text in single quotes, inner quotes doubled.
  package var description: String {
    doubling("'", in: text)
  }
}

/// The text between quotes, its own doubled. By scalars: a quote and a combining mark are one `Character`, and no
/// quote then, but SQLite sees the quote.
private func doubling(_ quote: Unicode.Scalar, in text: String) -> String {
  var quoted = String.UnicodeScalarView()
  quoted.append(quote)
  for scalar in text.unicodeScalars {
    if scalar == quote { quoted.append(quote) }
    quoted.append(scalar)
  }
  quoted.append(quote)
  return String(quoted)
}
