#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The central directory while the members are being written: in memory as long as it is small, beyond that in
/// a nameless file beside the archive, so that millions of members cost no memory.
final class DirectorySpool {
  /// The directory's size so far, in bytes.
  private(set) var byteCount = 0

  private let archivePath: String
  private var buffer: [UInt8] = []
  private var spilledCount = 0
  private var descriptor: Int32 = -1

  private static let bufferSize = 1024 * 1024

  init(archivePath: String) {
    self.archivePath = archivePath
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  func append(_ record: [UInt8]) throws(ZipError) {
    if buffer.count + record.count > Self.bufferSize { try spill() }
    buffer.append(contentsOf: record)
    byteCount += record.count
  }

  /// Copies the whole directory to `output`.
  func copy(to output: ArchiveOutput) throws(ZipError) {
    var piece = [UInt8](repeating: 0, count: min(Self.bufferSize, spilledCount))
    var offset = 0
    while offset < spilledCount {
      let wanted = min(piece.count, spilledCount - offset)
      let descriptor = descriptor
      let count = piece.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, wanted, off_t(offset)) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failed("read") }
      try piece.withBytes { bytes throws(ZipError) in
        try output.append(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
      }
      offset += count
    }
    try output.append(buffer)
  }

  private func spill() throws(ZipError) {
    if descriptor < 0 {
      let path = "\(archivePath).directory-\(getpid())"
      descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { throw failed("create") }
      unlink(path)
    }
    var written = 0
    while written < buffer.count {
      let (descriptor, start) = (descriptor, spilledCount)
      let count = buffer.withUnsafeBytes { bytes in
        pwrite(
          descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written, off_t(start + written))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failed("write") }
      written += count
    }
    spilledCount += buffer.count
    buffer.removeAll(keepingCapacity: true)
  }

  private func failed(_ operation: String) -> ZipError {
    ZipError(.system(operation: operation, errno: errno), path: archivePath)
  }
}
