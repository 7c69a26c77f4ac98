/// Builds the b-tree of an index from its keys, and counts what `sqlite_stat1` says of it.
struct IndexTree {
  private let wantsStatistics: Bool
  private(set) var statistics = ""

  init(wantsStatistics: Bool) {
    self.wantsStatistics = wantsStatistics
  }

  /// Writes all pages and returns the number of the root in the segment.
  mutating func build(
    _ keys: IndexKeys, _ page: inout OpenPage, _ segment: inout Segment
  ) throws(DatabaseFileError) -> Int {
    keys.sortByWords()
    var settledCount = 0
    var distinct = [Int](repeating: 1, count: keys.index.columns.count)
    var leaves = TreeLevel()
    for position in 0..<keys.count {
      if position == settledCount { settledCount = keys.settle(from: position) }
      if position > 0 { try compare(keys, position, &distinct) }
      let record = keys[position].record
      let cellCount = Self.cellCount(record.count, segment.geometry)
      if page.hasRoom(for: cellCount, headerSize: 8) {
        let cell = page.addCell(cellCount)
        if let offset = try Self.write(record, to: cell, &segment) { page.notePointer(at: cell + offset) }
      } else if position == keys.count - 1 {
        // The last leaf must not be empty, so this key goes there and the one before it goes up.
        let (bytes, overflowOffset) = page.removeLastCell()
        leaves.append(separator: bytes, overflowOffset: overflowOffset)
        leaves.append(page: try page.emit(.indexLeaf, to: &segment))
        let cell = page.addCell(cellCount)
        if let offset = try Self.write(record, to: cell, &segment) { page.notePointer(at: cell + offset) }
      } else {
        leaves.append(page: try page.emit(.indexLeaf, to: &segment))
        let room = UnsafeMutableRawPointer.allocate(byteCount: cellCount, alignment: 8)
        defer { room.deallocate() }
        let overflowOffset = try Self.write(record, to: room, &segment)
        leaves.append(
          separator: UnsafeRawBufferPointer(start: room, count: cellCount), overflowOffset: overflowOffset)
      }
    }
    leaves.append(page: try page.emit(.indexLeaf, to: &segment))
    let averages = distinct.map { Self.average(rows: keys.count, keys: $0) }
    statistics = ([keys.count] + averages).map(String.init).joined(separator: " ")
    return try TableWriter.buildRoot(over: leaves, .indexInterior, &page, &segment)
  }

  /// The bytes of a cell in a leaf.
  private static func cellCount(_ payload: Int, _ geometry: PageGeometry) -> Int {
    let local = geometry.localCount(payload: payload, maximum: geometry.indexMaximum)
    return Varint.length(UInt64(payload)) + local + (local < payload ? 4 : 0)
  }

  /// Writes a cell of a leaf, and its overflow pages. Returns where in it the number of an overflow page stands.
  @inline(__always)
  private static func write(
    _ record: UnsafeRawBufferPointer, to cell: UnsafeMutableRawPointer, _ segment: inout Segment
  ) throws(DatabaseFileError) -> Int? {
    let prefix = Varint.write(UInt64(record.count), to: cell)
    let local = segment.geometry.localCount(
      payload: record.count, maximum: segment.geometry.indexMaximum)
    if local == record.count {
      RecordBytes.copy(record.baseAddress.unsafelyUnwrapped, to: cell + prefix, count: local)
      return nil
    }
    var cursor = segment.beginPayload(count: record.count, local: local, at: cell + prefix)
    try segment.append(record, to: &cursor)
    segment.endPayload(cursor)
    return prefix + local
  }

  /// Finds rows under one key of a unique index, and counts the different keys.
  @inline(__always)
  private func compare(
    _ keys: IndexKeys, _ position: Int, _ distinct: inout [Int]
  ) throws(DatabaseFileError) {
    guard wantsStatistics || keys.index.isUnique else { return }
    let entry = keys[position]
    let previous = keys[position - 1]
    let columnCount = distinct.count
    let difference = entry.firstDifference(previous, columnCount: columnCount)
    if difference < columnCount {
      for column in difference..<columnCount { distinct[column] &+= 1 }
    } else if keys.index.isUnique, !RecordOrder.holdsNull(entry.record, columnCount: columnCount) {
      // NULL differs from NULL in a unique index, though not in the statistics.
      throw DatabaseFileError(
        .notUnique(index: keys.index.name, rowids: [previous.rowid, entry.rowid]))
    }
  }

  /// The rows that one key has on average, rounded as `ANALYZE` does: up, but for keys that are all but unique.
  private static func average(rows: Int, keys: Int) -> Int {
    let average = (rows + keys - 1) / keys
    return average == 2 && rows * 10 <= keys * 11 ? 1 : average
  }
}
