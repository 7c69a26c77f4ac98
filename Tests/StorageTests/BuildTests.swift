import Diagnostics
import Files
import Storage
import TestSupport
import Testing

@Suite struct BuildTests {
  private let fixture: WarehouseFixture
  private var warehouse: Warehouse { fixture.warehouse }

  init() throws { fixture = try WarehouseFixture(keptBuildCount: 3) }

  private func rollback(_ id: String?) throws -> Build {
    try warehouse.rollback(to: id, holding: fixture.lock())
  }

  private func edit(_ build: Build, _ change: (inout [UInt8]) -> Void) throws {
    let path = Path.join(build.path, BuildRecord.fileName)
    var bytes = try FileSystem.read(path)
    change(&bytes)
    try FileSystem.write(bytes, to: path)
  }

  // MARK: Records

  @Test("a build of a newer format is refused by name, whatever else its record holds")
  func newerFormat() throws {
    let build = try fixture.publish(1)
    try edit(build) { $0 = Array("{\"formatVersion\": 99, \"layers\": \"elsewhere\"}".utf8) }
    let told = try [
      #require(diagnostic { _ = try build.record() }),
      #require(diagnostic { _ = try fixture.tokens() }),
      #require(diagnostic { _ = try fixture.tokens(.build(id: build.id)) }),
      #require(diagnostic { _ = try rollback(build.id) }),
      #require(diagnostic { _ = try warehouse.verify(build) }),
      #require(diagnostic { _ = try fixture.publish(2) }),
    ]
    for told in told {
      #expect(told.code == .warehouseFormatTooNew)
      #expect(told.message.contains(build.id) && told.message.contains("99"))
    }
  }

  @Test(
    "a record that is missing or cannot be understood is told",
    arguments: [nil, "", "{}", "{\"formatVersion\": 1}"])
  func damagedRecord(text: String?) throws {
    let build = try fixture.publish(1)
    if let text {
      try edit(build) { $0 = Array(text.utf8) }
    } else {
      try FileSystem.remove(Path.join(build.path, BuildRecord.fileName))
    }
    let told = diagnostic { _ = try build.record() }
    #expect(told?.code == .buildDamaged)
    #expect(told?.message.contains(build.id) == true)
    // Its rows can be read all the same, and the next build takes its place.
    #expect(try fixture.tokens() == [1, 1, 1])
    try fixture.publish(2)
    #expect(try fixture.tokens() == [2, 2, 2])
  }

  @Test("a link to a build that is missing is told, and how to get on")
  func danglingCurrent() throws {
    let build = try fixture.publish(1)
    try FileSystem.removeTree(build.path)
    for told in [
      diagnostic { _ = try warehouse.currentBuild() }, diagnostic { _ = try fixture.tokens() },
      diagnostic { _ = try fixture.publish(2) },
    ] {
      #expect(told?.code == .buildDamaged)
      #expect(told?.message.contains(build.id) == true)
      #expect(told?.hints.contains { $0.contains(warehouse.currentLink) } == true)
    }
    try FileSystem.remove(warehouse.currentLink)
    try fixture.publish(2)
    #expect(try fixture.tokens() == [2, 2, 2])
  }

  // MARK: Finding

  @Test("a build is found by its id or the beginning of it")
  func find() throws {
    let first = try fixture.publish(1)
    let second = try fixture.publish(2)
    #expect(try warehouse.builds().map(\.id) == [second.id, first.id])
    #expect(try warehouse.build(first.id).path == first.path)
    #expect(try warehouse.build(String(first.id.prefix(16))).id == first.id)
    let both = diagnostic { _ = try warehouse.build("2026") }
    #expect(both?.code == .buildNotFound)
    #expect(both?.message.contains("more than one") == true)
    for id in ["", "1999", first.id + "x"] {
      let told = diagnostic { _ = try warehouse.build(id) }
      #expect(told?.code == .buildNotFound)
      #expect(told?.notes.joined().contains(first.id) == true)
    }
  }

  @Test("a warehouse of nothing has no builds")
  func none() throws {
    #expect(try warehouse.builds().isEmpty)
    #expect(try warehouse.currentBuild() == nil)
    #expect(diagnostic { _ = try warehouse.build("x") }?.notes == ["nothing is published yet"])
    #expect(diagnostic { _ = try rollback(nil) }?.code == .nothingPublished)
  }

  // MARK: Rolling back

  @Test("the published build goes back and forward, and the draft stays")
  func rollbackAndForward() throws {
    let builds = try (1...3).map { try fixture.publish($0) }
    #expect(try rollback(nil).id == builds[1].id)
    #expect(try fixture.tokens() == [2, 2, 2])
    #expect(try rollback(nil).id == builds[0].id)
    #expect(diagnostic { _ = try rollback(nil) }?.code == .buildNotFound)
    #expect(try rollback(builds[2].id).id == builds[2].id)
    #expect(try fixture.tokens() == [3, 3, 3])
    #expect(try rollback(String(builds[0].id.prefix(16))).id == builds[0].id)
    #expect(try fixture.tokens() == [1, 1, 1])
    #expect(try fixture.draftTokens() == [3, 3, 3])
    #expect(diagnostic { _ = try rollback("nope") }?.code == .buildNotFound)
    #expect(try warehouse.currentBuild()?.id == builds[0].id)
    #expect(try fixture.leftovers().isEmpty)
  }

  // MARK: Retention

  @Test("the newest builds are kept, and their files stay whole")
  func retention() throws {
    let builds = try (1...5).map { try fixture.publish($0, writing: $0.isMultiple(of: 2) ? [.main] : [.raw]) }
    #expect(try warehouse.builds().map(\.id) == builds[2...].reversed().map(\.id))
    for build in builds[2...] { #expect(try warehouse.verify(build) == []) }
    #expect(try fixture.leftovers().isEmpty)
  }

  @Test("the published build is kept however old it is")
  func retentionKeepsCurrent() throws {
    let builds = try (1...3).map { try fixture.publish($0) }
    _ = try rollback(builds[0].id)
    let reader = try WarehouseReader(warehouse)
    for token in 4...7 { try fixture.publish(token) }
    #expect(try WarehouseFixture.tokens(reader.connection) == [1, 1, 1])
    #expect(try warehouse.builds().map(\.id).contains(builds[0].id))
    #expect(try warehouse.builds().count == 4)
  }

  @Test("a build that is read is kept until nobody reads it")
  func retentionKeepsRead() throws {
    let first = try fixture.publish(1)
    do {
      let reader = try WarehouseReader(warehouse, .build(id: first.id))
      for token in 2...5 { try fixture.publish(token) }
      #expect(FileSystem.isDirectory(first.path))
      #expect(try WarehouseFixture.tokens(reader.connection) == [1, 1, 1])
    }
    try fixture.publish(6)
    #expect(!FileSystem.isDirectory(first.path))
    #expect(try warehouse.builds().count == 3)
  }

  @Test("a folder that is no build is neither listed nor removed")
  func strangers() throws {
    for name in ["0000-mine", "zzz", "20200101T000000Z"] {
      try fixture.folder.write("mine", to: "warehouse/builds/\(name)/file")
    }
    try fixture.folder.write("mine", to: "warehouse/builds/20200101T000000Z-notes.txt")
    for token in 1...5 { try fixture.publish(token) }
    #expect(try warehouse.builds().count == 3)
    #expect(try FileSystem.list(warehouse.buildsPath).count == 7)
  }

  // MARK: Verifying

  @Test("one flipped bit is found", arguments: Layer.allCases)
  func flippedBit(layer: Layer) throws {
    let build = try fixture.publish(1)
    let path = build.file(layer)
    var bytes = try FileSystem.read(path)
    bytes[bytes.count - 1] ^= 1
    try FileSystem.remove(path)
    try FileSystem.write(bytes, to: path)
    #expect(
      try warehouse.verify(build) == ["\(layer.fileName) has another SHA-256 than when it was published"])
  }

  @Test("a missing layer and one of another size are found")
  func missingAndCut() throws {
    let build = try fixture.publish(1)
    try FileSystem.remove(build.file(.raw))
    try FileSystem.remove(build.file(.main))
    try FileSystem.write([1, 2, 3], to: build.file(.main))
    let faults = try warehouse.verify(build)
    #expect(faults.count == 2)
    #expect(faults.first == "raw.db is missing")
    #expect(faults.last?.hasPrefix("main.db has 3 bytes, not ") == true)
  }
}
