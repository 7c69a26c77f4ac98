/// Tells new rows from those that were there before, as `SELECT DISTINCT` does with binary collation, for rows whose
/// first column holds integers that never fall: then equal rows are neighbours, and no tree of all rows is needed.
struct DistinctRun: ~Copyable {
  /// Rows come in another order, or are too many to a number.
  struct NotOrdered: Error {}

  private var key = Int64.min
  /// The rows of the number at hand, one behind the other.
  private var bytes: UnsafeMutableRawPointer
  private var capacity = 1 << 16
  private var byteCount = 0
  private var rows: [(hash: UInt64, start: Int)] = []
  /// Places in `rows` plus one, by hash, where there are so many that looking through them takes long.
  private var table: [Int32] = []

  private static let largestByteCount = 1 << 26
  private static let longestList = 32

  init() {
    bytes = .allocate(byteCount: capacity, alignment: 16)
  }

  deinit { bytes.deallocate() }

  /// Whether a row is the first of its kind.
  mutating func isNew(_ cells: UnsafeBufferPointer<RecordCell>) throws(NotOrdered) -> Bool {
    guard let first = cells.first, first.kind == .integer, first.integer >= key else { throw NotOrdered() }
    if first.integer > key {
      key = first.integer
      byteCount = 0
      rows.removeAll(keepingCapacity: true)
      if !table.isEmpty { table.removeAll() }
    }
    var hasher = ValueHasher()
    let start = byteCount
    for cell in cells.dropFirst() {
      hasher.add(cell)
      try write(cell)
    }
    let hash = hasher.value
    if isThere(hash, start) {
      byteCount = start
      return false
    }
    add(hash, start)
    return true
  }

  // MARK: Rows

  private func isThere(_ hash: UInt64, _ start: Int) -> Bool {
    if table.isEmpty { return rows.contains { $0.hash == hash && isEqual($0.start, start) } }
    var place = Int(truncatingIfNeeded: hash) & (table.count - 1)
    while table[place] != 0 {
      let row = rows[Int(table[place]) - 1]
      if row.hash == hash, isEqual(row.start, start) { return true }
      place = (place + 1) & (table.count - 1)
    }
    return false
  }

  private mutating func add(_ hash: UInt64, _ start: Int) {
    rows.append((hash, start))
    if rows.count <= Self.longestList { return }
    if rows.count * 2 > table.count {
      table = [Int32](repeating: 0, count: max(4 * Self.longestList, table.count * 4))
      for index in rows.indices { enter(index) }
    } else {
      enter(rows.count - 1)
    }
  }

  private mutating func enter(_ index: Int) {
    var place = Int(truncatingIfNeeded: rows[index].hash) & (table.count - 1)
    while table[place] != 0 { place = (place + 1) & (table.count - 1) }
    table[place] = Int32(index + 1)
  }

  /// Rows of equal values have equal bytes, and each says where it ends by its lengths.
  private func isEqual(_ row: Int, _ other: Int) -> Bool {
    let count = byteCount - other
    guard row + count <= other else { return false }
    for index in 0..<count
    where bytes.load(fromByteOffset: row + index, as: UInt8.self)
      != bytes.load(fromByteOffset: other + index, as: UInt8.self)
    { return false }
    return true
  }

  // MARK: Values

  /// Writes a value so that equal values, and no others, have equal bytes.
  private mutating func write(_ cell: RecordCell) throws(NotOrdered) {
    switch cell.kind {
    case .null: try write(tag: 1, 0)
    case .integer: try write(tag: 2, UInt64(bitPattern: cell.integer))
    case .real:
      if let integer = Int64(exactly: cell.real) {
        try write(tag: 2, UInt64(bitPattern: integer))
      } else {
        // SQLite makes NULL of it where it is stored, and compares it so.
        try cell.real.isNaN ? write(tag: 1, 0) : write(tag: 3, cell.real.bitPattern)
      }
    case .text: try write(tag: 4, cell.bytes)
    case .blob: try write(tag: 5, cell.bytes)
    }
  }

  private mutating func write(tag: UInt8, _ word: UInt64) throws(NotOrdered) {
    try makeRoom(9)
    bytes.storeBytes(of: tag, toByteOffset: byteCount, as: UInt8.self)
    bytes.storeBytes(of: word, toByteOffset: byteCount + 1, as: UInt64.self)
    byteCount += 9
  }

  private mutating func write(tag: UInt8, _ value: UnsafeRawBufferPointer) throws(NotOrdered) {
    try write(tag: tag, UInt64(value.count))
    try makeRoom(value.count)
    if let base = value.baseAddress { (bytes + byteCount).copyMemory(from: base, byteCount: value.count) }
    byteCount += value.count
  }

  private mutating func makeRoom(_ count: Int) throws(NotOrdered) {
    guard byteCount + count > capacity else { return }
    guard byteCount + count <= Self.largestByteCount else { throw NotOrdered() }
    capacity = max(byteCount + count, 2 * capacity)
    let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    larger.copyMemory(from: bytes, byteCount: byteCount)
    bytes.deallocate()
    bytes = larger
  }
}
