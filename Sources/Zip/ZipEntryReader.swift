#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Pulls one member's content, decompressed, in bounded memory. CRC-32 and size are checked at the end.
package struct ZipEntryReader: ~Copyable {
  package let entry: ZipEntry
  /// How many bytes of content were handed out.
  package private(set) var byteCount = 0
  /// Whether all content was handed out and found to be whole.
  package private(set) var isAtEnd = false

  private let file: ArchiveFile
  /// Where the file is read next, and how much of the member is left there.
  private var offset: Int
  private var remaining: Int
  /// The place in the file up to which data were decompressed.
  private var usedUpTo: Int
  private var checksum = CRC32()
  private var failure: ZipError?
  private var source: DeflatedSource?
  /// Whether the end of the compressed stream was met.
  private var isStreamAtEnd = false

  init(archive: ZipArchive, entry: ZipEntry) throws(ZipError) {
    let source = try DeflatedSource.forEntry(entry, in: archive)
    let offset = try LocalHeader.dataOffset(of: entry, in: archive)
    self.init(file: archive.file, entry: entry, offset: offset, source: source)
  }

  private init(file: ArchiveFile, entry: ZipEntry, offset: Int, source: consuming DeflatedSource?) {
    self.entry = entry
    self.file = file
    self.offset = offset
    usedUpTo = offset
    self.source = source
    remaining = entry.compressedSize
  }

  /// Fills `buffer` with the next bytes of the content and returns how many there were: fewer than fit only
  /// at the end, and 0 behind it. The last bytes are handed out after the checks of the whole have passed.
  package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ZipError) -> Int {
    if let failure { throw failure }
    guard !isAtEnd else { return 0 }
    do throws(ZipError) {
      let wanted = min(buffer.count, entry.uncompressedSize - byteCount)
      let target = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
      if source == nil { try copy(into: target) } else { try inflate(into: target) }
      byteCount += wanted
      if byteCount == entry.uncompressedSize { try finish() }
      return wanted
    } catch {
      failure = error
      throw error
    }
  }

  private mutating func copy(into target: UnsafeMutableRawBufferPointer) throws(ZipError) {
    guard try file.read(at: offset, into: target) == target.count else { throw cutOff() }
    offset += target.count
    usedUpTo = offset
    remaining -= target.count
    checksum.add(UnsafeRawBufferPointer(target))
  }

  private mutating func inflate(into target: UnsafeMutableRawBufferPointer) throws(ZipError) {
    var filled = 0
    while filled < target.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: target[filled...])
      let produced = try inflateStep(into: rest)
      // The checksum is taken here, while the bytes are still in the processor's cache.
      checksum.add(UnsafeRawBufferPointer(rebasing: rest[..<produced]))
      filled += produced
      if isStreamAtEnd, filled < target.count {
        throw error(
          .damaged("it has \(byteCount + filled) bytes, the directory says \(entry.uncompressedSize)"))
      }
    }
  }

  /// One step of the decompressor, with input if there is any left; returns how many bytes came out.
  private mutating func inflateStep(into target: UnsafeMutableRawBufferPointer) throws(ZipError) -> Int {
    if source?.unread.isEmpty == true, remaining > 0 { try refill() }
    guard let step = source?.inflate(into: target) else { return 0 }
    usedUpTo += step.consumed
    switch step.outcome {
    case .more:
      // There is progress whenever there is input and room: without any, the input is all used up.
      if step.consumed == 0, step.produced == 0 { throw error(.damaged("its compressed data have no end")) }
    case .end: isStreamAtEnd = true
    case .corrupt(let reason): throw error(.damaged("its compressed data are corrupt (\(reason))"))
    case .outOfMemory: throw error(.system(operation: "inflate", errno: ENOMEM))
    }
    return step.produced
  }

  private mutating func refill() throws(ZipError) {
    guard let buffer = source?.buffer else { return }
    let count = min(buffer.count, remaining)
    let target = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
    guard try file.read(at: offset, into: target) == count else { throw cutOff() }
    offset += count
    remaining -= count
    source?.unread = 0..<count
  }

  /// Checks the whole: nothing more in the stream, nothing behind it, the right checksum.
  private mutating func finish() throws(ZipError) {
    var excess: UInt8 = 0
    while source != nil, !isStreamAtEnd {
      let produced = try withUnsafeMutableBytes(of: &excess) { target throws(ZipError) in
        try inflateStep(into: target)
      }
      guard produced == 0 else {
        throw error(.damaged("it has more than the \(entry.uncompressedSize) bytes that the directory says"))
      }
    }
    let unused = offset + remaining - usedUpTo
    guard unused == 0 else {
      throw error(.damaged("\(unused) bytes are left behind the end of its compressed data"))
    }
    guard checksum.value == entry.crc32 else {
      throw error(
        .checksumMismatch(expected: entry.crc32, actual: checksum.value), at: entry.localHeaderOffset)
    }
    isAtEnd = true
    source = nil
  }

  private func cutOff() -> ZipError {
    let what = "the file ends after \(file.byteCount) bytes, within its data"
    return error(.truncated(what), at: file.byteCount)
  }

  /// An error about this member, at the place where its compressed data are being read.
  private func error(_ reason: ZipError.Reason, at place: Int? = nil) -> ZipError {
    ZipError(reason, path: file.path, member: entry.name, byteOffset: place ?? usedUpTo)
  }
}
