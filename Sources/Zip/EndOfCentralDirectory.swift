/// Where the central directory lies: what the end of an archive says (APPNOTE 4.3.14 to 4.3.16).
struct EndOfCentralDirectory: Sendable, Equatable {
  /// Where the directory begins in the file, prefixed bytes included.
  var directoryOffset: Int
  var directorySize: Int
  /// The number of entries; where there is no Zip64 record, only its lower 16 bits.
  var entryCount: UInt64
  var isZip64: Bool
  /// How many bytes stand in front of the archive (a self-extractor's program): added to every offset.
  var prefixSize: Int

  /// Reads the end of an archive.
  ///
  /// A comment may hold anything, signatures too: the last candidate that leads to a directory is taken.
  static func find(in file: ArchiveFile) throws(ZipError) -> EndOfCentralDirectory {
    let tailSize = min(file.byteCount, ZipFormat.endSize + Int(UInt16.max))
    let tailOffset = file.byteCount - tailSize
    let tail = try file.bytes(at: tailOffset, count: tailSize)
    var firstError: ZipError?
    var position = tail.count - ZipFormat.endSize
    while position >= 0 {
      defer { position -= 1 }
      guard tail[position] == 0x50, tail[position + 1] == 0x4B, tail[position + 2] == 0x05,
        tail[position + 3] == 0x06
      else { continue }
      do throws(ZipError) {
        let record = Array(tail[position..<(position + ZipFormat.endSize)])
        return try EndOfCentralDirectory(record: record, at: tailOffset + position, in: file)
      } catch {
        if case .system = error.reason { throw error }
        firstError = firstError ?? error
      }
    }
    if let firstError { throw firstError }
    throw try missing(in: file)
  }

  private init(record: [UInt8], at offset: Int, in file: ArchiveFile) throws(ZipError) {
    var end = record.withUnsafeBytes { EndFields(classic: $0) }
    var endOffset = offset
    isZip64 = false
    if let found = try Self.zip64(before: offset, in: file) {
      (end, endOffset) = found
      isZip64 = true
    }
    guard end.disk == 0, end.directoryDisk == 0, end.entryCountOnDisk == end.entryCount else {
      throw ZipError(.multiDisk, path: file.path, byteOffset: offset)
    }
    guard let size = Int(exactly: end.directorySize), let start = Int(exactly: end.directoryOffset),
      size <= endOffset, start <= endOffset - size
    else {
      // More directory than there are bytes in front of it: a piece from the middle is missing, or the end lies.
      throw ZipError(
        .damaged("the directory is said to be \(end.directorySize) bytes at \(end.directoryOffset)"),
        path: file.path, byteOffset: offset)
    }
    entryCount = end.entryCount
    directorySize = size
    prefixSize = endOffset - size - start
    directoryOffset = endOffset - size
    let smallest = UInt64(size / ZipFormat.directoryRecordSize)
    guard end.entryCount <= smallest else {
      throw ZipError(
        .damaged("\(end.entryCount) entries cannot be in a directory of \(size) bytes"), path: file.path,
        byteOffset: offset)
    }
    if size > 0, try !Self.hasDirectory(at: directoryOffset, in: file) {
      // Some writers leave bytes between the directory and the end: then the offset is true as it stands.
      guard try Self.hasDirectory(at: start, in: file) else {
        throw ZipError(
          .damaged("there is no directory at byte \(directoryOffset)"), path: file.path, byteOffset: offset)
      }
      prefixSize = 0
      directoryOffset = start
    }
  }

  private static func hasDirectory(at offset: Int, in file: ArchiveFile) throws(ZipError) -> Bool {
    let signature = try file.bytes(at: offset, count: 4)
    return signature.count == 4
      && signature.withUnsafeBytes { $0.uint32(at: 0) } == ZipFormat.directorySignature
  }

  /// The Zip64 record that the locator in front of the classic one points to, with its place.
  private static func zip64(before offset: Int, in file: ArchiveFile) throws(ZipError) -> (EndFields, Int)? {
    let locatorOffset = offset - ZipFormat.zip64LocatorSize
    guard locatorOffset >= ZipFormat.zip64EndSize else { return nil }
    let locator = try file.bytes(at: locatorOffset, count: ZipFormat.zip64LocatorSize)
    guard locator.count == ZipFormat.zip64LocatorSize else { return nil }
    let (signature, target) = locator.withUnsafeBytes { ($0.uint32(at: 0), $0.uint64(at: 8)) }
    guard signature == ZipFormat.zip64LocatorSignature else { return nil }
    // Where bytes were put in front of the archive the pointer is wrong; the record then stands right here.
    for candidate in [Int(exactly: target), locatorOffset - ZipFormat.zip64EndSize] {
      guard let candidate, candidate <= locatorOffset - ZipFormat.zip64EndSize else { continue }
      let record = try file.bytes(at: candidate, count: ZipFormat.zip64EndSize)
      guard record.count == ZipFormat.zip64EndSize else { continue }
      let fields = record.withUnsafeBytes { bytes -> EndFields? in
        bytes.uint32(at: 0) == ZipFormat.zip64EndSignature ? EndFields(zip64: bytes) : nil
      }
      if let fields { return (fields, candidate) }
    }
    throw ZipError(
      .damaged("there is no Zip64 end record at byte \(target)"), path: file.path, byteOffset: locatorOffset)
  }

  /// Why a file has no end record: it is cut off, or no zip archive at all.
  private static func missing(in file: ArchiveFile) throws(ZipError) -> ZipError {
    let head = try file.bytes(at: 0, count: min(file.byteCount, FileContent.headByteCount))
    if head.count >= 4 {
      switch head.withUnsafeBytes({ $0.uint32(at: 0) }) {
      case ZipFormat.localHeaderSignature:
        let what = "its directory is missing at the end (the file has \(file.byteCount) bytes)"
        return ZipError(.truncated(what), path: file.path, byteOffset: file.byteCount)
      case ZipFormat.spanSignature: return ZipError(.multiDisk, path: file.path, byteOffset: 0)
      default: break
      }
    }
    return ZipError(.notZip(content: FileContent.describe(head)), path: file.path)
  }
}

/// The fields that the classic and the Zip64 end record share.
private struct EndFields {
  var disk: UInt32
  var directoryDisk: UInt32
  var entryCountOnDisk: UInt64
  var entryCount: UInt64
  var directorySize: UInt64
  var directoryOffset: UInt64

  /// Reads the classic record's 22 bytes.
  init(classic bytes: UnsafeRawBufferPointer) {
    disk = UInt32(bytes.uint16(at: 4))
    directoryDisk = UInt32(bytes.uint16(at: 6))
    entryCountOnDisk = UInt64(bytes.uint16(at: 8))
    entryCount = UInt64(bytes.uint16(at: 10))
    directorySize = UInt64(bytes.uint32(at: 12))
    directoryOffset = UInt64(bytes.uint32(at: 16))
  }

  /// Reads the Zip64 record's 56 bytes.
  init(zip64 bytes: UnsafeRawBufferPointer) {
    disk = bytes.uint32(at: 16)
    directoryDisk = bytes.uint32(at: 20)
    entryCountOnDisk = bytes.uint64(at: 24)
    entryCount = bytes.uint64(at: 32)
    directorySize = bytes.uint64(at: 40)
    directoryOffset = bytes.uint64(at: 48)
  }
}
