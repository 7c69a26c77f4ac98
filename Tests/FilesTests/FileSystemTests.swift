import Diagnostics
import Files
import TestSupport
import Testing

@Suite struct FileSystemTests {
  // MARK: Looking

  @Test("the status tells kind, size and links, and follows a link unless told otherwise")
  func status() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("12345", to: "file")
    try FileSystem.replaceLink(folder.file("link"), target: "file")
    let status = try #require(try FileSystem.status(file))
    #expect(status.kind == .file && status.byteCount == 5 && status.linkCount == 1 && status.mode == 0o644)
    #expect(try FileSystem.status(folder.file("link")) == status)
    #expect(try FileSystem.status(folder.file("link"), followingLinks: false)?.kind == .symbolicLink)
    #expect(try FileSystem.status(folder.path)?.kind == .directory)
    #expect(try FileSystem.status(folder.file("nothing")) == nil)
    #expect(try FileSystem.status(folder.file("file/below")) == nil)
  }

  @Test("a folder's names are sorted and without the dots")
  func list() throws {
    let folder = try TemporaryFolder()
    for name in ["b", "a", "ü", ".hidden", "B", "10", "9"] { try folder.write("", to: name) }
    #expect(try FileSystem.list(folder.path) == [".hidden", "10", "9", "B", "a", "b", "ü"])
    #expect(try folder.names() == FileSystem.list(folder.path))
    let fault = diagnostic { _ = try FileSystem.list(folder.file("nothing")) }
    #expect(fault?.code == .fileNotFound)
    #expect(fault?.message.contains(folder.file("nothing")) == true)
  }

  @Test("a link tells its target, anything else tells none")
  func readLink() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("", to: "file")
    try FileSystem.replaceLink(folder.file("link"), target: "no/where")
    #expect(try FileSystem.readLink(folder.file("link")) == "no/where")
    #expect(try FileSystem.readLink(file) == nil)
    #expect(try FileSystem.readLink(folder.path) == nil)
    #expect(try FileSystem.readLink(folder.file("nothing")) == nil)
  }

  @Test("a file is read whole, whatever its size", arguments: [0, 1, 65_535, 65_536, 65_537, 1_000_000])
  func read(byteCount: Int) throws {
    let folder = try TemporaryFolder()
    var random = SeededRandom(seed: UInt64(byteCount))
    let bytes = random.bytes(byteCount)
    #expect(try FileSystem.read(folder.write(bytes, to: "file")) == bytes)
  }

  @Test("a folder is not read as a file")
  func readFolder() throws {
    let folder = try TemporaryFolder()
    #expect(diagnostic { _ = try FileSystem.read(folder.path) }?.code == .fileAccess)
    #expect(diagnostic { _ = try FileSystem.read(folder.file("x")) }?.code == .fileNotFound)
  }

  @Test("the free space of a file system is some")
  func availableBytes() throws {
    #expect(try FileSystem.availableBytes(at: "/") > 0)
    #expect(diagnostic { _ = try FileSystem.availableBytes(at: "/no/such/place") } != nil)
  }

  // MARK: Writing

  @Test("a write replaces the bytes, takes the mode and leaves nothing beside", arguments: [true, false])
  func write(isDurable: Bool) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("old", to: "file")
    try FileSystem.write("new".utf8, to: file, mode: 0o444, isDurable: isDurable)
    #expect(try FileSystem.readText(file) == "new")
    #expect(try FileSystem.status(file)?.mode == 0o444)
    #expect(try folder.names() == ["file"])
  }

  @Test("a write gives the name to a new file: who has the old one open goes on reading it")
  func writeIsNewFile() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("old", to: "file")
    #expect(try FileSystem.hardLink(file, to: folder.file("other")))
    try FileSystem.write("new".utf8, to: file)
    #expect(try FileSystem.readText(folder.file("other")) == "old")
  }

  @Test("a write that fails leaves what was there and nothing beside")
  func writeFails() throws {
    let folder = try TemporaryFolder()
    try folder.write("inner", to: "target/inner")
    #expect(diagnostic { try FileSystem.write("x".utf8, to: folder.file("target")) }?.code == .fileAccess)
    #expect(try folder.names() == ["target"])
    #expect(try FileSystem.readText(folder.file("target/inner")) == "inner")

    let file = try folder.write("old", to: "file")
    let below = diagnostic { try FileSystem.write("x".utf8, to: Path.join(file, "below")) }
    #expect(below?.code == .fileNotFound)
    #expect(try FileSystem.readText(file) == "old")
    #expect(diagnostic { try FileSystem.write("x".utf8, to: folder.file("no/file")) }?.code == .fileNotFound)
    #expect(try folder.names() == ["file", "target"])
  }

  @Test("a copy has the bytes and a file of its own", arguments: [0, 1, 1 << 20, (1 << 20) + 1])
  func copy(byteCount: Int) throws {
    let folder = try TemporaryFolder()
    var random = SeededRandom(seed: 1)
    let bytes = random.bytes(byteCount)
    let file = try folder.write(bytes, to: "file")
    try FileSystem.copy(file, to: folder.file("copy"), mode: 0o600)
    #expect(try FileSystem.read(folder.file("copy")) == bytes)
    let status = try #require(try FileSystem.status(folder.file("copy")))
    #expect(status.mode == 0o600)
    #expect(try FileSystem.status(file)?.isSameFile(as: status) == false)
  }

  @Test("a copy never goes over a file, and leaves nothing where it fails")
  func copyFails() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("one", to: "one")
    let other = try folder.write("two", to: "two")
    #expect(diagnostic { try FileSystem.copy(file, to: other) }?.code == .fileAccess)
    #expect(try FileSystem.readText(other) == "two")
    #expect(diagnostic { try FileSystem.copy(folder.file("x"), to: folder.file("y")) }?.code == .fileNotFound)
    #expect(diagnostic { try FileSystem.copy(folder.path, to: folder.file("y")) } != nil)
    #expect(try folder.names() == ["one", "two"])
  }

  // MARK: Names

  @Test("a hard link is a second name of one file")
  func hardLink() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("x", to: "file")
    #expect(try FileSystem.hardLink(file, to: folder.file("second")))
    let second = try #require(try FileSystem.status(folder.file("second")))
    #expect(second.linkCount == 2)
    #expect(try FileSystem.status(file)?.isSameFile(as: second) == true)
    #expect(diagnostic { _ = try FileSystem.hardLink(file, to: folder.file("second")) }?.code == .fileAccess)
    #expect(diagnostic { _ = try FileSystem.hardLink(folder.file("x"), to: folder.file("y")) } != nil)
  }

  @Test("a link is made and turned in one step, and leaves nothing beside")
  func replaceLink() throws {
    let folder = try TemporaryFolder()
    for target in ["one", "two", "two"] {
      try FileSystem.replaceLink(folder.file("link"), target: target)
      #expect(try FileSystem.readLink(folder.file("link")) == target)
      #expect(try folder.names() == ["link"])
    }
  }

  @Test("a link does not take a folder's place")
  func replaceLinkFails() throws {
    let folder = try TemporaryFolder()
    try FileSystem.createDirectory(folder.file("folder"))
    #expect(diagnostic { try FileSystem.replaceLink(folder.file("folder"), target: "x") } != nil)
    #expect(try folder.names() == ["folder"])
  }

  @Test("a file is renamed over another")
  func rename() throws {
    let folder = try TemporaryFolder()
    let old = try folder.write("old", to: "old")
    let new = try folder.write("new", to: "new")
    try FileSystem.rename(old, to: new)
    #expect(try FileSystem.readText(new) == "old")
    #expect(try folder.names() == ["new"])
    #expect(diagnostic { try FileSystem.rename(old, to: new) }?.code == .fileNotFound)
  }

  @Test("missing folders above are made too, and one that is there is left")
  func createDirectory() throws {
    let folder = try TemporaryFolder()
    try FileSystem.createDirectory(folder.file("a/b/c"))
    try FileSystem.createDirectory(folder.file("a/b/c"))
    #expect(FileSystem.isDirectory(folder.file("a/b/c")))
  }

  @Test("no folder is made where a file or a link to nothing is in the way")
  func createDirectoryFails() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "file")
    try FileSystem.replaceLink(folder.file("link"), target: "nothing/here")
    for name in ["file", "file/below", "link"] {
      #expect(diagnostic { try FileSystem.createDirectory(folder.file(name)) } != nil, "\(name)")
      #expect(!FileSystem.isDirectory(folder.file(name)))
    }
  }

  @Test("what is not there is removed without complaint")
  func remove() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("", to: "file")
    try FileSystem.remove(file)
    try FileSystem.remove(file)
    try FileSystem.removeTree(file)
    #expect(diagnostic { try FileSystem.remove(folder.path) } != nil)
  }

  @Test("a tree is removed with its links, not with what they point to")
  func removeTree() throws {
    let folder = try TemporaryFolder()
    let kept = try folder.write("kept", to: "outside/file")
    try folder.write("", to: "tree/a/b/c")
    try FileSystem.replaceLink(folder.file("tree/folder"), target: folder.file("outside"))
    try FileSystem.replaceLink(folder.file("tree/a/file"), target: kept)
    try FileSystem.replaceLink(folder.file("tree/nothing"), target: "nothing")
    try FileSystem.removeTree(folder.file("tree"))
    #expect(try folder.names() == ["outside"])
    #expect(try FileSystem.readText(kept) == "kept")

    try FileSystem.replaceLink(folder.file("link"), target: "outside")
    try FileSystem.removeTree(folder.file("link"))
    #expect(try folder.names() == ["outside"])
    #expect(FileSystem.exists(kept))
  }

  @Test("a file and a folder are synchronized, a missing one is told")
  func synchronize() throws {
    let folder = try TemporaryFolder()
    try FileSystem.synchronize(folder.write("x", to: "file"))
    try FileSystem.synchronize(folder.path)
    #expect(diagnostic { try FileSystem.synchronize(folder.file("x")) }?.code == .fileNotFound)
  }
}
