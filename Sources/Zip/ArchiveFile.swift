#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An archive opened for positioned reading: no shared cursor, so several threads may read at once.
final class ArchiveFile: Sendable {
  let path: String
  let byteCount: Int
  private let descriptor: Int32

  init(path: String) throws(ZipError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw ZipError(.system(operation: "open", errno: errno), path: path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw ZipError(.system(operation: "inspect", errno: code), path: path)
    }
    let kind = status.st_mode & S_IFMT
    guard kind == S_IFREG else {
      close(descriptor)
      let content = kind == S_IFDIR ? "a folder" : "no regular file (a zip's directory is at its end)"
      throw ZipError(.notZip(content: content), path: path)
    }
    self.path = path
    self.descriptor = descriptor
    self.byteCount = Int(status.st_size)
  }

  deinit {
    close(descriptor)
  }

  /// Fills `buffer` from `offset` on and returns how many bytes there were: fewer only at the end of the file.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ZipError) -> Int {
    guard let base = buffer.baseAddress else { return 0 }
    var filled = 0
    while filled < buffer.count {
      // SAFETY: base + filled has buffer.count - filled bytes left, all of them the caller's.
      let count = pread(descriptor, base + filled, buffer.count - filled, off_t(offset + filled))
      if count > 0 {
        filled += count
      } else if count == 0 {
        break
      } else if errno != EINTR {
        throw ZipError(.system(operation: "read", errno: errno), path: path, byteOffset: offset + filled)
      }
    }
    return filled
  }

  /// The bytes of `range` that the file has.
  func bytes(at offset: Int, count: Int) throws(ZipError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let filled = try bytes.withUnsafeMutableBytes { buffer in
      Result { () throws(ZipError) in try read(at: offset, into: buffer) }
    }.get()
    bytes.removeLast(count - filled)
    return bytes
  }
}
