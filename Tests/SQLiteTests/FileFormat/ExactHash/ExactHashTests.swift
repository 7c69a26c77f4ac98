import SQLite
import Testing

@Suite struct ExactHashTests {
  private let folder = DatabaseFolder()

  private func hash(
    _ rows: [[SQLiteValue]], _ columns: [ColumnDefinition] = [.init("a", ""), .init("b", "")],
    name: String = "t", pageSize: Int = 4096
  ) throws -> ExactHash {
    defer { unlinkFile(folder.file("a.db")) }
    return try #require(
      writeTable(folder.file("a.db"), TableDefinition(name, columns), rows, pageSize: pageSize).exactHash)
  }

  @Test("the definition is what it was: another one needs another prefix")
  func definition() throws {
    let hash = try hash([[1, "one"], [.null, .real(0.5)], [.blob([1, 2, 3]), -70_000]])
    #expect(hash.description == "x1:db2aae39e28f67e81d7df27df26e40a8")
  }

  @Test("a hash is read from its text, and from no other")
  func text() throws {
    let hash = try hash([[1, 2]])
    #expect(ExactHash(hash.description) == hash)
    #expect(hash.description.utf8.count == 35)
    let digits = String(hash.description.dropFirst(3))
    for text in [
      "", "x1:", digits, "x2:\(digits)", "x1:\(digits)0", "x1:\(digits.dropLast())+",
      "x1:-\(digits.dropLast())", hash.description.uppercased(),
    ] {
      #expect(ExactHash(text) == nil, "\(text)")
    }
  }

  private static let contents: [[[SQLiteValue]]] = [
    [], [[.null, .null]], [["", .null]], [[.null, ""]], [["", ""]], [[.blob([]), .null]], [[0, .null]],
    [[.real(0), .null]], [[.real(-0.0), .null]], [["0", .null]], [[.blob([0x30]), .null]], [[1, .null]],
    [[.null, 1]], [[.real(1), .null]], [["1", .null]], [["ab", "c"]], [["a", "bc"]], [["abc", ""]],
    [["", "abc"]], [[256, .null]], [[1, 0]], [[0, 1]], [[-1, .null]], [[.real(-1), .null]],
    [["a\u{0}", .null]], [["a", .null]], [[.null, .null], [.null, .null]],
    [[.null, .null], [.null, .null], [.null, .null]], [[1, 2], [3, 4]], [[1, 4], [3, 2]],
    [[1, 2], [1, 2], [3, 4]],
    [[1, 2], [3, 4], [3, 4]], [[1, 2], [1, 2]], [[3, 4], [3, 4]], [[.integer(.max), .null]],
    [[.real(0x1p63), .null]], [[.integer(1 << 53), 1]], [[.integer(1 << 53 + 1), 1]],
  ]

  @Test("tables that differ in the least have different hashes")
  func distinct() throws {
    var seen: [ExactHash: Int] = [:]
    for (index, rows) in Self.contents.enumerated() {
      let hash = try hash(rows)
      if let other = seen[hash] { Issue.record("\(rows) is taken for \(Self.contents[other])") }
      seen[hash] = index
    }
  }

  @Test("names, declared types, order and key of the columns count; the table's name does not")
  func schema() throws {
    let rows: [[SQLiteValue]] = [[1, "x"], [2, "y"]]
    let schemas: [[ColumnDefinition]] = [
      [.init("a", "integer"), .init("b", "text")], [.init("A", "integer"), .init("b", "text")],
      [.init("a", "bigint"), .init("b", "text")],
      [.init("a", "integer"), .init("b", "")], [.init("a", "integer"), .init("c", "text")],
      [.init("ab", "integer"), .init("", "text")],
      [.init("a", "integer", isPrimaryKey: true), .init("b", "text")],
      [.init("a", "integer"), .init("b", "varchar(9)")],
    ]
    #expect(Set(try schemas.map { try hash(rows, $0) }).count == schemas.count)
    #expect(try hash(rows, schemas[0], name: "another") == hash(rows, schemas[0]))
    #expect(try hash(rows, [.init("a", "INTEGER"), .init("b", "Text")]) == hash(rows, schemas[0]))
    #expect(try hash(rows, [.init("a", "integer"), .init("b", "VARchar(9)")]) == hash(rows, schemas[8 - 1]))
    // The rows are the same for both orders of the columns.
    let reversed = rows.map { Array($0.reversed()) }
    #expect(try hash(reversed, schemas[0].reversed()) != hash(rows, schemas[0]))
  }

  @Test("neither the order of the rows nor the page size counts, but each row and how often it is there")
  func order() throws {
    var random = CaseRandom(seed: 3)
    var rows: [[SQLiteValue]] = (0..<500).map { row in
      [.integer(Int64(row % 50)), .text(String(repeating: "z", count: row % 7 == 0 ? 3000 + row : row % 40))]
    }
    let expected = try hash(rows)
    for pageSize in [512, 1024, 65_536] { #expect(try hash(rows, pageSize: pageSize) == expected) }
    rows.shuffle(using: &random)
    #expect(try hash(rows, pageSize: 512) == expected)
    #expect(try hash(rows + [rows[0]]) != expected)
    #expect(try hash(rows + [rows[0], rows[0]]) != expected)
    #expect(try hash(Array(rows.dropLast())) != expected)
  }

  @Test("a key counts as its column's value, other rowids do not count")
  func keys() throws {
    let columns: [ColumnDefinition] = [.init("id", "integer", isPrimaryKey: true), .init("x", "")]
    let rows: [[SQLiteValue]] = [[1, "a"], [2, "b"], [900, "c"]]
    let hash = try hash(rows, columns)
    #expect(try self.hash([[1, "a"], [2, "b"], [901, "c"]], columns) != hash)
    #expect(try self.hash([[1, "b"], [2, "a"], [900, "c"]], columns) != hash)
    #expect(try self.hash([["1", "a"], [.null, "b"], [.real(900), "c"]], columns) == hash)
  }

  @Test("values that are stored alike are alike")
  func affinity() throws {
    let reals: [ColumnDefinition] = [.init("x", "real"), .init("y", "numeric")]
    #expect(
      try hash([[5, "7"], [.real(-0.0), .real(1e3)]], reals) == hash([[.real(5), 7], ["0", 1000]], reals))
    #expect(try hash([[5, "7x"]], reals) != hash([[5, 7]], reals))
  }

  @Test("without it a table is written as well")
  func leftOut() throws {
    var options = DatabaseFileWriter.Options()
    options.hashesRows = false
    var database = try DatabaseFileWriter(path: folder.file("a.db"), options: options)
    var table = database.makeTable(try TableDefinition("t", [.init("x", "")]))
    try table.append([[1], [.blob([UInt8](repeating: 1, count: 9000))]])
    #expect(try table.finish().exactHash == nil)
    try database.finish()
  }
}
