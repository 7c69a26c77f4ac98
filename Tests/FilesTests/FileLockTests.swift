import Files
import TestSupport
import Testing

@Suite struct FileLockTests {
  private struct NotFree: Error {}

  private static func take(_ path: String, _ mode: FileLock.Mode) throws -> FileLock {
    let createsFile = !FileSystem.isDirectory(path)
    guard let lock = try FileLock(trying: path, mode: mode, createsFile: createsFile) else { throw NotFree() }
    return lock
  }

  private static func isFree(_ path: String, _ mode: FileLock.Mode) throws -> Bool {
    let lock = try FileLock(trying: path, mode: mode, createsFile: true)
    switch consume lock {
    case .some: return true
    case .none: return false
    }
  }

  @Test("shared locks stand together, an exclusive one stands alone")
  func modes() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("lock")
    do {
      let first = try Self.take(path, .shared)
      #expect(try Self.isFree(path, .shared))
      #expect(try !Self.isFree(path, .exclusive))
      #expect(first.path == path)
    }
    do {
      let alone = try Self.take(path, .exclusive)
      #expect(try !Self.isFree(path, .shared))
      #expect(try !Self.isFree(path, .exclusive))
      #expect(alone.path == path)
    }
    #expect(try Self.isFree(path, .exclusive))
  }

  @Test("a folder can be locked; a missing file is made only where that is asked")
  func folderLock() throws {
    let folder = try TemporaryFolder()
    do {
      let lock = try Self.take(folder.path, .shared)
      #expect(try lock.status().kind == .directory)
    }
    #expect(
      diagnostic { _ = try FileLock(trying: folder.file("x"), mode: .shared, createsFile: false) }?.code
        == .fileNotFound)
    #expect(try folder.names().isEmpty)
  }

  @Test("the status is that of the file, whatever its name is now")
  func status() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("", to: "lock")
    let before = try #require(try FileSystem.status(path))
    let lock = try Self.take(path, .shared)
    try FileSystem.rename(path, to: folder.file("renamed"))
    try folder.write("", to: "lock")
    #expect(try lock.status().isSameFile(as: before))
    #expect(try FileSystem.status(path)?.isSameFile(as: before) == false)
  }

  @Test("the text of the holder replaces a longer one")
  func text() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("a much longer text of a holder before", to: "lock")
    let lock = try Self.take(path, .exclusive)
    try lock.write("me")
    #expect(try FileSystem.readText(path) == "me")
    try lock.write("")
    #expect(try FileSystem.readText(path) == "")
  }

  @Test(
    "another process's lock is in the way until it ends, even by a kill", .enabled(if: Tool.exists("flock")),
    arguments: [true, false])
  func otherProcess(isKilled: Bool) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("", to: "lock")
    let flock = try #require(Tool("flock"))
    // `--no-fork` makes the process that we kill the one that holds the lock.
    let child = try ChildProcess(
      flock.path, ["--no-fork", "--exclusive", path, "/bin/sh", "-c", "echo held; read line"])
    #expect(child.readLine() == "held")
    #expect(try !Self.isFree(path, .shared))
    if isKilled { child.kill() } else { child.wait() }
    #expect(try Self.isFree(path, .exclusive))
  }

  @Test("another process sees our lock", .enabled(if: Tool.exists("flock")))
  func seenByOther() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("", to: "lock")
    let flock = try #require(Tool("flock"))
    do {
      let lock = try Self.take(path, .exclusive)
      #expect(try flock.run(["--nonblock", path, "true"]).status == 1)
      #expect(lock.path == path)
    }
    #expect(try flock.run(["--nonblock", path, "true"]).status == 0)
  }
}
