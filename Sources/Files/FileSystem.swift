#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The file system's calls, with errors that name the call and the path.
package enum FileSystem {
  // MARK: Looking

  /// The status of `path`, or nil where there is none. Symbolic links are followed unless told otherwise.
  package static func status(_ path: String, followingLinks: Bool = true) throws(FileError) -> FileStatus? {
    var buffer = stat()
    let result = followingLinks ? stat(path, &buffer) : lstat(path, &buffer)
    if result == 0 { return FileStatus(buffer) }
    if errno == ENOENT || errno == ENOTDIR { return nil }
    throw FileError("look at", path)
  }

  package static func exists(_ path: String) -> Bool {
    access(path, F_OK) == 0
  }

  package static func isDirectory(_ path: String) -> Bool {
    (try? status(path))??.kind == .directory
  }

  /// The names in a folder, sorted, without `.` and `..`.
  package static func list(_ path: String) throws(FileError) -> [String] {
    guard let directory = opendir(path) else { throw FileError("list", path) }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: tuple.pointee)) {
          String(cString: $0)
        }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Where a symbolic link points, or nil where `path` is none.
  package static func readLink(_ path: String) throws(FileError) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = readlink(path, &buffer, buffer.count - 1)
    if count >= 0 { return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) }
    if errno == ENOENT || errno == EINVAL || errno == ENOTDIR { return nil }
    throw FileError("read the link", path)
  }

  /// The bytes that the file system of `path` has left for this user.
  package static func availableBytes(at path: String) throws(FileError) -> Int {
    var buffer = statvfs()
    guard statvfs(path, &buffer) == 0 else { throw FileError("look at the file system of", path) }
    return Int(
      clamping: UInt64(buffer.f_bavail).multipliedReportingOverflow(by: UInt64(buffer.f_frsize)).partialValue)
  }

  // MARK: Changing names

  /// Makes a folder and those above it that are missing.
  package static func createDirectory(_ path: String, mode: UInt32 = 0o755) throws(FileError) {
    if mkdir(path, mode_t(mode)) == 0 { return }
    let reason = errno
    if reason == EEXIST, isDirectory(path) { return }
    let parent = Path.parent(of: path)
    guard reason == ENOENT, parent != path else {
      throw FileError("create the folder", path, errorNumber: reason)
    }
    try createDirectory(parent, mode: mode)
    if mkdir(path, mode_t(mode)) != 0, errno != EEXIST { throw FileError("create the folder", path) }
  }

  /// Renames within one file system; a file of the new name is replaced in one step.
  package static func rename(_ old: String, to new: String) throws(FileError) {
    #if canImport(Glibc)
      let result = Glibc.rename(old, new)
    #else
      let result = Darwin.rename(old, new)
    #endif
    if result != 0 { throw FileError("rename to '\(new)' the file", old) }
  }

  /// Gives a file a second name. Returns false where the file system has no hard links or allows no more.
  package static func hardLink(_ path: String, to new: String) throws(FileError) -> Bool {
    if link(path, new) == 0 { return true }
    switch errno {
    case EPERM, EXDEV, EOPNOTSUPP, EMLINK, ENOSYS: return false
    default: throw FileError("link to '\(new)' the file", path)
    }
  }

  /// Makes `link` a symbolic link to `target`, in one step where it exists already.
  package static func replaceLink(_ link: String, target: String) throws(FileError) {
    let temporary = temporaryPath(for: link)
    unlink(temporary)
    guard symlink(target, temporary) == 0 else { throw FileError("create the link", temporary) }
    do {
      try rename(temporary, to: link)
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// Removes a file if there is one.
  package static func remove(_ path: String) throws(FileError) {
    if unlink(path) != 0, errno != ENOENT { throw FileError("remove", path) }
  }

  /// Removes a folder and all in it; symbolic links are removed, not followed.
  package static func removeTree(_ path: String) throws(FileError) {
    guard let status = try status(path, followingLinks: false) else { return }
    guard status.kind == .directory else { return try remove(path) }
    for name in try list(path) { try removeTree(Path.join(path, name)) }
    if rmdir(path) != 0, errno != ENOENT { throw FileError("remove the folder", path) }
  }

  package static func setMode(_ path: String, _ mode: UInt32) throws(FileError) {
    if chmod(path, mode_t(mode)) != 0 { throw FileError("set the permissions of", path) }
  }

  /// How the names of unfinished files and folders begin, which a killed process may leave.
  package static let temporaryPrefix = ".tmp-"

  /// A name beside `path` for what will take its place.
  static func temporaryPath(for path: String) -> String {
    Path.join(Path.parent(of: path), "\(temporaryPrefix)\(Path.name(of: path))-\(getpid())")
  }

  // MARK: Durability

  /// Waits until a file's or folder's contents are on the disk.
  package static func synchronize(_ path: String) throws(FileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError("open", path) }
    defer { close(descriptor) }
    if fsync(descriptor) != 0, errno != EINVAL { throw FileError("synchronize", path) }
  }
}
