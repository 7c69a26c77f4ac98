import SQLite
import Testing

@Suite struct AffinityTests {
  static let types: [(String, Affinity)] = [
    ("", .blob), ("INT", .integer), ("integer", .integer), ("BigInt", .integer), ("charint", .integer),
    ("point", .integer), ("floating point", .integer), ("text", .text), ("VARCHAR(255)", .text),
    ("nclob", .text), ("blob", .blob), ("BLOBTEXT", .text), ("real", .real), ("DOUBLE PRECISION", .real),
    ("float", .real), ("numeric", .numeric), ("decimal(10,5)", .numeric), ("boolean", .numeric),
    ("date", .numeric), ("string", .numeric), ("any", .numeric), ("ÏNT", .numeric),
  ]

  @Test("a declared type gives the affinity that SQLite gives it", arguments: types)
  func declaredType(type: String, affinity: Affinity) throws {
    #expect(Affinity(declaredType: type) == affinity)
    // SQLite shows the affinity by what it makes of an integer, a text of digits and a half.
    let connection = try Connection(path: ":memory:", access: .create)
    try connection.execute("create table t(x \(type)); insert into t values (1), ('1'), (0.5)")
    let seen: [SQLiteValue] = try connection.rows("select typeof(x) from t order by rowid").map { $0[0] }
    let expected: [SQLiteValue] =
      switch affinity {
      case .blob: ["integer", "text", "real"]
      case .text: ["text", "text", "text"]
      case .real: ["real", "real", "real"]
      case .numeric, .integer: ["integer", "integer", "real"]
      }
    #expect(seen == expected)
  }
}
