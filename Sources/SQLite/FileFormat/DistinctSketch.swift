#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Estimates how many different values there are, from their hashes: HyperLogLog (Flajolet and others, 2007) with 4096
/// registers, standard error 1.6%, read by Ertl's estimator of 2017, which is unbiased from the first value on.
struct DistinctSketch: Sendable, Equatable {
  /// One byte for each; empty stands for all zero.
  private var registers: [UInt8]

  static let indexBitCount = 12
  static let registerCount = 1 << indexBitCount

  init() {
    registers = []
  }

  /// - Parameter registers: as many as `registerCount`.
  init(_ registers: UnsafePointer<UInt8>) {
    self.registers = Array(UnsafeBufferPointer(start: registers, count: Self.registerCount))
  }

  /// Notes a value by its hash in registers.
  @inline(__always)
  static func note(_ hash: UInt64, in registers: UnsafeMutablePointer<UInt8>) {
    let index = Int(truncatingIfNeeded: hash &>> (64 &- UInt64(indexBitCount)))
    // A bit behind the end, so that the rank is 53 at most.
    let rest = hash &<< UInt64(indexBitCount) | 1 &<< UInt64(indexBitCount &- 1)
    let rank = UInt8(truncatingIfNeeded: rest.leadingZeroBitCount &+ 1)
    // SAFETY: twelve bits are below 4096.
    if registers[index] < rank { registers[index] = rank }
  }

  mutating func merge(_ other: DistinctSketch) {
    if registers.isEmpty {
      registers = other.registers
    } else if !other.registers.isEmpty {
      for index in registers.indices { registers[index] = max(registers[index], other.registers[index]) }
    }
  }

  var estimate: Int {
    if registers.isEmpty { return 0 }
    let largestRank = 64 - Self.indexBitCount + 1
    var counts = [Double](repeating: 0, count: largestRank + 1)
    for register in registers { counts[Int(register)] += 1 }
    let size = Double(Self.registerCount)
    var sum = size * Self.tau(1 - counts[largestRank] / size)
    for rank in stride(from: largestRank - 1, to: 0, by: -1) { sum = 0.5 * (sum + counts[rank]) }
    sum += size * Self.sigma(counts[0] / size)
    // 1 / (2 ln 2)
    return Int((0.721_347_520_444_481_7 * size * size / sum).rounded())
  }

  private static func sigma(_ share: Double) -> Double {
    if share == 1 { return .infinity }
    var (power, weight, sum) = (share, 1.0, share)
    while true {
      power *= power
      let next = sum + power * weight
      if next == sum { return sum }
      sum = next
      weight += weight
    }
  }

  private static func tau(_ share: Double) -> Double {
    if share == 0 || share == 1 { return 0 }
    var (root, weight, sum) = (share, 1.0, 1 - share)
    while true {
      root = root.squareRoot()
      weight *= 0.5
      let next = sum - (1 - root) * (1 - root) * weight
      if next == sum { return sum / 3 }
      sum = next
    }
  }
}

/// Hashes single values for the estimate, cheaply.
enum DistinctHash {
  private static let masks: (UInt64, UInt64) = (0x452A_F8CE_D151_AC7D, 0xBE54_66CF_34E9_0C6C)
  private static let factor: UInt64 = 0x9216_D5D9_8979_FB1B

  @inline(__always)
  private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }

  @inline(__always)
  static func number(_ bits: UInt64, isReal: Bool) -> UInt64 {
    fold(fold(bits ^ masks.0, factor) ^ (isReal ? masks.1 : 0), factor)
  }

  /// Begins with the first block of a text or blob of so many bytes.
  @inline(__always)
  static func first(_ block: TextPrefix, _ byteCount: Int) -> UInt64 {
    let length = UInt64(truncatingIfNeeded: byteCount) &* factor
    return fold(block.high ^ masks.0 ^ length, block.low ^ masks.1)
  }

  /// Goes on with another block of sixteen bytes.
  @inline(__always)
  static func next(_ hash: UInt64, _ block: UnsafeRawPointer) -> UInt64 {
    let first = block.loadUnaligned(as: UInt64.self)
    let second = block.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    return fold(first ^ hash, second ^ masks.0)
  }

  @inline(__always)
  static func last(_ hash: UInt64) -> UInt64 {
    fold(hash ^ masks.1, factor)
  }
}
