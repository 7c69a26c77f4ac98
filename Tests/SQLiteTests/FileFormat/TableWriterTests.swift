import SQLite
import Testing

@Suite struct TableWriterTests {
  private let folder = DatabaseFolder()

  private func open(_ name: String = "a.db") throws -> Connection {
    try Connection(path: folder.file(name), access: .readOnly)
  }

  private func error(_ definition: TableDefinition, _ rows: [[SQLiteValue]]) throws -> DatabaseFileError? {
    do {
      try writeTable(folder.file("a.db"), definition, rows)
      return nil
    } catch let error as DatabaseFileError {
      return error
    }
  }

  // MARK: Keys

  @Test("a table without a key numbers its rows from 1")
  func rowids() throws {
    try writeTable(folder.file("a.db"), TableDefinition("t", [.init("x", "text")]), [["a"], ["b"], ["c"]])
    #expect(try open().rows("select rowid, x from t") == [[1, "a"], [2, "b"], [3, "c"]])
  }

  @Test("an INTEGER PRIMARY KEY is the rowid, takes what is an integer, and makes one of a NULL")
  func keys() throws {
    let definition = try TableDefinition(
      "t", [.init("x", "text"), .init("id", "integer", isPrimaryKey: true)])
    let rows: [[SQLiteValue]] = [
      ["a", -5], ["b", .null], ["c", "7"], ["d", .real(8)], ["e", .null], ["f", .integer(.max)],
    ]
    try writeTable(folder.file("a.db"), definition, rows)
    #expect(
      try open().rows("select id, rowid, x from t") == [
        [-5, -5, "a"], [-4, -4, "b"], [7, 7, "c"], [8, 8, "d"], [9, 9, "e"],
        [.integer(.max), .integer(.max), "f"],
      ])
    #expect(try integrity(open()) == "ok")
  }

  @Test("keys that do not ascend are refused, with the row", arguments: [5, 4, -1] as [Int64])
  func unorderedKeys(key: Int64) throws {
    let definition = try TableDefinition("t", [.init("id", "integer", isPrimaryKey: true)])
    let error = try #require(try error(definition, [[3], [5], [.integer(key)]]))
    #expect(error.reason == .keyNotAscending(key: key, previous: 5))
    #expect(error.row == 3)
    #expect(error.table == "t")
    #expect(folder.names == [])
  }

  static let wrongKeys: [SQLiteValue] = ["x", "1.5", .real(1.5), .blob([49]), .real(1e30)]
  @Test("a key that is no integer is refused", arguments: wrongKeys)
  func wrongKey(value: SQLiteValue) throws {
    let definition = try TableDefinition("t", [.init("id", "integer", isPrimaryKey: true)])
    let error = try #require(try error(definition, [[value]]))
    #expect(error.reason == .keyNotInteger(column: "id"))
    #expect(error.row == 1)
  }

  // MARK: Values

  @Test("a NULL or a NaN in a NOT NULL column is refused, with row and column")
  func notNull() throws {
    let definition = try TableDefinition("t", [.init("x", ""), .init("y", "real", isNotNull: true)])
    for value in [SQLiteValue.null, .real(.nan)] {
      let error = try #require(try error(definition, [[1, 1], [.null, .real(2)], [3, value], [4, 4]]))
      #expect(error.reason == .nullNotAllowed(column: "y"))
      #expect(error.row == 3)
      #expect(error.diagnostic.code == .valueNull)
      #expect(error.diagnostic.notes.first == "the table is 't', its row 3")
    }
  }

  @Test("a writer that failed takes no more rows and does not finish")
  func failed() throws {
    var database = try DatabaseFileWriter(path: folder.file("a.db"))
    var table = database.makeTable(try TableDefinition("t", [.init("x", "", isNotNull: true)]))
    #expect(throws: DatabaseFileError.self) { try table.append([[.null]]) }
    do {
      try table.append([[1]])
      Issue.record("the row was taken")
    } catch {
      #expect(error.reason == .tableUnfinished)
    }
    do {
      _ = try table.finish()
      Issue.record("the table was finished")
    } catch {
      #expect(error.reason == .tableUnfinished)
    }
  }

  @Test("what was seen of the columns is told by the classes that are stored")
  func facts() throws {
    let definition = try TableDefinition(
      "t",
      [.init("id", "integer", isPrimaryKey: true), .init("n", "numeric"), .init("r", "real"), .init("x", "")])
    let summary = try writeTable(
      folder.file("a.db"), definition,
      [
        [3, "12", 7, "äb"], [4, .real(-2), .real(0.5), .blob([1, 2])], [9, "x", .null, .null],
        [10, .real(0.25), "1e2", .real(4)],
      ])
    #expect(summary.rowCount == 4)
    let columns = summary.columns
    #expect(columns[0].integerCount == 4)
    #expect(columns[0].integers == 3...10)
    #expect(columns[1].integers == -2...12)
    #expect(columns[1].reals == 0.25...0.25)
    #expect(columns[1].textCount == 1)
    #expect(columns[2].realCount == 3)
    #expect(columns[2].reals == 0.5...100)
    #expect(columns[2].nullCount == 1)
    #expect(columns[3].textCount == 1)
    #expect(columns[3].blobCount == 1)
    #expect(columns[3].byteCount == 5)
    #expect(columns[3].reals == 4...4)
    #expect(columns[3].integers == nil)
    let connection = try open()
    for (column, facts) in zip(["id", "n", "r", "x"], columns) {
      let counts = try connection.rows(
        """
        select \(["null", "integer", "real", "text", "blob"]
          .map { "sum(typeof(\(column)) = '\($0)')" }.joined(separator: ", ")) from t
        """)[0]
      let told = [facts.nullCount, facts.integerCount, facts.realCount, facts.textCount, facts.blobCount]
      #expect(counts == told.map { .integer(Int64($0)) })
    }
  }

  // MARK: Pages

  @Test("every number of rows gives a sound tree", arguments: [512, 1024])
  func everyRowCount(pageSize: Int) throws {
    let definition = try TableDefinition(
      "t", [.init("x", "text")], indexes: [IndexDefinition("i", on: ["x"])])
    // Long keys, so that an index of few rows has several levels.
    let text = String(repeating: "k", count: pageSize / 8)
    for rowCount in Array(0..<120) + stride(from: 120, to: 1200, by: 37) {
      let rows = (0..<rowCount).map { [SQLiteValue.text("\(text)\($0 * 7919 % 1009)")] }
      let name = "\(pageSize)-\(rowCount).db"
      try writeTable(folder.file(name), definition, rows, pageSize: pageSize)
      let connection = try open(name)
      #expect(try connection.rows("pragma integrity_check") == [["ok"]], "\(rowCount) rows")
      #expect(try connection.integer("select count(*) from t not indexed") == Int64(rowCount))
      #expect(try connection.integer("select count(*) from t indexed by i") == Int64(rowCount))
    }
  }

  @Test("many narrow rows make a tree of several levels", arguments: [512, 4096, 65_536])
  func levels(pageSize: Int) throws {
    let definition = try TableDefinition("t", [.init("id", "integer", isPrimaryKey: true)])
    let count: Int64 = 100_000
    try writeTable(
      folder.file("a.db"), definition, (1...count).map { [.integer($0 * 3)] }, pageSize: pageSize)
    let connection = try open()
    #expect(try integrity(connection) == "ok")
    #expect(
      try connection.rows("select count(*), sum(id), min(id), max(id) from t") == [
        [.integer(count), .integer(count * (count + 1) / 2 * 3), 3, .integer(count * 3)]
      ])
    for key in stride(from: 3, through: count * 3, by: 9999) {
      #expect(try connection.integer("select count(*) from t where id = ?", [.integer(key)]) == 1)
    }
  }

  @Test("a payload of any length around a page's end comes back", arguments: [512, 4096, 65_536])
  func payloads(pageSize: Int) throws {
    let definition = try TableDefinition(
      "t", [.init("x", "blob"), .init("y", "text")], indexes: [IndexDefinition("i", on: ["x"])])
    let limits = [pageSize / 4, pageSize - 40, pageSize - 4, pageSize, 2 * pageSize - 40, 3 * pageSize]
    let lengths = limits.flatMap { limit in (-12...12).map { max(0, limit + $0) } } + [3_000_000]
    let rows: [[SQLiteValue]] = lengths.enumerated().map { index, length in
      [.blob((0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ index) }), .text("\(length)")]
    }
    try writeTable(folder.file("a.db"), definition, rows, pageSize: pageSize)
    let connection = try open()
    #expect(try connection.rows("pragma integrity_check") == [["ok"]])
    #expect(try connection.rows("select x, y from t order by rowid") == rows)
    #expect(
      try connection.integer("select count(*) from t indexed by i where length(x) = cast(y as integer)")
        == Int64(rows.count))
  }

  @Test("rows of any number of columns come back", arguments: Array(124...131) + [1, 2, 60, 300, 2000])
  func columns(count: Int) throws {
    let definition = try TableDefinition("t", (0..<count).map { ColumnDefinition("c\($0)", "") })
    let rows: [[SQLiteValue]] = (0..<40).map { row in
      // Longer and longer headers: a text of 58 bytes has a serial type of two bytes.
      (0..<count).map { $0 < row ? .text(String(repeating: "x", count: 58)) : .integer(Int64(row)) }
    }
    try writeTable(folder.file("a.db"), definition, rows, pageSize: 65_536)
    let connection = try open()
    #expect(try integrity(connection) == "ok")
    #expect(try connection.rows("select * from t order by rowid") == rows)
  }

  static let numbers: [SQLiteValue] = [
    "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
    "999999999999999999", "1000000000000000000", "+1", "-", "", " 5", "5 ", "5x", "1e2", "0x1F", ".5",
    "1e999",
  ]
  @Test("a text that looks like a number is what SQLite makes of it", arguments: numbers)
  func numericTexts(text: SQLiteValue) throws {
    let types = ["numeric", "integer", "real", "text", ""]
    let columns = types.map { ColumnDefinition("x_\($0)", $0) }
    let row = types.map { _ in text }
    try writeTable(folder.file("a.db"), TableDefinition("t", columns), [row])
    let reference = try Connection(path: ":memory:", access: .create)
    try reference.execute(TableDefinition("t", columns).sql)
    try reference.run("insert into t values (?, ?, ?, ?, ?)", row)
    #expect(try open().rows("select * from t") == reference.rows("select * from t"))
  }

  @Test("a row that is larger than SQLite allows is refused")
  func largestRow() throws {
    // The same bytes over and over: what counts is the record.
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 8)
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
    defer { bytes.deallocate() }
    let columns = (0..<1000).map { ColumnDefinition("c\($0)", "") }
    var database = try DatabaseFileWriter(path: folder.file("a.db"))
    var table = database.makeTable(try TableDefinition("t", columns))
    let cells = columns.map { _ in RecordCell.blob(bytes.baseAddress, count: bytes.count) }
    do throws(DatabaseFileError) {
      try cells.withUnsafeBufferPointer { buffer throws(DatabaseFileError) in try table.append(buffer) }
      Issue.record("the row was taken")
    } catch {
      #expect(error.reason == .rowTooLarge(byteCount: 1000 << 20 + 1000 * 4 + 2))
    }
  }
}
