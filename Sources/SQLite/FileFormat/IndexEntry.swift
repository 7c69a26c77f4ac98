#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A key of an index: the record that goes into it, and the beginning of its order as two words.
struct IndexEntry: BitwiseCopyable {
  let high: UInt64
  /// Its last byte is `undecided` where two keys with the same words may differ.
  let low: UInt64
  let rowid: Int64
  /// The record, behind its length as four bytes.
  let place: UnsafeRawPointer

  static let undecided: UInt64 = 0xFF

  @inline(__always)
  var record: UnsafeRawBufferPointer {
    // SAFETY: `IndexKeys` wrote the length there, and keeps the bytes as long as the entry.
    UnsafeRawBufferPointer(start: place + 4, count: Int(place.loadUnaligned(as: UInt32.self)))
  }

  /// Whether the entry comes before another one as far as the words decide, and else by its row.
  @inline(__always)
  func wordsPrecede(_ other: IndexEntry) -> Bool {
    if high != other.high { return high < other.high }
    if low != other.low { return low < other.low }
    return rowid < other.rowid
  }

  /// Whether only the records tell the order of two entries.
  @inline(__always)
  func isUndecided(against other: IndexEntry) -> Bool {
    high == other.high && low == other.low && low & 0xFF == Self.undecided
  }

  /// Whether the entry comes before another one in the index.
  @inline(__always)
  func precedes(_ other: IndexEntry, columnCount: Int) -> Bool {
    if high != other.high { return high < other.high }
    if low != other.low { return low < other.low }
    if low & 0xFF == Self.undecided {
      let difference = RecordOrder.firstDifference(record, other.record, columnCount: columnCount)
      if difference.column < columnCount { return difference.isLess }
    }
    return rowid < other.rowid
  }

  /// The first column in which the key differs from that of another entry, or the number of columns.
  @inline(__always)
  func firstDifference(_ other: IndexEntry, columnCount: Int) -> Int {
    if high == other.high && low == other.low {
      if low & 0xFF != Self.undecided { return columnCount }
    } else if columnCount == 1 {
      return 0
    }
    return RecordOrder.firstDifference(record, other.record, columnCount: columnCount).column
  }
}

/// The order of records: NULL, numbers by value, texts by bytes, blobs by bytes.
enum RecordOrder {
  private enum Value {
    case null
    case integer(Int64)
    case real(Double)
    case text(UnsafeRawBufferPointer)
    case blob(UnsafeRawBufferPointer)

    var rank: Int {
      switch self {
      case .null: 0
      case .integer, .real: 1
      case .text: 2
      case .blob: 3
      }
    }
  }

  /// Reads the columns of a record, one after the other.
  private struct Reader {
    private var serial: UnsafeRawPointer
    private var body: UnsafeRawPointer

    init(_ record: UnsafeRawBufferPointer) {
      let base = record.baseAddress.unsafelyUnwrapped
      let header = Varint.read(base)
      serial = base + header.count
      body = base + Int(header.value)
    }

    mutating func next() -> Value {
      // SAFETY: the records are our own, and have as many columns as are asked for.
      let type = Varint.read(serial)
      serial += type.count
      if type.value >= 12 {
        let bytes = UnsafeRawBufferPointer(start: body, count: Int(type.value - 12) / 2)
        body += bytes.count
        return type.value & 1 == 0 ? .blob(bytes) : .text(bytes)
      }
      let kind = UInt8(truncatingIfNeeded: type.value)
      let count = SerialType.byteCount(kind)
      defer { body += count }
      switch kind {
      case SerialType.null: return .null
      case SerialType.real:
        return .real(Double(bitPattern: UInt64(bigEndian: body.loadUnaligned(as: UInt64.self))))
      case 8, 9: return .integer(Int64(kind) - 8)
      default:
        var value = Int64(body.load(as: Int8.self))
        for index in 1..<count {
          value = value << 8 | Int64(body.load(fromByteOffset: index, as: UInt8.self))
        }
        return .integer(value)
      }
    }
  }

  static func firstDifference(
    _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer, columnCount: Int
  ) -> (column: Int, isLess: Bool) {
    var left = Reader(first)
    var right = Reader(second)
    for column in 0..<columnCount {
      let order = compare(left.next(), right.next())
      if order != 0 { return (column, order < 0) }
    }
    return (columnCount, false)
  }

  /// Whether one of the first columns of a record is NULL.
  static func holdsNull(_ record: UnsafeRawBufferPointer, columnCount: Int) -> Bool {
    var reader = Reader(record)
    for _ in 0..<columnCount {
      if case .null = reader.next() { return true }
    }
    return false
  }

  private static func compare(_ left: Value, _ right: Value) -> Int {
    switch (left, right) {
    case (.integer(let left), .integer(let right)): return left < right ? -1 : left > right ? 1 : 0
    case (.real(let left), .real(let right)): return left < right ? -1 : left > right ? 1 : 0
    case (.integer(let left), .real(let right)): return compare(left, right)
    case (.real(let left), .integer(let right)): return -compare(right, left)
    case (.text(let left), .text(let right)), (.blob(let left), .blob(let right)):
      let count = min(left.count, right.count)
      if let leftBase = left.baseAddress, let rightBase = right.baseAddress {
        let order = memcmp(leftBase, rightBase, count)
        if order != 0 { return Int(order) }
      }
      return left.count - right.count
    default: return left.rank - right.rank
    }
  }

  private static func compare(_ integer: Int64, _ real: Double) -> Int {
    if real < -0x1p63 { return 1 }
    if real >= 0x1p63 { return -1 }
    let whole = Int64(real)
    if integer != whole { return integer < whole ? -1 : 1 }
    let fraction = real - Double(whole)
    return fraction > 0 ? -1 : fraction < 0 ? 1 : 0
  }
}
