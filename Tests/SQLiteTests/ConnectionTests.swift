import Diagnostics
import Files
import SQLite
import Synchronization
import TestSupport
import Testing

@Suite struct ConnectionTests {
  private func memory() throws -> Connection { try Connection(path: ":memory:", access: .create) }

  private func sqliteError(_ body: () throws -> Void) -> SQLiteError? {
    do {
      try body()
      return nil
    } catch {
      return error as? SQLiteError
    }
  }

  // MARK: Preparing

  @Test(
    "one statement is prepared, whatever stands around it",
    arguments: [
      "select 1", "select 1;", "  select 1 ;  ", "-- a comment\nselect 1", "/* a; b */ select 1 -- end;",
      ";;select 1;;", "select 1;\n-- nothing more\n/* nothing */\n", "/* unterminated */ select 1 /* open",
      "\u{FEFF}select 1",
    ])
  func oneStatement(sql: String) throws {
    let statement = try memory().prepare(sql)
    #expect(try statement.step() == true)
    #expect(statement.row == [1])
    #expect(try statement.step() == false)
  }

  @Test("SQL without a statement is refused", arguments: ["", "   ", ";", "-- only a comment", "/* open"])
  func noStatement(sql: String) throws {
    let connection = try memory()
    let error = sqliteError { _ = try connection.prepare(sql) }
    #expect(error?.reason == "there is no statement in this SQL")
    #expect(error?.diagnostic.code == .sqlNotOneStatement)
  }

  @Test(
    "more than one statement is refused where the second begins",
    arguments: [
      ("select 1; select 2", 10), ("select 1;\n\n  select 2", 13), ("select 1; -- one\nselect 2", 17),
      ("select 1; /* one */ select 2", 20), ("select 1; drop table missing", 10), ("select 'ü'; garbage", 13),
      ("select 1;; select 2", 11),
    ])
  func twoStatements(sql: String, offset: Int) throws {
    let connection = try memory()
    let error = try #require(sqliteError { _ = try connection.prepare(sql) })
    #expect(error.reason == "there is more than one statement in this SQL")
    #expect(error.sql == sql)
    #expect(error.offset == offset)
    #expect(error.code == .sqlNotOneStatement)
  }

  @Test("statements are cut off one by one")
  func prepareFirst() throws {
    let connection = try memory()
    var rest: Substring = "select 1; -- a\n select 'é;'; \n ; "
    var texts: [String] = []
    while let statement = try connection.prepareFirst(of: &rest) {
      #expect(try statement.step() == true)
      texts.append(statement.text(0))
    }
    #expect(texts == ["1", "é;"])
    #expect(rest.isEmpty)
  }

  @Test("all statements of a script are run, up to the one that fails")
  func execute() throws {
    let connection = try memory()
    try connection.execute("create table t(x); insert into t values (1); insert into t values (2) -- end")
    #expect(try connection.rows("select x from t order by x") == [[1], [2]])
    let error = sqliteError { try connection.execute("insert into t values (3); insert into u values (4)") }
    #expect(error?.reason == "no such table: u")
    #expect(try connection.integer("select count(*) from t") == 3)
  }

  // MARK: Errors

  @Test(
    "a fault in SQL tells its line and column",
    arguments: [
      ("select\n  nope\nfrom t", 2, 3, "  nope"),
      ("select x\nfrom t\nwhere ü = 'é' and y = 1", 3, 7, "where ü = 'é' and y = 1"),
      ("select 'é', nope from t", 1, 13, "select 'é', nope from t"), ("selec 1", 1, 1, "selec 1"),
      ("select x\r\nfrom t where z", 2, 14, "from t where z"),
    ])
  func place(sql: String, line: Int, column: Int, excerpt: String) throws {
    let connection = try memory()
    try connection.execute("create table t(x)")
    let error = try #require(sqliteError { _ = try connection.prepare(sql) })
    let told = error.diagnostic
    #expect(told.code == .sqlError)
    #expect(told.location == Diagnostics.SourceLocation(path: "SQL", line: line, column: column))
    #expect(told.excerpt == excerpt)
  }

  @Test("a fault while running has no place, even after one that had")
  func runtimeFault() throws {
    let connection = try memory()
    try connection.execute("create table t(x not null)")
    let insert = try connection.prepare("insert into t values (?)")
    _ = sqliteError { _ = try connection.prepare("select nope from t") }
    let error = try #require(sqliteError { try insert.run([.null]) })
    #expect(error.reason == "NOT NULL constraint failed: t.x")
    #expect(error.primaryCode == 19)
    #expect(error.resultCode == 1299)
    #expect(error.offset == nil)
    #expect(error.diagnostic.location == nil)
  }

  @Test("a value that was bound is no part of an error")
  func hiddenValues() throws {
    let connection = try memory()
    try connection.execute("create table t(x primary key)")
    try connection.run("insert into t values (?)", ["a secret"])
    let error = try #require(sqliteError { try connection.run("insert into t values (?)", ["a secret"]) })
    #expect(!"\(error)".contains("secret"))
    #expect(!"\(error.diagnostic)".contains("secret"))
  }

  @Test("a file that is no database is told as such")
  func notADatabase() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(String(repeating: "no database ", count: 100), to: "x.db")
    let told = diagnostic {
      _ = try Connection(path: path, access: .readOnly).integer("select count(*) from sqlite_schema")
    }
    #expect(told?.code == .sqlCorrupt)
    #expect(told?.hints.isEmpty == false)
  }

  @Test("a missing file is not made but where that is asked")
  func access() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("x.db")
    for access in [Connection.Access.readOnly, .readWrite] {
      let told = diagnostic { _ = try Connection(path: path, access: access) }
      #expect(told?.code == .fileAccess)
      #expect(told?.notes == ["the database is '\(path)'"])
    }
    #expect(try folder.names().isEmpty)
    try Connection(path: path, access: .create).execute("create table t(x)")
    let reader = try Connection(path: path, access: .readOnly)
    #expect(reader.isReadOnly("main"))
    #expect(diagnostic { try reader.execute("insert into t values (1)") }?.code == .sqlReadOnly)
    let writer = try Connection(path: path, access: .readWrite)
    #expect(!writer.isReadOnly("main"))
    try writer.execute("insert into t values (1)")
    #expect(try reader.integer("select count(*) from t") == 1)
  }

  @Test("an unknown name in double quotes is an error, not a text")
  func doubleQuotes() throws {
    let connection = try memory()
    #expect(sqliteError { _ = try connection.prepare("select \"nope\"") } != nil)
    try connection.execute("create table t(x)")
    #expect(sqliteError { try connection.execute("create index i on t(\"nope\")") } != nil)
  }

  // MARK: Transactions

  @Test("a transaction is kept whole or not at all")
  func transaction() throws {
    struct Stop: Error {}
    let connection = try memory()
    try connection.execute("create table t(x unique)")
    let answer = try connection.transaction {
      try connection.run("insert into t values (1)")
      return 42
    }
    #expect(answer == 42)
    #expect(throws: Stop.self) {
      try connection.transaction {
        try connection.run("insert into t values (2)")
        throw Stop()
      }
    }
    #expect(throws: SQLiteError.self) {
      try connection.transaction {
        try connection.run("insert into t values (3)")
        try connection.run("insert or rollback into t values (1)")
      }
    }
    #expect(try connection.rows("select x from t") == [[1]])
    try connection.transaction { try connection.run("insert into t values (4)") }
    #expect(connection.changedRowCount == 1)
  }

  @Test("a database that another one writes is told as busy")
  func busy() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("x.db")
    let first = try Connection(path: path, access: .create)
    let second = try Connection(path: path, access: .readWrite)
    second.setBusyTimeout(milliseconds: 1)
    try first.transaction {
      let error = sqliteError { try second.execute("begin immediate") }
      #expect(error?.isBusy == true)
      #expect(error?.diagnostic.code == .sqlBusy)
    }
  }

  // MARK: Files

  @Test(
    "a path may hold what means something in a URI",
    arguments: [
      "plain.db", "a b.db", "a?mode=memory.db", "a#b.db", "100%.db", "%20.db", "a%3Fb.db", "ümläut-日本.db",
      "it's.db", "a\"b.db", "a&b=c.db", "new\nline.db", ":memory:.db", "é.db", "a+b;c.db", "back\\slash.db",
    ])
  func paths(name: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.file(name)
    try Connection(path: path, access: .create).execute("create table t(x); insert into t values (7)")
    #expect(try folder.names() == [name])
    for isImmutable in [false, true] {
      let reader = try Connection(path: path, access: .readOnly, isImmutable: isImmutable)
      #expect(try reader.integer("select x from t") == 7)
      let other = try memory()
      try other.attach(path, as: name, access: .readOnly, isImmutable: isImmutable)
      #expect(try other.integer("select x from \(SQLIdentifier(name)).t") == 7)
      #expect(other.isReadOnly(name))
      try other.detach(name)
      #expect(sqliteError { _ = try other.prepare("select x from \(SQLIdentifier(name)).t") } != nil)
    }
    #expect(try folder.names() == [name])
  }

  @Test(
    "an attached file has the access that is asked, whatever the first file has",
    arguments: [Connection.Access.readOnly, .readWrite], [Connection.Access.readOnly, .readWrite])
  func attachAccess(first: Connection.Access, second: Connection.Access) throws {
    let folder = try TemporaryFolder()
    for name in ["a.db", "b.db"] {
      try Connection(path: folder.file(name), access: .create).execute("create table t(x)")
    }
    let connection = try Connection(path: folder.file("a.db"), access: first)
    try connection.attach(folder.file("b.db"), as: "b", access: second)
    #expect(connection.isReadOnly("main") == (first == .readOnly))
    #expect(connection.isReadOnly("b") == (second == .readOnly))
    #expect(
      (sqliteError { try connection.run("insert into main.t values (1)") } == nil) == (first == .readWrite))
    #expect(
      (sqliteError { try connection.run("insert into b.t values (1)") } == nil) == (second == .readWrite))
  }

  @Test("a missing file is not attached, and the error names it")
  func attachMissing() throws {
    let folder = try TemporaryFolder()
    let told = diagnostic { try memory().attach(folder.file("x.db"), as: "x", access: .readOnly) }
    #expect(told?.code == .fileAccess)
    #expect(told?.notes == ["the database is '\(folder.file("x.db"))'"])
  }

  @Test("an immutable file is read without a look at locks and journals")
  func immutable() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("x.db")
    let writer = try Connection(path: path, access: .create)
    try writer.execute("create table t(x)")
    try writer.execute("begin exclusive")
    let reader = try Connection(path: path, access: .readOnly, isImmutable: true)
    #expect(try reader.integer("select count(*) from t") == 0)
    try writer.execute("rollback")
  }

  @Test("a running statement ends when it is asked to stop")
  func stop() throws {
    let connection = try memory()
    let questions = Counter()
    connection.stop { questions.count.add(1, ordering: .relaxed).newValue > 3 }
    let error = sqliteError {
      _ = try connection.integer(
        "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n")
    }
    #expect(error?.isInterrupted == true)
    #expect(questions.count.load(ordering: .relaxed) > 3)
  }
}

/// How often a question was asked.
private final class Counter: Sendable {
  let count = Atomic<Int>(0)
}
