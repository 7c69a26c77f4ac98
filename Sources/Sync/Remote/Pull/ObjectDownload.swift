import Crypto
import Diagnostics
import Files
import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Brings an object to a file here, and checks it on the way: no byte more than its manifest says, and its SHA-256.
struct ObjectDownload {
  let remote: Remote
  let build: String

  /// - Parameters:
  ///   - path: the file, which must not exist; it is there only if all bytes are right.
  ///   - onBytes: told of bytes that came; may throw to end the work.
  func run(
    _ object: RemoteManifest.Object, to path: String, onBytes: (Int) throws -> Void = { _ in }
  ) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileError("create", path) }
    defer { close(descriptor) }
    do {
      try receive(object) { bytes in
        try FileSystem.writeAll(bytes, to: descriptor, path: path)
        try onBytes(bytes.count)
      }
    } catch {
      unlink(path)
      throw error
    }
  }

  /// The bytes of an object of a person's size.
  func bytes(_ object: RemoteManifest.Object) throws -> [UInt8] {
    var all: [UInt8] = []
    try receive(object) { all.append(contentsOf: $0) }
    return all
  }

  private func receive(
    _ object: RemoteManifest.Object, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    guard let key = ObjectKey(object.key) else { throw remote.damaged("'\(object.key)' is no key", build) }
    var hash = SHA256()
    var count = 0
    let status = try remote.destination.get(key, range: nil) { piece in
      count += piece.count
      guard count <= object.byteCount else {
        throw remote.damaged("'\(key)' is longer than \(object.byteCount) bytes", build)
      }
      hash.update(bufferPointer: piece)
      try body(piece)
    }
    guard status != nil else { throw remote.damaged("'\(key)' is missing", build) }
    guard count == object.byteCount else {
      throw remote.damaged("'\(key)' has \(count) bytes, not \(object.byteCount)", build)
    }
    guard Digest.hex(hash.finalize()) == object.sha256 else {
      throw remote.damaged("'\(key)' has another SHA-256 than its manifest says", build)
    }
  }
}
