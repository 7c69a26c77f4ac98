/// Checks that bytes are UTF-8 as Unicode defines it (table 3-7): no overlong form, no surrogate, nothing
/// above U+10FFFF.
package enum UTF8Validator {
  private static let highBits: UInt64 = 0x8080_8080_8080_8080

  /// The offset of the first byte of the first sequence that is not UTF-8, from `start` on; nil if all is well.
  package static func firstInvalidOffset(in bytes: UnsafeRawBufferPointer, from start: Int = 0) -> Int? {
    guard let base = bytes.baseAddress else { return nil }
    let end = bytes.count
    var offset = start
    // SAFETY: every load is of bytes below `end`, which the comparisons before it make sure of.
    while offset < end {
      while offset &+ 16 <= end {
        let first = base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        let second = base.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self)
        if (first | second) & highBits != 0 { break }
        offset &+= 16
      }
      // Stays here for the rest of a stretch that is not all ASCII.
      let stretchEnd = min(end, offset &+ 64)
      while offset < stretchEnd {
        let byte = base.load(fromByteOffset: offset, as: UInt8.self)
        if byte < 0x80 {
          offset &+= 1
        } else {
          let length = sequenceLength(base, at: offset, end: end, lead: byte)
          if length == 0 { return offset }
          offset &+= length
        }
      }
    }
    return nil
  }

  /// How many bytes the sequence that begins with `lead` has; 0 if it is none.
  @inline(__always)
  private static func sequenceLength(_ base: UnsafeRawPointer, at offset: Int, end: Int, lead: UInt8) -> Int {
    guard lead >= 0xC2, lead <= 0xF4, offset &+ 1 < end else { return 0 }
    let second = base.load(fromByteOffset: offset &+ 1, as: UInt8.self)
    if lead < 0xE0 { return isContinuation(second) ? 2 : 0 }
    guard offset &+ 2 < end, isContinuation(base.load(fromByteOffset: offset &+ 2, as: UInt8.self)) else {
      return 0
    }
    if lead < 0xF0 {
      let lowest: UInt8 = lead == 0xE0 ? 0xA0 : 0x80
      let highest: UInt8 = lead == 0xED ? 0x9F : 0xBF
      return second >= lowest && second <= highest ? 3 : 0
    }
    guard offset &+ 3 < end, isContinuation(base.load(fromByteOffset: offset &+ 3, as: UInt8.self)) else {
      return 0
    }
    let lowest: UInt8 = lead == 0xF0 ? 0x90 : 0x80
    let highest: UInt8 = lead == 0xF4 ? 0x8F : 0xBF
    return second >= lowest && second <= highest ? 4 : 0
  }

  @inline(__always)
  private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}
