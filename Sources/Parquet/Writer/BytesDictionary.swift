#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The distinct values of a column of byte arrays, in the order in which they came.
struct BytesDictionary: ~Copyable {
  /// The upper half of the hash and the place in the dictionary plus one; 0 is free.
  private var slots: UnsafeMutablePointer<UInt64>
  private var slotCount: Int
  private var bytes = ByteBuffer()
  private var offsets = ByteBuffer()
  private(set) var count = 0

  init() {
    slotCount = 1 << 10
    slots = .allocate(capacity: slotCount)
    offsets.append(littleEndian: 0 as Int)
  }

  deinit { slots.deallocate() }

  /// The bytes of all entries.
  var byteCount: Int { bytes.count }

  var values: ValueBytes {
    ValueBytes(base: UnsafeRawPointer(bytes.base), offsets: offsets.elements(as: Int.self), width: 0)
  }

  @inline(__always)
  private static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }

  /// A hash of the bytes, the same on every machine. Reads up to eight bytes beyond them.
  @inline(__always)
  private static func hash(_ base: UnsafeRawPointer, _ count: Int) -> UInt64 {
    var state = UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15 ^ 0xE703_7ED1_A0B4_28DB
    var offset = 0
    while count &- offset > 8 {
      let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      state = mix(state ^ word, 0xA076_1D64_78BD_642F)
      offset &+= 8
    }
    let rest = count &- offset
    if rest > 0 {
      let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      state = mix(state ^ word & ~0 >> UInt64(truncatingIfNeeded: 64 &- rest &* 8), 0xE703_7ED1_A0B4_28DB)
    }
    return mix(state, 0x8EBC_6AF0_9C88_C6E3)
  }

  /// Whether the bytes are equal. Reads up to seven bytes beyond them.
  @inline(__always)
  private static func areEqual(_ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ count: Int) -> Bool {
    if count > 64 { return memcmp(left, right, count) == 0 }
    var offset = 0
    while count &- offset >= 8 {
      if left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        != right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      {
        return false
      }
      offset &+= 8
    }
    let rest = count &- offset
    if rest == 0 { return true }
    let difference =
      left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      ^ right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    return UInt64(littleEndian: difference) << UInt64(truncatingIfNeeded: 64 &- rest &* 8) == 0
  }

  /// Writes the place of each value in the dictionary, which begins empty. False where its entries would take more than
  /// `byteLimit`, or where so many of the first values differ that it will not be worth it.
  mutating func index(
    _ values: ValueBytes, count valueCount: Int, byteLimit: Int, into indices: UnsafeMutablePointer<UInt32>
  ) -> Bool {
    memset(slots, 0, slotCount * MemoryLayout<UInt64>.size)
    bytes.count = 0
    offsets.count = MemoryLayout<Int>.size
    count = 0
    var index = 0
    // In pieces, since the table grows in between.
    while index < valueCount {
      let end = min(index + 1024, valueCount)
      if (count + 1024) * 2 > slotCount { grow() }
      offsets.reserve(1024 * MemoryLayout<Int>.size)
      indexPiece(values, from: index, to: end, byteLimit, indices)
      index = end
      // Four bytes for each length, as PLAIN has them.
      if bytes.count + count * 4 > byteLimit { return false }
      if index == 8192, count > 7000, valueCount > 16_384 { return false }
    }
    return true
  }

  private mutating func indexPiece(
    _ values: ValueBytes, from start: Int, to end: Int, _ byteLimit: Int,
    _ indices: UnsafeMutablePointer<UInt32>
  ) {
    let mask = slotCount - 1
    let slots = slots
    let starts = offsets.mutableElements(as: Int.self)
    var known = count
    // SAFETY: the table has a free slot for each value of the piece and `starts` room for it; entries are reached
    // through `bytes.base`, which is read anew after each that was added.
    for index in start..<end {
      let pointer = values.pointer(index)
      let length = values.count(index)
      let hash = Self.hash(pointer, length)
      let tag = hash & 0xFFFF_FFFF_0000_0000
      var slot = Int(truncatingIfNeeded: hash) & mask
      while true {
        let entry = slots[slot]
        if entry == 0 {
          if bytes.count <= byteLimit { bytes.append(UnsafeRawBufferPointer(start: pointer, count: length)) }
          known &+= 1
          starts[known] = bytes.count
          slots[slot] = tag | UInt64(truncatingIfNeeded: known)
          indices[index] = UInt32(truncatingIfNeeded: known &- 1)
          break
        }
        if entry & 0xFFFF_FFFF_0000_0000 == tag {
          let place = Int(truncatingIfNeeded: entry & 0xFFFF_FFFF) &- 1
          if starts[place &+ 1] &- starts[place] == length,
            Self.areEqual(bytes.base + starts[place], pointer, length)
          {
            indices[index] = UInt32(truncatingIfNeeded: place)
            break
          }
        }
        slot = (slot &+ 1) & mask
      }
    }
    count = known
    offsets.count = (known + 1) * MemoryLayout<Int>.size
  }

  private mutating func grow() {
    slots.deallocate()
    slotCount *= 4
    slots = .allocate(capacity: slotCount)
    memset(slots, 0, slotCount * MemoryLayout<UInt64>.size)
    let entries = values
    let mask = slotCount - 1
    for index in 0..<count {
      let hash = Self.hash(entries.pointer(index), entries.count(index))
      var slot = Int(truncatingIfNeeded: hash) & mask
      while slots[slot] != 0 { slot = (slot &+ 1) & mask }
      slots[slot] = hash & 0xFFFF_FFFF_0000_0000 | UInt64(truncatingIfNeeded: index + 1)
    }
  }
}
