#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Growing raw memory with one owner, reused from page to page.
///
/// Behind the bytes are always `padding` more that may be read, so that whole words can be loaded at the end.
struct ByteBuffer: ~Copyable {
  static let padding = 16

  private(set) var base: UnsafeMutableRawPointer
  private(set) var capacity: Int
  var count = 0

  init(capacity: Int = 0) {
    self.capacity = max(capacity, 64)
    base = .allocate(byteCount: self.capacity + Self.padding, alignment: 64)
    memset(base + self.capacity, 0, Self.padding)
  }

  deinit { base.deallocate() }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  /// Where the next byte goes. Valid until the buffer grows.
  var end: UnsafeMutableRawPointer { base + count }

  /// Makes room for `extra` bytes more. Where it grows it doubles.
  @inline(__always)
  mutating func reserve(_ extra: Int) {
    if capacity &- count < extra { grow(extra) }
  }

  @inline(never)
  private mutating func grow(_ extra: Int) {
    let newCapacity = max(count + extra, capacity * 2)
    let new = UnsafeMutableRawPointer.allocate(byteCount: newCapacity + Self.padding, alignment: 64)
    // SAFETY: both hold `count` bytes and are distinct.
    memcpy(new, base, count)
    memset(new + newCapacity, 0, Self.padding)
    base.deallocate()
    base = new
    capacity = newCapacity
  }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    reserve(1)
    base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
    count &+= 1
  }

  mutating func append(_ source: UnsafeRawBufferPointer) {
    guard let start = source.baseAddress, source.count > 0 else { return }
    reserve(source.count)
    memcpy(end, start, source.count)
    count += source.count
  }

  mutating func append(repeating byte: UInt8, count extra: Int) {
    reserve(extra)
    memset(end, Int32(byte), extra)
    count += extra
  }

  /// Appends the value's bytes in little-endian order.
  @inline(__always)
  mutating func append<Value: FixedWidthInteger & BitwiseCopyable>(littleEndian value: Value) {
    reserve(MemoryLayout<Value>.size)
    end.storeBytes(of: value.littleEndian, as: Value.self)
    count &+= MemoryLayout<Value>.size
  }

  /// Appends `value` in seven bits a byte, least first (ULEB128).
  mutating func append(varint value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(truncatingIfNeeded: rest))
  }

  /// The bytes as elements of a type. They are aligned, since the memory is.
  @inline(__always)
  func elements<Element: BitwiseCopyable>(as type: Element.Type) -> UnsafePointer<Element> {
    UnsafePointer(base.assumingMemoryBound(to: type))
  }

  @inline(__always)
  func mutableElements<Element: BitwiseCopyable>(as type: Element.Type) -> UnsafeMutablePointer<Element> {
    base.assumingMemoryBound(to: type)
  }
}

extension Array where Element == UInt8 {
  init(_ buffer: borrowing ByteBuffer) { self = Array(buffer.bytes) }
}
