/// Reads the hybrid of run lengths and bit packing, as many values at a time as are asked for.
///
/// The bytes have `ByteBuffer.padding` more behind them that may be read.
struct RunLengthDecoder {
  private let base: UnsafeRawPointer
  private let end: Int
  private var position: Int
  private let width: Int
  private let mask: UInt64
  private var runCount = 0
  private var runValue: UInt32 = 0
  private var literalCount = 0
  private var literalBase: UnsafeRawPointer
  private var literalIndex = 0

  /// A decoder of `bytes[start..<end]`.
  init(_ base: UnsafeRawPointer, start: Int, end: Int, width: Int) throws(ParquetError) {
    guard (0...32).contains(width) else {
      throw ParquetError(.damaged("a page packs values into \(width) bits"))
    }
    self.base = base
    self.end = end
    self.width = width
    position = start
    mask = width == 0 ? 0 : ~0 >> UInt64(64 - width)
    literalBase = base
  }

  private static let cutOff = ParquetError(.truncated("a page ends within its levels or indices"))

  private mutating func nextRun() throws(ParquetError) {
    var header: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      guard position < end, shift < 63 else { throw Self.cutOff }
      let byte = base.load(fromByteOffset: position, as: UInt8.self)
      position &+= 1
      header |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { break }
      shift += 7
    }
    let count = header >> 1
    guard count <= UInt64(Int32.max) else {
      throw ParquetError(.damaged("a page holds a run of \(count) values"))
    }
    if header & 1 == 1 {
      let available = end &- position
      // The last group may be cut off where its values end.
      let bytes = min(Int(count) &* width, available)
      literalBase = base + position
      literalIndex = 0
      literalCount = width == 0 ? Int(count) &* 8 : min(Int(count) &* 8, bytes &* 8 / width)
      position &+= bytes
    } else {
      let bytes = (width &+ 7) / 8
      guard end &- position >= bytes else { throw Self.cutOff }
      var value: UInt32 = 0
      for index in 0..<bytes {
        value |= UInt32(base.load(fromByteOffset: position &+ index, as: UInt8.self)) << UInt32(8 &* index)
      }
      guard UInt64(value) <= mask else {
        throw ParquetError(.damaged("a page holds a run of \(value) in \(width) bits"))
      }
      position &+= bytes
      runCount = Int(count)
      runValue = value
    }
  }

  /// Reads the next `count` values.
  mutating func read(_ count: Int, into output: UnsafeMutablePointer<UInt32>) throws(ParquetError) {
    var written = 0
    // SAFETY: no more than `count` are written; literals were checked against the end, padding aside.
    while written < count {
      if runCount > 0 {
        let taken = min(runCount, count &- written)
        output.advanced(by: written).update(repeating: runValue, count: taken)
        runCount &-= taken
        written &+= taken
      } else if literalCount > 0 {
        let taken = min(literalCount, count &- written)
        for index in 0..<taken {
          output[written &+ index] = BitPacking.value(
            literalBase, literalIndex &+ index, width: width, mask: mask)
        }
        literalIndex &+= taken
        literalCount &-= taken
        written &+= taken
      } else {
        try nextRun()
      }
    }
  }
}
