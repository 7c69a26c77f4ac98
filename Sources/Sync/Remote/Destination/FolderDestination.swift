import Crypto
import Diagnostics
import Files
import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A remote in a folder: each object a file of its key's path.
///
/// Files are written aside and take their names when they are whole and on the disk; the last step is taken under a
/// lock, so that conditions hold between processes. The folder may lie on a shared disk whose `flock` is one for all.
package struct FolderDestination: Destination {
  private let root: String
  private static let lockName = ".lock"
  private static let lockTimeoutSeconds = 60.0
  /// Objects up to this size have their SHA-256 as version; immutable ones are larger.
  private static let hashedByteCount = 1 << 20

  package init(_ path: String) {
    root = Path.absolute(path)
  }

  package var location: String { "'\(root)'" }

  private func path(_ key: ObjectKey) -> String { Path.join(root, key.text) }

  // MARK: Reading

  package func head(_ key: ObjectKey) throws -> ObjectStatus? {
    try OpenObject(path(key))?.status()
  }

  package func get(
    _ key: ObjectKey, range: Range<Int>?, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> ObjectStatus? {
    guard let object = try OpenObject(path(key)) else { return nil }
    try object.read(range ?? 0..<Int.max, body)
    return try object.status()
  }

  /// A file that stays the same however its name is replaced.
  private struct OpenObject: ~Copyable {
    let path: String
    let descriptor: Int32

    init?(_ path: String) throws(FileError) {
      self.path = path
      descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
      if descriptor < 0 {
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw FileError("open", path)
      }
    }

    deinit { close(descriptor) }

    func status() throws -> ObjectStatus? {
      var buffer = stat()
      guard fstat(descriptor, &buffer) == 0 else { throw FileError("look at", path) }
      guard buffer.st_mode & S_IFMT == S_IFREG else { return nil }
      #if canImport(Darwin)
        let time = buffer.st_mtimespec
      #else
        let time = buffer.st_mtim
      #endif
      let byteCount = Int(buffer.st_size)
      var sha256: String?
      if byteCount <= FolderDestination.hashedByteCount {
        var hash = SHA256()
        try read(0..<byteCount) { hash.update(bufferPointer: $0) }
        sha256 = Digest.hex(hash.finalize())
      }
      return ObjectStatus(
        byteCount: byteCount,
        version: sha256 ?? "\(byteCount)-\(time.tv_sec).\(time.tv_nsec)-\(buffer.st_ino)",
        sha256: sha256,
        modified: Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000))
    }

    func read(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
      try FileSystem.read(descriptor, range, path: path, body)
    }
  }

  // MARK: Writing

  package func put(_ key: ObjectKey, _ content: ObjectContent, _ condition: PutCondition) throws -> PutOutcome
  {
    let path = path(key)
    guard try holds(condition, key) else { return .refused }
    let file = try begin(path)
    try file.write(content)
    let lock = try takeLock()
    guard try holds(condition, key) else { return .refused }
    try file.finish()
    _ = consume lock
    guard let status = try head(key) else {
      throw FileError("find again", path, errorNumber: ENOENT)
    }
    return .stored(version: status.version)
  }

  /// Begins a file. Whoever deletes the last object of a folder takes the folder away, which may be just now.
  private func begin(_ path: String) throws -> UnfinishedFile {
    var attempts = 0
    while true {
      try makeFolder(Path.parent(of: path))
      do throws(FileError) {
        return try UnfinishedFile(beside: path)
      } catch {
        attempts += 1
        guard error.errorNumber == ENOENT, attempts < 100 else { throw error }
      }
    }
  }

  private func holds(_ condition: PutCondition, _ key: ObjectKey) throws -> Bool {
    switch condition {
    case .ifAbsent: try FileSystem.status(path(key), followingLinks: false) == nil
    case .ifMatch(let version): try head(key)?.version == version
    }
  }

  private func takeLock() throws -> FileLock {
    let stopwatch = Stopwatch()
    let path = Path.join(root, Self.lockName)
    while true {
      if let lock = try FileLock(trying: path, mode: .exclusive, createsFile: true) { return lock }
      if stopwatch.seconds > Self.lockTimeoutSeconds {
        throw SyncError(
          .remoteBusy, "the remote \(location) is locked by another process",
          hints: ["end the process that holds '\(path)'"])
      }
      usleep(2000)
    }
  }

  /// Makes a folder below the root, on the disk.
  private func makeFolder(_ folder: String) throws {
    if FileSystem.isDirectory(folder) { return }
    try FileSystem.createDirectory(folder)
    var made = folder
    while made.count > root.count {
      made = Path.parent(of: made)
      try FileSystem.synchronize(made)
    }
  }

  package func delete(_ key: ObjectKey) throws {
    let path = path(key)
    try FileSystem.remove(path)
    // Folders that are empty now go too; one that somebody puts something into meanwhile is not empty.
    var folder = Path.parent(of: path)
    while folder.count > root.count, rmdir(folder) == 0 { folder = Path.parent(of: folder) }
  }

  // MARK: Listing

  package func list(_ prefix: String, _ body: (ObjectKey, ObjectStatus) throws -> Void) throws {
    let folder = prefix.lastIndex(of: "/").map { String(prefix[..<$0]) } ?? ""
    guard folder.isEmpty || ObjectKey(folder) != nil else { return }
    try walk(folder, prefix, body)
  }

  private func walk(
    _ folder: String, _ prefix: String, _ body: (ObjectKey, ObjectStatus) throws -> Void
  ) throws {
    let path = Path.join(root, folder)
    guard FileSystem.isDirectory(path) else { return }
    for name in try FileSystem.list(path) {
      let text = folder.isEmpty ? name : "\(folder)/\(name)"
      guard let key = ObjectKey(text),
        let status = try FileSystem.status(self.path(key), followingLinks: false)
      else { continue }
      switch status.kind {
      case .directory where text.hasPrefix(prefix) || prefix.hasPrefix(text):
        try walk(text, prefix, body)
      case .file where text.hasPrefix(prefix):
        let time = Timestamp(microseconds: status.modifiedNanoseconds / 1000)
        try body(
          key, ObjectStatus(byteCount: status.byteCount, version: "", sha256: nil, modified: time))
      default: continue
      }
    }
  }

  package func sweep(before time: Timestamp) throws {
    func sweep(_ folder: String) throws {
      for name in try FileSystem.list(folder) {
        let path = Path.join(folder, name)
        guard let status = try FileSystem.status(path, followingLinks: false) else { continue }
        if status.kind == .directory { try sweep(path) }
        if status.kind == .file, name.hasPrefix(FileSystem.temporaryPrefix),
          status.modifiedNanoseconds / 1000 < time.microseconds
        {
          try FileSystem.remove(path)
        }
      }
    }
    if FileSystem.isDirectory(root) { try sweep(root) }
  }
}

/// A file beside the one whose name it takes when it is whole.
private final class UnfinishedFile {
  private let path: String
  private let temporary: String
  private let descriptor: Int32
  private var isFinished = false

  init(beside path: String) throws(FileError) {
    self.path = path
    let number = String(UInt64.random(in: 0 ... .max), radix: 36)
    temporary = Path.join(
      Path.parent(of: path), "\(FileSystem.temporaryPrefix)\(Path.name(of: path).prefix(100))-\(number)")
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError("create", temporary) }
  }

  deinit {
    close(descriptor)
    if !isFinished { unlink(temporary) }
  }

  /// Writes all bytes, which must turn out to be those that are announced.
  func write(_ content: ObjectContent) throws {
    switch content {
    case .bytes(let bytes): try bytes.withUnsafeBytes { try write($0) }
    case .file(let source, let byteCount, let sha256):
      var hash = SHA256()
      var count = 0
      try FileSystem.read(source) { piece in
        hash.update(bufferPointer: piece)
        count += piece.count
        try write(piece)
      }
      guard count == byteCount, Digest.hex(hash.finalize()) == sha256 else {
        throw SyncError(
          .remoteObjectDiffers, "'\(source)' is not the file that it was when it was written",
          hints: ["run the command again"])
      }
    }
    guard fsync(descriptor) == 0 else { throw FileError("synchronize", temporary) }
  }

  private func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    try FileSystem.writeAll(bytes, to: descriptor, path: temporary)
  }

  func finish() throws(FileError) {
    try FileSystem.rename(temporary, to: path)
    isFinished = true
    try FileSystem.synchronize(Path.parent(of: path))
  }
}
