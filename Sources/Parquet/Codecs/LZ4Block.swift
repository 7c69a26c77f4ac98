#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// LZ4's block format ("LZ4 Block Format Description"), without frames: the codec LZ4_RAW.
enum LZ4Block {
  /// The last match begins at least so far before the end, and the last bytes are literals.
  private static let matchFreeTail = 12
  private static let literalTail = 5

  static func compress(
    _ input: UnsafeRawBufferPointer, into output: inout ByteBuffer, _ table: inout MatchTable
  ) {
    guard let base = input.baseAddress, input.count > 0 else {
      output.append(0)
      return
    }
    let slots = table.cleared()
    var literalStart = 0
    var position = 1
    var misses = 64
    // SAFETY: loads of four bytes stay twelve before the end; slots hold places before `position`.
    while position &+ matchFreeTail <= input.count {
      let word = base.loadUnaligned(fromByteOffset: position, as: UInt32.self)
      let slot = MatchTable.hash(word)
      let candidate = Int(slots[slot])
      slots[slot] = UInt32(truncatingIfNeeded: position)
      guard candidate < position, position &- candidate <= 0xFFFF,
        base.loadUnaligned(fromByteOffset: candidate, as: UInt32.self) == word
      else {
        position &+= misses >> 6
        misses &+= 1
        continue
      }
      misses = 64
      let length = 4 &+ Matching.length(base, candidate &+ 4, position &+ 4, end: input.count &- literalTail)
      appendSequence(
        base, literalStart, position, distance: position &- candidate, length: length, into: &output)
      position &+= length
      literalStart = position
    }
    appendSequence(base, literalStart, input.count, distance: 0, length: 0, into: &output)
  }

  /// Literals and the match behind them; the last sequence has none.
  private static func appendSequence(
    _ base: UnsafeRawPointer, _ start: Int, _ end: Int, distance: Int, length: Int,
    into output: inout ByteBuffer
  ) {
    let literals = end - start
    let match = length == 0 ? 0 : length - 4
    output.append(UInt8(min(literals, 15) << 4 | min(match, 15)))
    if literals >= 15 { appendLength(literals - 15, into: &output) }
    output.append(UnsafeRawBufferPointer(start: base + start, count: literals))
    guard length > 0 else { return }
    output.append(littleEndian: UInt16(distance))
    if match >= 15 { appendLength(match - 15, into: &output) }
  }

  private static func appendLength(_ length: Int, into output: inout ByteBuffer) {
    output.append(repeating: 255, count: length / 255)
    output.append(UInt8(length % 255))
  }

  /// Decompresses into `output` and returns how many bytes that are; more than it holds is a fault.
  static func decompress(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(ParquetError) -> Int {
    let fault = ParquetError(.damaged("a page is no sound LZ4 block"))
    guard let source = input.baseAddress else { throw fault }
    var position = 0
    var written = 0
    // SAFETY: each step checks what it reads against the input's end and what it writes against the output's.
    while position < input.count {
      let token = source.load(fromByteOffset: position, as: UInt8.self)
      position &+= 1
      var literals = Int(token >> 4)
      if literals == 15 { literals = try length(15, source, &position, input.count, fault) }
      guard input.count &- position >= literals, output.count &- written >= literals else { throw fault }
      if literals > 0, let target = output.baseAddress {
        memcpy(target + written, source + position, literals)
      }
      position &+= literals
      written &+= literals
      if position == input.count { return written }
      guard input.count &- position >= 2 else { throw fault }
      let distance = Int(
        UInt16(littleEndian: source.loadUnaligned(fromByteOffset: position, as: UInt16.self)))
      position &+= 2
      var match = Int(token & 15)
      if match == 15 { match = try length(15, source, &position, input.count, fault) }
      match &+= 4
      guard distance > 0, distance <= written, output.count &- written >= match,
        let target = output.baseAddress
      else { throw fault }
      Matching.copy(target, to: written, distance: distance, count: match)
      written &+= match
    }
    throw fault
  }

  /// A length that goes on in further bytes, as long as they are 255.
  private static func length(
    _ first: Int, _ source: UnsafeRawPointer, _ position: inout Int, _ end: Int, _ fault: ParquetError
  ) throws(ParquetError) -> Int {
    var length = first
    while true {
      guard position < end else { throw fault }
      let byte = source.load(fromByteOffset: position, as: UInt8.self)
      position &+= 1
      length &+= Int(byte)
      if byte < 255 { return length }
    }
  }
}
