/// Eight bytes of a file looked at at once; the first byte is the lowest.
struct ByteWord {
  let bits: UInt64

  static let byteCount = 8
  private static let lowBits: UInt64 = 0x7F7F_7F7F_7F7F_7F7F

  /// SAFETY: the caller has eight readable bytes there.
  @inline(__always)
  init(_ pointer: UnsafeRawPointer, at offset: Int) {
    bits = UInt64(littleEndian: pointer.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  @inline(__always)
  private init(bits: UInt64) {
    self.bits = bits
  }

  /// The word whose bytes are all `byte`.
  @inline(__always)
  init(repeating byte: UInt8) {
    bits = UInt64(byte) &* 0x0101_0101_0101_0101
  }

  /// The highest bit of each byte that equals that of `other`; exact, so all bits may be used.
  @inline(__always)
  func matches(_ other: ByteWord) -> UInt64 {
    let difference = bits ^ other.bits
    return ~(((difference & Self.lowBits) &+ Self.lowBits) | difference | Self.lowBits)
  }
}
