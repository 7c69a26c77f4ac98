#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The last place of every hash of four bytes, for the codecs that look for matches themselves.
struct MatchTable: ~Copyable {
  private static let bits = 14
  private var slots: UnsafeMutablePointer<UInt32>?

  init() { slots = nil }

  deinit { slots?.deallocate() }

  /// The slots, all zero.
  mutating func cleared() -> UnsafeMutablePointer<UInt32> {
    let table = slots ?? .allocate(capacity: 1 << Self.bits)
    memset(table, 0, 4 << Self.bits)
    slots = table
    return table
  }

  @inline(__always)
  static func hash(_ word: UInt32) -> Int {
    Int((word &* 0x1E35_A7BD) >> UInt32(32 - bits))
  }
}

/// Counts of equal bytes, for the same.
enum Matching {
  /// How many bytes at `left` equal those at `right`, which stands behind it and ends at `end`.
  @inline(__always)
  static func length(_ base: UnsafeRawPointer, _ left: Int, _ right: Int, end: Int) -> Int {
    var count = 0
    while right &+ count &+ 8 <= end {
      let difference =
        base.loadUnaligned(fromByteOffset: left &+ count, as: UInt64.self)
        ^ base.loadUnaligned(fromByteOffset: right &+ count, as: UInt64.self)
      if difference != 0 { return count &+ UInt64(littleEndian: difference).trailingZeroBitCount >> 3 }
      count &+= 8
    }
    while right &+ count < end,
      base.load(fromByteOffset: left &+ count, as: UInt8.self)
        == base.load(fromByteOffset: right &+ count, as: UInt8.self)
    {
      count &+= 1
    }
    return count
  }

  /// Repeats what stands `distance` bytes before `position`, `count` bytes of it; the two may overlap.
  @inline(__always)
  static func copy(_ base: UnsafeMutableRawPointer, to position: Int, distance: Int, count: Int) {
    if distance >= count {
      memcpy(base + position, base + (position &- distance), count)
      return
    }
    for index in position..<position &+ count {
      base.storeBytes(
        of: base.load(fromByteOffset: index &- distance, as: UInt8.self), toByteOffset: index, as: UInt8.self)
    }
  }
}
