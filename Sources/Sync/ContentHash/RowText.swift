import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The canonical text of a row, built value by value: `~` for NULL, else `<octet length>:<bytes>`.
struct RowText: ~Copyable {
  private var base: UnsafeMutableRawPointer
  private var capacity = 256
  private var count = 0
  /// Room for the digits of a value on its way.
  private let digits: UnsafeMutablePointer<UInt8>
  private static let digitCapacity = 32

  init() {
    base = .allocate(byteCount: capacity, alignment: 16)
    digits = .allocate(capacity: Self.digitCapacity)
  }

  deinit {
    base.deallocate()
    digits.deallocate()
  }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  mutating func removeAll() { count = 0 }

  private mutating func reserve(_ extra: Int) {
    guard capacity - count < extra else { return }
    let larger = max(capacity * 2, count + extra)
    let new = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
    memcpy(new, base, count)
    base.deallocate()
    base = new
    capacity = larger
  }

  mutating func appendNull() {
    reserve(1)
    base.storeBytes(of: UInt8(ascii: "~"), toByteOffset: count, as: UInt8.self)
    count &+= 1
  }

  /// Writes a number's digits at the end of `digits` and returns how many.
  @inline(__always)
  private func writeDigits(_ value: UInt64) -> Int {
    var rest = value
    var place = Self.digitCapacity
    repeat {
      place &-= 1
      digits[place] = UInt8(truncatingIfNeeded: rest % 10) &+ UInt8(ascii: "0")
      rest /= 10
    } while rest > 0
    return Self.digitCapacity &- place
  }

  @inline(__always)
  private mutating func appendLength(_ length: Int) {
    // SAFETY: a length has at most 20 digits, which `digits` holds and callers made room for.
    let written = writeDigits(UInt64(truncatingIfNeeded: length))
    memcpy(base + count, digits + (Self.digitCapacity &- written), written)
    count &+= written
    base.storeBytes(of: UInt8(ascii: ":"), toByteOffset: count, as: UInt8.self)
    count &+= 1
  }

  mutating func append(unsigned value: UInt64, isNegative: Bool = false) {
    reserve(64)
    let written = writeDigits(value)
    appendLengthShort(written &+ (isNegative ? 1 : 0))
    if isNegative {
      base.storeBytes(of: UInt8(ascii: "-"), toByteOffset: count, as: UInt8.self)
      count &+= 1
    }
    memcpy(base + count, digits + (Self.digitCapacity &- written), written)
    count &+= written
  }

  /// A length below 100, which leaves `digits` alone.
  @inline(__always)
  private mutating func appendLengthShort(_ length: Int) {
    if length >= 10 {
      base.storeBytes(of: UInt8(truncatingIfNeeded: length / 10) &+ 48, toByteOffset: count, as: UInt8.self)
      count &+= 1
    }
    base.storeBytes(of: UInt8(truncatingIfNeeded: length % 10) &+ 48, toByteOffset: count, as: UInt8.self)
    base.storeBytes(of: UInt8(ascii: ":"), toByteOffset: count &+ 1, as: UInt8.self)
    count &+= 2
  }

  mutating func append(_ value: Int64) {
    append(unsigned: value.magnitude, isNegative: value < 0)
  }

  mutating func append(_ value: Bool) { append(unsigned: value ? 1 : 0) }

  /// A text as its bytes.
  mutating func append(_ text: UnsafeRawBufferPointer) {
    reserve(text.count + 24)
    appendLength(text.count)
    if let source = text.baseAddress { memcpy(base + count, source, text.count) }
    count &+= text.count
  }

  /// Binary as digits of sixteen, upper case.
  mutating func append(hexadecimal bytes: UnsafeRawBufferPointer) {
    reserve(2 * bytes.count + 24)
    appendLength(2 * bytes.count)
    func digit(_ value: UInt8) -> UInt8 { value < 10 ? value &+ 48 : value &+ 55 }
    for byte in bytes {
      base.storeBytes(of: digit(byte >> 4), toByteOffset: count, as: UInt8.self)
      base.storeBytes(of: digit(byte & 15), toByteOffset: count &+ 1, as: UInt8.self)
      count &+= 2
    }
  }

  /// A day as `YYYY-MM-DD`; false where its year has not four digits.
  mutating func append(days: Int32) -> Bool {
    let (year, month, day) = CalendarText.civil(days)
    guard (0...9999).contains(year) else { return false }
    reserve(16)
    appendLengthShort(10)
    let parts = [(year, 4), (month, 2), (day, 2)]
    for (index, part) in parts.enumerated() {
      if index > 0 {
        base.storeBytes(of: UInt8(ascii: "-"), toByteOffset: count, as: UInt8.self)
        count &+= 1
      }
      var rest = part.0
      for place in stride(from: part.1 - 1, through: 0, by: -1) {
        base.storeBytes(
          of: UInt8(truncatingIfNeeded: rest % 10) &+ 48, toByteOffset: count &+ place, as: UInt8.self)
        rest /= 10
      }
      count &+= part.1
    }
    return true
  }

  /// A real as the integer nearest to a million times it, halves away from zero; false for NaN and beyond 10^12.
  mutating func append(real value: Double) -> Bool {
    guard value.magnitude <= 1e12 else { return false }
    append(Int64((value * 1_000_000).rounded(.toNearestOrAwayFromZero)))
    return true
  }
}
