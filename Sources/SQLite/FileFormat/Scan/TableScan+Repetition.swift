extension TableScan {
  /// Whether two rows may agree in all of some columns, as SQLite's `GROUP BY` sees it with binary collation: no is
  /// certain; yes is not.
  ///
  /// Where the first of the columns holds integers that never fall from row to row, rows can agree only with their
  /// neighbours, and nothing is remembered but these. Otherwise eight bytes are kept of each row, twice.
  ///
  /// - Parameters:
  ///   - columns: their places in the table.
  ///   - skipsNulls: whether rows do not count in which the first of the columns is NULL.
  package func mayRepeat(_ columns: [Int], skipsNulls: Bool) throws(DatabaseFileError) -> Bool {
    guard !columns.isEmpty else { return true }
    if let verdict = try mayNeighboursRepeat(columns) { return verdict }
    var hashes: [UInt64] = []
    try scanRows(columns) { vectors, count in
      for row in 0..<count {
        if skipsNulls, vectors[0].kind(row) == .null { continue }
        hashes.append(Self.hash(vectors, row))
      }
      return hashes.count <= Self.largestRowCount
    }
    return hashes.count > Self.largestRowCount || HashRepetition.isThere(in: hashes)
  }

  /// More rows would take too much memory.
  private static var largestRowCount: Int { 1 << 23 }

  /// Nil where the first column has other values than integers that do not fall.
  private func mayNeighboursRepeat(_ columns: [Int]) throws(DatabaseFileError) -> Bool? {
    var key = Int64.min
    var run: [UInt64] = []
    var isOrdered = true
    var repeats = false
    try scanRows(columns) { vectors, count in
      guard vectors[0].holdsOnly(.integer) else {
        isOrdered = false
        return false
      }
      for row in 0..<count {
        let next = vectors[0].integer(row)
        guard next >= key, run.count < Self.longestRun else {
          isOrdered = false
          return false
        }
        if next > key { run.removeAll(keepingCapacity: true) }
        key = next
        let hash = Self.hash(vectors, row)
        if run.contains(hash) {
          repeats = true
          return false
        }
        run.append(hash)
      }
      return true
    }
    return isOrdered ? repeats : nil
  }

  /// A row is compared with so many others at most.
  private static var longestRun: Int { 4096 }

  @inline(__always)
  private static func hash(_ vectors: [ScanVector], _ row: Int) -> UInt64 {
    var hasher = ValueHasher()
    for vector in vectors { hasher.add(vector.cell(row)) }
    return hasher.value
  }

  /// Hands all rows to `body`, some at a time, until it says no.
  ///
  /// - Parameter body: gets the columns' values and the number of rows.
  package func scanRows(
    _ columns: [Int], _ body: ([ScanVector], Int) -> Bool
  ) throws(DatabaseFileError) {
    let batch = ScanBatch(columnCount: columns.count)
    var scanner = scanner(of: whole, columns: columns)
    while try scanner.next(into: batch) {
      guard body(columns.indices.map { batch[$0] }, batch.rowCount) else { return }
    }
  }
}

/// Finds whether any number of many occurs twice.
package enum HashRepetition {
  /// Sorted roughly by their upper bits, so that each part is looked at within the processor's caches.
  package static func isThere(in hashes: [UInt64]) -> Bool {
    let bits = 8
    var ends = [Int](repeating: 0, count: 1 << bits)
    for hash in hashes { ends[Int(hash >> (64 - UInt64(bits)))] += 1 }
    let largest = ends.max() ?? 0
    var start = 0
    for part in ends.indices {
      start += ends[part]
      ends[part] = start - ends[part]
    }
    var sorted = [UInt64](repeating: 0, count: hashes.count)
    for hash in hashes {
      let part = Int(hash >> (64 - UInt64(bits)))
      sorted[ends[part]] = hash
      ends[part] += 1
    }
    var capacity = 16
    while capacity < 2 * largest { capacity *= 2 }
    var table = [UInt64](repeating: 0, count: capacity)
    start = 0
    for end in ends {
      if repeats(sorted[start..<end], &table) { return true }
      start = end
    }
    return false
  }

  /// - Parameter table: of a power of two places, more than twice the numbers; it comes empty and goes empty.
  private static func repeats(_ numbers: ArraySlice<UInt64>, _ table: inout [UInt64]) -> Bool {
    let mask = UInt64(table.count - 1)
    for index in table.indices { table[index] = 0 }
    var hasZero = false
    for number in numbers {
      // 0 stands for an empty place.
      if number == 0 {
        if hasZero { return true }
        hasZero = true
        continue
      }
      var place = Int(truncatingIfNeeded: (number ^ number >> 32) & mask)
      while table[place] != 0 {
        if table[place] == number { return true }
        place = (place + 1) & Int(mask)
      }
      table[place] = number
    }
    return false
  }
}
