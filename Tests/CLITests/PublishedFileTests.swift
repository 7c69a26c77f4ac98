import Files
import SQLite
import Storage
import TestSupport
import Testing

/// The files of a published build, as other programs find them.
@Suite struct PublishedFileTests {
  private func build() throws -> Build {
    try #require(try SharedWarehouse.workspace.warehouse.currentBuild())
  }

  /// Reads all of every table and view of a schema; returns how many there are.
  private func readAll(_ connection: Connection, _ schema: String) throws -> Int {
    let names = try connection.rows(
      "select name from \(schema).sqlite_schema where type in ('table', 'view') order by name")
    for row in names {
      guard case .text(let name)? = row.first else { continue }
      let statement = try connection.prepare("select * from \(schema).\(SQLIdentifier(name))")
      while try statement.step() {}
    }
    return names.count
  }

  @Test("each layer's file opens alone, and every table and view answers", arguments: Layer.allCases)
  func alone(layer: Layer) throws {
    let connection = try Connection(path: build().file(layer), access: .readOnly)
    #expect(try connection.scalar("pragma integrity_check") == .text("ok"))
    #expect(try readAll(connection, "main") >= 9)
  }

  @Test(
    "each layer's file opens attached under another name, and every table and view answers",
    arguments: Layer.allCases)
  func attached(layer: Layer) throws {
    let connection = try Connection(path: ":memory:", access: .create)
    try connection.attach(
      build().file(layer), as: "another name".replacing(" ", with: "_"), access: .readOnly)
    #expect(try readAll(connection, "another_name") >= 9)
  }

  @Test("a published file refuses to be written, by us and by a stock SQLite", arguments: Layer.allCases)
  func refusesWrites(layer: Layer) throws {
    let path = try build().file(layer)
    #expect(try FileSystem.status(path)?.mode == 0o444)
    let connection = try Connection(path: path, access: .readWrite)
    #expect(throws: SQLiteError.self) { try connection.execute("create table x (a)") }
  }

  @Test(
    "python's sqlite3 reads a published file and cannot write it", .enabled(if: Tool.exists("python3")),
    arguments: Layer.allCases)
  func python(layer: Layer) throws {
    let script = """
      import sqlite3, sys
      c = sqlite3.connect(sys.argv[1])
      print(c.execute("pragma integrity_check").fetchone()[0])
      names = [r[0] for r in c.execute("select name from sqlite_master where type in ('table', 'view')")]
      for name in names: c.execute(f'select * from "{name}"').fetchall()
      print(len(names) >= 9)
      try: c.execute("create table x (a)"); print("written")
      except sqlite3.OperationalError as e: print(e)
      """
    let result = try #require(Tool("python3")).run(["-c", script, try build().file(layer)])
    #expect(result.output == "ok\nTrue\nattempt to write a readonly database\n", "\(result)")
  }
}
