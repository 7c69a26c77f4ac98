import Crypto
import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The SHA-256 of what is sent.
package enum PayloadHash {
  /// In hex, as signatures have it.
  package static func sha256(_ bytes: [UInt8]) -> String { Hex.text(SHA256.hash(data: bytes)) }

  /// In hex; a file's part is read in pieces.
  package static func sha256(of body: HTTPBody) throws(CloudError) -> String {
    switch body {
    case .bytes(let bytes): return sha256(bytes)
    case .file(let range): return try hash(range, SHA256())
    }
  }

  /// In hex: what S3 has for the ETag of a part that it does not encrypt with keys of KMS.
  static func md5(of range: FileRange) throws(CloudError) -> String { try hash(range, Insecure.MD5()) }

  /// The same 32 bytes in base64, as S3's checksum fields have them; nil where the text is no SHA-256 in hex.
  package static func base64(hex text: String) -> String? {
    let digits = Array(text.utf8)
    guard digits.count == 64 else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: 64, by: 2) {
      guard let high = Hex.value(digits[index]), let low = Hex.value(digits[index + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return Base64.encode(bytes)
  }

  private static func hash(_ range: FileRange, _ function: some HashFunction) throws(CloudError) -> String {
    let descriptor = open(range.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CloudError(FileError("open", range.path)) }
    defer { close(descriptor) }
    var hash = function
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    var done = 0
    while done < range.byteCount {
      let wanted = min(buffer.count, range.byteCount - done)
      let count = pread(descriptor, buffer.baseAddress, wanted, off_t(range.offset + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        throw CloudError(FileError("read", range.path, errorNumber: count < 0 ? errno : EIO))
      }
      hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      done += count
    }
    return Hex.text(hash.finalize())
  }
}

/// Base64 (RFC 4648, section 4).
enum Base64 {
  private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var bits = group.reduce(0) { $0 << 8 | UInt32($1) }
      bits <<= 8 * UInt32(3 - group.count)
      for place in 0..<4 {
        text.append(
          place <= group.count ? digits[Int(bits >> (18 - 6 * UInt32(place)) & 63)] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
