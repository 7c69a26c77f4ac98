import SQLite

/// In what two copies of a table differ, as far as it was looked for.
package struct TableDifference: Sendable, Codable, Equatable {
  /// A value by its column, for people.
  package struct Cell: Sendable, Codable, Equatable {
    package var column: String
    package var value: String

    package init(column: String, value: String) {
      self.column = column
      self.value = value
    }
  }

  /// A row that one side has more often than the other.
  package struct Row: Sendable, Codable, Equatable {
    package var cells: [Cell]
    /// How much more often.
    package var times: Int
  }

  /// A row that has other values on the other side.
  package struct ChangedRow: Sendable, Codable, Equatable {
    package struct Change: Sendable, Codable, Equatable {
      package var column: String
      package var expected: String
      package var found: String

      package init(column: String, expected: String, found: String) {
        self.column = column
        self.expected = expected
        self.found = found
      }
    }

    /// The values that both sides have.
    package var same: [Cell]
    package var changes: [Change]
  }

  /// `rows:sum` of the build, and of the copy.
  package var expected: String
  package var found: String
  /// Of 4096.
  package var differingBucketCount: Int
  package var changed: [ChangedRow] = []
  /// Rows that the copy lacks, and those that it has beyond the build.
  package var missing: [Row] = []
  package var surplus: [Row] = []
  /// Whether all rows that differ are listed.
  package var isComplete = true
}

extension TableDifference {
  /// For people, a line for each row.
  package var lines: [String] {
    func text(_ cells: [Cell]) -> String { cells.map { "\($0.column) \($0.value)" }.joined(separator: ", ") }
    func row(_ word: String, _ row: Row) -> String {
      "\(word) \(row.times == 1 ? "" : "\(row.times) times ")(\(text(row.cells)))"
    }
    var lines = changed.map { row in
      let changes = row.changes.map { "\($0.column) is \($0.found), not \($0.expected)" }
      return "changed: \(changes.joined(separator: ", ")) (\(text(row.same)))"
    }
    lines += missing.map { row("missing:", $0) } + surplus.map { row("surplus:", $0) }
    if !isComplete {
      lines.append("… and more: \(differingBucketCount) of \(BucketHashes.count) buckets of rows differ")
    }
    return lines.map { String($0.prefix(1000)) }
  }
}

/// Finds the rows in which two copies of a table differ: first the hashes of buckets of rows are compared, then the rows of
/// buckets that differ are fetched from both sides, so that no more is moved than differs.
package struct TableDifferenceFinder {
  /// One side of a comparison.
  package struct Side {
    package typealias RowTaker = ([UInt8]) throws -> Void

    /// Computes the hash of each bucket.
    package let buckets: () throws -> BucketHashes
    /// Hands on the canonical texts of the rows of some buckets, in any order.
    package let rows: ([Int], RowTaker) throws -> Void

    package init(
      buckets: @escaping () throws -> BucketHashes, rows: @escaping ([Int], RowTaker) throws -> Void
    ) {
      self.buckets = buckets
      self.rows = rows
    }
  }

  private let columns: [MappedColumn]
  /// How many rows of a side are fetched at most; of buckets beyond, none is looked at.
  private let rowLimit: UInt64
  /// How many rows are listed of each kind.
  private let listLimit: Int

  package init(_ columns: [MappedColumn], rowLimit: UInt64 = 100_000, listLimit: Int = 20) {
    self.columns = columns
    self.rowLimit = rowLimit
    self.listLimit = listLimit
  }

  /// Compares a copy with what it is to be; nil where both are equal.
  package func difference(_ expected: Side, _ found: Side) throws -> TableDifference? {
    let (left, right) = (try expected.buckets(), try found.buckets())
    let differing = left.differing(from: right)
    guard !differing.isEmpty else { return nil }
    var difference = TableDifference(
      expected: "\(left.total)", found: "\(right.total)", differingBucketCount: differing.count)
    let chosen = chosen(differing, left, right)
    if chosen.count < differing.count { difference.isComplete = false }
    var counts: [[UInt8]: Int] = [:]
    try take(expected, chosen, of: left) { counts[$0, default: 0] += 1 }
    try take(found, chosen, of: right) { counts[$0, default: 0] -= 1 }
    try list(counts.filter { $0.value != 0 }, in: &difference)
    return difference
  }

  /// As many buckets as there is room for, and one at least.
  private func chosen(_ differing: [Int], _ left: BucketHashes, _ right: BucketHashes) -> [Int] {
    var count: UInt64 = 0
    var chosen: [Int] = []
    for bucket in differing {
      count += max(left.hashes[bucket].rowCount, right.hashes[bucket].rowCount)
      if count > rowLimit, !chosen.isEmpty { break }
      chosen.append(bucket)
    }
    return chosen
  }

  /// Takes the rows of one side; they must be those that the hashes are of.
  private func take(_ side: Side, _ buckets: [Int], of hashes: BucketHashes, _ body: ([UInt8]) -> Void) throws
  {
    let wanted = Set(buckets)
    var seen = BucketHashes()
    try side.rows(buckets) { text in
      let digest = text.withUnsafeBytes { MD5.digest($0) }
      guard wanted.contains(BucketHashes.bucket(digest)) else { throw changedMeanwhile }
      seen.add(digest)
      body(text)
    }
    guard buckets.allSatisfy({ seen.hashes[$0] == hashes.hashes[$0] }) else { throw changedMeanwhile }
  }

  private var changedMeanwhile: SyncError {
    SyncError(
      .remoteBusy, "the rows changed while they were compared",
      hints: ["run the command again when nobody writes to the table"])
  }

  // MARK: Listing

  private func list(_ counts: [[UInt8]: Int], in difference: inout TableDifference) throws {
    var missing: [(row: CanonicalRow, times: Int)] = []
    var surplus: [(row: CanonicalRow, times: Int)] = []
    // In the order of their texts, so that equal differences are told equally.
    for (text, count) in counts.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      guard let row = CanonicalRow(text, columnCount: columns.count) else {
        throw SyncError(
          .contentHashImpossible, "a row's canonical text is not that of \(columns.count) columns")
      }
      if count > 0 { missing.append((row, count)) } else { surplus.append((row, -count)) }
    }
    var pairs: [(CanonicalRow, CanonicalRow)] = []
    for index in missing.indices {
      while missing[index].times > 0, pairs.count < Self.pairLimit,
        let other = nearest(missing[index].row, surplus)
      {
        pairs.append((missing[index].row, surplus[other].row))
        missing[index].times -= 1
        surplus[other].times -= 1
      }
    }
    let (lacking, beyond) = (missing.filter { $0.times > 0 }, surplus.filter { $0.times > 0 })
    difference.changed = pairs.prefix(listLimit).map(changedRow)
    difference.missing = lacking.prefix(listLimit).map { shown($0.row, $0.times) }
    difference.surplus = beyond.prefix(listLimit).map { shown($0.row, $0.times) }
    if max(pairs.count, lacking.count, beyond.count) > listLimit { difference.isComplete = false }
  }

  /// How many pairs of rows are looked for: each costs a look at all others.
  private static let pairLimit = 200
  private static let lookLimit = 2000

  /// The row of the other side that has the most values in common, at least half of them; nil where none has.
  private func nearest(_ row: CanonicalRow, _ others: [(row: CanonicalRow, times: Int)]) -> Int? {
    var best: (index: Int, count: Int)?
    for (index, other) in others.prefix(Self.lookLimit).enumerated() where other.times > 0 {
      let count = zip(row.fields, other.row.fields).count { $0 == $1 }
      if count * 2 >= columns.count, count > best?.count ?? 0 { best = (index, count) }
    }
    return best?.index
  }

  private func changedRow(_ pair: (CanonicalRow, CanonicalRow)) -> TableDifference.ChangedRow {
    var row = TableDifference.ChangedRow(same: [], changes: [])
    for (column, fields) in zip(columns, zip(pair.0.fields, pair.1.fields)) {
      let value = CanonicalRow.shown(fields.0, column.type)
      if fields.0 == fields.1 {
        row.same.append(TableDifference.Cell(column: column.name, value: value))
      } else {
        row.changes.append(
          TableDifference.ChangedRow.Change(
            column: column.name, expected: value, found: CanonicalRow.shown(fields.1, column.type)))
      }
    }
    return row
  }

  private func shown(_ row: CanonicalRow, _ times: Int) -> TableDifference.Row {
    TableDifference.Row(
      cells: zip(columns, row.fields).map {
        TableDifference.Cell(column: $0.name, value: CanonicalRow.shown($1, $0.type))
      }, times: times)
  }
}
