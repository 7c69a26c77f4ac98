/// A value ready to be stored, sixteen bytes; a text is lent by the batch that the cell belongs to.
struct Cell: BitwiseCopyable {
  enum Kind: UInt8 {
    case null
    case integer
    case real
    case text
  }

  private let bits: UInt64
  private let kindAndCount: UInt64

  private static let countMask: UInt64 = 1 << 56 - 1

  @inline(__always)
  private init(bits: UInt64, kind: Kind, count: Int) {
    self.bits = bits
    kindAndCount = UInt64(kind.rawValue) << 56 | UInt64(truncatingIfNeeded: count)
  }

  static let null = Cell(bits: 0, kind: .null, count: 0)

  @inline(__always)
  static func integer(_ value: Int64) -> Cell {
    Cell(bits: UInt64(bitPattern: value), kind: .integer, count: 0)
  }

  @inline(__always)
  static func real(_ value: Double) -> Cell { Cell(bits: value.bitPattern, kind: .real, count: 0) }

  @inline(__always)
  static func text(_ base: UnsafeRawPointer, count: Int) -> Cell {
    Cell(bits: UInt64(UInt(bitPattern: base)), kind: .text, count: count)
  }

  @inline(__always)
  var kind: Kind { Kind(rawValue: UInt8(truncatingIfNeeded: kindAndCount >> 56)).unsafelyUnwrapped }

  @inline(__always)
  var integer: Int64 { Int64(bitPattern: bits) }

  @inline(__always)
  var real: Double { Double(bitPattern: bits) }

  /// The bytes of a text.
  @inline(__always)
  var text: UnsafeRawBufferPointer {
    // SAFETY: the address is one that `text(_:count:)` was given; the batch keeps it until it is filled again.
    UnsafeRawBufferPointer(
      start: UnsafeRawPointer(bitPattern: UInt(truncatingIfNeeded: bits)),
      count: Int(kindAndCount & Self.countMask))
  }
}

/// Rows of cells, one behind the other: what a sink is given at once.
struct TypedRows {
  let cells: UnsafeBufferPointer<Cell>
  let columnCount: Int

  var rowCount: Int { columnCount == 0 ? 0 : cells.count / columnCount }
}

/// Room for the cells of a batch.
struct CellBuffer: ~Copyable {
  private var base: UnsafeMutablePointer<Cell>
  private var capacity: Int
  private(set) var count = 0

  init() {
    capacity = 1024
    base = .allocate(capacity: capacity)
  }

  deinit {
    base.deallocate()
  }

  var cells: UnsafeBufferPointer<Cell> { UnsafeBufferPointer(start: base, count: count) }

  /// Empties the buffer and makes room for `capacity` cells.
  mutating func clear(reserving capacity: Int) {
    count = 0
    guard capacity > self.capacity else { return }
    base.deallocate()
    base = .allocate(capacity: capacity)
    self.capacity = capacity
  }

  @inline(__always)
  mutating func append(_ cell: Cell) {
    precondition(count < capacity)
    (base + count).initialize(to: cell)
    count &+= 1
  }

  /// Takes back the cells from `count` on.
  mutating func truncate(to count: Int) {
    self.count = count
  }
}
