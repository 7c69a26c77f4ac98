import Diagnostics
import Files
import SQLite
import Storage
import TestSupport
import Testing

@Suite struct PublisherTests {
  private let fixture: WarehouseFixture
  private var warehouse: Warehouse { fixture.warehouse }

  init() throws { fixture = try WarehouseFixture() }

  // MARK: What a build is

  @Test("a build holds the draft's own files, frozen, and its records")
  func folder() throws {
    let build = try fixture.publish(1)
    #expect(build.id.wholeMatch(of: /20261122T071531Z-[0-9a-f]{8}/) != nil)
    #expect(
      try FileSystem.list(build.path) == ["build.json", "main.db", "manifest.json", "raw.db", "staged.db"])
    #expect(try FileSystem.readLink(warehouse.currentLink) == "builds/\(build.id)")
    #expect(try warehouse.currentBuild()?.path == build.path)
    for name in try FileSystem.list(build.path) {
      #expect(try FileSystem.status(Path.join(build.path, name))?.mode == 0o444)
    }
    for layer in Layer.allCases {
      #expect(try LayerFile.condition(of: build.file(layer)) == .frozen)
      let header = try FileSystem.read(build.file(layer)).prefix(20)
      #expect(header[18] == 3 && header[19] == 1)
      #expect(try FileTrace(build.file(layer)).status.isSameFile(as: fixture.draftStatus(layer)))
      #expect(try fixture.draftStatus(layer).linkCount == 2)
    }
    #expect(try fixture.leftovers().isEmpty)
  }

  @Test("the record says what the build holds and what made it")
  func record() throws {
    let build = try fixture.publish(1)
    let record = try build.record()
    #expect(record.formatVersion == BuildRecord.currentFormatVersion)
    #expect(record.id == build.id)
    #expect(record.project == "p")
    #expect(record.createdAt == "2026-11-22T07:15:31.000000Z")
    #expect(record.reelhouseVersion == "1.2.3")
    #expect(record.sqliteSourceID == Connection.sourceID)
    #expect(record.relations == WarehouseFixture.contents(1).relations)
    #expect(record.testCounts == ["pass": 2])
    #expect(record.layers.map(\.layer) == [.raw, .staged, .main])
    for layer in record.layers {
      let trace = try FileTrace(build.file(layer.layer))
      #expect(layer.byteCount == trace.status.byteCount)
      #expect(layer.sha256 == trace.sha256)
    }
    #expect(try warehouse.verify(build) == [])
  }

  @Test(
    "a stock SQLite reads each layer and refuses to write", .enabled(if: Tool.exists("sqlite3")),
    arguments: Layer.allCases)
  func stockSQLite(layer: Layer) throws {
    let build = try fixture.publish(1)
    let before = try FileTrace(build.file(layer))
    let tool = try #require(Tool("sqlite3"))
    let read = try tool.run(["-batch", build.file(layer), "select x from token"])
    #expect(read.status == 0 && read.output == "1\n", "\(read.output)")
    for sql in [
      "insert into token values (2)", "create table t(x)",
      "pragma journal_mode = wal; insert into token values (2)", "vacuum",
    ] {
      let write = try tool.run(["-batch", build.file(layer), sql])
      #expect(write.status != 0, "\(sql): \(write.output)")
      #expect(
        write.output.contains("readonly") || write.output.contains("read-only"), "\(sql): \(write.output)")
    }
    #expect(try FileTrace(build.file(layer)) == before)
    #expect(try FileSystem.list(build.path).count == 5)
  }

  @Test(
    "each layer opens alone, read-write and under any name, and cannot be written", arguments: Layer.allCases)
  func alone(layer: Layer) throws {
    let build = try fixture.publish(1)
    let alone = try Connection(path: build.file(layer), access: .readWrite)
    #expect(try alone.integer("select x from token") == 1)
    #expect(alone.isReadOnly("main"))
    #expect(diagnostic { try alone.execute("insert into token values (2)") }?.code == .sqlReadOnly)
    let other = try Connection(path: ":memory:", access: .create)
    try other.attach(build.file(layer), as: "another name", access: .readWrite)
    #expect(try other.integer("select x from \"another name\".token") == 1)
    #expect(diagnostic { try other.execute("delete from \"another name\".token") }?.code == .sqlReadOnly)
  }

  @Test("a program that has the draft's file open cannot write the build through it")
  func openElsewhere() throws {
    try fixture.withDraft { try fixture.write(1, of: $0) }
    let other = try Connection(path: warehouse.draftFile(.main), access: .readWrite)
    try other.execute("insert into token values (1); delete from token; insert into token values (1)")
    let build = try fixture.withDraft { try fixture.publish($0, 1).build }
    #expect(diagnostic { try other.execute("insert into token values (2)") }?.code == .sqlReadOnly)
    #expect(try warehouse.verify(build) == [])
  }

  // MARK: The next build

  @Test("nothing new is published where nothing has changed")
  func unchanged() throws {
    let build = try fixture.publish(1)
    try fixture.withDraft { draft throws in
      let outcome = try Publisher(draft).publish(WarehouseFixture.contents(1), now: WarehouseFixture.time(99))
      #expect(outcome.isUnchanged)
      #expect(outcome.build.id == build.id)
    }
    #expect(try warehouse.builds().map(\.id) == [build.id])
  }

  @Test("other relations, other test counts or other rows make another build")
  func changed() throws {
    try fixture.publish(1)
    try fixture.withDraft { draft throws in
      #expect(try !fixture.publish(draft, 2).isUnchanged)
      var contents = WarehouseFixture.contents(2)
      contents.testCounts = ["pass": 1, "warn": 1]
      #expect(try !Publisher(draft).publish(contents, now: WarehouseFixture.time(3)).isUnchanged)
      try fixture.write(2, to: [.raw], of: draft)
      #expect(try !Publisher(draft).publish(contents, now: WarehouseFixture.time(4)).isUnchanged)
      #expect(try Publisher(draft).publish(contents, now: WarehouseFixture.time(5)).isUnchanged)
    }
    #expect(try warehouse.builds().count == 4)
  }

  @Test("a layer that has not changed is one file in both builds, and is not written again")
  func sharedLayers() throws {
    let first = try fixture.publish(1)
    let before = try Layer.allCases.map { try FileTrace(first.file($0)) }
    let second = try fixture.publish(2, writing: [.main])
    for layer in [Layer.raw, .staged] {
      #expect(try FileTrace(second.file(layer)).status.isSameFile(as: FileTrace(first.file(layer)).status))
      #expect(try fixture.draftStatus(layer).linkCount == 3)
    }
    #expect(try FileTrace(second.file(.main)).status.inode != FileTrace(first.file(.main)).status.inode)
    #expect(try Layer.allCases.map { try FileTrace(first.file($0)) } == before)
    #expect(try fixture.tokens(.build(id: first.id)) == [1, 1, 1])
    #expect(try fixture.tokens(.build(id: second.id)) == [1, 1, 2])
    for build in [first, second] { #expect(try warehouse.verify(build) == []) }
  }

  @Test("a draft that is newer than the published build is published without a write to a frozen file")
  func afterRollback() throws {
    let first = try fixture.publish(1)
    let second = try fixture.publish(2)
    _ = try warehouse.rollback(to: first.id, holding: fixture.lock())
    let before = try Layer.allCases.map { try FileTrace(second.file($0)) }
    let third = try fixture.withDraft { try fixture.publish($0, 3).build }
    #expect(try Layer.allCases.map { try FileTrace(second.file($0)) } == before)
    #expect(try fixture.tokens(.build(id: third.id)) == [2, 2, 2])
    for build in [first, second, third] { #expect(try warehouse.verify(build) == []) }
  }

  @Test("names of builds stand in the order of publishing, though the clock stands or goes back")
  func order() throws {
    var ids: [String] = []
    for (index, second) in [0, 0, -86_400, 5, -31_536_000].enumerated() {
      try fixture.withDraft { draft throws in
        try fixture.write(index, of: draft)
        ids.append(
          try Publisher(draft).publish(WarehouseFixture.contents(index), now: WarehouseFixture.time(second))
            .build.id)
      }
    }
    #expect(ids == ids.sorted())
    #expect(Set(ids).count == 5)
    #expect(try warehouse.builds().map(\.id) == ids.reversed())
  }

  // MARK: Refusals

  private func refusal(_ sql: String, layer: Layer) throws -> Diagnostic? {
    try fixture.publish(1)
    return try fixture.withDraft { draft throws in
      try fixture.write(2, of: draft)
      try draft.connect(writing: [layer]).execute(sql)
      let told = diagnostic { _ = try fixture.publish(draft, 2) }
      let expected: Int64 = told == nil ? 2 : 1
      #expect(try fixture.tokens() == [expected, expected, expected])
      return told
    }
  }

  @Test("a view that names a database is refused", arguments: Layer.allCases)
  func viewNamesDatabase(layer: Layer) throws {
    let told = try refusal(
      "create view \(layer.schemaName).v as select x from \(layer.schemaName).token", layer: layer)
    #expect(told?.code == .viewNotPortable)
    #expect(told?.message.contains(layer.rawValue) == true)
    #expect(try warehouse.builds().count == 1)
  }

  @Test("a view that reads what its layer does not have is refused by name")
  func viewWithoutTable() throws {
    let told = try refusal("create view staged.broken as select * from missing", layer: .staged)
    #expect(told?.code == .viewNotPortable)
    #expect(told?.notes.joined().contains("broken") == true)
  }

  @Test("a view within its layer is published, whatever its name holds")
  func view() throws {
    #expect(try refusal("create view main.\"a \"\"view\"\"\" as select x from token", layer: .main) == nil)
  }

  @Test("a damaged layer is refused, and the published build stays")
  func damagedLayer() throws {
    try fixture.publish(1)
    let told = try fixture.withDraft { draft throws in
      try fixture.write(2, of: draft)
      try draft.connect(writing: [.main]).execute("create table big as select zeroblob(50000) as x")
      let path = warehouse.draftFile(.main)
      var bytes = try FileSystem.read(path)
      for index in 4096..<bytes.count { bytes[index] = 0x5A }
      try FileSystem.write(bytes, to: path)
      return diagnostic { _ = try fixture.publish(draft, 2) }
    }
    #expect(told?.code == .draftDamaged)
    #expect(try fixture.tokens() == [1, 1, 1])
    #expect(try fixture.leftovers().isEmpty)
  }

  @Test("a layer that another program writes is not frozen under it")
  func inUse() throws {
    try fixture.publish(1)
    let told = try fixture.withDraft { draft throws in
      try fixture.write(2, of: draft)
      let other = try Connection(path: warehouse.draftFile(.staged), access: .readWrite)
      try other.execute("begin immediate; insert into token values (3)")
      defer { try? other.execute("rollback") }
      return diagnostic { _ = try fixture.publish(draft, 2) }
    }
    #expect(told?.code == .draftUnfinished || told?.code == .sqlBusy, "\(String(describing: told))")
    #expect(try fixture.tokens() == [1, 1, 1])
    let build = try fixture.withDraft { try fixture.publish($0, 2).build }
    #expect(try fixture.tokens() == [2, 2, 2])
    #expect(try warehouse.verify(build) == [])
  }

  @Test("a write-ahead log that another program turned on is taken into the file")
  func writeAheadLog() throws {
    try fixture.withDraft { draft throws in
      try fixture.write(1, of: draft)
      try Connection(path: warehouse.draftFile(.raw), access: .readWrite).execute(
        "pragma journal_mode = wal; insert into token values (5)")
      let build = try fixture.publish(draft, 1).build
      #expect(try FileSystem.read(build.file(.raw))[18] == 3)
      #expect(
        try Connection(path: build.file(.raw), access: .readOnly).integer("select sum(x) from token") == 6)
    }
    #expect(try FileSystem.list(warehouse.draftPath) == ["main.db", "raw.db", "staged.db"])
  }
}
