/// A member of an archive, as the central directory describes it.
package struct ZipEntry: Sendable, Hashable {
  /// The name as it is in the archive, of any encoding.
  package var rawName: [UInt8]
  package var method: ZipMethod
  /// The general purpose bit flag (APPNOTE 4.4.4).
  package var flags: UInt16
  package var crc32: UInt32
  /// The size in the archive, in bytes.
  package var compressedSize: Int
  /// The size of the content, in bytes.
  package var uncompressedSize: Int
  /// Where the member begins in the file, prefixed bytes included.
  package var localHeaderOffset: Int
  /// Where the central directory's record of the member begins in the file.
  package var directoryRecordOffset: Int

  /// The name as UTF-8, with U+FFFD where it is none.
  package var name: String { String(decoding: rawName, as: UTF8.self) }

  /// Whether the entry stands for a folder.
  package var isDirectory: Bool { rawName.last == UInt8(ascii: "/") }

  /// Whether reading needs a password.
  package var isEncrypted: Bool { flags & 0x2041 != 0 || method == .aesEncrypted }

  /// Whether crc and sizes stand behind the data and may be missing in front of it.
  var hasDataDescriptor: Bool { flags & 0x0008 != 0 }
}
