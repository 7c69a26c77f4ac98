#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Snappy's raw format ("Snappy compressed format description"), without frames.
enum Snappy {
  /// Matches are looked for within pieces of this size, so that their distance fits 16 bits.
  private static let blockByteCount = 1 << 16

  static func compress(
    _ input: UnsafeRawBufferPointer, into output: inout ByteBuffer, _ table: inout MatchTable
  ) {
    output.append(varint: UInt64(input.count))
    guard let base = input.baseAddress else { return }
    var start = 0
    while start < input.count {
      let end = min(start + blockByteCount, input.count)
      compressBlock(base, start, end, into: &output, table.cleared())
      start = end
    }
  }

  private static func compressBlock(
    _ base: UnsafeRawPointer, _ start: Int, _ end: Int, into output: inout ByteBuffer,
    _ slots: UnsafeMutablePointer<UInt32>
  ) {
    var literalStart = start
    var position = start + 1
    var misses = 32
    // SAFETY: loads of four bytes stay before `end`; slots hold offsets from `start` within the block.
    while position &+ 4 <= end {
      let word = base.loadUnaligned(fromByteOffset: position, as: UInt32.self)
      let slot = MatchTable.hash(word)
      let candidate = start &+ Int(slots[slot])
      slots[slot] = UInt32(truncatingIfNeeded: position &- start)
      guard candidate < position, base.loadUnaligned(fromByteOffset: candidate, as: UInt32.self) == word
      else {
        position &+= misses >> 5
        misses &+= 1
        continue
      }
      misses = 32
      let length = 4 &+ Matching.length(base, candidate &+ 4, position &+ 4, end: end)
      appendLiteral(base, literalStart, position, into: &output)
      appendCopy(distance: position &- candidate, length: length, into: &output)
      position &+= length
      literalStart = position
    }
    appendLiteral(base, literalStart, end, into: &output)
  }

  private static func appendLiteral(
    _ base: UnsafeRawPointer, _ start: Int, _ end: Int, into output: inout ByteBuffer
  ) {
    let count = end - start
    guard count > 0 else { return }
    let stored = count - 1
    if stored < 60 {
      output.append(UInt8(stored << 2))
    } else if stored < 256 {
      output.append(60 << 2)
      output.append(UInt8(stored))
    } else {
      output.append(61 << 2)
      output.append(littleEndian: UInt16(stored))
    }
    output.append(UnsafeRawBufferPointer(start: base + start, count: count))
  }

  private static func appendCopy(distance: Int, length: Int, into output: inout ByteBuffer) {
    var rest = length
    while rest > 0 {
      // What is left over must be long enough for a copy of its own.
      let count = rest > 67 ? 64 : rest > 64 ? 60 : rest
      if count < 12, count >= 4, distance < 2048 {
        output.append(UInt8(1 | (count - 4) << 2 | (distance >> 8) << 5))
        output.append(UInt8(distance & 0xFF))
      } else {
        output.append(UInt8(2 | (count - 1) << 2))
        output.append(littleEndian: UInt16(distance))
      }
      rest -= count
    }
  }

  /// Decompresses into `output`, which must be as large as the format's own preamble says, and returns that size.
  static func decompress(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(ParquetError) -> Int {
    let fault = ParquetError(.damaged("a page is no sound Snappy block"))
    guard let source = input.baseAddress else { throw fault }
    var position = 0
    var declared = 0
    var shift = 0
    while true {
      guard position < input.count, shift < 35 else { throw fault }
      let byte = source.load(fromByteOffset: position, as: UInt8.self)
      position += 1
      declared |= Int(byte & 0x7F) << shift
      if byte < 0x80 { break }
      shift += 7
    }
    guard declared == output.count else { return declared }
    guard let target = output.baseAddress else {
      guard position == input.count else { throw fault }
      return 0
    }
    var written = 0
    // SAFETY: each step checks what it reads against the input's end and what it writes against the output's.
    while position < input.count {
      let tag = source.load(fromByteOffset: position, as: UInt8.self)
      position &+= 1
      if tag & 3 == 0 {
        var count = Int(tag >> 2)
        if count >= 60 {
          let extra = count &- 59
          guard input.count &- position >= extra else { throw fault }
          count = 0
          for index in 0..<extra {
            count |= Int(source.load(fromByteOffset: position &+ index, as: UInt8.self)) << (8 &* index)
          }
          position &+= extra
        }
        count &+= 1
        guard input.count &- position >= count, output.count &- written >= count else { throw fault }
        memcpy(target + written, source + position, count)
        position &+= count
        written &+= count
        continue
      }
      let extra = tag & 3 == 1 ? 1 : tag & 3 == 2 ? 2 : 4
      guard input.count &- position >= extra else { throw fault }
      var distance = 0
      for index in 0..<extra {
        distance |= Int(source.load(fromByteOffset: position &+ index, as: UInt8.self)) << (8 &* index)
      }
      position &+= extra
      var count = Int(tag >> 2) &+ 1
      if extra == 1 {
        count = Int(tag >> 2 & 7) &+ 4
        distance |= Int(tag >> 5) << 8
      }
      guard distance > 0, distance <= written, output.count &- written >= count else { throw fault }
      Matching.copy(target, to: written, distance: distance, count: count)
      written &+= count
    }
    return written
  }
}
