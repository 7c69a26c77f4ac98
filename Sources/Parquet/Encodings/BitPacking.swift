/// Integers of equally many bits, one behind the other, lowest bit first.
enum BitPacking {
  @inline(__always)
  static func byteCount(_ valueCount: Int, width: Int) -> Int { (valueCount &* width &+ 7) / 8 }

  /// Packs `count` values of at most `width` bits each, `width` at most 32.
  static func pack<Value: UnsignedInteger & FixedWidthInteger>(
    _ values: UnsafePointer<Value>, count: Int, width: Int, into output: inout ByteBuffer
  ) {
    let byteCount = byteCount(count, width: width)
    output.reserve(byteCount + 8)
    let target = output.end
    var offset = 0
    var word: UInt64 = 0
    var bits: UInt64 = 0
    // SAFETY: stores go at most 8 bytes beyond what was packed, and there is room for that.
    for index in 0..<count {
      word |= UInt64(values[index]) << bits
      bits &+= UInt64(truncatingIfNeeded: width)
      if bits >= 32 {
        target.storeBytes(
          of: UInt32(truncatingIfNeeded: word).littleEndian, toByteOffset: offset, as: UInt32.self)
        offset &+= 4
        word >>= 32
        bits &-= 32
      }
    }
    target.storeBytes(
      of: UInt32(truncatingIfNeeded: word).littleEndian, toByteOffset: offset, as: UInt32.self)
    output.count += byteCount
  }

  /// Packs `count` values of at most `width` bits each, `width` at most 64.
  static func packWide(_ values: UnsafePointer<UInt64>, count: Int, width: Int, into output: inout ByteBuffer)
  {
    let byteCount = byteCount(count, width: width)
    output.reserve(byteCount + 16)
    let target = output.end
    var offset = 0
    var word: UInt64 = 0
    var bits: UInt64 = 0
    // SAFETY: as above.
    for index in 0..<count {
      let value = values[index]
      word |= value << bits
      let total = bits &+ UInt64(truncatingIfNeeded: width)
      if total >= 64 {
        target.storeBytes(of: word.littleEndian, toByteOffset: offset, as: UInt64.self)
        offset &+= 8
        word = bits == 0 ? 0 : value >> (64 &- bits)
        bits = total &- 64
      } else {
        bits = total
      }
    }
    target.storeBytes(of: word.littleEndian, toByteOffset: offset, as: UInt64.self)
    output.count += byteCount
  }

  /// The value at `index` of values of `width` bits, at most 32. Reads up to 8 bytes from where it begins.
  @inline(__always)
  static func value(_ source: UnsafeRawPointer, _ index: Int, width: Int, mask: UInt64) -> UInt32 {
    let bit = index &* width
    let word = UInt64(littleEndian: source.loadUnaligned(fromByteOffset: bit >> 3, as: UInt64.self))
    return UInt32(truncatingIfNeeded: word >> UInt64(truncatingIfNeeded: bit & 7) & mask)
  }

  /// The same for up to 64 bits. Reads up to 9 bytes.
  @inline(__always)
  static func wideValue(_ source: UnsafeRawPointer, _ index: Int, width: Int, mask: UInt64) -> UInt64 {
    let bit = index &* width
    let shift = UInt64(truncatingIfNeeded: bit & 7)
    var word = UInt64(littleEndian: source.loadUnaligned(fromByteOffset: bit >> 3, as: UInt64.self)) >> shift
    if width > 56, shift > 0 {
      word |= UInt64(source.load(fromByteOffset: bit >> 3 &+ 8, as: UInt8.self)) << (64 &- shift)
    }
    return word & mask
  }
}
