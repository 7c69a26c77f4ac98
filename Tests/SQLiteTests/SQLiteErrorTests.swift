import Diagnostics
import SQLite
import Testing

@Suite struct SQLiteErrorTests {
  @Test(
    "the result code decides the diagnostic",
    arguments: [
      (1, .sqlError), (19, .sqlError), (5, .sqlBusy), (6, .sqlBusy), (261, .sqlBusy), (11, .sqlCorrupt),
      (26, .sqlCorrupt), (267, .sqlCorrupt), (13, .diskFull), (8, .sqlReadOnly), (776, .sqlBusy),
      (23, .sqlReadOnly), (14, .fileAccess), (10, .fileAccess), (778, .fileAccess),
    ] as [(Int32, DiagnosticCode)])
  func code(resultCode: Int32, code: DiagnosticCode) {
    #expect(SQLiteError(resultCode: resultCode, reason: "r").diagnostic.code == code)
  }

  @Test(
    "a byte offset becomes a line and a column",
    arguments: [
      ("abc", 0, 1, 1, "abc"), ("abc", 3, 1, 4, "abc"), ("abc", 99, 1, 4, "abc"), ("abc", -1, 1, 1, "abc"),
      ("a\nbc\nd", 2, 2, 1, "bc"), ("a\nbc\nd", 4, 2, 3, "bc"), ("a\nbc\n", 5, 3, 1, ""), ("", 0, 1, 1, ""),
      ("é = x", 5, 1, 5, "é = x"), ("日本 x", 7, 1, 4, "日本 x"), ("a\r\nbc\r\nd", 3, 2, 1, "bc"),
    ])
  func place(sql: String, offset: Int, line: Int, column: Int, excerpt: String) {
    let place = SQLText.place(ofByte: offset, in: sql)
    #expect(place.line == line)
    #expect(place.column == column)
    #expect(place.excerpt == excerpt)
  }
}
