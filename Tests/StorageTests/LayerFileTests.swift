import Files
import SQLite
import Storage
import TestSupport
import Testing

@Suite struct LayerFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func database() throws -> [UInt8] {
    let path = folder.file("sample.db")
    try Connection(path: path, access: .create).execute("create table t(x); create table u(x)")
    return try FileSystem.read(path)
  }

  private func condition(_ bytes: [UInt8]) throws -> LayerFile.Condition {
    try LayerFile.condition(of: folder.write(bytes, to: "layer.db"))
  }

  private func isDamaged(_ bytes: [UInt8]) throws -> Bool {
    if case .damaged(let reason) = try condition(bytes) { !reason.isEmpty } else { false }
  }

  @Test("a file that is not there is missing, one without bytes is empty")
  func missing() throws {
    #expect(try LayerFile.condition(of: folder.file("none.db")) == .missing)
    #expect(try condition([]) == .empty)
  }

  @Test("a database is writable, and frozen when its write version is 3")
  func sound() throws {
    var bytes = try database()
    #expect(try condition(bytes) == .writable)
    bytes[18] = 2
    #expect(try condition(bytes) == .writable)
    bytes[18] = 3
    #expect(try condition(bytes) == .frozen)
  }

  @Test("a file longer than its header says is sound: SQLite cuts it when it likes")
  func longer() throws {
    #expect(try condition(database() + [UInt8](repeating: 0, count: 4096)) == .writable)
  }

  @Test("pages of 65,536 bytes are understood")
  func largePages() throws {
    let path = folder.file("large.db")
    try Connection(path: path, access: .create).execute("pragma page_size = 65536; create table t(x)")
    #expect(try LayerFile.condition(of: path) == .writable)
    #expect(try isDamaged(Array(FileSystem.read(path).dropLast())))
  }

  @Test(
    "what is no database, or a part of one, is damaged", arguments: [1, 15, 16, 99, 100, 4096, 8192, 12_287])
  func cutOff(byteCount: Int) throws {
    #expect(try isDamaged(Array(database().prefix(byteCount))))
    #expect(try isDamaged([UInt8](repeating: 7, count: byteCount)))
    #expect(try isDamaged([UInt8](repeating: 0, count: byteCount)))
  }

  @Test(
    "a page size that cannot be is damage",
    arguments: [[0, 0], [0, 2], [1, 0], [3, 0], [255, 255]] as [[UInt8]])
  func pageSize(bytes: [UInt8]) throws {
    var file = try database()
    file.replaceSubrange(16..<18, with: bytes)
    #expect(try isDamaged(file))
  }

  @Test("a short file beside its journal is left to SQLite, which makes it whole")
  func journal() throws {
    let bytes = try database()
    try folder.write("journal", to: "layer.db-journal")
    #expect(try condition(Array(bytes.dropLast(4096))) == .writable)
  }

  @Test("random bytes never make it fail")
  func random() throws {
    var random = SeededRandom.fresh()
    let sound = try database()
    for _ in 0..<200 {
      var bytes = sound
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 0..<100, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      #expect(throws: Never.self, "seed \(random.seed)") { _ = try condition(bytes) }
    }
  }
}
