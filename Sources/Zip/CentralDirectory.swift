/// The pass over an archive's central directory, in a buffer of fixed size.
struct CentralDirectory {
  let file: ArchiveFile
  let end: EndOfCentralDirectory

  /// Holds the longest possible record: 46 bytes and three fields of 65,535.
  private static let bufferSize = 256 * 1024

  /// The entries whose raw name is `wanted`, in the directory's order.
  func entries(where wanted: (UnsafeRawBufferPointer) -> Bool) throws(ZipError) -> [ZipEntry] {
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(Self.bufferSize, max(end.directorySize, 1)), alignment: 16)
    defer { buffer.deallocate() }
    // SAFETY: every access below is to bytes ..< filled, which read(at:into:) has written.
    let bytes = UnsafeRawBufferPointer(buffer)
    var entries: [ZipEntry] = []
    var count: UInt64 = 0
    var bufferOffset = end.directoryOffset
    let directoryEnd = end.directoryOffset + end.directorySize
    var filled = 0
    var cursor = 0

    while bufferOffset + cursor < directoryEnd {
      let available = filled - cursor
      var needed = ZipFormat.directoryRecordSize
      var nameCount = 0
      var extraCount = 0
      if available >= needed {
        guard bytes.uint32(at: cursor) == ZipFormat.directorySignature else {
          if bytes.uint32(at: cursor) == ZipFormat.digitalSignature { break }
          throw damaged("no directory record where one is due", at: bufferOffset + cursor)
        }
        nameCount = Int(bytes.uint16(at: cursor + 28))
        extraCount = Int(bytes.uint16(at: cursor + 30))
        needed += nameCount + extraCount + Int(bytes.uint16(at: cursor + 32))
      }
      if available < needed {
        let offset = bufferOffset + cursor
        filled = try refill(buffer, keeping: cursor..<filled, upTo: directoryEnd, from: bufferOffset)
        bufferOffset = offset
        cursor = 0
        guard filled >= needed else {
          if directoryEnd - offset >= needed || offset + filled == file.byteCount {
            throw ZipError(.truncated("its directory ends too soon"), path: file.path, byteOffset: offset)
          }
          throw damaged("a directory record reaches beyond the directory", at: offset)
        }
        continue
      }
      let nameStart = cursor + ZipFormat.directoryRecordSize
      let name = bytes.slice(at: nameStart, count: nameCount)
      if wanted(name) {
        let extra = bytes.slice(at: nameStart + nameCount, count: extraCount)
        let record = bytes.slice(at: cursor, count: ZipFormat.directoryRecordSize)
        entries.append(try entry(record, name: name, extra: extra, at: bufferOffset + cursor))
      }
      cursor += needed
      count += 1
    }
    let isCounted = end.isZip64 ? count == end.entryCount : count & 0xFFFF == end.entryCount
    guard isCounted else {
      throw damaged("its directory has \(count) entries, its end says \(end.entryCount)", at: directoryEnd)
    }
    try checkOverlap(entries)
    return entries
  }

  /// Moves the unread bytes to the front and reads on behind them; returns how many bytes there are now.
  private func refill(
    _ buffer: UnsafeMutableRawBufferPointer, keeping rest: Range<Int>, upTo directoryEnd: Int,
    from offset: Int
  ) throws(ZipError) -> Int {
    let source = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[rest])
    buffer.copyMemory(from: source)
    let next = offset + rest.upperBound
    let room = min(buffer.count - rest.count, directoryEnd - next)
    let target = UnsafeMutableRawBufferPointer(rebasing: buffer[rest.count..<(rest.count + room)])
    return rest.count + (try file.read(at: next, into: target))
  }

  private func entry(
    _ record: UnsafeRawBufferPointer, name: UnsafeRawBufferPointer, extra: UnsafeRawBufferPointer,
    at offset: Int
  ) throws(ZipError) -> ZipEntry {
    func damaged(_ what: String) -> ZipError {
      let member = String(decoding: name, as: UTF8.self)
      return ZipError(.damaged(what), path: file.path, member: member, byteOffset: offset)
    }
    let disk = record.uint16(at: 34)
    guard disk == 0 || disk == ZipFormat.saturated16 else {
      throw ZipError(.multiDisk, path: file.path, byteOffset: offset)
    }
    guard
      let sizes = Zip64Extra(
        uncompressedSize: record.uint32(at: 24), compressedSize: record.uint32(at: 20),
        localHeaderOffset: record.uint32(at: 42), extra: extra)
    else { throw damaged("its Zip64 field is too short") }
    guard let uncompressedSize = Int(exactly: sizes.uncompressedSize),
      let compressedSize = Int(exactly: sizes.compressedSize),
      let relativeOffset = Int(exactly: sizes.localHeaderOffset)
    else { throw damaged("a size or offset of it is beyond 2^63") }
    let start = relativeOffset.addingReportingOverflow(end.prefixSize)
    let smallest = ZipFormat.localHeaderSize + name.count
    guard !start.overflow, start.partialValue <= end.directoryOffset,
      end.directoryOffset - start.partialValue >= smallest,
      compressedSize <= end.directoryOffset - start.partialValue - smallest
    else { throw damaged("\(compressedSize) bytes at \(relativeOffset) would reach into the directory") }
    return ZipEntry(
      rawName: Array(name), method: ZipMethod(rawValue: record.uint16(at: 10)), flags: record.uint16(at: 8),
      crc32: record.uint32(at: 16), compressedSize: compressedSize, uncompressedSize: uncompressedSize,
      localHeaderOffset: start.partialValue, directoryRecordOffset: offset)
  }

  /// Refuses members that share bytes: the trick by which a small file unpacks to petabytes.
  private func checkOverlap(_ entries: [ZipEntry]) throws(ZipError) {
    let ordered = entries.sorted { $0.localHeaderOffset < $1.localHeaderOffset }
    for (entry, next) in zip(ordered, ordered.dropFirst()) {
      let size = ZipFormat.localHeaderSize + entry.rawName.count + entry.compressedSize
      guard next.localHeaderOffset - entry.localHeaderOffset >= size else {
        throw ZipError(
          .damaged("it overlaps '\(next.name)'"), path: file.path, member: entry.name,
          byteOffset: next.localHeaderOffset)
      }
    }
  }

  private func damaged(_ what: String, at offset: Int) -> ZipError {
    ZipError(.damaged(what), path: file.path, byteOffset: offset)
  }
}
