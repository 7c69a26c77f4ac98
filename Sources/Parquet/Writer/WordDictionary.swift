#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The distinct values of a column of numbers, in the order in which they came, by their bits.
struct WordDictionary: ~Copyable {
  /// Places in the dictionary plus one, by hash; 0 is free.
  private var slots: UnsafeMutablePointer<UInt32>
  private var slotCount: Int
  /// The distinct values, each of the width of the column's type.
  private(set) var words = ByteBuffer()
  private(set) var count = 0

  init() {
    slotCount = 1 << 10
    slots = .allocate(capacity: slotCount)
  }

  deinit { slots.deallocate() }

  @inline(__always)
  private static func hash<Word: FixedWidthInteger & UnsignedInteger>(_ word: Word, _ mask: Int) -> Int {
    let product = UInt64(truncatingIfNeeded: word) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: product >> 32) & mask
  }

  /// Writes the place of each value in the dictionary, which begins empty. False where it would have more than
  /// `limit` entries.
  mutating func index<Word: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ values: UnsafePointer<Word>, count valueCount: Int, limit: Int,
    into indices: UnsafeMutablePointer<UInt32>
  ) -> Bool {
    memset(slots, 0, slotCount * MemoryLayout<UInt32>.size)
    words.count = 0
    count = 0
    var index = 0
    // In pieces, since the table grows in between.
    while index < valueCount {
      let end = min(index + 1024, valueCount)
      if (count + 1024) * 2 > slotCount { grow(Word.self) }
      words.reserve(1024 * MemoryLayout<Word>.size)
      let keys = words.mutableElements(as: Word.self)
      let mask = slotCount - 1
      let slots = slots
      var known = count
      // SAFETY: the table has a free slot for each of the 1024 values, and `keys` room for them.
      while index < end {
        let word = values[index]
        var slot = Self.hash(word, mask)
        while true {
          let place = slots[slot]
          if place == 0 {
            keys[known] = word
            known &+= 1
            slots[slot] = UInt32(truncatingIfNeeded: known)
            indices[index] = UInt32(truncatingIfNeeded: known &- 1)
            break
          }
          if keys[Int(place &- 1)] == word {
            indices[index] = place &- 1
            break
          }
          slot = (slot &+ 1) & mask
        }
        index &+= 1
      }
      count = known
      words.count = known * MemoryLayout<Word>.size
      if count > limit { return false }
    }
    return true
  }

  private mutating func grow<Word: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(_ type: Word.Type) {
    slots.deallocate()
    slotCount *= 4
    slots = .allocate(capacity: slotCount)
    memset(slots, 0, slotCount * MemoryLayout<UInt32>.size)
    let keys = words.elements(as: type)
    let mask = slotCount - 1
    for index in 0..<count {
      var slot = Self.hash(keys[index], mask)
      while slots[slot] != 0 { slot = (slot &+ 1) & mask }
      slots[slot] = UInt32(truncatingIfNeeded: index + 1)
    }
  }
}
