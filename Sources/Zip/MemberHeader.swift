/// What is written of a member besides its data: the header in front and the record in the directory.
struct MemberHeader {
  let name: [UInt8]
  let method: ZipMethod
  let isLarge: Bool
  var crc32: UInt32 = 0
  var compressedSize = 0
  var uncompressedSize = 0

  static let zip64Version: UInt16 = 45
  private static let version: UInt16 = 20
  /// Names are UTF-8 (APPNOTE 4.4.4, bit 11).
  private static let flags: UInt16 = 0x0800
  /// 1980-01-01, 0:00: the first moment that the format knows.
  private static let time: UInt16 = 0
  private static let date: UInt16 = 0x0021
  /// A regular file that its owner may write and all may read.
  private static let unixMode: UInt32 = 0o100644

  init(name: String, compression: ZipWriter.Compression, isLarge: Bool, path: String) throws(ZipError) {
    self.name = Array(name.utf8)
    self.isLarge = isLarge
    method = compression == .stored ? .stored : .deflate
    guard (1...Int(UInt16.max)).contains(self.name.count) else {
      throw ZipError(
        .unwritable("a name has 1 to 65,535 bytes, not \(self.name.count)"), path: path, member: name)
    }
  }

  /// The version that made the archive: the specification's, on Unix.
  static func madeBy(version: UInt16) -> UInt16 { 3 << 8 | version }

  /// The header in front of the data: always of the same size, so that it can be replaced when all is known.
  var local: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(ZipFormat.localHeaderSize + name.count + 20)
    bytes.append(littleEndian: ZipFormat.localHeaderSignature)
    appendShared(to: &bytes, version: isLarge ? Self.zip64Version : Self.version)
    bytes.append(littleEndian: isLarge ? ZipFormat.saturated32 : UInt32(clamping: compressedSize))
    bytes.append(littleEndian: isLarge ? ZipFormat.saturated32 : UInt32(clamping: uncompressedSize))
    bytes.append(littleEndian: UInt16(name.count))
    bytes.append(littleEndian: UInt16(isLarge ? 20 : 0))
    bytes.append(contentsOf: name)
    if isLarge { Self.append(zip64: [uncompressedSize, compressedSize], to: &bytes) }
    return bytes
  }

  /// The record in the directory.
  func directoryRecord(localHeaderOffset: Int) -> [UInt8] {
    let largest = Int(UInt32.max)
    let zip64 = [uncompressedSize, compressedSize, localHeaderOffset].filter { $0 >= largest }
    let version = isLarge || !zip64.isEmpty ? Self.zip64Version : Self.version
    var bytes: [UInt8] = []
    bytes.reserveCapacity(ZipFormat.directoryRecordSize + name.count + 28)
    bytes.append(littleEndian: ZipFormat.directorySignature)
    bytes.append(littleEndian: Self.madeBy(version: version))
    appendShared(to: &bytes, version: version)
    bytes.append(littleEndian: UInt32(clamping: compressedSize))
    bytes.append(littleEndian: UInt32(clamping: uncompressedSize))
    bytes.append(littleEndian: UInt16(name.count))
    bytes.append(littleEndian: UInt16(zip64.isEmpty ? 0 : 4 + 8 * zip64.count))
    bytes.append(littleEndian: UInt16(0))
    bytes.append(littleEndian: UInt32(0))
    bytes.append(littleEndian: Self.unixMode << 16)
    bytes.append(littleEndian: UInt32(clamping: localHeaderOffset))
    bytes.append(contentsOf: name)
    if !zip64.isEmpty { Self.append(zip64: zip64, to: &bytes) }
    return bytes
  }

  private func appendShared(to bytes: inout [UInt8], version: UInt16) {
    bytes.append(littleEndian: version)
    bytes.append(littleEndian: Self.flags)
    bytes.append(littleEndian: method.rawValue)
    bytes.append(littleEndian: Self.time)
    bytes.append(littleEndian: Self.date)
    bytes.append(littleEndian: crc32)
  }

  private static func append(zip64 values: [Int], to bytes: inout [UInt8]) {
    bytes.append(littleEndian: ZipFormat.zip64ExtraID)
    bytes.append(littleEndian: UInt16(8 * values.count))
    for value in values { bytes.append(littleEndian: UInt64(value)) }
  }
}
