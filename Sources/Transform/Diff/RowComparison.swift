import SQLite

/// Compares the rows of two tables by their keys: both are read once, in the keys' order, side by side.
///
/// Memory does not grow with the tables; SQLite sorts in files where no index has the order.
struct RowComparison {
  /// The names of the columns, those of the key first, which are on both sides.
  let columns: [String]
  /// How many of them are the key; all where rows have none.
  let keyCount: Int
  /// How many rows of each kind are kept to be shown.
  let sampleCount: Int

  /// Goes through both tables.
  ///
  /// - Parameters:
  ///   - old: the quoted name of the table as it was.
  ///   - new: the one that it is compared with.
  func run(
    _ connection: Connection, old: String, new: String, into difference: inout RelationDifference
  ) throws {
    let names = columns.map { SQLIdentifier($0).quoted }.joined(separator: ", ")
    // The rest of the columns pairs rows of one key the same way each time.
    let order = (1...max(columns.count, 1)).map(String.init).joined(separator: ", ")
    let left = try connection.prepare("select \(names) from \(old) order by \(order)")
    let right = try connection.prepare("select \(names) from \(new) order by \(order)")
    var hasLeft = try left.step()
    var hasRight = try right.step()
    while hasLeft || hasRight {
      let sign = !hasLeft ? 1 : !hasRight ? -1 : compareKeys(left, right)
      if sign < 0 {
        difference.removedCount += 1
        note(.removed, left, count: difference.removedCount, &difference)
        hasLeft = try left.step()
      } else if sign > 0 {
        difference.addedCount += 1
        note(.added, right, count: difference.addedCount, &difference)
        hasRight = try right.step()
      } else {
        compareRest(left, right, &difference)
        hasLeft = try left.step()
        hasRight = try right.step()
      }
    }
  }

  private func compareKeys(_ left: borrowing Statement, _ right: borrowing Statement) -> Int {
    for index in 0..<keyCount {
      let order = ValueOrder.compare(left, right, index)
      if order != 0 { return order }
    }
    return 0
  }

  private func compareRest(
    _ left: borrowing Statement, _ right: borrowing Statement, _ difference: inout RelationDifference
  ) {
    var changed: [Int] = []
    for index in keyCount..<columns.count where ValueOrder.compare(left, right, index) != 0 {
      changed.append(index)
    }
    guard !changed.isEmpty else {
      difference.sameCount += 1
      return
    }
    difference.changedCount += 1
    for index in changed { difference.changesByColumn[columns[index], default: 0] += 1 }
    guard difference.changedCount <= sampleCount else { return }
    difference.samples.append(
      RelationDifference.Sample(
        kind: .changed, values: (0..<keyCount).map { (columns[$0], right.value($0)) },
        changes: changed.map { (columns[$0], left.value($0), right.value($0)) }))
  }

  private func note(
    _ kind: RelationDifference.Sample.Kind, _ row: borrowing Statement, count: Int,
    _ difference: inout RelationDifference
  ) {
    guard count <= sampleCount else { return }
    difference.samples.append(
      RelationDifference.Sample(kind: kind, values: columns.indices.map { (columns[$0], row.value($0)) }))
  }
}

/// SQLite's order of values under the collation BINARY: NULL, numbers, texts, blobs.
enum ValueOrder {
  /// Compares a column of two rows. An integer and a real of one value are equal in order and not the same, as are two
  /// texts of other bytes.
  static func compare(_ left: borrowing Statement, _ right: borrowing Statement, _ column: Int) -> Int {
    let (one, other) = (left.storageClass(column), right.storageClass(column))
    if one == .integer, other == .integer {
      let (a, b) = (left.integer(column), right.integer(column))
      return a < b ? -1 : a > b ? 1 : 0
    }
    return compare(left.value(column), right.value(column))
  }

  static func compare(_ one: SQLiteValue, _ other: SQLiteValue) -> Int {
    switch (one, other) {
    case (.null, .null): return 0
    case (.integer(let a), .integer(let b)): return a < b ? -1 : a > b ? 1 : 0
    case (.real(let a), .real(let b)): return a < b ? -1 : a > b ? 1 : 0
    case (.integer(let a), .real(let b)): return order(Double(a), b) ?? -1
    case (.real(let a), .integer(let b)): return order(a, Double(b)) ?? 1
    case (.text(let a), .text(let b)): return bytes(Array(a.utf8), Array(b.utf8))
    case (.blob(let a), .blob(let b)): return bytes(a, b)
    default: return rank(one) - rank(other)
    }
  }

  private static func order(_ a: Double, _ b: Double) -> Int? { a < b ? -1 : a > b ? 1 : nil }

  private static func bytes(_ a: [UInt8], _ b: [UInt8]) -> Int {
    for (x, y) in zip(a, b) where x != y { return x < y ? -1 : 1 }
    return a.count - b.count
  }

  private static func rank(_ value: SQLiteValue) -> Int {
    switch value {
    case .null: 0
    case .integer, .real: 1
    case .text: 2
    case .blob: 3
    }
  }
}
