/// Differences of neighbours, packed in blocks ("DELTA_BINARY_PACKED" in Encodings.md).
enum DeltaEncoder {
  private static let blockCount = 128
  private static let miniblockCount = 4
  private static let miniblockValueCount = 32

  /// Appends `count` values; they are computed with as many bits as they have, 32 or 64.
  static func encode<Value: FixedWidthInteger & SignedInteger & BitwiseCopyable>(
    _ values: UnsafePointer<Value>, count: Int, into output: inout ByteBuffer
  ) {
    output.append(varint: UInt64(blockCount))
    output.append(varint: UInt64(miniblockCount))
    output.append(varint: UInt64(count))
    output.append(varint: zigzag(count > 0 ? Int64(values[0]) : 0))
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: blockCount) { deltas in
      guard let deltas = deltas.baseAddress else { return }
      var index = 1
      while index < count {
        let taken = min(blockCount, count - index)
        appendBlock(values + index, count: taken, deltas, into: &output)
        index += taken
      }
    }
  }

  private static func appendBlock<Value: FixedWidthInteger & SignedInteger & BitwiseCopyable>(
    _ values: UnsafePointer<Value>, count: Int, _ deltas: UnsafeMutablePointer<UInt64>,
    into output: inout ByteBuffer
  ) {
    // SAFETY: there is a value before the first; `deltas` has room for a whole block.
    var least = Value.max
    for index in 0..<count { least = min(least, values[index] &- values[index &- 1]) }
    for index in 0..<count {
      let relative = values[index] &- values[index &- 1] &- least
      deltas[index] = UInt64(truncatingIfNeeded: Value.Magnitude(truncatingIfNeeded: relative))
    }
    for index in count..<max(count, blockCount) { deltas[index] = 0 }
    output.append(varint: zigzag(Int64(least)))
    let widthsOffset = output.count
    output.append(repeating: 0, count: miniblockCount)
    for miniblock in 0..<miniblockCount where miniblock * miniblockValueCount < count {
      let start = deltas + miniblock * miniblockValueCount
      var all: UInt64 = 0
      for index in 0..<miniblockValueCount { all |= start[index] }
      let width = 64 - all.leadingZeroBitCount
      output.base.storeBytes(of: UInt8(width), toByteOffset: widthsOffset + miniblock, as: UInt8.self)
      BitPacking.packWide(start, count: miniblockValueCount, width: width, into: &output)
    }
  }

  /// About how many bytes `encode` needs, looked up in every block.
  static func estimatedByteCount<Value: FixedWidthInteger & SignedInteger & BitwiseCopyable>(
    _ values: UnsafePointer<Value>, count: Int
  ) -> Int {
    var bits = 0
    var index = 1
    while index < count {
      let taken = min(blockCount, count &- index)
      var (least, greatest) = (Value.max, Value.min)
      for place in index..<index &+ taken {
        let delta = values[place] &- values[place &- 1]
        least = min(least, delta)
        greatest = max(greatest, delta)
      }
      let range = Value.Magnitude(truncatingIfNeeded: greatest &- least)
      bits &+= (Value.bitWidth &- range.leadingZeroBitCount) &* taken &+ 48
      index &+= taken
    }
    return bits / 8 + 16
  }

  static func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: value << 1 ^ value >> 63) }
}

/// Reads what `DeltaEncoder` writes, and any other division into blocks, as many values at a time as are asked for.
///
/// The bytes have `ByteBuffer.padding` more behind them that may be read.
struct DeltaDecoder {
  private let base: UnsafeRawPointer
  private let end: Int
  private(set) var position: Int
  private let miniblockCount: Int
  private let miniblockValueCount: Int
  /// How many values are still to be read.
  private(set) var remaining: Int
  private var last: Int64
  private var isFirst = true
  private var leastDelta: Int64 = 0
  private var widthsOffset = 0
  private var miniblock: Int
  private var miniblockRemaining = 0
  private var miniblockBase: UnsafeRawPointer
  private var miniblockIndex = 0
  private var width = 0

  private static let cutOff = ParquetError(.truncated("a page ends within its differences"))

  init(_ base: UnsafeRawPointer, start: Int, end: Int) throws(ParquetError) {
    self.base = base
    self.end = end
    position = start
    let blockCount = try Self.varint(base, &position, end)
    let miniblocks = try Self.varint(base, &position, end)
    let count = try Self.varint(base, &position, end)
    let first = try Self.varint(base, &position, end)
    guard blockCount > 0, blockCount <= 1 << 20, blockCount % 128 == 0, miniblocks > 0,
      blockCount % miniblocks == 0,
      (blockCount / miniblocks) % 32 == 0, count <= UInt64(Int32.max)
    else {
      throw ParquetError(
        .damaged(
          "a page of differences has \(count) values in blocks of \(blockCount) with \(miniblocks) parts"))
    }
    miniblockCount = Int(miniblocks)
    miniblockValueCount = Int(blockCount / miniblocks)
    remaining = Int(count)
    last = Int64(bitPattern: first >> 1) ^ -Int64(bitPattern: first & 1)
    miniblock = miniblockCount
    miniblockBase = base
  }

  private static func varint(
    _ base: UnsafeRawPointer, _ position: inout Int, _ end: Int
  ) throws(ParquetError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      guard position < end, shift < 64 else { throw cutOff }
      let byte = base.load(fromByteOffset: position, as: UInt8.self)
      position &+= 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift &+= 7
    }
  }

  private mutating func nextMiniblock() throws(ParquetError) {
    if miniblock == miniblockCount {
      let least = try Self.varint(base, &position, end)
      leastDelta = Int64(bitPattern: least >> 1) ^ -Int64(bitPattern: least & 1)
      widthsOffset = position
      guard end &- position >= miniblockCount else { throw Self.cutOff }
      position &+= miniblockCount
      miniblock = 0
    }
    width = Int(base.load(fromByteOffset: widthsOffset &+ miniblock, as: UInt8.self))
    guard width <= 64 else {
      throw ParquetError(.damaged("a page of differences packs them into \(width) bits"))
    }
    let byteCount = miniblockValueCount &* width / 8
    let needed = BitPacking.byteCount(min(remaining, miniblockValueCount), width: width)
    guard end &- position >= needed else { throw Self.cutOff }
    miniblockBase = base + position
    // Some writers leave out the padding of the last part.
    position &+= min(byteCount, end &- position)
    miniblockIndex = 0
    miniblockRemaining = miniblockValueCount
    miniblock &+= 1
  }

  /// Reads the next `count` values, each cut to the type's bits.
  mutating func read<Value: FixedWidthInteger & BitwiseCopyable>(
    _ count: Int, into output: UnsafeMutablePointer<Value>
  ) throws(ParquetError) {
    guard count <= remaining else { throw Self.cutOff }
    var written = 0
    if isFirst, count > 0 {
      output[0] = Value(truncatingIfNeeded: last)
      isFirst = false
      remaining &-= 1
      written = 1
    }
    // SAFETY: no more than `count` are written; each part was checked against the end, padding aside.
    while written < count {
      if miniblockRemaining == 0 { try nextMiniblock() }
      let taken = min(miniblockRemaining, count &- written)
      let mask: UInt64 = width == 0 ? 0 : ~0 >> UInt64(64 &- width)
      for index in 0..<taken {
        let packed = BitPacking.wideValue(miniblockBase, miniblockIndex &+ index, width: width, mask: mask)
        last = last &+ leastDelta &+ Int64(bitPattern: packed)
        output[written &+ index] = Value(truncatingIfNeeded: last)
      }
      miniblockIndex &+= taken
      miniblockRemaining &-= taken
      written &+= taken
      remaining &-= taken
    }
  }

  /// Where the bytes behind all values begin; nothing of them is decoded or kept.
  func endOfValues() throws(ParquetError) -> Int {
    var copy = self
    if copy.isFirst, copy.remaining > 0 {
      copy.isFirst = false
      copy.remaining -= 1
    }
    while copy.remaining > 0 {
      try copy.nextMiniblock()
      copy.remaining -= min(copy.remaining, copy.miniblockValueCount)
    }
    return copy.position
  }
}
