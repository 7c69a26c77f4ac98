import SQLite
import Synchronization
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct DatabaseFileWriterTests {
  private let folder = DatabaseFolder()

  private func open(_ name: String = "a.db") throws -> Connection {
    try Connection(path: folder.file(name), access: .readOnly)
  }

  private static let pageSizes = [512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536]

  @Test("the header is that of a stock database", arguments: pageSizes)
  func header(pageSize: Int) throws {
    var options = DatabaseFileWriter.Options()
    options.pageSize = pageSize
    options.userVersion = 7
    options.applicationID = -3
    let database = try DatabaseFileWriter(path: folder.file("a.db"), options: options)
    try database.finish()
    let connection = try open()
    #expect(try integrity(connection) == "ok")
    let pragmas: [(String, SQLiteValue)] = [
      ("page_size", .integer(Int64(pageSize))), ("encoding", "UTF-8"), ("auto_vacuum", 0),
      ("user_version", 7),
      ("application_id", -3), ("freelist_count", 0), ("journal_mode", "delete"),
    ]
    for (name, value) in pragmas { #expect(try connection.scalar("pragma \(name)") == value, "\(name)") }
    let bytes = folder.bytes(of: "a.db")
    let pageCount = try connection.integer("pragma page_count")
    #expect(bytes.count == Int(pageCount) * pageSize)
    #expect(bytes[24..<28] == bytes[92..<96])
    let version = bytes[96..<100].reduce(0) { $0 << 8 | Int($1) }
    let parts = Connection.libraryVersion.split(separator: ".").compactMap { Int($0) }
    #expect(version == parts[0] * 1_000_000 + parts[1] * 1000 + parts[2])
    #expect(bytes[47] == 4)
  }

  @Test("a file that exists is refused and left alone")
  func exists() throws {
    let path = folder.file("a.db")
    try writeTable(path, TableDefinition("t", [.init("x", "")]), [[1]])
    let before = folder.bytes(of: "a.db")
    do throws(DatabaseFileError) {
      _ = try DatabaseFileWriter(path: path)
      Issue.record("the file was replaced")
    } catch {
      #expect(error.reason == .system(operation: "create the file", errorNumber: EEXIST))
      #expect(error.path == path)
    }
    #expect(folder.bytes(of: "a.db") == before)
  }

  @Test("without an end there is no file")
  func abandoned() throws {
    do {
      var database = try DatabaseFileWriter(path: folder.file("a.db"))
      var table = database.makeTable(try TableDefinition("t", [.init("x", "")]))
      try table.append([[1]])
      #expect(folder.names == ["a.db"])
    }
    #expect(folder.names == [])
  }

  @Test("a database with an unfinished table is not finished")
  func unfinished() throws {
    var database = try DatabaseFileWriter(path: folder.file("a.db"))
    var table = database.makeTable(try TableDefinition("t", [.init("x", "")]))
    try table.append([[1]])
    do throws(DatabaseFileError) {
      try database.finish()
      Issue.record("the database was finished")
    } catch {
      #expect(error.reason == .tableUnfinished)
      #expect(error.table == "t")
    }
    #expect(folder.names == [])
  }

  // MARK: Schema

  @Test("a schema of any number of tables is sound", arguments: [0, 1, 5, 30, 40, 41, 42, 300])
  func manyTables(count: Int) throws {
    for pageSize in [512, 4096] {
      var options = DatabaseFileWriter.Options()
      options.pageSize = pageSize
      options.isDurable = false
      let name = "\(pageSize).db"
      var database = try DatabaseFileWriter(path: folder.file(name), options: options)
      for number in 0..<count {
        var table = database.makeTable(
          try TableDefinition(
            "table \(number)", [.init("id", "integer", isPrimaryKey: true), .init("name", "text")],
            indexes: [IndexDefinition("index \(number)", on: ["name"])]))
        try table.append([[.null, .text("\(number)")]])
        _ = try table.finish()
      }
      database.add(.view("all", sql: "CREATE VIEW \"all\" AS select 1 as one"))
      try database.finish()
      let connection = try open(name)
      #expect(try connection.rows("pragma integrity_check") == [["ok"]])
      #expect(
        try connection.integer("select count(*) from sqlite_schema where type = 'table'") == Int64(count + 1))
      #expect(try connection.rows("select * from \"all\"") == [[1]])
      for number in stride(from: 0, to: count, by: 7) {
        #expect(try connection.rows("select * from \"table \(number)\"") == [[1, .text("\(number)")]])
      }
    }
  }

  @Test("statements of any length fit the first page or go beyond it", arguments: [512, 4096])
  func longStatements(pageSize: Int) throws {
    // All lengths where the only leaf of the schema no longer fits the first page, and where overflow begins.
    for length in (pageSize - 260)..<(pageSize - 20) {
      var options = DatabaseFileWriter.Options()
      options.pageSize = pageSize
      options.isDurable = false
      options.writesStatistics = false
      let name = "\(pageSize)-\(length).db"
      let database = try DatabaseFileWriter(path: folder.file(name), options: options)
      let start = "CREATE VIEW v AS select 5 as x --"
      let sql = start + String(repeating: "x", count: length - start.utf8.count)
      var withView = database
      withView.add(.view("v", sql: sql))
      try withView.finish()
      let connection = try open(name)
      #expect(try connection.rows("pragma integrity_check") == [["ok"]], "\(length)")
      #expect(try connection.rows("select x from v") == [[5]])
      #expect(try connection.scalar("select sql from sqlite_schema") == .text(sql))
    }
  }

  @Test("a table is stored by the statement that SQLite would store")
  func statement() throws {
    let definition = try TableDefinition(
      sql: "create  table if not exists \"odd \"\"name\"(a int default 5, b text check (b <> ''))",
      indexes: [IndexDefinition("of \"b\"", on: ["b"], isUnique: true)])
    #expect(definition.name == "odd \"name")
    #expect(definition.columnNames == ["a", "b"])
    try writeTable(folder.file("a.db"), definition, [[1, "x"]])
    let connection = try open()
    #expect(
      try connection.rows("select type, name, tbl_name, sql from sqlite_schema") == [
        [
          "table", "odd \"name", "odd \"name",
          "CREATE TABLE \"odd \"\"name\"(a int default 5, b text check (b <> ''))",
        ],
        [
          "index", "of \"b\"", "odd \"name",
          "CREATE UNIQUE INDEX \"of \"\"b\"\"\" on \"odd \"\"name\"(\"b\")",
        ],
        ["table", "sqlite_stat1", "sqlite_stat1", "CREATE TABLE sqlite_stat1(tbl,idx,stat)"],
      ])
    #expect(try integrity(connection) == "ok")
  }

  @Test("a schema that SQLite does not read leaves no file")
  func unreadableSchema() throws {
    let definition = try TableDefinition("t", [.init("x", "")])
    let views = ["CREATE VIEW T AS select 1", "CREATE VIEW v AS select from"]
    for (name, sql) in zip(["T", "v"], views) {
      do {
        try writeTable(folder.file("a.db"), definition, [[1]], entries: [.view(name, sql: sql)])
        Issue.record("the file was written")
      } catch let error as DatabaseFileError {
        #expect(error.diagnostic.code == .sqlCorrupt)
      }
      #expect(folder.names == [])
    }
  }

  @Test("statistics can be left out")
  func noStatistics() throws {
    var options = DatabaseFileWriter.Options()
    options.writesStatistics = false
    var database = try DatabaseFileWriter(path: folder.file("a.db"), options: options)
    var table = database.makeTable(try TableDefinition("t", [.init("x", "")]))
    try table.append([[1]])
    _ = try table.finish()
    try database.finish()
    #expect(try open().rows("select name from sqlite_schema") == [["t"]])
  }

  // MARK: Side by side

  private static func rows(of table: Int) -> [[SQLiteValue]] {
    (0..<(4 - table) * 6000).map { row in
      let length = row % 500 == 0 ? 9000 : row % 60
      return [
        .integer(Int64(row * (table + 1))), .text(String(repeating: "é", count: length)),
        .real(Double(row) / 4),
      ]
    }
  }

  private static func definition(of table: Int) throws -> TableDefinition {
    try TableDefinition(
      "t\(table)", [.init("id", "integer", isPrimaryKey: true), .init("a", "text"), .init("b", "real")],
      indexes: [IndexDefinition("i\(table)", on: ["a", "b"])])
  }

  /// A writer on its way to another thread.
  private final class Parcel: Sendable {
    private let content: Mutex<TableWriter?>

    init(_ writer: consuming sending TableWriter) {
      content = Mutex(consume writer)
    }

    func open() -> TableWriter? {
      content.withLock { $0.take() }
    }
  }

  @Test("the same rows give the same bytes, one table after the other or side by side in any order")
  func determinism() async throws {
    var options = DatabaseFileWriter.Options()
    options.isDurable = false
    options.pageSize = 1024
    var database = try DatabaseFileWriter(path: folder.file("one.db"), options: options)
    for table in 0..<4 {
      var writer = database.makeTable(try Self.definition(of: table))
      try writer.append(Self.rows(of: table))
      _ = try writer.finish()
    }
    try database.finish()
    #expect(try integrity(open("one.db")) == "ok")
    let expected = folder.bytes(of: "one.db")
    #expect(expected.count > 4 << 20)

    for orders in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
      var database = try DatabaseFileWriter(path: folder.file("many.db"), options: options)
      var parcels: [Parcel] = []
      for table in 0..<4 { parcels.append(Parcel(database.makeTable(try Self.definition(of: table)))) }
      // One of them begins when the one before it has begun, and goes on by small batches.
      try await withThrowingTaskGroup(of: Void.self) { group in
        for table in orders {
          let parcel = parcels[table]
          group.addTask {
            guard var writer = parcel.open() else { return }
            let rows = Self.rows(of: table)
            for start in stride(from: 0, to: rows.count, by: 100) {
              try writer.append(Array(rows[start..<min(start + 100, rows.count)]))
              await Task.yield()
            }
            _ = try writer.finish()
          }
        }
        try await group.waitForAll()
      }
      try database.finish()
      #expect(folder.names == ["many.db", "one.db"])
      #expect(folder.bytes(of: "many.db") == expected, "order \(orders)")
      unlink(folder.file("many.db"))
    }
  }

  @Test("a table that learns its place half-way is moved there")
  func promotion() throws {
    var options = DatabaseFileWriter.Options()
    options.isDurable = false
    options.pageSize = 1024
    var database = try DatabaseFileWriter(path: folder.file("a.db"), options: options)
    var first = database.makeTable(try Self.definition(of: 0))
    var second = database.makeTable(try Self.definition(of: 1))
    let half = Self.rows(of: 1).count / 2
    try second.append(Array(Self.rows(of: 1)[..<half]))
    try first.append(Self.rows(of: 0))
    _ = try first.finish()
    try second.append(Array(Self.rows(of: 1)[half...]))
    _ = try second.finish()
    try database.finish()
    let connection = try open()
    #expect(try integrity(connection) == "ok")
    #expect(try connection.rows("select * from t1") == Self.rows(of: 1))
  }

  // MARK: Others

  @Test("another build of SQLite reads the file", .enabled(if: access("/usr/bin/python3", X_OK) == 0))
  func python() throws {
    try writeTable(folder.file("a.db"), Self.definition(of: 0), Self.rows(of: 0), pageSize: 65_536)
    let script =
      "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); "
      + "print(c.execute('pragma integrity_check').fetchone()[0], c.execute('select count(*), sum(id), sum(b) from t0').fetchone())"
    let stream = try #require(popen("/usr/bin/python3 -c \"\(script)\" '\(folder.file("a.db"))'", "r"))
    var line = [CChar](repeating: 0, count: 200)
    fgets(&line, 200, stream)
    #expect(pclose(stream) == 0)
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    #expect(text == "ok (24000, 287988000, 71997000.0)\n")
  }

  @Test(
    "a file beyond the page that SQLite locks is sound", .enabled(if: environmentNumber("BULK_LARGE") != nil),
    arguments: [4096, 65_536], [false, true])
  func beyondLockPage(pageSize: Int, isSpooled: Bool) throws {
    var options = DatabaseFileWriter.Options()
    options.isDurable = false
    options.pageSize = pageSize
    let name = "large-\(pageSize)-\(isSpooled).db"
    let path = folder.file(name)
    defer { unlink(path) }
    var database = try DatabaseFileWriter(path: path, options: options)
    let columns = [ColumnDefinition("id", "integer", isPrimaryKey: true), .init("a", "text")]
    var first = database.makeTable(
      try TableDefinition("a", columns, indexes: [IndexDefinition("ia", on: ["a"])]))
    var second = database.makeTable(try TableDefinition("b", columns))
    let text = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 8)
    text.initializeMemory(as: UInt8.self, repeating: 97)
    defer { text.deallocate() }
    func fill(_ writer: inout TableWriter, megabytes: Int) throws {
      // Long rows up to the page, short and long ones around it.
      for row in 0..<megabytes * 16 {
        let cells = [
          RecordCell.null, .text(text.baseAddress, count: row % 32 == 0 ? 1 << 20 : 33_000 + row % 77),
        ]
        try cells.withUnsafeBufferPointer { try writer.append($0) }
      }
    }
    if isSpooled {
      try fill(&second, megabytes: 400)
      try first.append((0..<20000).map { [.null, .text("\($0)")] })
      try fill(&first, megabytes: 400)
    } else {
      try first.append((0..<20000).map { [.null, .text("\($0)")] })
      try fill(&first, megabytes: 400)
      try fill(&second, megabytes: 400)
    }
    let summaries = [try first.finish(), try second.finish()]
    try database.finish()
    for summary in summaries {
      #expect(try TableScan(path: path, table: summary.name).summarize() == summary)
    }
    let connection = try open(name)
    #expect(try connection.integer("pragma page_count") * Int64(pageSize) > 1 << 30 + 100 << 20)
    #expect(try connection.rows("pragma integrity_check") == [["ok"]])
    #expect(try connection.integer("select count(*) from a where length(a) > 5") == 6400)
    #expect(try connection.integer("select count(*) from b where rtrim(a, 'a') = ''") == 6400)
  }
}
