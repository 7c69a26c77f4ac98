import Crypto
import Files

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
    return hex(hash.finalize())
  }

  /// The hash of several texts, each with its length, so that no two lists share one.
  package static func sha256(parts: [String]) -> String {
    sha256(parts.map { "\($0.utf8.count):\($0)" }.joined())
  }

  package static func sha256(_ bytes: [UInt8]) -> String { hex(SHA256.hash(data: bytes)) }

  /// The hash of a file's bytes, read in pieces.
  package static func sha256(fileAt path: String) throws -> String {
    var hash = SHA256()
    try FileSystem.read(path) { hash.update(bufferPointer: $0) }
    return hex(hash.finalize())
  }

  /// Whether a text is a SHA-256 as it is written here.
  package static func isSHA256(_ text: String) -> Bool {
    text.utf8.count == 64
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  /// Two lower-case digits for each byte.
  package static func hex(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
