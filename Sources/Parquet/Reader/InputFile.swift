#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The bytes of a file, read from any place, on any thread.
///
/// Sendable: the descriptor is only read from by `pread`, which keeps no place, and closed when nobody holds it any more.
final class InputFile: Sendable {
  private enum Content: Sendable {
    case descriptor(Int32)
    case memory([UInt8])
    case source(any ByteSource)
  }

  private let content: Content
  let path: String?
  let byteCount: Int

  convenience init(path: String) throws(ParquetError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw ParquetError(.system(operation: "open", errno: errno), path: path) }
    try self.init(descriptor: descriptor, path: path)
  }

  /// Takes over an open file.
  ///
  /// - Parameter path: what messages call it.
  init(descriptor: Int32, path: String) throws(ParquetError) {
    let end = lseek(descriptor, 0, SEEK_END)
    guard end >= 0 else {
      let code = errno
      close(descriptor)
      throw ParquetError(.system(operation: "read", errno: code), path: path)
    }
    content = .descriptor(descriptor)
    self.path = path
    byteCount = Int(end)
  }

  init(bytes: [UInt8]) {
    content = .memory(bytes)
    path = nil
    byteCount = bytes.count
  }

  init(_ source: any ByteSource) {
    content = .source(source)
    path = source.name
    byteCount = source.byteCount
  }

  deinit {
    if case .descriptor(let descriptor) = content { close(descriptor) }
  }

  /// Reads exactly `count` bytes at `offset`, for which `target` has room.
  func read(at offset: Int, count: Int, into target: UnsafeMutableRawPointer) throws(ParquetError) {
    guard offset >= 0, count >= 0, offset <= byteCount, count <= byteCount - offset else {
      throw ParquetError(
        .truncated("\(count) bytes are due where \(byteCount - min(max(offset, 0), byteCount)) are left"),
        path: path)
    }
    switch content {
    case .memory(let bytes):
      bytes.withUnsafeBytes { source in
        UnsafeMutableRawBufferPointer(start: target, count: count)
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[offset..<offset + count]))
      }
    case .source(let source): try source.read(at: offset, count: count, into: target)
    case .descriptor(let descriptor):
      var done = 0
      while done < count {
        let taken = pread(descriptor, target + done, min(count - done, 1 << 30), off_t(offset + done))
        if taken < 0 {
          if errno == EINTR { continue }
          throw ParquetError(.system(operation: "read", errno: errno), path: path)
        }
        guard taken > 0 else {
          throw ParquetError(.truncated("it became shorter while it was read"), path: path)
        }
        done += taken
      }
    }
  }

  func bytes(at offset: Int, count: Int) throws(ParquetError) -> [UInt8] {
    guard offset >= 0, count >= 0, offset <= byteCount, count <= byteCount - offset else {
      throw ParquetError(.truncated("\(count) bytes are due at its end"), path: path)
    }
    var buffer = ByteBuffer(capacity: count)
    try read(at: offset, count: count, into: buffer.base)
    buffer.count = count
    return Array(buffer)
  }
}
