import Diagnostics
import Files
import SQLite
import Storage
import TestSupport
import Testing

/// States in which a process can leave a warehouse when it dies between two steps; the next command goes on from each.
@Suite struct CrashTests {
  /// How far a publish of token 2 came, after token 1 was published.
  enum Step: String, CaseIterable {
    case frozenHeaderOnly
    case oneLayerFrozen
    case allLayersFrozen
    case buildHalfLinked
    case buildWithoutRecord
    case buildRenamed
    case linkPrepared
    case linkTurned
    case oldBuildHalfRemoved
  }

  private let fixture: WarehouseFixture
  private var warehouse: Warehouse { fixture.warehouse }

  init() throws { fixture = try WarehouseFixture() }

  /// Freezes a draft file as a publish does, by hand.
  private func freeze(_ layer: Layer, isHeaderOnly: Bool = false) throws {
    let path = warehouse.draftFile(layer)
    var bytes = try FileSystem.read(path)
    bytes[18] = 3
    try FileSystem.write(bytes, to: path, mode: isHeaderOnly ? 0o644 : 0o444)
  }

  private func link(_ layers: [Layer], into name: String) throws {
    let folder = Path.join(warehouse.buildsPath, name)
    try FileSystem.createDirectory(folder)
    for layer in layers {
      _ = try FileSystem.hardLink(warehouse.draftFile(layer), to: Path.join(folder, layer.fileName))
    }
  }

  /// Brings the warehouse into the state that a crash at `step` leaves. Returns the token that readers must see.
  private func crash(at step: Step) throws -> Int64 {
    let first = try fixture.publish(1)
    try fixture.withDraft { try fixture.write(2, of: $0) }
    let second = "20261122T071532Z-0123abcd"
    switch step {
    case .frozenHeaderOnly:
      try freeze(.raw, isHeaderOnly: true)
      return 1
    case .oneLayerFrozen:
      try freeze(.raw)
      return 1
    case .allLayersFrozen:
      for layer in Layer.allCases { try freeze(layer) }
      return 1
    case .buildHalfLinked:
      for layer in Layer.allCases { try freeze(layer) }
      try link([.raw], into: ".tmp-\(second)")
      return 1
    case .buildWithoutRecord:
      for layer in Layer.allCases { try freeze(layer) }
      try link(Layer.allCases, into: ".tmp-\(second)")
      return 1
    case .buildRenamed, .linkPrepared:
      try fixture.withDraft { _ = try fixture.publish($0, 2) }
      try FileSystem.replaceLink(warehouse.currentLink, target: "builds/\(first.id)")
      if step == .linkPrepared {
        try FileSystem.replaceLink(Path.join(warehouse.path, ".tmp-current-1"), target: "builds/x")
      }
      return 1
    case .linkTurned:
      try fixture.withDraft { _ = try fixture.publish($0, 2) }
      return 2
    case .oldBuildHalfRemoved:
      try fixture.withDraft { _ = try fixture.publish($0, 2) }
      try FileSystem.rename(first.path, to: Path.join(warehouse.buildsPath, ".tmp-removed-\(first.id)"))
      try FileSystem.remove(Path.join(warehouse.buildsPath, ".tmp-removed-\(first.id)/raw.db"))
      return 2
    }
  }

  @Test(
    "after a publish that was cut off anywhere, readers see a whole build and the next publish goes through",
    arguments: Step.allCases)
  func publish(step: Step) throws {
    let seen = try crash(at: step)
    #expect(try fixture.tokens() == [seen, seen, seen])
    try fixture.withDraft { draft throws in
      #expect(draft.notices.isEmpty)
      #expect(try WarehouseFixture.tokens(draft.connect(writing: [])) == [2, 2, 2])
      let build = try fixture.publish(draft, 2).build
      #expect(try warehouse.verify(build) == [])
    }
    #expect(try fixture.tokens() == [2, 2, 2])
    #expect(try fixture.leftovers().isEmpty)
    for layer in Layer.allCases { #expect(try fixture.draftStatus(layer).mode == 0o444) }
  }

  @Test(
    "after a publish that was cut off anywhere, the draft can be changed, and no build changes with it",
    arguments: Step.allCases)
  func change(step: Step) throws {
    _ = try crash(at: step)
    let builds = try warehouse.builds()
    let before = try builds.map { build in try Layer.allCases.map { try FileTrace(build.file($0)) } }
    try fixture.withDraft { try fixture.write(3, of: $0) }
    #expect(try builds.map { build in try Layer.allCases.map { try FileTrace(build.file($0)) } } == before)
    let build = try fixture.withDraft { try fixture.publish($0, 3).build }
    #expect(try fixture.tokens() == [3, 3, 3])
    #expect(try warehouse.verify(build) == [])
  }

  @Test("a thaw that was cut off leaves the frozen file, and the copy is made anew")
  func thaw() throws {
    let build = try fixture.publish(1)
    try fixture.folder.write("half a copy", to: "warehouse/draft/.tmp-raw.db")
    #expect(try fixture.draftTokens() == [1, 1, 1])
    try fixture.withDraft { try fixture.write(2, of: $0) }
    #expect(try fixture.draftTokens() == [2, 2, 2])
    #expect(try warehouse.verify(build) == [])
    #expect(try fixture.leftovers().isEmpty)
  }

  @Test("a replacement that was cut off leaves the old layer")
  func replacement() throws {
    try fixture.publish(1)
    try fixture.folder.write("half a layer", to: "warehouse/draft/.tmp-raw.db")
    try fixture.folder.write("its journal", to: "warehouse/draft/.tmp-raw.db-journal")
    try fixture.withDraft { draft throws in
      #expect(try WarehouseFixture.tokens(draft.connect(writing: [])) == [1, 1, 1])
      try draft.replace(.raw).commit()
    }
    #expect(try fixture.leftovers().isEmpty)
  }

  @Test(
    "a process that is killed amid a transaction leaves the state before it",
    .enabled(if: Tool.exists("python3")))
  func killed() throws {
    try fixture.publish(1)
    try fixture.withDraft { draft in
      try draft.connect(writing: [.main]).execute("create table filler as select zeroblob(100000) as x")
    }
    let script = """
      import sqlite3, sys
      c = sqlite3.connect(sys.argv[1], isolation_level=None)
      c.executescript("pragma cache_size = 1; begin; update filler set x = zeroblob(200000); update token set x = 9;")
      print("here", flush=True)
      sys.stdin.read()
      """
    let python = try #require(Tool("python3"))
    // Python may be started by a script of another name, which is not the process to be killed.
    let real = try python.run(["-c", "import sys; print(sys.executable)"]).output.split(separator: "\n")
    let child = try ChildProcess(
      String(try #require(real.first)), ["-c", script, warehouse.draftFile(.main)])
    #expect(child.readLine() == "here")
    #expect(FileSystem.exists(warehouse.draftFile(.main) + "-journal"))
    child.kill()
    try fixture.withDraft { draft throws in
      let connection = try draft.connect(writing: [.staged])
      #expect(try WarehouseFixture.tokens(connection) == [1, 1, 1])
      #expect(try connection.integer("select length(x) from main.filler") == 100_000)
    }
  }
}
