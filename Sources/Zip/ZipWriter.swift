/// Writes a zip archive: members one after the other, whole under its name only after `finish()`.
///
/// The bytes depend on what is written alone: every timestamp is 1980-01-01. Zip64 is used where it is needed.
/// Memory is bounded whatever the number of members.
package struct ZipWriter: ~Copyable {
  package enum Compression: Sendable, Equatable {
    case stored
    /// Deflate at zlib's level, 1 (fast) to 9 (small).
    case deflate(level: Int)

    var level: Int? {
      if case .deflate(let level) = self { level } else { nil }
    }
  }

  /// How many members were written.
  package private(set) var entryCount = 0
  /// How many bytes the archive has so far, without its directory.
  package var byteCount: Int { output.position }

  private let output: ArchiveOutput
  private let directory: DirectorySpool

  /// Begins an archive under a temporary name beside `path`.
  package init(path: String) throws(ZipError) {
    output = try ArchiveOutput(path: path)
    directory = DirectorySpool(archivePath: path)
  }

  /// Adds a member whose content `body` writes. If `body` throws, the member is forgotten.
  ///
  /// `isLarge` reserves room for Zip64 sizes: needed where content or compressed data may reach 4 GiB.
  package mutating func addMember<Result>(
    _ name: String, compression: Compression = .deflate(level: 6), isLarge: Bool = false,
    _ body: (inout ZipMemberWriter) throws -> Result
  ) throws -> Result {
    let header = try MemberHeader(name: name, compression: compression, isLarge: isLarge, path: output.path)
    let offset = output.position
    do {
      try output.append(header.local)
      var member = ZipMemberWriter(header: header, level: compression.level, output: output)
      let result = try body(&member)
      let finished = try member.finish()
      try output.replace(at: offset, with: finished.local)
      try directory.append(finished.directoryRecord(localHeaderOffset: offset))
      entryCount += 1
      return result
    } catch {
      output.rewind(to: offset)
      throw error
    }
  }

  /// Adds a small member as it is; `checksum` is its CRC-32 where the caller knows it.
  package mutating func addStored(
    _ name: String, _ bytes: UnsafeRawBufferPointer, checksum: UInt32? = nil
  ) throws(ZipError) {
    var header = try MemberHeader(
      name: name, compression: .stored, isLarge: bytes.count >= Int(UInt32.max), path: output.path)
    header.crc32 = checksum ?? CRC32(of: bytes).value
    header.compressedSize = bytes.count
    header.uncompressedSize = bytes.count
    let offset = output.position
    do throws(ZipError) {
      try output.append(header.local)
      try output.append(bytes)
      try directory.append(header.directoryRecord(localHeaderOffset: offset))
      entryCount += 1
    } catch {
      output.rewind(to: offset)
      throw error
    }
  }

  /// Writes the directory, makes the file durable and gives it its name; returns its size in bytes.
  @discardableResult
  package consuming func finish() throws(ZipError) -> Int {
    let directoryOffset = output.position
    try directory.copy(to: output)
    try output.append(endRecords(directoryOffset: directoryOffset))
    try output.commit()
    return output.position
  }

  private func endRecords(directoryOffset: Int) -> [UInt8] {
    let size = directory.byteCount
    var bytes: [UInt8] = []
    let needsZip64 =
      entryCount >= Int(UInt16.max) || size >= Int(UInt32.max) || directoryOffset >= Int(UInt32.max)
    if needsZip64 {
      bytes.append(littleEndian: ZipFormat.zip64EndSignature)
      bytes.append(littleEndian: UInt64(ZipFormat.zip64EndSize - 12))
      bytes.append(littleEndian: MemberHeader.madeBy(version: MemberHeader.zip64Version))
      bytes.append(littleEndian: MemberHeader.zip64Version)
      bytes.append(littleEndian: UInt64(0))
      for value in [entryCount, entryCount, size, directoryOffset] {
        bytes.append(littleEndian: UInt64(value))
      }
      bytes.append(littleEndian: ZipFormat.zip64LocatorSignature)
      bytes.append(littleEndian: UInt32(0))
      bytes.append(littleEndian: UInt64(directoryOffset + size))
      bytes.append(littleEndian: UInt32(1))
    }
    bytes.append(littleEndian: ZipFormat.endSignature)
    bytes.append(littleEndian: UInt32(0))
    bytes.append(littleEndian: UInt16(clamping: entryCount))
    bytes.append(littleEndian: UInt16(clamping: entryCount))
    bytes.append(littleEndian: UInt32(clamping: size))
    bytes.append(littleEndian: UInt32(clamping: directoryOffset))
    bytes.append(littleEndian: UInt16(0))
    return bytes
  }
}
