import CZlib

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A piece of a member, compressed on its own, so that several threads can compress one member.
///
/// The bytes end at a byte boundary without ending the deflate stream: pieces concatenate.
package struct DeflatedChunk: Sendable {
  package var bytes: [UInt8]
  /// The size before compression.
  package var byteCount: Int
  package var crc32: UInt32

  /// The last block of a stream, empty: what ends a member after its pieces.
  static let endOfStream: [UInt8] = [0x03, 0x00]
}

/// Compresses pieces, each independent of those before it: the same bytes on whichever thread.
package struct ChunkDeflater: ~Copyable {
  /// How much a serial writer puts into one piece. A piece forgets what was before it, which costs 1% at 512 KB.
  package static let preferredByteCount = 512 * 1024

  /// zlib keeps a pointer to the stream, so it must not move.
  private let stream: UnsafeMutablePointer<z_stream>

  /// A compressor at zlib's `level`, 1 (fast) to 9 (small).
  package init(level: Int) throws(ZipError) {
    precondition((1...9).contains(level), "zlib has levels 1 to 9")
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard czlib_deflateInitRaw(stream, Int32(level)) == Z_OK else {
      stream.deallocate()
      throw ZipError(.system(operation: "compress", errno: ENOMEM), path: "a piece of a member")
    }
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  /// Compresses one piece, of less than 4 GiB.
  package mutating func deflate(_ input: UnsafeRawBufferPointer) -> DeflatedChunk {
    precondition(input.count < Int(UInt32.max), "a piece is smaller than 4 GiB")
    let source = input.baseAddress?.assumingMemoryBound(to: Bytef.self)
    deflateReset(stream)
    // Beyond zlib's own bound, a flush adds an empty block of at most 6 bytes.
    let bound = Int(deflateBound(stream, uLong(input.count))) + 16
    let bytes = [UInt8](unsafeUninitializedCapacity: bound) { output, count in
      // SAFETY: zlib reads avail_in bytes of next_in and writes avail_out bytes of next_out, within this call.
      stream.pointee.next_in = UnsafeMutablePointer(mutating: source)
      stream.pointee.avail_in = uInt(input.count)
      stream.pointee.next_out = output.baseAddress
      stream.pointee.avail_out = uInt(bound)
      let code = CZlib.deflate(stream, Z_SYNC_FLUSH)
      precondition(
        code == Z_OK && stream.pointee.avail_in == 0 && stream.pointee.avail_out > 0,
        "deflateBound covers every input")
      count = bound - Int(stream.pointee.avail_out)
    }
    return DeflatedChunk(bytes: bytes, byteCount: input.count, crc32: CRC32(of: input).value)
  }
}
