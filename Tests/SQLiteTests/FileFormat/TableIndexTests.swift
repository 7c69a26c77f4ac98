import SQLite
import Testing

@Suite struct TableIndexTests {
  private let folder = DatabaseFolder()

  private func definition(_ indexes: [IndexDefinition]) throws -> TableDefinition {
    try TableDefinition(
      "films", [.init("id", "integer", isPrimaryKey: true), .init("name", "text"), .init("year", "integer")],
      indexes: indexes)
  }

  private static let films: [[SQLiteValue]] = (1...5000).map { (number: Int) -> [SQLiteValue] in
    [.integer(Int64(number)), .text("film \(number * 7919 % 5003)"), .integer(Int64(1900 + number % 100))]
  }

  @Test("the planner uses the index and finds by it what is there")
  func isUsed() throws {
    try writeTable(
      folder.file("a.db"),
      definition([
        IndexDefinition("by_year", on: ["year", "name"]), IndexDefinition("by_name", on: ["name"]),
      ]),
      Self.films)
    let connection = try Connection(path: folder.file("a.db"), access: .readWrite)
    #expect(try integrity(connection) == "ok")
    let query = "select id from films where year = 1950 and name > 'film 3'"
    let plan = try connection.rows("explain query plan \(query)")
    #expect(plan[0][3] == "SEARCH films USING COVERING INDEX by_year (year=? AND name>?)")
    #expect(
      try connection.rows("\(query) order by id")
        == connection.rows(query.replacing("year", with: "+year") + " order by id"))
    #expect(
      try connection.rows("select name from films indexed by by_name order by name")
        == connection.rows("select name from films not indexed order by +name"))
    #expect(
      try connection.rows("select * from sqlite_stat1 order by idx") == [
        ["films", "by_name", "5000 1"], ["films", "by_year", "5000 50 1"],
      ])
    try connection.execute("reindex; update films set year = year + 1; delete from films where id % 2")
    #expect(try integrity(connection) == "ok")
  }

  @Test("rows under one key of a unique index are told")
  func unique() throws {
    let rows: [[SQLiteValue]] = [[2, "a", 1], [4, "b", 1], [7, "a", 2], [9, "c", 1]]
    do {
      try writeTable(
        folder.file("a.db"), definition([IndexDefinition("u", on: ["name"], isUnique: true)]), rows)
      Issue.record("the index was written")
    } catch let error as DatabaseFileError {
      #expect(error.reason == .notUnique(index: "u", rowids: [2, 7]))
      #expect(error.diagnostic.message == "the unique index 'u' has the rows 2 and 7 under one key")
    }
    #expect(folder.names == [])
    try writeTable(
      folder.file("a.db"), definition([IndexDefinition("u", on: ["name", "year"], isUnique: true)]), rows)
    #expect(try integrity(Connection(path: folder.file("a.db"), access: .readOnly)) == "ok")
  }

  @Test("a number is one key whether it is stored as integer or as real, and NULLs are never one")
  func uniqueAcrossClasses() throws {
    let definition = try TableDefinition(
      "t", [.init("x", "")], indexes: [IndexDefinition("u", on: ["x"], isUnique: true)])
    do {
      try writeTable(folder.file("a.db"), definition, [[.real(0.5)], [.integer(1)], [.real(1)]])
      Issue.record("the index was written")
    } catch let error as DatabaseFileError {
      #expect(error.reason == .notUnique(index: "u", rowids: [2, 3]))
    }
    let rows: [[SQLiteValue]] = [
      [.null], [.null], [1], ["1"], [.blob([49])], [.real(1.5)], [""], [.blob([])], [.integer(1 << 53)],
      [.integer(1 << 53 + 1)], [.text("a\u{0}")], ["a"], [.text("a\u{0}\u{0}")], [.integer(.max)],
      [.real(0x1p63)], [.real(-.infinity)], [.integer(.min)],
    ]
    try writeTable(folder.file("a.db"), definition, rows)
    let connection = try Connection(path: folder.file("a.db"), access: .readOnly)
    #expect(try integrity(connection) == "ok")
    #expect(
      try connection.rows("select rowid from t indexed by u order by x, rowid")
        == connection.rows("select rowid from t not indexed order by +x, rowid"))
  }

  @Test("constraints of a statement get the indexes that SQLite gives them")
  func constraints() throws {
    let definition = try TableDefinition(
      sql: "CREATE TABLE t(a text PRIMARY KEY, b, c UNIQUE, UNIQUE (b, c))",
      indexes: [IndexDefinition("i", on: ["c", "a"])])
    try writeTable(folder.file("a.db"), definition, [["x", 1, 2], ["y", 1, 3], [.null, .null, .null]])
    let connection = try Connection(path: folder.file("a.db"), access: .readWrite)
    #expect(
      try connection.rows("select name from sqlite_schema where type = 'index'") == [
        ["sqlite_autoindex_t_1"], ["sqlite_autoindex_t_2"], ["sqlite_autoindex_t_3"], ["i"],
      ])
    #expect(try integrity(connection) == "ok")
    #expect(throws: SQLiteError.self) { try connection.execute("insert into t values ('y', 7, 7)") }
  }

  @Test("an index of the key itself holds the rowid")
  func keyColumn() throws {
    try writeTable(folder.file("a.db"), definition([IndexDefinition("i", on: ["name", "id"])]), Self.films)
    try writeTable(folder.file("b.db"), definition([IndexDefinition("i", on: ["id"])]), Self.films)
    for name in ["a.db", "b.db"] {
      #expect(try integrity(Connection(path: folder.file(name), access: .readOnly)) == "ok")
    }
  }

  @Test("keys beyond the memory allowed are refused with the way out")
  func memory() throws {
    var options = DatabaseFileWriter.Options()
    options.indexMemoryByteLimit = 1 << 20
    var database = try DatabaseFileWriter(path: folder.file("a.db"), options: options)
    var table = database.makeTable(try definition([IndexDefinition("i", on: ["name"])]))
    do throws(DatabaseFileError) {
      for _ in 0..<100 {
        try table.append((0..<1000).map { _ in [.null, .text(String(repeating: "x", count: 50)), 1] })
      }
      Issue.record("the rows were taken")
    } catch {
      #expect(error.reason == .indexTooLarge(index: "i", byteLimit: 1 << 20))
      #expect(error.diagnostic.hints == ["create the index by a statement when the table is written"])
    }
  }

  static let unsupported = [
    "create table t(a primary key) without rowid", "create table t(a text) strict",
    "create table t(a, b as (a + 1))", "create view t as select 1",
    "create table t(a text collate nocase unique)",
    "create table t(a integer primary key autoincrement)", "create temp table t(a)",
  ]
  @Test("what is no plain table is refused", arguments: unsupported)
  func refused(sql: String) {
    #expect(throws: DatabaseFileError.self) { _ = try TableDefinition(sql: sql) }
  }
}
