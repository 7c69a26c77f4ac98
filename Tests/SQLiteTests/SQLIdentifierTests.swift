import SQLite
import TestSupport
import Testing

@Suite struct SQLIdentifierTests {
  static let names = [
    "plain", "select", "two words", "a\"b", "\"", "\"\"", "it's", "new\nline", "carriage\r\nreturn", "größe",
    "日本", "🎬", "1st", "a.b", "a;b--", "/*", "[x]", "`x`", "tab\t", "\"\u{301}", "a\"\u{301}b", "'\u{301}",
    "\"\u{200D}; drop table t; --",
  ]

  @Test("whatever a name holds, a table and a column of that name can be made and read", arguments: names)
  func roundTrip(name: String) throws {
    let connection = try Connection(path: ":memory:", access: .create)
    let identifier = SQLIdentifier(name)
    try connection.run("create table \(identifier) (\(identifier) integer)")
    try connection.run("insert into \(identifier) (\(identifier)) values (3)")
    let statement = try connection.prepare("select \(identifier).\(identifier) from main.\(identifier)")
    #expect(statement.columnNames == [name])
    #expect(try connection.rows("select name from sqlite_schema") == [[.text(name)]])
  }

  @Test("whatever a text holds, its literal is that text", arguments: names)
  func literal(text: String) throws {
    let connection = try Connection(path: ":memory:", access: .create)
    #expect(try connection.scalar("select \(SQLLiteral(text))") == .text(text))
  }

  @Test("random names come through")
  func random() throws {
    var random = SeededRandom.fresh()
    let alphabet: [UnicodeScalar] = [
      "\"", "'", "a", " ", "\n", "\u{301}", "ü", ";", "-", "\u{1F3AC}", "\u{200D}",
    ]
    let connection = try Connection(path: ":memory:", access: .create)
    for _ in 0..<300 {
      var name = ""
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        name.unicodeScalars.append(alphabet.randomElement(using: &random) ?? "a")
      }
      let statement = try connection.prepare("select 1 as \(SQLIdentifier(name)), \(SQLLiteral(name))")
      #expect(Array(statement.columnName(0).utf8) == Array(name.utf8), "seed \(random.seed)")
      #expect(try statement.step() == true)
      #expect(Array(statement.text(1).utf8) == Array(name.utf8), "seed \(random.seed)")
    }
  }
}
