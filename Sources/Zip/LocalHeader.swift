/// The header in front of a member's data (APPNOTE 4.3.7), checked against the directory's entry.
enum LocalHeader {
  /// Where the data of `entry` begins.
  static func dataOffset(of entry: ZipEntry, in archive: ZipArchive) throws(ZipError) -> Int {
    let file = archive.file
    func error(_ reason: ZipError.Reason) -> ZipError {
      ZipError(reason, path: file.path, member: entry.name, byteOffset: entry.localHeaderOffset)
    }
    let fixed = try file.bytes(at: entry.localHeaderOffset, count: ZipFormat.localHeaderSize)
    guard fixed.count == ZipFormat.localHeaderSize else {
      throw error(.truncated("the file ends within its header"))
    }
    let header = fixed.withUnsafeBytes { Fields($0) }
    guard header.signature == ZipFormat.localHeaderSignature else {
      throw error(.damaged("there is no header in front of it"))
    }
    let rest = try file.bytes(
      at: entry.localHeaderOffset + ZipFormat.localHeaderSize, count: header.nameCount + header.extraCount)
    guard rest.count == header.nameCount + header.extraCount else {
      throw error(.truncated("the file ends within its header"))
    }
    guard rest.prefix(header.nameCount).elementsEqual(entry.rawName) else {
      let name = String(decoding: rest.prefix(header.nameCount), as: UTF8.self)
      throw error(.damaged("the header in front of it names '\(name)'"))
    }
    guard header.method == entry.method, (header.flags ^ entry.flags) & 0x0009 == 0 else {
      throw error(.damaged("the header in front of it contradicts the directory"))
    }
    // With a data descriptor the header could not know crc and sizes: the directory alone has them.
    if !entry.hasDataDescriptor {
      let sizes = rest.withUnsafeBytes {
        Zip64Extra(
          uncompressedSize: header.uncompressedSize, compressedSize: header.compressedSize,
          localHeaderOffset: 0, extra: $0.slice(at: header.nameCount, count: header.extraCount))
      }
      guard let sizes, sizes.compressedSize == UInt64(entry.compressedSize),
        sizes.uncompressedSize == UInt64(entry.uncompressedSize), header.crc32 == entry.crc32
      else { throw error(.damaged("the sizes or CRC-32 in front of it contradict the directory")) }
    }
    let offset =
      entry.localHeaderOffset + ZipFormat.localHeaderSize + header.nameCount + header.extraCount
    guard offset <= archive.end.directoryOffset,
      entry.compressedSize <= archive.end.directoryOffset - offset
    else { throw error(.damaged("its data would reach into the directory")) }
    return offset
  }

  private struct Fields {
    var signature: UInt32
    var flags: UInt16
    var method: ZipMethod
    var crc32: UInt32
    var compressedSize: UInt32
    var uncompressedSize: UInt32
    var nameCount: Int
    var extraCount: Int

    init(_ bytes: UnsafeRawBufferPointer) {
      signature = bytes.uint32(at: 0)
      flags = bytes.uint16(at: 6)
      method = ZipMethod(rawValue: bytes.uint16(at: 8))
      crc32 = bytes.uint32(at: 14)
      compressedSize = bytes.uint32(at: 18)
      uncompressedSize = bytes.uint32(at: 22)
      nameCount = Int(bytes.uint16(at: 26))
      extraCount = Int(bytes.uint16(at: 28))
    }
  }
}
