/// A compression method, by its number in the zip specification (APPNOTE 4.4.5).
package struct ZipMethod: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
  package var rawValue: UInt16

  package init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  package static let stored = ZipMethod(rawValue: 0)
  package static let deflate = ZipMethod(rawValue: 8)
  /// The marker of a member encrypted with AES; its true method is in an extra field.
  package static let aesEncrypted = ZipMethod(rawValue: 99)

  /// The name and number, as `Deflate64 (method 9)`.
  package var description: String {
    name.map { "\($0) (method \(rawValue))" } ?? "an unknown method (\(rawValue))"
  }

  private var name: String? {
    switch rawValue {
    case 0: "no compression"
    case 1: "Shrink"
    case 2...5: "Reduce"
    case 6: "Implode"
    case 8: "deflate"
    case 9: "Deflate64"
    case 10: "PKWARE Implode"
    case 12: "bzip2"
    case 14: "LZMA"
    case 16, 18, 19: "an IBM method"
    case 20, 93: "Zstandard"
    case 94: "MP3"
    case 95: "XZ"
    case 96: "a JPEG variant"
    case 97: "WavPack"
    case 98: "PPMd"
    case 99: "AES encryption"
    default: nil
    }
  }
}
