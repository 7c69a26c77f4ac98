import Diagnostics
import Files
import Storage
import Sync
import TestSupport
import Testing
import Threads

/// A destination of a kind, empty, with what it lives in.
struct DestinationUnderTest: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let make: @Sendable (TemporaryFolder) throws -> any Destination

  static let all: [DestinationUnderTest] =
    [
      DestinationUnderTest(testDescription: "folder") { FolderDestination($0.file("remote")) }
    ] + [s3].compactMap(\.self)
}

/// What every destination does.
@Suite struct DestinationConformanceTests {
  private func key(_ text: String) throws -> ObjectKey { try #require(ObjectKey(text)) }

  private func text(_ destination: any Destination, _ key: ObjectKey, range: Range<Int>? = nil) throws
    -> String?
  {
    var bytes: [UInt8] = []
    guard try destination.get(key, range: range, { bytes.append(contentsOf: $0) }) != nil else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test("what was stored is found, with its size, in all and in part", arguments: DestinationUnderTest.all)
  func roundTrip(kind: DestinationUnderTest) throws {
    let folder = try TemporaryFolder()
    let destination = try kind.make(folder)
    let key = try key("data/main/t/part-00000.parquet")
    #expect(try destination.head(key) == nil)
    #expect(try text(destination, key) == nil)
    guard case .stored(let version) = try destination.put(key, .bytes(Array("0123456789".utf8)), .ifAbsent)
    else {
      Issue.record("it was refused")
      return
    }
    let status = try #require(try destination.head(key))
    #expect(status.byteCount == 10 && status.version == version)
    #expect(status.sha256 ?? Digest.sha256("0123456789") == Digest.sha256("0123456789"))
    #expect(abs(status.modified.microseconds - Timestamp.now().microseconds) < 600_000_000)
    #expect(try text(destination, key) == "0123456789")
    for (range, expected) in [
      (0..<1, "0"), (3..<7, "3456"), (8..<100, "89"), (0..<10, "0123456789"), (9..<10, "9"),
    ] { #expect(try text(destination, key, range: range) == expected) }
  }

  @Test("an empty object is one", arguments: DestinationUnderTest.all)
  func empty(kind: DestinationUnderTest) throws {
    let folder = try TemporaryFolder()
    let destination = try kind.make(folder)
    let key = try key("a/empty")
    _ = try destination.put(key, .bytes([]), .ifAbsent)
    #expect(try destination.head(key)?.byteCount == 0)
    #expect(try text(destination, key) == "")
  }

  @Test(
    "an object that is there is not replaced by one that must be new", arguments: DestinationUnderTest.all)
  func ifAbsent(kind: DestinationUnderTest) throws {
    let folder = try TemporaryFolder()
    let destination = try kind.make(folder)
    let key = try key("a/b")
    _ = try destination.put(key, .bytes([1]), .ifAbsent)
    #expect(try destination.put(key, .bytes([2]), .ifAbsent) == .refused)
    #expect(try destination.bytes(key, limit: 10)?.bytes == [1])
  }

  @Test("an object is replaced only by who knows its version", arguments: DestinationUnderTest.all)
  func ifMatch(kind: DestinationUnderTest) throws {
    let folder = try TemporaryFolder()
    let destination = try kind.make(folder)
    let key = try key("refs/prod.json")
    #expect(try destination.put(key, .bytes([0]), .ifMatch("\"none\"")) == .refused)
    guard case .stored(let first) = try destination.put(key, .bytes([1]), .ifAbsent),
      case .stored(let second) = try destination.put(key, .bytes([2]), .ifMatch(first))
    else {
      Issue.record("it was refused")
      return
    }
    #expect(first != second)
    #expect(try destination.put(key, .bytes([3]), .ifMatch(first)) == .refused)
    #expect(try destination.bytes(key, limit: 10)?.bytes == [2])
  }

  @Test("of many that replace one version at once, one does", arguments: DestinationUnderTest.all)
  func race(kind: DestinationUnderTest) throws {
    let folder = try TemporaryFolder()
    let destination = try kind.make(folder)
    let key = try key("refs/race.json")
    for round in 0..<5 {
      let condition: PutCondition =
        round == 0 ? .ifAbsent : .ifMatch(try #require(try destination.head(key)?.version))
      let wins = Counter()
      var threads = (0..<6).compactMap { writer in
        WorkerThread.start {
          let bytes = Array("round \(round) writer \(writer)".utf8)
          if case .stored? = try? destination.put(key, .bytes(bytes), condition) { wins.add(writer) }
        }
      }
      threads.removeAll()
      #expect(wins.values.count == 1, "round \(round): \(wins.values)")
      let winner = try #require(wins.values.first)
      #expect(try text(destination, key) == "round \(round) writer \(winner)")
    }
  }

  @Test("a file is stored whole and checked, small and large", arguments: DestinationUnderTest.all)
  func files(kind: DestinationUnderTest) throws {
    let folder = try TemporaryFolder()
    let destination = try kind.make(folder)
    var random = SeededRandom.fresh()
    for byteCount in [0, 1, 5_000_000, 40_000_000] {
      let path = folder.file("source")
      var bytes = [UInt8](repeating: 0, count: byteCount)
      for index in stride(from: 0, to: byteCount, by: 4096) {
        bytes[index] = UInt8.random(in: 0...255, using: &random)
      }
      try FileSystem.write(bytes, to: path, isDurable: false)
      let sha256 = try Digest.sha256(fileAt: path)
      let key = try key("data/large-\(byteCount)")
      let content = ObjectContent.file(path: path, byteCount: byteCount, sha256: sha256)
      if case .refused = try destination.put(key, content, .ifAbsent) { Issue.record("it was refused") }
      let status = try #require(try destination.head(key))
      #expect(status.byteCount == byteCount)
      #expect(try destination.bytes(key, limit: .max)?.bytes == bytes, "TEST_SEED=\(random.seed)")
      #expect(try destination.put(key, content, .ifAbsent) == .refused)
    }
  }

  @Test("a file that is not what it is said to be is not stored", arguments: DestinationUnderTest.all)
  func wrongFile(kind: DestinationUnderTest) throws {
    let folder = try TemporaryFolder()
    let destination = try kind.make(folder)
    let path = try folder.write("abc", to: "source")
    for (byteCount, sha256) in [(3, Digest.sha256("abd")), (4, Digest.sha256("abc"))] {
      let key = try key("data/x")
      #expect(throws: (any Error).self) {
        try destination.put(key, .file(path: path, byteCount: byteCount, sha256: sha256), .ifAbsent)
      }
      #expect(try destination.head(key) == nil)
    }
  }

  @Test(
    "all keys of a prefix are listed, and no others; what is deleted is gone",
    arguments: DestinationUnderTest.all)
  func list(kind: DestinationUnderTest) throws {
    let folder = try TemporaryFolder()
    let destination = try kind.make(folder)
    let names = ["a/1", "a/2", "ab/3", "b/a/4", "locks/push-1.json", "locks/push-2.json", "locks/gc.json"]
    for name in names { _ = try destination.put(key(name), .bytes(Array(name.utf8)), .ifAbsent) }
    func listed(_ prefix: String) throws -> [String] {
      var found: [String] = []
      try destination.list(prefix) { key, status in
        #expect(status.byteCount == key.text.utf8.count)
        found.append(key.text)
      }
      return found.sorted()
    }
    #expect(try listed("") == names.sorted())
    #expect(try listed("a/") == ["a/1", "a/2"])
    #expect(try listed("locks/push-") == ["locks/push-1.json", "locks/push-2.json"])
    #expect(try listed("none/") == [])
    try destination.delete(key("a/1"))
    try destination.delete(key("a/1"))
    #expect(try listed("a/") == ["a/2"])
    #expect(try destination.head(key("a/1")) == nil)
  }

  @Test("names that lead out of a remote are no keys")
  func keys() {
    for text in [
      "", "/", "/etc/passwd", "..", "../x", "a/../b", "a//b", "a/", "./a", ".hidden", "a/.b", "a b", "a\\b",
      "a\u{0}",
      "ü", "a%2Fb", String(repeating: "a", count: 300), String(repeating: "a/", count: 500) + "a",
    ] { #expect(ObjectKey(text) == nil, "\(text)") }
    for text in ["a", "a/b", "data/main/T_1/part-00000.parquet", "a..b"] {
      #expect(ObjectKey(text) != nil, "\(text)")
    }
  }
}

/// Numbers from several threads.
///
/// `@unchecked Sendable`: what changes is only touched with the monitor locked.
final class Counter: @unchecked Sendable {
  private let monitor = Monitor()
  private var all: [Int] = []

  func add(_ value: Int) { monitor.locked { all.append(value) } }
  var values: [Int] { monitor.locked { all } }
}
