import Crypto
import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// SHA-256, and MD5 where dbt names things by it, in hex.
package enum Digest {
  package static func sha256(_ text: String) -> String {
    var hash = SHA256()
    var text = text
    text.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    return hex(hash.finalize())
  }

  /// MD5: for names that dbt makes of it, never for what must not be forged.
  package static func md5(_ text: String) -> String {
    var hash = Insecure.MD5()
    var text = text
    text.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    return hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// The hash of several texts, each with its length, so that no two lists share one.
  package static func sha256(parts: [String]) -> String {
    sha256(parts.map { "\($0.utf8.count):\($0)" }.joined())
  }

  /// The hash of a file's bytes, read in pieces.
  package static func sha256(fileAt path: String) throws -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError("open", path) }
    defer { close(descriptor) }
    var hash = SHA256()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    while true {
      let count = read(descriptor, buffer.baseAddress, buffer.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError("read", path)
      }
      if count == 0 { return hex(hash.finalize()) }
      hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }

  private static func hex(_ digest: SHA256Digest) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for byte in digest {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
