import SQLite
import Synchronization
import Testing

@Suite struct DatabaseFileExtensionTests {
  private let folder = DatabaseFolder()
  private var path: String { folder.file("a.db") }

  private struct Failure: Error {}

  private func makeBase(_ more: String = "") throws {
    let connection = try Connection(path: path, access: .create)
    try connection.execute(
      """
      pragma page_size = 1024; pragma synchronous = off;
      create table old(x integer primary key, y text); create index old_y on old(y);
      with recursive n(i) as (select 1 union all select i + 1 from n where i < 500)
      insert into old select i, 'old ' || i from n; \(more)
      """)
  }

  private static let rows: [[SQLiteValue]] = (1...3000).map {
    [.integer($0), .text("name \($0 % 100)"), .blob([UInt8](repeating: 1, count: $0 % 500 == 0 ? 5000 : 3))]
  }

  private static func definition(_ name: String) throws -> TableDefinition {
    try TableDefinition(
      name, [.init("id", "integer", isPrimaryKey: true), .init("name", "text"), .init("bytes", "blob")],
      indexes: [IndexDefinition("\(name)_name", on: ["name"])])
  }

  /// Writes two tables behind the file's end.
  private func extend() throws -> (tables: AddedTables, origin: AddedTables.Origin) {
    var file = try DatabaseFileExtension(path: path)
    let origin = file.origin
    var first = file.makeTable(try Self.definition("added"))
    var second = file.makeTable(try Self.definition("second"))
    try second.append(Array(Self.rows.prefix(10)))
    try first.append(Self.rows)
    _ = try first.finish()
    _ = try second.finish()
    return (try file.finish(), origin)
  }

  private func tableNames(_ connection: Connection) throws -> [[SQLiteValue]] {
    try connection.rows("select name from sqlite_schema where type = 'table' and name not like 'sqlite%'")
  }

  /// The file but for SQLite's counts of changes, which only rise.
  private func bytesWithoutCounts(_ name: String = "a.db") -> [UInt8] {
    var bytes = folder.bytes(of: name)
    for index in Array(24..<28) + Array(92..<100) where index < bytes.count { bytes[index] = 0 }
    return bytes
  }

  @Test("tables are invisible until they are registered, and sound then")
  func register() throws {
    try makeBase()
    let before = folder.bytes(of: "a.db")
    let reader = try Connection(path: path, access: .readOnly)
    let added = try extend().tables
    #expect(folder.bytes(of: "a.db").prefix(before.count) == before[...])
    #expect(try tableNames(reader) == [["old"]])
    #expect(try integrity(reader) == "ok")
    let writer = try Connection(path: path, access: .readWrite)
    try added.register(through: writer, schema: "main")
    for connection in [reader, writer, try Connection(path: path, access: .readOnly)] {
      #expect(try tableNames(connection) == [["old"], ["added"], ["second"]])
      #expect(try integrity(connection) == "ok")
      #expect(try connection.rows("select * from added") == Self.rows)
      #expect(
        try connection.rows("select count(*) from second indexed by second_name where name > ''") == [[10]])
    }
    #expect(try writer.integer("pragma freelist_count") == 0)
    // SQLite goes on writing where we ended.
    try writer.execute("insert into added select id + 10000, name, bytes from added; drop table old; vacuum")
    #expect(try integrity(writer) == "ok")
  }

  @Test("the planner knows the statistics at once, beside those that were there")
  func statistics() throws {
    try makeBase("analyze")
    let writer = try Connection(path: path, access: .readWrite)
    try extend().tables.register(through: writer, schema: "main")
    #expect(
      try writer.rows("select tbl, idx, stat from sqlite_stat1 order by tbl") == [
        ["added", "added_name", "3000 30"], ["old", "old_y", "500 1"], ["second", "second_name", "10 1"],
      ])
    let plan = try writer.rows("explain query plan select id from added where name = 'name 7'")
    #expect("\(plan)".contains("added_name"))
    // Of two orders of a join, the one that begins with the small table.
    let join = try writer.rows("explain query plan select 1 from added a join second s on a.name = s.name")
    #expect("\(join[0])".contains("s"))
    #expect("\(join[1])".contains("added_name"))
  }

  @Test("an extension that is given up leaves the file as it was")
  func dropped() throws {
    try makeBase()
    let before = folder.bytes(of: "a.db")
    do {
      var file = try DatabaseFileExtension(path: path)
      var table = file.makeTable(try Self.definition("added"))
      // More than is kept before it is written.
      try table.append((1...200).map { [.integer($0), "x", .blob([UInt8](repeating: 1, count: 5000))] })
      #expect(folder.bytes(of: "a.db").count > before.count)
    }
    #expect(folder.bytes(of: "a.db") == before)
  }

  @Test("an error while tables are registered takes them back", arguments: [true, false])
  func rollback(isEarly: Bool) throws {
    try makeBase()
    let before = bytesWithoutCounts()
    let added = try extend().tables
    let writer = try Connection(path: path, access: .readWrite)
    #expect(throws: Failure.self) {
      try added.register(
        through: writer, schema: "main",
        prepare: {
          try writer.execute("drop table old")
          if isEarly { throw Failure() }
        }, complete: { throw Failure() })
    }
    #expect(bytesWithoutCounts() == before)
    #expect(try tableNames(writer) == [["old"]])
    #expect(try integrity(writer) == "ok")
    try extend().tables.register(through: writer, schema: "main")
    #expect(try integrity(writer) == "ok")
  }

  @Test("a name that is taken is an error, unless room is made for it")
  func replaced() throws {
    try makeBase("create table added(other)")
    let writer = try Connection(path: path, access: .readWrite)
    try extend().tables.register(
      through: writer, schema: "main", prepare: { try writer.execute("drop table added") },
      complete: { try writer.execute("create view v as select count(*) as n from added") })
    #expect(try writer.rows("select n from v") == [[3000]])
    #expect(try integrity(writer) == "ok")
  }

  @Test("what a process leaves that dies before the schema is written is taken away")
  func killed() throws {
    try makeBase()
    let before = bytesWithoutCounts()
    let (added, origin) = try extend()
    let writer = try Connection(path: path, access: .readWrite)
    // As it is on the disk when pages belong to the file and no table to the schema.
    var left: [UInt8] = []
    try added.register(through: writer, schema: "main", prepare: { left = folder.bytes(of: "a.db") })
    try folder.write(left, to: "b.db")
    #expect(left.count > before.count)
    do {
      let connection = try Connection(path: folder.file("b.db"), access: .readOnly)
      #expect(try tableNames(connection) == [["old"]])
      #expect(try connection.integer("select count(*) from old") == 500)
    }
    try AddedTables.retract(path: folder.file("b.db"), to: origin)
    #expect(bytesWithoutCounts("b.db") == before)
    #expect(try integrity(Connection(path: folder.file("b.db"), access: .readOnly)) == "ok")
    // What is complete stays.
    let complete = folder.bytes(of: "a.db")
    try AddedTables.retract(path: path, to: origin)
    #expect(folder.bytes(of: "a.db") == complete)
    #expect(try integrity(Connection(path: path, access: .readOnly)) == "ok")
  }

  private final class Flag: Sendable {
    let isUp = Atomic(false)
  }

  @Test("readers see the old tables or the new ones, and never less")
  func readers() async throws {
    try makeBase()
    let path = path
    let flag = Flag()
    try await withThrowingTaskGroup(of: Set<Int64>.self) { group in
      for _ in 0..<2 {
        group.addTask {
          var seen: Set<Int64> = []
          let connection = try Connection(path: path, access: .readOnly)
          connection.setBusyTimeout(milliseconds: 5000)
          while !flag.isUp.load(ordering: .relaxed) {
            let names = try connection.rows(
              "select name from sqlite_schema where name in ('added', 'second')")
            seen.insert(Int64(names.count))
            if names.count == 2 {
              #expect(try connection.integer("select count(*) from added") == 3000)
            }
            #expect(try connection.integer("select count(*) from old") == 500)
            await Task.yield()
          }
          return seen
        }
      }
      let writer = try Connection(path: path, access: .readWrite)
      writer.setBusyTimeout(milliseconds: 5000)
      for round in 0..<5 {
        let added = try extend().tables
        try added.register(
          through: writer, schema: "main",
          prepare: { if round > 0 { try writer.execute("drop table added; drop table second") } })
        await Task.yield()
      }
      flag.isUp.store(true, ordering: .relaxed)
      for try await seen in group { #expect(seen.isSubset(of: [0, 2])) }
    }
    #expect(try integrity(Connection(path: path, access: .readOnly)) == "ok")
  }

  @Test("a file that somebody wrote to meanwhile is left to him")
  func changed() throws {
    try makeBase()
    let added = try extend().tables
    let other = try Connection(path: path, access: .readWrite)
    try other.execute("create table other as select zeroblob(50000) as x")
    do {
      try added.register(through: other, schema: "main")
      Issue.record("the tables were registered")
    } catch let error as DatabaseFileError {
      #expect(error.reason == .fileChanged)
    }
    #expect(try integrity(other) == "ok")
    #expect(try other.integer("select length(x) from other") == 50_000)
  }

  private static let others = [
    "pragma journal_mode = wal", "pragma auto_vacuum = full; vacuum", "pragma encoding = 'UTF-16'",
  ]

  @Test("a file that is laid out in another way is refused", arguments: others)
  func refused(sql: String) throws {
    try Connection(path: path, access: .create).execute("\(sql); create table t(x)")
    do {
      _ = try DatabaseFileExtension(path: path)
      Issue.record("the file was taken")
    } catch {
      guard case .unsupported = error.reason else { Issue.record("\(error.reason)"); return }
    }
  }

  @Test("a table of another file is copied with its indexes and statistics")
  func copied() throws {
    try makeBase()
    do {
      let source = try Connection(path: folder.file("b.db"), access: .create)
      try source.execute(
        """
        pragma page_size = 1024; create table filler(x); create table c(a text unique, b);
        with recursive n(i) as (select 1 union all select i + 1 from n where i < 900)
        insert into c select 'text ' || (i * 7919 % 1009), zeroblob(i * 5) from n;
        create index c_b on c(b); analyze
        """)
    }
    let source = try Connection(path: folder.file("b.db"), access: .readOnly)
    let tables = try CopiedTable.all(in: source)
    #expect(tables.map(\.name) == ["filler", "c"])
    var file = try DatabaseFileExtension(path: path)
    try file.copyTable(tables[1], from: BTreeCopy(path: folder.file("b.db")))
    let writer = try Connection(path: path, access: .readWrite)
    try file.finish().register(through: writer, schema: "main")
    #expect(try integrity(writer) == "ok")
    #expect(try writer.rows("select * from c") == source.rows("select * from c"))
    #expect(throws: SQLiteError.self) { try writer.execute("insert into c values ('text 1', 0)") }
    let statistics = "select idx, stat from sqlite_stat1 where tbl = 'c' order by idx"
    #expect(try writer.rows(statistics) == source.rows(statistics))
  }
}
