/// Reads the pages of a column chunk one after the other, decompressed, into memory that is used again.
struct PageReader: ~Copyable {
  private let file: InputFile
  private let limits: ReaderLimits
  private let dataEnd: Int
  private let codec: CompressionCodec
  private let decompressor: PageDecompressor
  private var window = ByteBuffer()
  private var compressed = ByteBuffer()
  /// The current page: levels and values as they are encoded.
  private(set) var body = ByteBuffer()
  /// Where the next page's header begins.
  private(set) var position: Int

  init(_ reader: FileReader, _ chunk: ColumnChunkMetadata) throws(ParquetError) {
    let codec = try Self.codec(of: chunk)
    let position = chunk.startOffset
    // Without values nobody looks at the pages.
    let isSound =
      position >= 4 && position <= reader.dataEnd && chunk.compressedByteCount <= reader.dataEnd - position
    guard isSound || chunk.valueCount == 0 else {
      throw ParquetError(
        .damaged(
          "its pages take \(chunk.compressedByteCount) bytes from \(position) on, and the footer begins at \(reader.dataEnd)"
        ))
    }
    decompressor = PageDecompressor()
    self.codec = codec
    self.position = position
    file = reader.file
    limits = reader.limits
    dataEnd = reader.dataEnd
  }

  private static func codec(of chunk: ColumnChunkMetadata) throws(ParquetError) -> CompressionCodec {
    if chunk.isEncrypted { throw ParquetError(.unsupported("it is encrypted")) }
    if let path = chunk.externalPath {
      throw ParquetError(.unsupported("its values are in another file, '\(path)'"))
    }
    return try CompressionCodec(code: chunk.codec)
  }

  /// Reads the next page and returns its header.
  mutating func next() throws(ParquetError) -> PageHeader {
    let (header, byteCount) = try readHeader()
    let start = position + byteCount
    guard header.compressedByteCount <= dataEnd - start else {
      throw ParquetError(
        .truncated("a page of \(header.compressedByteCount) bytes, and \(dataEnd - start) are left"))
    }
    for size in [header.compressedByteCount, header.uncompressedByteCount] where size > limits.pageByteCount {
      throw ParquetError(.limitExceeded(what: "the size of a page", value: size, limit: limits.pageByteCount))
    }
    compressed.count = 0
    compressed.reserve(header.compressedByteCount)
    try file.read(at: start, count: header.compressedByteCount, into: compressed.base)
    compressed.count = header.compressedByteCount
    if limits.verifiesChecksums, let expected = header.crc {
      let actual = PageChecksum.crc32(compressed.bytes)
      guard actual == expected else {
        throw ParquetError(.checksumMismatch(expected: expected, actual: actual))
      }
    }
    try unpack(header)
    position = start + header.compressedByteCount
    return header
  }

  /// Reads a header, of which nobody knows the length before.
  private mutating func readHeader() throws(ParquetError) -> (PageHeader, Int) {
    let available = dataEnd - position
    guard available > 0 else { throw ParquetError(.truncated("its pages end before its values")) }
    var size = min(256, available)
    while true {
      window.count = 0
      window.reserve(size)
      try file.read(at: position, count: size, into: window.base)
      window.count = size
      var reader = ThriftReader(window.bytes)
      do {
        let header = try PageHeader.read(&reader)
        return (header, reader.position)
      } catch {
        // Statistics in a header may be long; beyond a megabyte nobody means them.
        guard case .truncated = error.reason, size < min(available, 1 << 20) else { throw error }
        size = min(size * 16, available, 1 << 20)
      }
    }
  }

  private mutating func unpack(_ header: PageHeader) throws(ParquetError) {
    body.count = 0
    body.reserve(header.uncompressedByteCount)
    let target = UnsafeMutableRawBufferPointer(start: body.base, count: header.uncompressedByteCount)
    var levels = 0
    if header.type == .dataPageV2 {
      let (definition, repetition) = (header.definitionLevelByteCount, header.repetitionLevelByteCount)
      guard definition >= 0, repetition >= 0,
        definition + repetition <= min(header.compressedByteCount, header.uncompressedByteCount)
      else {
        throw ParquetError(
          .damaged("a page has \(definition) bytes of levels and \(header.compressedByteCount) in all"))
      }
      levels = definition + repetition
      target.copyMemory(from: UnsafeRawBufferPointer(rebasing: compressed.bytes[..<levels]))
    }
    let isCompressed = header.type != .dataPageV2 || header.isCompressed
    let values = UnsafeMutableRawBufferPointer(rebasing: target[levels...])
    // What is empty needs no decompression; some writers leave it empty in compressed form too.
    if values.count > 0 {
      try decompressor.decompress(
        isCompressed ? codec : .uncompressed, UnsafeRawBufferPointer(rebasing: compressed.bytes[levels...]),
        into: values)
    }
    body.count = header.uncompressedByteCount
  }
}
