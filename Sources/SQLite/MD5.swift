#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// MD5 (RFC 1321) of many short texts, one state on the stack for each: for the SQL function of that name, and for the
/// words of rows. It tells equal from different data of our own, and guards against no adversary.
package enum MD5 {
  /// The digest in two halves, each as the number that its bytes are, highest first.
  package struct Digest: Sendable, Equatable {
    package let upper: UInt64
    package let lower: UInt64
  }

  /// The digest of some bytes.
  package static func digest(_ bytes: UnsafeRawBufferPointer) -> Digest {
    var state = State()
    let count = bytes.count
    var offset = 0
    // SAFETY: whole blocks lie within the bytes; the rest is copied to a block of its own.
    if let base = bytes.baseAddress {
      while count &- offset >= 64 {
        state.add(base + offset)
        offset &+= 64
      }
    }
    withUnsafeTemporaryAllocation(byteCount: 128, alignment: 16) { tail in
      guard let block = tail.baseAddress else { return }
      memset(block, 0, 128)
      let rest = count &- offset
      if rest > 0, let base = bytes.baseAddress { memcpy(block, base + offset, rest) }
      block.storeBytes(of: 0x80, toByteOffset: rest, as: UInt8.self)
      let end = rest < 56 ? 64 : 128
      let bitCount = UInt64(truncatingIfNeeded: count) &* 8
      block.storeBytes(of: bitCount.littleEndian, toByteOffset: end &- 8, as: UInt64.self)
      state.add(block)
      if end == 128 { state.add(block + 64) }
    }
    return Digest(
      upper: UInt64(state.a.byteSwapped) << 32 | UInt64(state.b.byteSwapped),
      lower: UInt64(state.c.byteSwapped) << 32 | UInt64(state.d.byteSwapped))
  }

  /// The digest in lower-case hex.
  static func hex(_ bytes: UnsafeRawBufferPointer) -> String {
    let digest = digest(bytes)
    return [digest.upper, digest.lower].map { half in
      let digits = String(half, radix: 16)
      return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }.joined()
  }

  private struct State {
    var a: UInt32 = 0x6745_2301
    var b: UInt32 = 0xEFCD_AB89
    var c: UInt32 = 0x98BA_DCFE
    var d: UInt32 = 0x1032_5476

    @inline(__always)
    mutating func add(_ block: UnsafeRawPointer) {
      let sum = rounds(block, self)
      a = a &+ sum.a
      b = b &+ sum.b
      c = c &+ sum.c
      d = d &+ sum.d
    }
  }

  @inline(__always)
  private static func turn(_ value: UInt32, _ bits: UInt32) -> UInt32 {
    value << bits | value >> (32 &- bits)
  }

  @inline(__always)
  private static func f(
    _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ word: UInt32, _ constant: UInt32, _ bits: UInt32
  ) -> UInt32 { b &+ turn(a &+ (d ^ b & (c ^ d)) &+ word &+ constant, bits) }

  @inline(__always)
  private static func g(
    _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ word: UInt32, _ constant: UInt32, _ bits: UInt32
  ) -> UInt32 { b &+ turn(a &+ (c ^ d & (b ^ c)) &+ word &+ constant, bits) }

  @inline(__always)
  private static func h(
    _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ word: UInt32, _ constant: UInt32, _ bits: UInt32
  ) -> UInt32 { b &+ turn(a &+ (b ^ c ^ d) &+ word &+ constant, bits) }

  @inline(__always)
  private static func i(
    _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ word: UInt32, _ constant: UInt32, _ bits: UInt32
  ) -> UInt32 { b &+ turn(a &+ (c ^ (b | ~d)) &+ word &+ constant, bits) }

  /// The four rounds over a block of 64 bytes.
  private static func rounds(_ block: UnsafeRawPointer, _ state: State) -> State {
    @inline(__always)
    func word(_ index: Int) -> UInt32 {
      UInt32(littleEndian: block.loadUnaligned(fromByteOffset: 4 &* index, as: UInt32.self))
    }
    var (a, b, c, d) = (state.a, state.b, state.c, state.d)
    a = f(a, b, c, d, word(0), 0xD76A_A478, 7)
    d = f(d, a, b, c, word(1), 0xE8C7_B756, 12)
    c = f(c, d, a, b, word(2), 0x2420_70DB, 17)
    b = f(b, c, d, a, word(3), 0xC1BD_CEEE, 22)
    a = f(a, b, c, d, word(4), 0xF57C_0FAF, 7)
    d = f(d, a, b, c, word(5), 0x4787_C62A, 12)
    c = f(c, d, a, b, word(6), 0xA830_4613, 17)
    b = f(b, c, d, a, word(7), 0xFD46_9501, 22)
    a = f(a, b, c, d, word(8), 0x6980_98D8, 7)
    d = f(d, a, b, c, word(9), 0x8B44_F7AF, 12)
    c = f(c, d, a, b, word(10), 0xFFFF_5BB1, 17)
    b = f(b, c, d, a, word(11), 0x895C_D7BE, 22)
    a = f(a, b, c, d, word(12), 0x6B90_1122, 7)
    d = f(d, a, b, c, word(13), 0xFD98_7193, 12)
    c = f(c, d, a, b, word(14), 0xA679_438E, 17)
    b = f(b, c, d, a, word(15), 0x49B4_0821, 22)
    a = g(a, b, c, d, word(1), 0xF61E_2562, 5)
    d = g(d, a, b, c, word(6), 0xC040_B340, 9)
    c = g(c, d, a, b, word(11), 0x265E_5A51, 14)
    b = g(b, c, d, a, word(0), 0xE9B6_C7AA, 20)
    a = g(a, b, c, d, word(5), 0xD62F_105D, 5)
    d = g(d, a, b, c, word(10), 0x0244_1453, 9)
    c = g(c, d, a, b, word(15), 0xD8A1_E681, 14)
    b = g(b, c, d, a, word(4), 0xE7D3_FBC8, 20)
    a = g(a, b, c, d, word(9), 0x21E1_CDE6, 5)
    d = g(d, a, b, c, word(14), 0xC337_07D6, 9)
    c = g(c, d, a, b, word(3), 0xF4D5_0D87, 14)
    b = g(b, c, d, a, word(8), 0x455A_14ED, 20)
    a = g(a, b, c, d, word(13), 0xA9E3_E905, 5)
    d = g(d, a, b, c, word(2), 0xFCEF_A3F8, 9)
    c = g(c, d, a, b, word(7), 0x676F_02D9, 14)
    b = g(b, c, d, a, word(12), 0x8D2A_4C8A, 20)
    a = h(a, b, c, d, word(5), 0xFFFA_3942, 4)
    d = h(d, a, b, c, word(8), 0x8771_F681, 11)
    c = h(c, d, a, b, word(11), 0x6D9D_6122, 16)
    b = h(b, c, d, a, word(14), 0xFDE5_380C, 23)
    a = h(a, b, c, d, word(1), 0xA4BE_EA44, 4)
    d = h(d, a, b, c, word(4), 0x4BDE_CFA9, 11)
    c = h(c, d, a, b, word(7), 0xF6BB_4B60, 16)
    b = h(b, c, d, a, word(10), 0xBEBF_BC70, 23)
    a = h(a, b, c, d, word(13), 0x289B_7EC6, 4)
    d = h(d, a, b, c, word(0), 0xEAA1_27FA, 11)
    c = h(c, d, a, b, word(3), 0xD4EF_3085, 16)
    b = h(b, c, d, a, word(6), 0x0488_1D05, 23)
    a = h(a, b, c, d, word(9), 0xD9D4_D039, 4)
    d = h(d, a, b, c, word(12), 0xE6DB_99E5, 11)
    c = h(c, d, a, b, word(15), 0x1FA2_7CF8, 16)
    b = h(b, c, d, a, word(2), 0xC4AC_5665, 23)
    a = i(a, b, c, d, word(0), 0xF429_2244, 6)
    d = i(d, a, b, c, word(7), 0x432A_FF97, 10)
    c = i(c, d, a, b, word(14), 0xAB94_23A7, 15)
    b = i(b, c, d, a, word(5), 0xFC93_A039, 21)
    a = i(a, b, c, d, word(12), 0x655B_59C3, 6)
    d = i(d, a, b, c, word(3), 0x8F0C_CC92, 10)
    c = i(c, d, a, b, word(10), 0xFFEF_F47D, 15)
    b = i(b, c, d, a, word(1), 0x8584_5DD1, 21)
    a = i(a, b, c, d, word(8), 0x6FA8_7E4F, 6)
    d = i(d, a, b, c, word(15), 0xFE2C_E6E0, 10)
    c = i(c, d, a, b, word(6), 0xA301_4314, 15)
    b = i(b, c, d, a, word(13), 0x4E08_11A1, 21)
    a = i(a, b, c, d, word(4), 0xF753_7E82, 6)
    d = i(d, a, b, c, word(11), 0xBD3A_F235, 10)
    c = i(c, d, a, b, word(2), 0x2AD7_D2BB, 15)
    b = i(b, c, d, a, word(9), 0xEB86_D391, 21)
    return State(a: a, b: b, c: c, d: d)
  }
}
