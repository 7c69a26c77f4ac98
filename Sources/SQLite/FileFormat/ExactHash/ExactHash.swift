/// The exact hash of a table: equal for two tables that have the same columns (names and declared types as written but
/// for the case of the types, order, and which of them is the rowid) and the same rows, each as often, down to storage
/// classes and bytes.
///
/// Neither the order of the rows nor their rowids count, but where a column is the rowid. Each row is hashed as the
/// record that SQLite makes of its values, with the shortest serial types; the hashes are added up, so that doubled
/// rows do not cancel and parts of a table may be hashed apart. The text is `x1:` and 32 hexadecimal digits; the digit
/// in front is raised whenever the definition changes.
package struct ExactHash: Sendable, Hashable, LosslessStringConvertible {
  private let value: UInt128

  private static let prefix = "x1:"
  private static let digitCount = 32

  init(columns: SchemaDigest, rows: RowSum) {
    let hash = withUnsafeBytes(
      of: (columns.value.littleEndian, rows.sum.littleEndian, UInt64(rows.count).littleEndian)
    ) { bytes in
      var hasher = RowHasher(key: 0)
      // 40 bytes without what may lie behind them in memory.
      hasher.append(UnsafeRawBufferPointer(rebasing: bytes[..<40]))
      return hasher.finish()
    }
    value = hash
  }

  /// The hash that a text shows, or nil where the text is none of this version.
  package init?(_ text: String) {
    let digits = text.utf8.dropFirst(Self.prefix.utf8.count)
    guard text.hasPrefix(Self.prefix), digits.count == Self.digitCount,
      digits.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
      let value = UInt128(text.dropFirst(Self.prefix.count), radix: 16)
    else { return nil }
    self.value = value
  }

  package var description: String {
    let digits = String(value, radix: 16)
    return Self.prefix + String(repeating: "0", count: Self.digitCount - digits.count) + digits
  }
}

/// The rows of a table or of a part of it, as far as the exact hash is concerned: how many there are, and the sum of
/// their hashes. The sums of parts that share no row are merged to that of the whole.
package struct RowSum: Sendable, Equatable, BitwiseCopyable {
  package private(set) var count = 0
  private(set) var sum: UInt128 = 0

  package init() {}

  @inline(__always)
  mutating func add(_ hash: UInt128) {
    count &+= 1
    sum &+= hash
  }

  package mutating func merge(_ other: RowSum) {
    count += other.count
    sum &+= other.sum
  }
}

/// The hash of a table's columns: names, declared types, order, and which one is the rowid.
struct SchemaDigest: Sendable, Equatable {
  let value: UInt128

  init(columns: [(name: String, declaredType: String)], keyColumn: Int?) {
    var hasher = RowHasher(key: Int64(keyColumn ?? -1))
    for column in columns {
      // SQLite from 3.37 on tells its standard types in upper case, whatever was written.
      let type = column.declaredType.utf8.map { (0x61...0x7A).contains($0) ? $0 & ~0x20 : $0 }
      for bytes in [Array(column.name.utf8), type] {
        withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { hasher.append($0) }
        bytes.withUnsafeBytes { hasher.append($0) }
      }
    }
    value = hasher.finish()
  }
}
