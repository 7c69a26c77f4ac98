/// A value of a row that is to be written, sixteen bytes; a text or blob is lent by the caller for the time of the call.
///
/// The first word is the number's bits or the address, the second has the kind in its highest byte and the number of
/// bytes below: a caller with values of that layout may rebind its memory.
@frozen package struct RecordCell: BitwiseCopyable {
  @frozen package enum Kind: UInt8, Sendable {
    case null
    case integer
    case real
    case text
    case blob
  }

  @usableFromInline let bits: UInt64
  @usableFromInline let kindAndCount: UInt64

  @inlinable @inline(__always)
  init(bits: UInt64, kind: Kind, count: Int) {
    self.bits = bits
    kindAndCount = UInt64(kind.rawValue) << 56 | UInt64(truncatingIfNeeded: count)
  }

  @inlinable @inline(__always)
  package static var null: RecordCell { RecordCell(bits: 0, kind: .null, count: 0) }

  @inlinable @inline(__always)
  package static func integer(_ value: Int64) -> RecordCell {
    RecordCell(bits: UInt64(bitPattern: value), kind: .integer, count: 0)
  }

  /// A real; NaN is stored as NULL, as SQLite does.
  @inlinable @inline(__always)
  package static func real(_ value: Double) -> RecordCell {
    RecordCell(bits: value.bitPattern, kind: .real, count: 0)
  }

  /// A text, whose bytes are stored as they are.
  @inlinable @inline(__always)
  package static func text(_ base: UnsafeRawPointer?, count: Int) -> RecordCell {
    RecordCell(bits: UInt64(UInt(bitPattern: base)), kind: .text, count: count)
  }

  @inlinable @inline(__always)
  package static func blob(_ base: UnsafeRawPointer?, count: Int) -> RecordCell {
    RecordCell(bits: UInt64(UInt(bitPattern: base)), kind: .blob, count: count)
  }

  @inlinable @inline(__always)
  package var kind: Kind { Kind(rawValue: UInt8(truncatingIfNeeded: kindAndCount >> 56)).unsafelyUnwrapped }

  @inlinable @inline(__always)
  package var integer: Int64 { Int64(bitPattern: bits) }

  @inlinable @inline(__always)
  package var real: Double { Double(bitPattern: bits) }

  /// The number of bytes of a text or blob.
  @inlinable @inline(__always)
  package var count: Int { Int(truncatingIfNeeded: kindAndCount & (1 << 56 - 1)) }

  /// The bytes of a text or blob.
  @inlinable @inline(__always)
  package var bytes: UnsafeRawBufferPointer {
    // SAFETY: the address is one that `text(_:count:)` or `blob(_:count:)` was given; the caller keeps its bytes.
    UnsafeRawBufferPointer(
      start: UnsafeRawPointer(bitPattern: UInt(truncatingIfNeeded: bits)), count: count)
  }
}
