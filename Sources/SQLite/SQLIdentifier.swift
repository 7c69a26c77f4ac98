/// A name in SQL text: the one way by which names enter statements.
package struct SQLIdentifier: Sendable, Hashable, CustomStringConvertible {
  package let name: String

  package init(_ name: String) {
    self.name = name
  }

  /// The name in double quotes, inner quotes doubled: safe whatever it holds.
  package var quoted: String {
    var text = "\""
    for character in name {
      if character == "\"" { text.append(character) }
      text.append(character)
    }
    text.append("\"")
    return text
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
    var literal = "'"
    for character in text {
      if character == "'" { literal.append(character) }
      literal.append(character)
    }
    literal.append("'")
    return literal
  }
}
