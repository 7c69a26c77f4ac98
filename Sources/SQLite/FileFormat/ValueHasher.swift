/// Hashes values to 64 bits so that what SQLite holds for equal when it groups has equal hashes: an integer and a real of
/// the same number, and all NULLs. Other values may have equal hashes too, if hardly ever.
struct ValueHasher {
  private(set) var value: UInt64 = 0x243F_6A88_85A3_08D3

  private static let factor: UInt64 = 0x9FB2_1C65_1E98_DF25
  private static let mask: UInt64 = 0xA409_3822_299F_31D0

  @inline(__always)
  private mutating func mix(_ word: UInt64, _ tag: UInt64) {
    let product = (value ^ word ^ tag).multipliedFullWidth(by: Self.factor)
    value = (product.high ^ product.low) &+ Self.mask
  }

  @inline(__always)
  mutating func addNull() { mix(0, 1) }

  @inline(__always)
  mutating func add(integer: Int64) { mix(UInt64(bitPattern: integer), 2 &<< 56) }

  @inline(__always)
  mutating func add(real: Double) {
    if let integer = Int64(exactly: real) { return add(integer: integer) }
    mix(real.bitPattern, 3 &<< 56)
  }

  @inline(__always)
  mutating func add(_ bytes: UnsafeRawBufferPointer, isText: Bool) {
    var offset = 0
    if let base = bytes.baseAddress {
      while offset &+ 8 <= bytes.count {
        mix(base.loadUnaligned(fromByteOffset: offset, as: UInt64.self), 0)
        offset &+= 8
      }
      var rest: UInt64 = 0
      var shift: UInt64 = 0
      while offset < bytes.count {
        rest |= UInt64(base.load(fromByteOffset: offset, as: UInt8.self)) &<< shift
        shift &+= 8
        offset &+= 1
      }
      mix(rest, 0)
    }
    mix(UInt64(truncatingIfNeeded: bytes.count), (isText ? 4 : 5) &<< 56)
  }

  @inline(__always)
  mutating func add(_ cell: RecordCell) {
    switch cell.kind {
    case .null: addNull()
    case .integer: add(integer: cell.integer)
    case .real: add(real: cell.real)
    case .text: add(cell.bytes, isText: true)
    case .blob: add(cell.bytes, isText: false)
    }
  }
}
