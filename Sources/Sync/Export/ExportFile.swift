import Crypto
import Files
import Parquet
import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file that is written aside and takes its name when it is whole. Counts and hashes its bytes on the way.
final class ExportFile: ByteSink {
  private let path: String
  private let temporary: String
  private let descriptor: Int32
  private var sha256 = SHA256()
  private(set) var byteCount = 0
  private var isFinished = false

  /// Begins a file; folders above it are made.
  init(_ path: String, mode: UInt32 = 0o644) throws {
    try FileSystem.createDirectory(Path.parent(of: path))
    self.path = path
    temporary = Path.join(Path.parent(of: path), ".\(Path.name(of: path)).part")
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode_t(mode))
    guard descriptor >= 0 else { throw FileError("create", temporary) }
  }

  deinit {
    close(descriptor)
    if !isFinished { unlink(temporary) }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(ParquetError) {
    sha256.update(bufferPointer: bytes)
    byteCount += bytes.count
    try DescriptorSink(descriptor, path: temporary).write(bytes)
  }

  /// Puts the file in its place, and returns its SHA-256 in hex.
  func finish() throws -> String {
    guard fsync(descriptor) == 0 else { throw FileError("synchronize", temporary) }
    try FileSystem.rename(temporary, to: path)
    isFinished = true
    try FileSystem.synchronize(Path.parent(of: path))
    return Digest.hex(sha256.finalize())
  }
}
