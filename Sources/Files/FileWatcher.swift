#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Waits for files below some folders to be saved: told by the system on Linux, by looking again and again elsewhere.
package final class FileWatcher {
  /// Folders whose contents are watched, at any depth.
  private let folders: [String]
  private var known: [String: Mark] = [:]
  #if canImport(Glibc)
    private let descriptor: Int32
  #endif

  /// What tells a file from itself after it was saved.
  private struct Mark: Equatable {
    let modifiedNanoseconds: Int64
    let byteCount: Int
    let inode: UInt64
  }

  /// How long a burst of saves may go on before it is told.
  private static let settleMilliseconds: Int32 = 50
  /// How long a wait is before whoever asked is asked whether to go on.
  private static let waitMilliseconds: Int32 = 200

  package init(_ folders: [String]) throws {
    self.folders = folders
    #if canImport(Glibc)
      descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
      if descriptor < 0 { throw FileError("watch", folders.first ?? "") }
    #endif
    known = try scan()
  }

  deinit {
    #if canImport(Glibc)
      close(descriptor)
    #endif
  }

  /// Waits until files were saved, made or removed; their paths, sorted.
  ///
  /// - Parameter shouldStop: asked five times a second; then the answer is empty.
  package func wait(shouldStop: () -> Bool) throws -> [String] {
    while !shouldStop() {
      guard waitForEvent(milliseconds: Self.waitMilliseconds) else { continue }
      // Editors write a file in several steps, and tools write several files.
      while waitForEvent(milliseconds: Self.settleMilliseconds) {}
      let now = try scan()
      let changed = Set(now.keys).union(known.keys).filter { now[$0] != known[$0] }
      known = now
      if !changed.isEmpty { return changed.sorted() }
    }
    return []
  }

  #if canImport(Glibc)
    /// Whether something happened within the time; what it was is found by looking.
    private func waitForEvent(milliseconds: Int32) -> Bool {
      var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard Glibc.poll(&poll, 1, milliseconds) > 0 else { return false }
      var buffer = [UInt8](repeating: 0, count: 4096)
      while buffer.withUnsafeMutableBytes({ read(descriptor, $0.baseAddress, $0.count) }) > 0 {}
      return true
    }

    /// Watching a folder that is watched already changes nothing.
    private func watch(_ folder: String) {
      let events = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE
      _ = inotify_add_watch(descriptor, folder, UInt32(events))
    }
  #else
    private func waitForEvent(milliseconds: Int32) -> Bool {
      usleep(UInt32(milliseconds) * 1000)
      // The settling time is over once; a scan then finds what changed.
      return milliseconds == Self.waitMilliseconds
    }

    private func watch(_ folder: String) {}
  #endif

  private func scan() throws -> [String: Mark] {
    var found: [String: Mark] = [:]
    for folder in folders { try scan(folder, into: &found) }
    return found
  }

  /// What goes away while it is looked at is as if it had not been there.
  private func scan(_ path: String, into found: inout [String: Mark]) throws {
    guard let status = try FileSystem.status(path) else { return }
    if status.kind == .file {
      found[path] = Mark(
        modifiedNanoseconds: status.modifiedNanoseconds, byteCount: status.byteCount, inode: status.inode)
      return
    }
    guard status.kind == .directory else { return }
    watch(path)
    for name in (try? FileSystem.list(path)) ?? [] where !name.hasPrefix(".") && !name.hasSuffix("~") {
      try scan(Path.join(path, name), into: &found)
    }
  }
}
