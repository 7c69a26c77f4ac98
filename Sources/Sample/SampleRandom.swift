/// A generator of pseudo-random numbers (SplitMix64): one addition and a mix a number, the same everywhere.
///
/// Each film and file has a generator of its own, seeded from their numbers: rows do not depend on the order in
/// which they are made.
struct SampleRandom {
  private var state: UInt64

  init(seed: UInt64, stream: UInt64, index: Int) {
    state = Self.mix(seed &+ Self.mix(stream &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(bitPattern: Int64(index))))
  }

  @inline(__always)
  static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  @inline(__always)
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mix(state)
  }

  /// A number of `0 ..< bound`; `bound` is positive and less than 2^32.
  @inline(__always)
  mutating func below(_ bound: Int) -> Int {
    Int(truncatingIfNeeded: ((next() >> 32) &* UInt64(truncatingIfNeeded: bound)) >> 32)
  }

  /// True `share` times of 65,536.
  @inline(__always)
  mutating func chance(_ share: Int) -> Bool {
    Int(truncatingIfNeeded: next() >> 48) < share
  }

  /// A number of `0 ..< population`, small ones more often: with a flat head and a long tail.
  ///
  /// With x even in 0 ..< 1 it is `population * x * (head + (1 - head) * x)`: the likeliest number comes
  /// `1 / head` times as often as an even draw would have it. Whole numbers only, so that every machine agrees.
  @inline(__always)
  mutating func skewed(_ population: Int, head: Int) -> Int {
    let x = next() >> 36
    let weight = (UInt64(head) << 28 &+ UInt64(65536 - head) &* x) >> 16
    let y = (x &* weight) >> 28
    return Int(truncatingIfNeeded: (UInt64(population) &* y) >> 28)
  }
}

/// The streams of random numbers that are not those of a file.
enum Stream: UInt64 {
  case numbering = 1
  case twin
  case year
  case title
  case place
  case person
  case studio
}
