import CZlib
import CZstd

/// How strongly pages are compressed, by the codec's own numbers.
package struct Compression: Sendable, Hashable {
  package var codec: CompressionCodec
  package var level: Int

  package init(_ codec: CompressionCodec, level: Int? = nil) {
    self.codec = codec
    self.level = level ?? (codec == .gzip ? 6 : 3)
  }

  package static let zstd = Compression(.zstd)
  package static let uncompressed = Compression(.uncompressed)
}

/// Compresses pages one after the other, with one set of tables for all.
struct PageCompressor: ~Copyable {
  private let compression: Compression
  private var zstd: OpaquePointer?
  private var matchTable: MatchTable

  init(_ compression: Compression) {
    self.compression = compression
    matchTable = MatchTable()
    zstd = compression.codec == .zstd ? ZSTD_createCCtx() : nil
  }

  deinit { ZSTD_freeCCtx(zstd) }

  /// Appends `input` in compressed form to `output`, and returns how many bytes that are.
  mutating func compress(_ input: UnsafeRawBufferPointer, into output: inout ByteBuffer) throws(ParquetError)
    -> Int
  {
    let before = output.count
    switch compression.codec {
    case .uncompressed: output.append(input)
    case .snappy: Snappy.compress(input, into: &output, &matchTable)
    case .lz4Raw: LZ4Block.compress(input, into: &output, &matchTable)
    case .zstd: try compressZstd(input, into: &output)
    case .gzip: try Gzip.compress(input, into: &output, level: compression.level)
    }
    return output.count - before
  }

  private func compressZstd(_ input: UnsafeRawBufferPointer, into output: inout ByteBuffer)
    throws(ParquetError)
  {
    let bound = ZSTD_compressBound(input.count)
    output.reserve(bound)
    // SAFETY: the output has room for `bound` bytes.
    let code = ZSTD_compressCCtx(
      zstd, output.end, bound, input.baseAddress, input.count, Int32(compression.level))
    guard ZSTD_isError(code) == 0 else {
      throw ParquetError(.unwritable("zstd says: \(String(cString: ZSTD_getErrorName(code)))"))
    }
    output.count += code
  }
}

/// Decompresses pages one after the other. What comes out is as large as its header said, or it is refused.
struct PageDecompressor: ~Copyable {
  private let zstd: OpaquePointer?

  init() { zstd = ZSTD_createDCtx() }

  deinit { ZSTD_freeDCtx(zstd) }

  /// Decompresses all of `input` into exactly `output`.
  func decompress(
    _ codec: CompressionCodec, _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(ParquetError) {
    let produced: Int
    switch codec {
    case .uncompressed:
      guard input.count == output.count else { throw Self.size(input.count, output.count) }
      if input.count > 0 { output.copyMemory(from: input) }
      return
    case .snappy: produced = try Snappy.decompress(input, into: output)
    case .lz4Raw: produced = try LZ4Block.decompress(input, into: output)
    case .gzip: produced = try Gzip.decompress(input, into: output)
    case .zstd:
      // SAFETY: zstd reads and writes within the two buffers.
      let code = ZSTD_decompressDCtx(zstd, output.baseAddress, output.count, input.baseAddress, input.count)
      guard ZSTD_isError(code) == 0 else {
        throw ParquetError(.damaged("zstd says of a page: \(String(cString: ZSTD_getErrorName(code)))"))
      }
      produced = code
    }
    guard produced == output.count else { throw Self.size(produced, output.count) }
  }

  private static func size(_ actual: Int, _ expected: Int) -> ParquetError {
    ParquetError(.damaged("a page has \(actual) bytes, its header says \(expected)"))
  }
}

/// gzip by way of zlib.
enum Gzip {
  static func compress(_ input: UnsafeRawBufferPointer, into output: inout ByteBuffer, level: Int)
    throws(ParquetError)
  {
    guard input.count < Int(UInt32.max) else { throw ParquetError(.unwritable("a page is 4 GiB or larger")) }
    var stream = z_stream()
    guard czlib_deflateInitGzip(&stream, Int32(min(max(level, 1), 9))) == Z_OK else {
      throw ParquetError(.unwritable("zlib has no memory"))
    }
    defer { deflateEnd(&stream) }
    let bound = Int(deflateBound(&stream, uLong(input.count))) + 32
    output.reserve(bound)
    // SAFETY: zlib reads avail_in bytes of next_in and writes avail_out bytes of next_out, within this call.
    stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.assumingMemoryBound(to: Bytef.self))
    stream.avail_in = uInt(input.count)
    stream.next_out = output.end.assumingMemoryBound(to: Bytef.self)
    stream.avail_out = uInt(bound)
    guard deflate(&stream, Z_FINISH) == Z_STREAM_END else {
      throw ParquetError(.unwritable("zlib cannot compress a page"))
    }
    output.count += bound - Int(stream.avail_out)
  }

  /// Also of several members in a row, and of zlib's own container.
  static func decompress(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(ParquetError) -> Int {
    guard input.count < Int(UInt32.max), output.count < Int(UInt32.max) else {
      throw ParquetError(.unsupported("a page of 4 GiB or more in gzip"))
    }
    var stream = z_stream()
    guard czlib_inflateInitGzip(&stream) == Z_OK else {
      throw ParquetError(.unsupported("zlib has no memory"))
    }
    defer { inflateEnd(&stream) }
    // zlib wants an address even where there is nothing to write.
    var nothing: UInt8 = 0
    return try withUnsafeMutablePointer(to: &nothing) { (nothing) throws(ParquetError) -> Int in
      // SAFETY: zlib reads avail_in bytes of next_in and writes avail_out bytes of next_out, within these calls.
      stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.assumingMemoryBound(to: Bytef.self))
      stream.avail_in = uInt(input.count)
      stream.next_out = output.baseAddress?.assumingMemoryBound(to: Bytef.self) ?? nothing
      stream.avail_out = uInt(output.count)
      while true {
        let code = inflate(&stream, Z_FINISH)
        guard code == Z_STREAM_END else {
          throw ParquetError(
            .damaged(
              "zlib says of a page: \(stream.msg.map { String(cString: $0) } ?? "too short or too long")"))
        }
        if stream.avail_in == 0 { return output.count - Int(stream.avail_out) }
        guard inflateReset(&stream) == Z_OK else {
          throw ParquetError(.damaged("a page has bytes behind its end"))
        }
      }
    }
  }
}

/// The CRC-32 of page bodies.
enum PageChecksum {
  static func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    guard let base = bytes.baseAddress else { return 0 }
    return UInt32(
      truncatingIfNeeded: crc32_z(
        CZlib.crc32(0, nil, 0), base.assumingMemoryBound(to: Bytef.self), bytes.count))
  }
}
