/// A value as filters and bounds name it.
package enum BoundValue: Sendable, Equatable {
  case boolean(Bool)
  /// Also of dates and timestamps, in their units, and of decimals without their point.
  case integer(Int64)
  case unsigned(UInt64)
  case real(Double)
  case bytes([UInt8])
}

/// The least and the greatest value of a column in a row group. Those of long byte arrays may be cut, and still bound.
package struct ColumnBounds: Sendable, Equatable {
  package var minimum: BoundValue
  package var maximum: BoundValue

  package init(minimum: BoundValue, maximum: BoundValue) {
    self.minimum = minimum
    self.maximum = maximum
  }
}

/// A condition on one column, by which row groups are passed over that cannot fulfil it.
package struct RowGroupFilter: Sendable, Equatable {
  package enum Comparison: Sendable, Equatable {
    case equal(BoundValue)
    case atLeast(BoundValue)
    case atMost(BoundValue)
    case isNull
    case isNotNull
  }

  package var column: String
  package var comparison: Comparison

  package init(_ column: String, _ comparison: Comparison) {
    self.column = column
    self.comparison = comparison
  }
}

extension FileReader {
  /// The row groups that may have rows for which all filters hold.
  package func rowGroups(where filters: [RowGroupFilter]) throws(ParquetError) -> [Int] {
    var places: [(Int, RowGroupFilter)] = []
    for filter in filters { places.append((try columnIndices([filter.column])[0], filter)) }
    return metadata.rowGroups.indices.filter { group in
      places.allSatisfy { mayHold($1.comparison, column: $0, rowGroup: group) }
    }
  }

  private func mayHold(_ comparison: RowGroupFilter.Comparison, column: Int, rowGroup: Int) -> Bool {
    let group = metadata.rowGroups[rowGroup]
    let nullCount = group.columns[schema.columns[column].leafIndex].statistics?.nullCount
    switch comparison {
    case .isNull: return nullCount != 0
    case .isNotNull: return nullCount != group.rowCount || group.rowCount == 0
    case .equal, .atLeast, .atMost: break
    }
    if nullCount == group.rowCount { return false }
    guard let bounds = bounds(column: column, rowGroup: rowGroup) else { return true }
    switch comparison {
    case .equal(let value):
      return BoundValue.isLess(value, bounds.minimum) != true
        && BoundValue.isLess(bounds.maximum, value) != true
    case .atLeast(let value): return BoundValue.isLess(bounds.maximum, value) != true
    case .atMost(let value): return BoundValue.isLess(value, bounds.minimum) != true
    case .isNull, .isNotNull: return true
    }
  }

  /// The bounds of a column in a row group, where the file has any that can be trusted.
  package func bounds(column: Int, rowGroup: Int) -> ColumnBounds? {
    let column = schema.columns[column]
    guard let statistics = metadata.rowGroups[rowGroup].columns[column.leafIndex].statistics else {
      return nil
    }
    var (minimum, maximum) = (statistics.minimum, statistics.maximum)
    // The older bounds have the order that we mean for signed numbers only.
    if minimum == nil, maximum == nil, [.int32, .int64, .float, .double, .boolean].contains(column.order) {
      (minimum, maximum) = (statistics.legacyMinimum, statistics.legacyMaximum)
    }
    guard let minimum, let maximum, let order = column.order,
      let least = BoundValue(minimum, order), let greatest = BoundValue(maximum, order)
    else { return nil }
    return ColumnBounds(minimum: least, maximum: greatest)
  }
}

extension BoundValue {
  /// A bound as it is stored; nil where it has the wrong size or no order.
  init?(_ bytes: [UInt8], _ order: ValueOrder) {
    func word(_ count: Int) -> UInt64? {
      guard bytes.count == count else { return nil }
      return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    switch order {
    case .boolean:
      guard let word = word(1) else { return nil }
      self = .boolean(word == 1)
    case .int32:
      guard let word = word(4) else { return nil }
      self = .integer(Int64(Int32(truncatingIfNeeded: word)))
    case .int64:
      guard let word = word(8) else { return nil }
      self = .integer(Int64(bitPattern: word))
    case .uint32:
      guard let word = word(4) else { return nil }
      self = .unsigned(word)
    case .uint64:
      guard let word = word(8) else { return nil }
      self = .unsigned(word)
    case .float:
      guard let word = word(4) else { return nil }
      let value = Float(bitPattern: UInt32(word))
      guard !value.isNaN else { return nil }
      self = .real(Double(value))
    case .double:
      guard let word = word(8) else { return nil }
      let value = Double(bitPattern: word)
      guard !value.isNaN else { return nil }
      self = .real(value)
    case .bytes: self = .bytes(bytes)
    case .signedBytes:
      // The sign's bit turned over, two's complement compares byte by byte.
      guard let first = bytes.first else { return nil }
      self = .bytes([first ^ 0x80] + bytes.dropFirst())
    }
  }

  /// Whether one value comes before another of its kind; nil for different kinds.
  static func isLess(_ left: BoundValue, _ right: BoundValue) -> Bool? {
    switch (left, right) {
    case (.boolean(let left), .boolean(let right)): !left && right
    case (.integer(let left), .integer(let right)): left < right
    case (.unsigned(let left), .unsigned(let right)): left < right
    case (.real(let left), .real(let right)): left < right
    case (.bytes(let left), .bytes(let right)): left.lexicographicallyPrecedes(right)
    default: nil
    }
  }
}
