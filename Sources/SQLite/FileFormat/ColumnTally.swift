/// What is counted of a column while its values go by: the plain part of `ColumnFacts`.
struct ColumnTally: Sendable, Equatable, BitwiseCopyable {
  var nullCount = 0
  var integerCount = 0
  var realCount = 0
  var textCount = 0
  var blobCount = 0
  /// The bytes of all texts and blobs.
  var byteCount = 0

  var leastInteger = Int64.max
  var greatestInteger = Int64.min
  var leastReal = Double.infinity
  var greatestReal = -Double.infinity

  var leastText = TextPrefix.last
  var greatestText = TextPrefix.first
  /// The length of the shortest text with the least prefix, and of the longest one with the greatest.
  var leastTextByteCount = Int.max
  var greatestTextByteCount = 0

  @inline(__always)
  mutating func note(integer: Int64) {
    integerCount &+= 1
    leastInteger = min(leastInteger, integer)
    greatestInteger = max(greatestInteger, integer)
  }

  @inline(__always)
  mutating func note(real: Double) {
    realCount &+= 1
    leastReal = min(leastReal, real)
    greatestReal = max(greatestReal, real)
  }

  /// Notes a text or blob.
  ///
  /// - Parameters:
  ///   - isPadded: whether fifteen bytes may be read behind its end, which is faster.
  ///   - registers: those of the column's `DistinctSketch`.
  @inline(__always)
  mutating func note(
    _ bytes: UnsafeRawBufferPointer, isText: Bool, isPadded: Bool, in registers: UnsafeMutablePointer<UInt8>
  ) {
    let count = bytes.count
    byteCount &+= count
    if isText { textCount &+= 1 } else { blobCount &+= 1 }
    guard let base = bytes.baseAddress, count > 0 else {
      if isText { compare(text: .first, byteCount: 0) }
      return DistinctSketch.note(isText ? 0 : .max, in: registers)
    }
    let prefix = isPadded ? TextPrefix(padded: base, count) : TextPrefix(base, count)
    if isText { compare(text: prefix, byteCount: count) }
    var hash = DistinctHash.first(prefix, count)
    if count > 16 {
      // The last block ends with the value, so that none of them reaches behind it.
      let last = count &- 16
      var offset = 16
      while offset < last {
        hash = DistinctHash.next(hash, base + offset)
        offset &+= 16
      }
      hash = DistinctHash.next(hash, base + last)
    }
    DistinctSketch.note(DistinctHash.last(hash), in: registers)
  }

  /// Compares a text with the least and the greatest one.
  @inline(__always)
  mutating func compare(text: TextPrefix, byteCount: Int) {
    if !(leastText < text) { noteLeast(text, byteCount) }
    if !(text < greatestText) { noteGreatest(text, byteCount) }
  }

  private mutating func noteLeast(_ text: TextPrefix, _ byteCount: Int) {
    leastTextByteCount = text == leastText ? min(leastTextByteCount, byteCount) : byteCount
    leastText = text
  }

  private mutating func noteGreatest(_ text: TextPrefix, _ byteCount: Int) {
    greatestTextByteCount = text == greatestText ? max(greatestTextByteCount, byteCount) : byteCount
    greatestText = text
  }

  mutating func merge(_ other: ColumnTally) {
    nullCount += other.nullCount
    integerCount += other.integerCount
    realCount += other.realCount
    textCount += other.textCount
    blobCount += other.blobCount
    byteCount += other.byteCount
    leastInteger = min(leastInteger, other.leastInteger)
    greatestInteger = max(greatestInteger, other.greatestInteger)
    leastReal = min(leastReal, other.leastReal)
    greatestReal = max(greatestReal, other.greatestReal)
    if other.textCount > 0 {
      compare(text: other.leastText, byteCount: other.leastTextByteCount)
      compare(text: other.greatestText, byteCount: other.greatestTextByteCount)
    }
  }
}

/// The first sixteen bytes of a text as two words that order as the bytes do, zeros behind the end.
struct TextPrefix: Sendable, Equatable, BitwiseCopyable {
  var high: UInt64
  var low: UInt64

  static let byteCount = 16
  static let first = TextPrefix(high: 0, low: 0)
  static let last = TextPrefix(high: .max, low: .max)

  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// SAFETY: sixteen bytes are read, whatever the count, which is not 0.
  @inline(__always)
  init(padded bytes: UnsafeRawPointer, _ count: Int) {
    // A shift by 64 or more leaves no bit.
    let bits = UInt64(truncatingIfNeeded: count) &* 8
    high = Self.word(bytes, 0) & ~(UInt64.max >> bits)
    low = Self.word(bytes, 8) & (bits > 64 ? ~(UInt64.max >> (bits &- 64)) : 0)
  }

  /// SAFETY: no more than `count` bytes are read.
  @inline(__always)
  init(_ bytes: UnsafeRawPointer, _ count: Int) {
    if count >= 16 {
      high = Self.word(bytes, 0)
      low = Self.word(bytes, 8)
    } else if count >= 8 {
      high = Self.word(bytes, 0)
      // A shift by 64 leaves nothing.
      low = Self.word(bytes, count &- 8) << UInt64(truncatingIfNeeded: 128 &- 8 &* count)
    } else if count >= 4 {
      let head = UInt64(UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self)))
      let last = bytes.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
      let tail = UInt64(UInt32(bigEndian: last)) << UInt64(truncatingIfNeeded: 64 &- 8 &* count)
      high = head << 32 | tail
      low = 0
    } else {
      high = 0
      low = 0
      for index in 0..<count {
        let byte = UInt64(bytes.load(fromByteOffset: index, as: UInt8.self))
        high |= byte << UInt64(truncatingIfNeeded: 56 &- 8 &* index)
      }
    }
  }

  @inline(__always)
  private static func word(_ bytes: UnsafeRawPointer, _ offset: Int) -> UInt64 {
    UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  @inline(__always)
  static func < (left: TextPrefix, right: TextPrefix) -> Bool {
    left.high < right.high || (left.high == right.high && left.low < right.low)
  }

  /// The first `count` of the sixteen bytes.
  func bytes(_ count: Int) -> [UInt8] {
    (0..<min(count, Self.byteCount)).map { index in
      let word = index < 8 ? high : low
      return UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * (index % 8)))
    }
  }
}
