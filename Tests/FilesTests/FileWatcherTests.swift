import Files
import TestSupport
import Testing

@Suite struct FileWatcherTests {
  @Test("saved, new and removed files are told, those of new folders too, and hidden ones are not")
  func tells() throws {
    let folder = try TemporaryFolder()
    let kept = try folder.write("1", to: "a/kept.sql")
    let gone = try folder.write("1", to: "a/gone.sql")
    let watcher = try FileWatcher([folder.file("a"), folder.file("single.yml")])
    #expect(try watcher.wait { true } == [])
    try folder.write("22", to: "a/kept.sql")
    #expect(try watcher.wait { false } == [kept])
    try FileSystem.remove(gone)
    try folder.write("x", to: "a/.hidden")
    #expect(try watcher.wait { false } == [gone])
    let deep = try folder.write("1", to: "a/new/deep.sql")
    #expect(try watcher.wait { false } == [deep])
    // Editors write aside and rename.
    try FileSystem.write("333".utf8, to: kept)
    #expect(try watcher.wait { false } == [kept])
    try folder.write("2", to: "a/new/deep.sql")
    #expect(try watcher.wait { false } == [deep])
  }

  @Test("a wait ends when it is asked to")
  func stops() throws {
    let folder = try TemporaryFolder()
    var asked = 0
    let found = try FileWatcher([folder.path]).wait {
      asked += 1
      return asked > 2
    }
    #expect(found == [])
  }
}
