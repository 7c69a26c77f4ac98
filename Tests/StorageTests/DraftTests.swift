import Diagnostics
import Files
import SQLite
import Storage
import TestSupport
import Testing

@Suite struct DraftTests {
  private let fixture: WarehouseFixture
  private var warehouse: Warehouse { fixture.warehouse }

  init() throws { fixture = try WarehouseFixture() }

  // MARK: Opening

  @Test("a draft of nothing has three empty layers")
  func empty() throws {
    try fixture.withDraft { draft throws in
      #expect(draft.notices.isEmpty)
      for layer in Layer.allCases {
        #expect(try LayerFile.condition(of: warehouse.draftFile(layer)) == .writable)
      }
      let connection = try draft.connect(writing: [])
      #expect(try RelationCatalog(connection).records().isEmpty)
    }
    #expect(try FileSystem.list(warehouse.draftPath) == ["main.db", "raw.db", "staged.db"])
    #expect(try FileSystem.list(warehouse.path) == ["builds", "draft", "lock"])
    #expect(warehouse.hasDraft)
  }

  @Test(
    "a layer is written alone, and the others cannot be",
    arguments: [
      [], [.raw], [.staged], [.main], [.raw, .main], [.raw, .staged, .main],
    ] as [Set<Layer>])
  func access(layers: Set<Layer>) throws {
    try fixture.withDraft { draft throws in
      let connection = try draft.connect(writing: layers)
      for layer in Layer.allCases {
        let told = diagnostic { try connection.execute("create table \(layer.schemaName).t(x)") }
        #expect(told?.code == (layers.contains(layer) ? nil : .sqlReadOnly), "\(layer)")
        #expect(connection.isReadOnly(layer.schemaName) == !layers.contains(layer))
      }
    }
  }

  @Test("a missing layer comes back from the published build, and else empty", arguments: Layer.allCases)
  func missingLayer(layer: Layer) throws {
    try fixture.withDraft { try fixture.write(1, of: $0) }
    try FileSystem.remove(warehouse.draftFile(layer))
    try fixture.withDraft { draft throws in
      let connection = try draft.connect(writing: [])
      #expect(
        try connection.integer("select count(*) from \(layer.schemaName).sqlite_schema where name = 'token'")
          == 0)
    }
    try fixture.publish(2)
    try FileSystem.remove(warehouse.draftFile(layer))
    #expect(try fixture.draftTokens() == [2, 2, 2])
  }

  @Test(
    "a damaged layer comes back from the published build, with a notice",
    arguments: ["garbage", "SQLite format 3\u{0} and no more"], Layer.allCases)
  func damagedLayer(text: String, layer: Layer) throws {
    try fixture.publish(1)
    try fixture.withDraft { try fixture.write(2, of: $0) }
    try FileSystem.write(text.utf8, to: warehouse.draftFile(layer))
    try fixture.withDraft { draft throws in
      #expect(draft.notices.map(\.code) == [.draftDamaged])
      #expect(draft.notices.map(\.severity) == [.warning])
      #expect(draft.notices.first?.message.contains(layer.rawValue) == true)
      let tokens = try WarehouseFixture.tokens(draft.connect(writing: []))
      #expect(tokens == Layer.allCases.map { $0 == layer ? 1 : 2 })
    }
    try fixture.withDraft { #expect($0.notices.isEmpty) }
  }

  @Test("an empty file counts as no layer, without a notice")
  func emptyFile() throws {
    try fixture.publish(1)
    let path = warehouse.draftFile(.staged)
    try FileSystem.write([], to: path)
    try fixture.withDraft { draft throws in
      #expect(draft.notices.isEmpty)
      #expect(try WarehouseFixture.tokens(draft.connect(writing: [])) == [1, 1, 1])
    }
  }

  @Test(
    "what a lost layer left beside it does not meet the new one", arguments: ["-journal", "-wal", "-shm"])
  func staleCompanions(suffix: String) throws {
    try fixture.publish(1)
    let path = warehouse.draftFile(.raw)
    // A journal and a log of the same table with other rows, as SQLite writes them.
    let other = fixture.folder.file("other.db")
    let connection = try Connection(path: other, access: .create)
    try connection.execute("create table token (x integer); insert into token values (666)")
    if suffix == "-journal" {
      try connection.execute(
        "pragma cache_size = 1; begin; update token set x = 667; create table u as select zeroblob(100000)")
    } else {
      try connection.execute("pragma journal_mode = wal; update token set x = 668")
    }
    try FileSystem.remove(path)
    try FileSystem.copy(other + suffix, to: path + suffix)
    #expect(try fixture.draftTokens() == [1, 1, 1])
    try fixture.withDraft { try fixture.write(2, of: $0) }
    #expect(try fixture.draftTokens() == [2, 2, 2])
    #expect(try fixture.tokens() == [1, 1, 1])
  }

  @Test("a published layer that is damaged is not taken into the draft: the user is told")
  func damagedBuild() throws {
    let build = try fixture.publish(1)
    let path = build.file(.raw)
    let bytes = try FileSystem.read(path)
    try FileSystem.remove(path)
    try FileSystem.write(bytes.dropLast(4096), to: path)
    try FileSystem.remove(warehouse.draftFile(.raw))
    #expect(diagnostic { try fixture.withDraft { _ in } }?.code == .buildDamaged)
    #expect(diagnostic { try fixture.withDraft { _ in } }?.message.contains(build.id) == true)
  }

  // MARK: The mark of writes that may not be on the disk

  private var markPath: String { Path.join(warehouse.draftPath, "unsynchronized") }

  @Test("the mark stands while something is unsynchronized, and only then")
  func markStands() throws {
    try fixture.withDraft { draft throws in
      _ = try draft.connect(writing: [])
      #expect(!FileSystem.exists(markPath))
      try fixture.write(1, of: draft)
      #expect(FileSystem.exists(markPath))
      try draft.synchronize()
      #expect(!FileSystem.exists(markPath))
      try fixture.write(2, of: draft)
    }
    #expect(!FileSystem.exists(markPath))
    #expect(try fixture.leftovers().isEmpty)
  }

  @Test("after a fall of the machine what was written comes back from the published build, with a notice")
  func foreignBoot() throws {
    let build = try fixture.publish(1)
    try fixture.withDraft { try fixture.write(2, to: [.staged, .main], of: $0) }
    try FileSystem.write("another boot".utf8, to: markPath)
    try fixture.withDraft { draft throws in
      // The raw layer is the build's own file, which was on the disk before it was published.
      #expect(draft.notices.map(\.code) == [.draftDamaged, .draftDamaged])
      #expect(try WarehouseFixture.tokens(draft.connect(writing: [])) == [1, 1, 1])
      for layer in Layer.allCases {
        #expect(try fixture.draftStatus(layer).isSameFile(as: FileTrace(build.file(layer)).status))
      }
    }
    #expect(!FileSystem.exists(markPath))
    try fixture.withDraft { #expect($0.notices.isEmpty) }
  }

  @Test("after a fall of the machine a frozen file without a second name is in doubt too")
  func foreignBootFrozenCopy() throws {
    let build = try fixture.publish(1)
    // As a thaw leaves it whose copy reached the disk in part: the header is still the frozen one.
    let path = warehouse.draftFile(.raw)
    var bytes = try FileSystem.read(path)
    for index in 4096..<bytes.count { bytes[index] = 0 }
    try FileSystem.remove(path)
    try FileSystem.write(bytes, to: path)
    try FileSystem.write("another boot".utf8, to: markPath)
    try fixture.withDraft { draft throws in
      #expect(draft.notices.map(\.code) == [.draftDamaged])
      #expect(try WarehouseFixture.tokens(draft.connect(writing: [])) == [1, 1, 1])
    }
    #expect(try warehouse.verify(build) == [])
  }

  @Test("a process that was killed leaves its writes with the system: nothing is made anew")
  func sameBoot() throws {
    try fixture.publish(1)
    try fixture.withDraft { draft throws in
      try fixture.write(2, of: draft)
      let mark = try FileSystem.read(markPath)
      try draft.synchronize()
      try FileSystem.write(mark, to: markPath)
    }
    let before = try Layer.allCases.map { try FileTrace(warehouse.draftFile($0)) }
    try fixture.withDraft { draft throws in
      #expect(draft.notices.isEmpty)
      #expect(try WarehouseFixture.tokens(draft.connect(writing: [])) == [2, 2, 2])
    }
    #expect(try Layer.allCases.map { try FileTrace(warehouse.draftFile($0)) } == before)
  }

  @Test(
    "a mark that a killed process left goes when all layers are on the disk, not only those written since")
  func inheritedMark() throws {
    try fixture.withDraft { draft throws in
      try fixture.write(1, of: draft)
      let mark = try FileSystem.read(markPath)
      try draft.synchronize()
      try FileSystem.write(mark, to: markPath)
    }
    // Another process writes nothing at all: it answers for what the killed one left.
    try fixture.withDraft { try $0.synchronize() }
    #expect(!FileSystem.exists(markPath))
  }

  // MARK: Thawing

  @Test("a published layer is copied before its first change, and the frozen file is never touched")
  func thawCopies() throws {
    let build = try fixture.publish(1)
    let before = try Layer.allCases.map { try FileTrace(build.file($0)) }
    try fixture.withDraft { draft throws in
      try fixture.write(2, to: [.staged], of: draft)
      #expect(try fixture.draftStatus(.staged).linkCount == 1)
      #expect(try fixture.draftStatus(.staged).mode == 0o644)
      #expect(try fixture.draftStatus(.raw).linkCount == 2)
      #expect(try fixture.draftStatus(.main).linkCount == 2)
    }
    #expect(try Layer.allCases.map { try FileTrace(build.file($0)) } == before)
    #expect(try fixture.draftTokens() == [1, 2, 1])
    #expect(try fixture.tokens() == [1, 1, 1])
    #expect(try LayerFile.condition(of: warehouse.draftFile(.staged)) == .writable)
  }

  @Test("a frozen file that no build has any more is thawed where it is")
  func thawInPlace() throws {
    let build = try fixture.publish(1)
    try FileSystem.remove(warehouse.currentLink)
    try FileSystem.removeTree(build.path)
    let inode = try fixture.draftStatus(.main).inode
    #expect(try LayerFile.condition(of: warehouse.draftFile(.main)) == .frozen)
    try fixture.withDraft { try fixture.write(2, of: $0) }
    #expect(try fixture.draftStatus(.main).inode == inode)
    #expect(try fixture.draftTokens() == [2, 2, 2])
  }

  @Test("a file that somebody gave a second name is copied before it is changed")
  func foreignLink() throws {
    try fixture.withDraft { try fixture.write(1, of: $0) }
    let backup = fixture.folder.file("backup.db")
    #expect(try FileSystem.hardLink(warehouse.draftFile(.main), to: backup))
    let before = try FileTrace(backup)
    try fixture.withDraft { try fixture.write(2, of: $0) }
    #expect(try FileTrace(backup) == before)
  }

  // MARK: Killed processes

  @Test(
    "a transaction that was cut off is rolled back, whichever layer is written next",
    arguments: Layer.allCases)
  func hotJournal(written: Layer) throws {
    for layer in Layer.allCases { try fixture.leaveHotJournal(layer) }
    try fixture.withDraft { draft throws in
      #expect(draft.notices.isEmpty)
      let connection = try draft.connect(writing: [written])
      for layer in Layer.allCases {
        #expect(try WarehouseFixture.oldFillerCount(connection, layer) == 300)
        #expect(try connection.scalar("pragma \(layer.schemaName).integrity_check") == "ok")
      }
    }
    #expect(try fixture.leftovers().isEmpty)
  }
}
