import SQLite
import TestSupport
import Testing

@Suite struct TrimFunctionTests {
  private static let pieces = [
    "", " ", "\t", "\n", "\u{A0}", "é", "e\u{301}", "日", "😀", "a", "abc", "  x ", "\u{A0}\u{A0}", "ÿ", "Â",
    "%", "'",
  ]

  @Test("trim of two arguments is what SQLite's own functions make, for random texts and characters")
  func random() throws {
    let connection = try Connection(path: ":memory:", access: .create)
    let statement = try connection.prepare(
      "select trim(?1, ?2) is rtrim(ltrim(?1, ?2), ?2), typeof(trim(?1, ?2)) is typeof(rtrim(ltrim(?1, ?2), ?2))"
    )
    var random = SeededRandom(seed: 20_261_125)
    func text() -> SQLiteValue {
      .text(
        (0..<Int.random(in: 0...4, using: &random)).map { _ in Self.pieces.randomElement(using: &random)! }
          .joined())
    }
    for _ in 0..<20_000 {
      let value: SQLiteValue =
        switch Int.random(in: 0...12, using: &random) {
        case 0: .null
        case 1: .integer(Int64.random(in: -2000...2000, using: &random))
        case 2: .real(Double.random(in: -10...10, using: &random))
        case 3: .blob((0..<4).map { _ in UInt8.random(in: 0...255, using: &random) })
        default: text()
        }
      let set: SQLiteValue = Int.random(in: 0...20, using: &random) == 0 ? .null : text()
      statement.reset()
      try statement.bind([value, set])
      #expect(try statement.step())
      #expect(statement.row == [.integer(1), .integer(1)], "\(value) and \(set)")
    }
  }
}
