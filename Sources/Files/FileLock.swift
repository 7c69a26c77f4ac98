#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An advisory `flock` on a file or folder, held until the value is gone or the process ends, however it ends.
package struct FileLock: ~Copyable {
  package enum Mode: Sendable {
    case shared
    case exclusive
  }

  package let path: String
  private let descriptor: Int32

  /// Takes the lock at once, or returns nil where another holder is in the way.
  ///
  /// - Parameter createsFile: whether to make an empty file where there is none; not for folders.
  package init?(trying path: String, mode: Mode, createsFile: Bool) throws(FileError) {
    let flags = createsFile ? O_RDWR | O_CREAT | O_CLOEXEC : O_RDONLY | O_CLOEXEC
    let descriptor = open(path, flags, 0o644)
    guard descriptor >= 0 else { throw FileError("open", path) }
    while flock(descriptor, (mode == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0 {
      if errno == EINTR { continue }
      let reason = errno
      close(descriptor)
      if reason == EWOULDBLOCK { return nil }
      throw FileError("lock", path, errorNumber: reason)
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  /// The status of what is locked, which may meanwhile have another name or none.
  package func status() throws(FileError) -> FileStatus {
    var buffer = stat()
    guard fstat(descriptor, &buffer) == 0 else { throw FileError("look at", path) }
    return FileStatus(buffer)
  }

  /// Replaces the text in the locked file; for holders to say who they are.
  package borrowing func write(_ text: String) throws(FileError) {
    guard ftruncate(descriptor, 0) == 0 else { throw FileError("write", path) }
    var text = text
    let count = text.withUTF8 { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    if count < 0 { throw FileError("write", path) }
  }
}
