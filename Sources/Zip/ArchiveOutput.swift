#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The file that an archive is written to: under a temporary name until it is whole.
///
/// Not thread-safe. A class because a writer and the member it writes share it.
final class ArchiveOutput {
  let path: String
  /// Where the next byte goes.
  private(set) var position = 0

  private let partialPath: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var isCommitted = false

  private static let bufferSize = 256 * 1024

  init(path: String) throws(ZipError) {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      // Renaming over a device or a folder would replace or fail at the very end.
      throw ZipError(.unwritable("something that is no regular file has this name"), path: path)
    }
    self.path = path
    partialPath = "\(path).partial-\(getpid())"
    descriptor = open(partialPath, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw ZipError(.system(operation: "create", errno: errno), path: path) }
    buffer.reserveCapacity(Self.bufferSize)
  }

  deinit {
    close(descriptor)
    if !isCommitted { unlink(partialPath) }
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws(ZipError) {
    if buffer.count + bytes.count > Self.bufferSize { try flush() }
    if bytes.count >= Self.bufferSize {
      try write(bytes, at: position)
    } else {
      buffer.append(contentsOf: bytes)
    }
    position += bytes.count
  }

  func append(_ bytes: [UInt8]) throws(ZipError) {
    try bytes.withBytes { bytes throws(ZipError) in try append(bytes) }
  }

  /// Overwrites bytes that were appended before.
  func replace(at offset: Int, with bytes: [UInt8]) throws(ZipError) {
    let flushed = position - buffer.count
    if offset >= flushed {
      buffer.replaceSubrange((offset - flushed)..<(offset - flushed + bytes.count), with: bytes)
    } else {
      if offset + bytes.count > flushed { try flush() }
      try bytes.withBytes { bytes throws(ZipError) in try write(bytes, at: offset) }
    }
  }

  /// Forgets all that was appended from `offset` on.
  func rewind(to offset: Int) {
    let flushed = position - buffer.count
    buffer.removeLast(position - max(offset, flushed))
    position = offset
  }

  /// Makes the file whole under its own name; nothing is left half-written whatever fails.
  func commit() throws(ZipError) {
    try flush()
    try check(ftruncate(descriptor, off_t(position)), "shorten")
    try check(fsync(descriptor), "write")
    try check(rename(partialPath, path), "rename")
    isCommitted = true
    try syncFolder()
  }

  private func flush() throws(ZipError) {
    guard !buffer.isEmpty else { return }
    let start = position - buffer.count
    try buffer.withBytes { bytes throws(ZipError) in try write(bytes, at: start) }
    buffer.removeAll(keepingCapacity: true)
  }

  private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(ZipError) {
    guard let base = bytes.baseAddress else { return }
    var written = 0
    while written < bytes.count {
      // SAFETY: base + written has bytes.count - written bytes left.
      let count = pwrite(descriptor, base + written, bytes.count - written, off_t(offset + written))
      if count > 0 {
        written += count
      } else if errno != EINTR {
        throw ZipError(
          .system(operation: "write", errno: errno), path: path, byteOffset: offset + written)
      }
    }
  }

  /// Makes the new name durable.
  private func syncFolder() throws(ZipError) {
    let folder: String
    if let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) {
      folder = slash == path.startIndex ? "/" : String(path[..<slash])
    } else {
      folder = "."
    }
    let folderDescriptor = open(folder, O_RDONLY | O_CLOEXEC)
    // A folder that may be written but not read cannot be synced; the archive is whole all the same.
    guard folderDescriptor >= 0 else { return }
    fsync(folderDescriptor)
    close(folderDescriptor)
  }

  private func check(_ result: Int32, _ operation: String) throws(ZipError) {
    guard result == 0 else { throw ZipError(.system(operation: operation, errno: errno), path: path) }
  }
}
