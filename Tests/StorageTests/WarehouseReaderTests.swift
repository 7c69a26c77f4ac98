import Diagnostics
import Files
import SQLite
import Storage
import TestSupport
import Testing

@Suite struct WarehouseReaderTests {
  private let fixture: WarehouseFixture
  private var warehouse: Warehouse { fixture.warehouse }

  init() throws { fixture = try WarehouseFixture() }

  @Test("without a draft there is nothing to read", arguments: [WarehouseReader.Target.current, .draft])
  func nothing(target: WarehouseReader.Target) {
    #expect(diagnostic { _ = try fixture.tokens(target) }?.code == .draftEmpty)
    #expect(!FileSystem.exists(warehouse.path))
  }

  @Test("while nothing is published the draft is read, then the published build")
  func current() throws {
    try fixture.withDraft { try fixture.write(1, of: $0) }
    #expect(try fixture.tokens() == [1, 1, 1])
    do {
      let reader = try WarehouseReader(warehouse)
      #expect(reader.build?.id == nil)
    }
    let build = try fixture.publish(2)
    try fixture.withDraft { try fixture.write(3, of: $0) }
    #expect(try fixture.tokens() == [2, 2, 2])
    #expect(try fixture.tokens(.draft) == [3, 3, 3])
    #expect(try fixture.tokens(.build(id: build.id)) == [2, 2, 2])
    #expect(diagnostic { _ = try fixture.tokens(.build(id: "x")) }?.code == .buildNotFound)
  }

  @Test("a reader writes nothing, and makes no files", arguments: [WarehouseReader.Target.current, .draft])
  func readOnly(target: WarehouseReader.Target) throws {
    let build = try fixture.publish(1)
    try fixture.withDraft { try fixture.write(2, of: $0) }
    let reader = try WarehouseReader(warehouse, target)
    for layer in Layer.allCases {
      let told = diagnostic { try reader.connection.execute("delete from \(layer.schemaName).token") }
      #expect(told?.code == .sqlReadOnly)
    }
    #expect(try FileSystem.list(build.path).count == 5)
    #expect(try FileSystem.list(warehouse.draftPath) == ["main.db", "raw.db", "staged.db"])
  }

  @Test("a reader keeps its build over a publish and a rollback")
  func keeps() throws {
    let first = try fixture.publish(1)
    let reader = try WarehouseReader(warehouse)
    try fixture.publish(2)
    #expect(try WarehouseFixture.tokens(reader.connection) == [1, 1, 1])
    #expect(reader.build?.id == first.id)
    #expect(try fixture.tokens() == [2, 2, 2])
  }

  @Test(
    "readers of the draft see what a process left that was killed amid a transaction: the state before it")
  func hotJournal() throws {
    for layer in Layer.allCases { try fixture.leaveHotJournal(layer) }
    let reader = try WarehouseReader(warehouse, .draft)
    for layer in Layer.allCases {
      #expect(try WarehouseFixture.oldFillerCount(reader.connection, layer) == 300)
    }
  }

  @Test("readers see the draft while a transaction runs: the state before it")
  func duringTransaction() throws {
    try fixture.withDraft { draft throws in
      try fixture.write(1, of: draft)
      let writer = try draft.connect(writing: [.raw])
      try writer.transaction { () throws in
        try writer.run("update raw.token set x = 2")
        #expect(try fixture.tokens(.draft) == [1, 1, 1])
      }
      #expect(try fixture.tokens(.draft) == [2, 1, 1])
    }
  }

  @Test("no reader ever sees two builds at once or none, however many are kept", arguments: [1, 5])
  func concurrently(keptBuildCount: Int) throws {
    let fixture = try WarehouseFixture(keptBuildCount: keptBuildCount)
    try fixture.publish(0)
    let publisher = BackgroundThread {
      for token in 1...25 { try fixture.publish(token) }
    }
    var last: Int64 = 0
    while !publisher.isFinished {
      let tokens = try fixture.tokens()
      #expect(Set(tokens).count == 1, "\(tokens)")
      #expect(tokens[0] >= last)
      last = tokens[0]
    }
    try publisher.join()
    #expect(try fixture.tokens() == [25, 25, 25])
    #expect(try fixture.warehouse.builds().count <= keptBuildCount + 1)
  }

  @Test(
    "another process that reads in a loop never sees two builds at once", .enabled(if: Tool.exists("python3"))
  )
  func otherProcess() throws {
    try fixture.publish(0)
    // As DESIGN has it: the link is resolved once, then all layers are opened in the folder it led to.
    let script = """
      import os, sqlite3, sys
      link = sys.argv[1]
      print("ready", flush=True)
      last = 0
      while last < 10:
          folder = os.path.realpath(link)
          c = sqlite3.connect(f"file:{folder}/main.db?mode=ro", uri=True)
          for layer in ("raw", "staged"):
              c.execute("attach ? as " + layer, (f"file:{folder}/{layer}.db?mode=ro",))
          tokens = c.execute("select a.x, b.x, c.x from raw.token a, staged.token b, main.token c").fetchall()
          if len(tokens) != 1 or len(set(tokens[0])) != 1 or tokens[0][0] < last:
              sys.exit(f"mixed: {tokens} after {last}")
          last = tokens[0][0]
          c.close()
      print("done")
      """
    let python = try #require(Tool("python3"))
    let child = try ChildProcess(python.path, ["-c", script, warehouse.currentLink])
    #expect(child.readLine() == "ready")
    for token in 1...10 { try fixture.publish(token) }
    #expect(child.readLine() == "done")
    #expect(child.wait() == 0)
  }
}
