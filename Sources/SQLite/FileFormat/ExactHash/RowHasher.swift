/// Hashes the records of rows to 128 bits: two lanes of 64 bits that multiply and fold, each over all bytes.
///
/// A record is taken in blocks of two little-endian words; the last block is filled up with zeros, and the number of
/// bytes is mixed in at the end. It is a strong hash for data as it comes, not one against people who make collisions.
package struct RowHasher: Sendable {
  private var first: UInt64
  private var second: UInt64
  private var byteCount = 0
  /// The bytes behind the last whole block.
  private var rest = SIMD16<UInt8>()

  static let blockByteCount = 16

  // The fractional part of pi, word by word: numbers that nobody chose.
  private static let seeds: (UInt64, UInt64) = (0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7344)
  private static let masks: (UInt64, UInt64) = (0xA409_3822_299F_31D0, 0x082E_FA98_EC4E_6C89)
  private static let lengthMasks: (UInt64, UInt64) = (0x4528_21E6_38D0_1377, 0xBE54_66CF_34E9_0C6C)
  private static let keyFactors: (UInt64, UInt64) = (0x9216_D5D9_8979_FB1B, 0x2FFD_72DB_D01A_DFB7)

  /// Begins a record.
  ///
  /// - Parameter key: the value of the INTEGER PRIMARY KEY, which is not in the record; 0 where there is none.
  @inline(__always)
  package init(key: Int64) {
    let key = UInt64(bitPattern: key)
    first = Self.seeds.0 ^ key &* Self.keyFactors.0
    second = Self.seeds.1 ^ key &* Self.keyFactors.1
  }

  /// The hash of a record that lies in one piece.
  ///
  /// SAFETY: a whole block may be read from any byte of the record on, that is, up to 15 bytes behind its end.
  @inline(__always)
  package static func hash(_ record: UnsafeRawPointer, count: Int, key: Int64) -> UInt128 {
    var hasher = RowHasher(key: key)
    // All blocks but the last, which has 1...16 bytes; a record has two bytes at least.
    let last = (count &- 1) & ~(blockByteCount &- 1)
    var offset = 0
    while offset < last {
      hasher.mix(word(record, offset), word(record, offset &+ 8))
      offset &+= blockByteCount
    }
    // A shift by 64 or more leaves no bit.
    let bits = UInt64(truncatingIfNeeded: (count &- last) &* 8)
    let lowMask = ~(UInt64.max << bits)
    let highMask = bits > 64 ? ~(UInt64.max << (bits &- 64)) : 0
    hasher.mix(word(record, last) & lowMask, word(record, last &+ 8) & highMask)
    return hasher.finish(count)
  }

  /// Adds bytes of a record that comes in pieces.
  package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    var bytes = bytes
    let held = byteCount % Self.blockByteCount
    byteCount += bytes.count
    if held > 0 {
      let count = min(Self.blockByteCount - held, bytes.count)
      keep(bytes.prefix(count), at: held)
      if held + count < Self.blockByteCount { return }
      mixRest()
      bytes = UnsafeRawBufferPointer(rebasing: bytes[count...])
    }
    var offset = 0
    if let base = bytes.baseAddress {
      while offset + Self.blockByteCount <= bytes.count {
        mix(Self.word(base, offset), Self.word(base, offset + 8))
        offset += Self.blockByteCount
      }
    }
    keep(bytes[offset...], at: 0)
  }

  private mutating func keep(_ bytes: Slice<UnsafeRawBufferPointer>, at offset: Int) {
    withUnsafeMutableBytes(of: &rest) { rest in
      UnsafeMutableRawBufferPointer(rebasing: rest[offset...]).copyBytes(from: bytes)
    }
  }

  /// The hash of the record whose pieces were added.
  package mutating func finish() -> UInt128 {
    if byteCount % Self.blockByteCount > 0 { mixRest() }
    return finish(byteCount)
  }

  private mutating func mixRest() {
    let words = unsafeBitCast(rest, to: SIMD2<UInt64>.self)
    mix(UInt64(littleEndian: words.x), UInt64(littleEndian: words.y))
    rest = SIMD16()
  }

  @inline(__always)
  private mutating func mix(_ low: UInt64, _ high: UInt64) {
    first = Self.fold(low ^ first, high ^ Self.masks.0)
    second = Self.fold(low ^ Self.masks.1, high ^ second)
  }

  @inline(__always)
  private func finish(_ count: Int) -> UInt128 {
    let length = UInt64(truncatingIfNeeded: count)
    let high = Self.fold(first ^ Self.lengthMasks.0, second ^ length &* Self.keyFactors.1)
    let low = Self.fold(second ^ Self.lengthMasks.1, first ^ length &* Self.keyFactors.0)
    return UInt128(high) << 64 | UInt128(low)
  }

  /// The two halves of the full product, laid over each other.
  @inline(__always)
  private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }

  @inline(__always)
  private static func word(_ bytes: UnsafeRawPointer, _ offset: Int) -> UInt64 {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }
}
