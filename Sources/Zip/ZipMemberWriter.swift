import CZlib

/// The content of one member, being written. Lent by `ZipWriter.addMember`.
package struct ZipMemberWriter: ~Copyable {
  private var header: MemberHeader
  private let output: ArchiveOutput
  private let level: Int?
  private var pending: [UInt8] = []
  private var deflater: ChunkDeflater?

  init(header: MemberHeader, level: Int?, output: ArchiveOutput) {
    self.header = header
    self.level = level
    self.output = output
  }

  /// Adds content; it is compressed on this thread, in pieces of `ChunkDeflater.preferredByteCount`.
  package mutating func write(_ bytes: UnsafeRawBufferPointer) throws(ZipError) {
    guard level != nil else {
      let checksum = CRC32(of: bytes).value
      return try add(bytes, byteCount: bytes.count, checksum: checksum)
    }
    let size = ChunkDeflater.preferredByteCount
    var rest = bytes[...]
    while !rest.isEmpty {
      if pending.isEmpty, rest.count >= size {
        try deflate(UnsafeRawBufferPointer(rebasing: rest.prefix(size)))
        rest = rest.dropFirst(size)
      } else {
        let part = rest.prefix(size - pending.count)
        pending.append(contentsOf: part)
        rest = rest.dropFirst(part.count)
        if pending.count == size { try deflatePending() }
      }
    }
  }

  /// Adds content that was compressed elsewhere. The member must be one that is deflated.
  package mutating func append(_ chunk: DeflatedChunk) throws(ZipError) {
    precondition(level != nil, "a stored member takes no compressed content")
    try deflatePending()
    try addDeflated(chunk)
  }

  /// Ends the data and returns the header with crc and sizes.
  consuming func finish() throws(ZipError) -> MemberHeader {
    if level != nil {
      try deflatePending()
      let end = DeflatedChunk(bytes: DeflatedChunk.endOfStream, byteCount: 0, crc32: 0)
      try addDeflated(end)
    }
    return header
  }

  private mutating func deflatePending() throws(ZipError) {
    guard !pending.isEmpty else { return }
    var bytes: [UInt8] = []
    swap(&bytes, &pending)
    try bytes.withBytes { bytes throws(ZipError) in try deflate(bytes) }
    bytes.removeAll(keepingCapacity: true)
    swap(&bytes, &pending)
  }

  private mutating func deflate(_ bytes: UnsafeRawBufferPointer) throws(ZipError) {
    guard let level else { return }
    if deflater == nil { deflater = try ChunkDeflater(level: level) }
    if let chunk = deflater?.deflate(bytes) { try addDeflated(chunk) }
  }

  private mutating func addDeflated(_ chunk: DeflatedChunk) throws(ZipError) {
    try chunk.bytes.withBytes { bytes throws(ZipError) in
      try add(bytes, byteCount: chunk.byteCount, checksum: chunk.crc32)
    }
  }

  private mutating func add(
    _ bytes: UnsafeRawBufferPointer, byteCount: Int, checksum: UInt32
  ) throws(ZipError) {
    header.crc32 = UInt32(
      truncatingIfNeeded: crc32_combine(uLong(header.crc32), uLong(checksum), byteCount))
    header.compressedSize += bytes.count
    header.uncompressedSize += byteCount
    guard header.isLarge || max(header.compressedSize, header.uncompressedSize) < Int(UInt32.max) else {
      throw ZipError(
        .unwritable("it reached 4 GiB without room for Zip64 sizes"), path: output.path,
        member: String(decoding: header.name, as: UTF8.self), byteOffset: output.position)
    }
    try output.append(bytes)
  }
}
