import SQLite
import TestSupport
import Testing

@Suite struct StatementTests {
  private let connection: Connection

  init() throws {
    connection = try Connection(path: ":memory:", access: .create)
  }

  static let values: [(SQLiteValue, String)] = [
    (.null, "null"), (.integer(0), "integer"), (.integer(.min), "integer"), (.integer(.max), "integer"),
    (.real(0.1), "real"), (.real(-.greatestFiniteMagnitude), "real"), (.real(.infinity), "real"),
    (.text(""), "text"),
    (.text("Amélie 東京 🎬"), "text"), (.text("it's \"quoted\""), "text"), (.text("a\u{0}b"), "text"),
    (.text(String(repeating: "x", count: 100_000)), "text"), (.blob([]), "blob"),
    (.blob([0, 255, 0]), "blob"),
  ]

  @Test("a value of every storage class comes back as it was bound", arguments: values)
  func bindAndRead(value: SQLiteValue, type: String) throws {
    #expect(try connection.rows("select typeof(?1), ?1", [value]) == [[.text(type), value]])
    try connection.execute("create table t(x)")
    try connection.run("insert into t values (?)", [value])
    #expect(try connection.rows("select typeof(x), x from t") == [[.text(type), value]])
  }

  @Test("the quick ways of binding do what the general one does")
  func quickBinding() throws {
    let statement = try connection.prepare("select ?, ?, ?, ?, ?")
    let text = Array("größer".utf8)
    try text.withUnsafeBytes { bytes throws in
      #expect(statement.bind(integer: 5, at: 1) == true)
      #expect(statement.bind(real: 0.5, at: 2) == true)
      #expect(statement.bindNull(at: 3) == true)
      #expect(statement.bind(unownedText: bytes, at: 4) == true)
      #expect(statement.bind(unownedText: UnsafeRawBufferPointer(start: nil, count: 0), at: 5) == true)
      #expect(statement.bind(integer: 5, at: 6) == false)
      let hasRow = try statement.step()
      #expect(hasRow)
      #expect(statement.row == [5, .real(0.5), .null, "größer", ""])
    }
  }

  @Test("NaN is NULL, as SQLite has it")
  func notANumber() throws {
    #expect(try connection.scalar("select ?", [.real(.nan)]) == .null)
  }

  @Test("too many values are refused")
  func tooManyValues() {
    #expect(throws: SQLiteError.self) { try connection.run("select ?", [1, 2]) }
  }

  @Test("a statement runs again with other values, and bindings stay over a reset")
  func reset() throws {
    try connection.execute("create table t(x unique)")
    let insert = try connection.prepare("insert into t values (?)")
    for number in 1...3 { try insert.run([.integer(Int64(number))]) }
    #expect(throws: SQLiteError.self) { try insert.run([2]) }
    try insert.run([4])
    #expect(try connection.integer("select sum(x) from t") == 10)
    let select = try connection.prepare("select ? + 1")
    try select.bind([1])
    for _ in 1...2 {
      #expect(try select.step() == true)
      #expect(select.integer(0) == 2)
      select.reset()
    }
  }

  @Test("a statement tells its columns and parameters")
  func columns() throws {
    try connection.execute("create table t(id INTEGER, \"größe m\" DECIMAL(5, 2), plain)")
    let statement = try connection.prepare("select *, id + ? as \"next\", ?2 from t")
    #expect(statement.columnNames == ["id", "größe m", "plain", "next", "?2"])
    #expect((0..<4).map { statement.declaredType($0) } == ["INTEGER", "DECIMAL(5, 2)", nil, nil])
    #expect(statement.parameterCount == 2)
    #expect(statement.isReadOnly == true)
    #expect(try connection.prepare("delete from t").isReadOnly == false)
  }

  @Test("a value is read as another type as SQLite converts it")
  func conversions() throws {
    let statement = try connection.prepare("select '12abc', 3.7, null, x'41', 5")
    #expect(try statement.step() == true)
    #expect(statement.integer(0) == 12)
    #expect(statement.integer(1) == 3)
    #expect(statement.text(1) == "3.7")
    #expect(statement.text(2) == "")
    #expect([2, 3].map { statement.isNull($0) } == [true, false])
    #expect(statement.text(3) == "A")
    #expect(statement.real(4) == 5)
    #expect(statement.withBytes(3) { Array($0) } == [0x41])
    #expect((0..<5).map { statement.storageClass($0) } == [.text, .real, .null, .blob, .integer])
  }

  @Test("a scalar is the first value, or nothing where there is no row")
  func scalar() throws {
    #expect(try connection.scalar("select 7, 8") == 7)
    #expect(try connection.scalar("select null") == .null)
    #expect(try connection.scalar("select 1 where 0") == nil)
    #expect(try connection.integer("select 1 where 0") == 0)
    #expect(try connection.integer("select 'x'") == 0)
  }

  @Test("the connection lives as long as its statement")
  func lifetime() throws {
    func make() throws -> Statement {
      try Connection(path: ":memory:", access: .create).prepare("select 1")
    }
    let statement = try make()
    #expect(try statement.step() == true)
    #expect(statement.integer(0) == 1)
  }
}
