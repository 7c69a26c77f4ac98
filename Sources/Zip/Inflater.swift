import CZlib

/// One raw deflate stream being decompressed. Owns zlib's state.
struct Inflater: ~Copyable {
  enum Outcome: Equatable {
    case more
    case end
    case corrupt(String)
    case outOfMemory
  }

  /// zlib keeps a pointer to the stream, so it must not move.
  private let stream: UnsafeMutablePointer<z_stream>

  /// nil where there is no memory for zlib's 40 KB of state.
  init?() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard czlib_inflateInitRaw(stream) == Z_OK else {
      stream.deallocate()
      return nil
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Decompresses from `input` into `output` as far as both reach.
  mutating func inflate(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) -> (outcome: Outcome, consumed: Int, produced: Int) {
    let inputCount = min(input.count, Int(UInt32.max))
    let outputCount = min(output.count, Int(UInt32.max))
    // SAFETY: zlib reads avail_in bytes of next_in and writes avail_out bytes of next_out, within this call only.
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.baseAddress?.assumingMemoryBound(to: Bytef.self))
    stream.pointee.avail_in = uInt(inputCount)
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: Bytef.self)
    stream.pointee.avail_out = uInt(outputCount)
    let code = CZlib.inflate(stream, Z_NO_FLUSH)
    let consumed = inputCount - Int(stream.pointee.avail_in)
    let produced = outputCount - Int(stream.pointee.avail_out)
    let outcome: Outcome =
      switch code {
      case Z_OK, Z_BUF_ERROR: .more
      case Z_STREAM_END: .end
      case Z_MEM_ERROR: .outOfMemory
      default: .corrupt(stream.pointee.msg.map { String(cString: $0) } ?? "zlib's error \(code)")
      }
    return (outcome, consumed, produced)
  }
}
