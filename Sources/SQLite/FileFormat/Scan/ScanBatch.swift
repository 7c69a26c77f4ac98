/// Some rows of a table, column by column. It is filled again and again, and its memory stays.
package final class ScanBatch {
  /// The columns are those that the scanner was asked for, in that order.
  package let columnCount: Int
  /// The most rows that it takes.
  package let rowCapacity: Int
  /// Where a batch ends whose texts and blobs are long; one row may be longer.
  package let byteLimit: Int
  package internal(set) var rowCount = 0
  let vectors: UnsafeMutablePointer<ScanVectorStorage>

  package init(columnCount: Int, rowCapacity: Int = 8192, byteLimit: Int = 1 << 20) {
    precondition(columnCount >= 0 && rowCapacity > 0 && (1...1 << 30).contains(byteLimit))
    self.columnCount = columnCount
    self.rowCapacity = rowCapacity
    self.byteLimit = byteLimit
    vectors = .allocate(capacity: columnCount)
    for column in 0..<columnCount {
      (vectors + column).initialize(to: ScanVectorStorage(rowCapacity: rowCapacity))
    }
  }

  deinit {
    for column in 0..<columnCount { vectors[column].deallocate() }
    vectors.deallocate()
  }

  /// The values of a column. They stay in place until the batch is filled again, and no longer than the batch lives.
  package subscript(column: Int) -> ScanVector {
    precondition(column >= 0 && column < columnCount)
    return vectors[column].view(rowCount)
  }

  func clear() {
    rowCount = 0
    for column in 0..<columnCount { vectors[column].clear() }
  }
}

/// The values of a column in a batch, lent: arrays of storage classes and of words, and the bytes of all texts and
/// blobs, one after the other in the order of the rows.
@frozen package struct ScanVector: BitwiseCopyable {
  /// The storage class of each value.
  package let kinds: UnsafeBufferPointer<RecordCell.Kind>
  /// Of each value: the bits of an integer or a real; of a text or blob its place, the offset of its first byte in
  /// `bytes` in the upper 32 bits and its length in the lower; 0 of a NULL.
  package let words: UnsafeBufferPointer<UInt64>
  package let bytes: UnsafeRawBufferPointer
  /// A bit for each kind that is there, that of the kind's raw value.
  package let kindMask: UInt8

  @inlinable @inline(__always)
  init(
    kinds: UnsafeBufferPointer<RecordCell.Kind>, words: UnsafeBufferPointer<UInt64>,
    bytes: UnsafeRawBufferPointer, kindMask: UInt8
  ) {
    self.kinds = kinds
    self.words = words
    self.bytes = bytes
    self.kindMask = kindMask
  }

  @inlinable @inline(__always)
  package var count: Int { kinds.count }

  /// Whether a kind is among the values.
  @inlinable @inline(__always)
  package func holds(_ kind: RecordCell.Kind) -> Bool { kindMask >> kind.rawValue & 1 != 0 }

  /// Whether all values are of a kind: then its words, or its bytes, may be taken without a look at each.
  @inlinable @inline(__always)
  package func holdsOnly(_ kind: RecordCell.Kind) -> Bool { kindMask == 1 << kind.rawValue }

  @inlinable @inline(__always)
  package func kind(_ row: Int) -> RecordCell.Kind { kinds[row] }

  @inlinable @inline(__always)
  package func integer(_ row: Int) -> Int64 { Int64(bitPattern: words[row]) }

  @inlinable @inline(__always)
  package func real(_ row: Int) -> Double { Double(bitPattern: words[row]) }

  /// The bytes of a text or blob.
  @inlinable @inline(__always)
  package func bytes(_ row: Int) -> UnsafeRawBufferPointer {
    let word = words[row]
    let start = Int(truncatingIfNeeded: word >> 32)
    return UnsafeRawBufferPointer(
      rebasing: bytes[start..<start + Int(truncatingIfNeeded: word & 0xFFFF_FFFF)])
  }

  /// A value as a cell, whose bytes are the batch's.
  @inlinable @inline(__always)
  package func cell(_ row: Int) -> RecordCell {
    switch kinds[row] {
    case .null: return .null
    case .integer: return .integer(integer(row))
    case .real: return .real(real(row))
    case .text:
      let bytes = bytes(row)
      return .text(bytes.baseAddress, count: bytes.count)
    case .blob:
      let bytes = bytes(row)
      return .blob(bytes.baseAddress, count: bytes.count)
    }
  }

  /// A value of its own, for tests and few rows.
  package func value(_ row: Int) -> SQLiteValue {
    switch kinds[row] {
    case .null: .null
    case .integer: .integer(integer(row))
    case .real: .real(real(row))
    case .text: .text(String(decoding: bytes(row), as: UTF8.self))
    case .blob: .blob(Array(bytes(row)))
    }
  }
}

/// The memory of a column in a batch. The batch owns it.
struct ScanVectorStorage {
  private let kinds: UnsafeMutablePointer<RecordCell.Kind>
  private let words: UnsafeMutablePointer<UInt64>
  private var bytes: UnsafeMutableRawPointer
  private var byteCount = 0
  private var byteCapacity = 1 << 12
  private var kindMask: UInt8 = 0

  /// Short values are copied by whole blocks.
  private static let padding = 32

  init(rowCapacity: Int) {
    kinds = .allocate(capacity: rowCapacity)
    words = .allocate(capacity: rowCapacity)
    bytes = .allocate(byteCount: byteCapacity + Self.padding, alignment: 64)
  }

  func deallocate() {
    kinds.deallocate()
    words.deallocate()
    bytes.deallocate()
  }

  mutating func clear() {
    byteCount = 0
    kindMask = 0
  }

  func view(_ rowCount: Int) -> ScanVector {
    ScanVector(
      kinds: UnsafeBufferPointer(start: kinds, count: rowCount),
      words: UnsafeBufferPointer(start: words, count: rowCount),
      bytes: UnsafeRawBufferPointer(start: bytes, count: byteCount), kindMask: kindMask)
  }

  /// - Parameter row: below the batch's capacity.
  @inline(__always)
  mutating func set(_ row: Int, _ kind: RecordCell.Kind, _ word: UInt64) {
    kinds[row] = kind
    words[row] = word
    kindMask |= 1 &<< kind.rawValue
  }

  /// SAFETY: 16 bytes may be read from each multiple of 16 within the value on, so up to 15 behind its end.
  @inline(__always)
  mutating func set(_ row: Int, _ kind: RecordCell.Kind, _ source: UnsafeRawPointer, _ count: Int) {
    if byteCount &+ count > byteCapacity { grow(count) }
    let target = bytes + byteCount
    if count <= 32 {
      target.storeBytes(of: source.loadUnaligned(as: SIMD16<UInt8>.self), as: SIMD16<UInt8>.self)
      if count > 16 {
        let tail = source.loadUnaligned(fromByteOffset: 16, as: SIMD16<UInt8>.self)
        target.storeBytes(of: tail, toByteOffset: 16, as: SIMD16<UInt8>.self)
      }
    } else {
      target.copyMemory(from: source, byteCount: count)
    }
    let place = UInt64(truncatingIfNeeded: byteCount) &<< 32 | UInt64(truncatingIfNeeded: count)
    set(row, kind, place)
    byteCount &+= count
  }

  @inline(never)
  private mutating func grow(_ count: Int) {
    byteCapacity = max(byteCount + count, 2 * byteCapacity)
    let larger = UnsafeMutableRawPointer.allocate(byteCount: byteCapacity + Self.padding, alignment: 64)
    larger.copyMemory(from: bytes, byteCount: byteCount)
    bytes.deallocate()
    bytes = larger
  }
}
