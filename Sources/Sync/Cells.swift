import Parquet
import SQLite

/// Values of one column as SQLite has them: storage classes and words, and all texts and blobs one behind the other in
/// the order of the rows. Lent by a batch of the scanner, or gathered from a statement.
struct Cells {
  let kinds: UnsafePointer<RecordCell.Kind>
  /// Bits of integers and reals; of texts and blobs the length in the lower 32 bits.
  let words: UnsafePointer<UInt64>
  let bytes: UnsafeRawBufferPointer
  let count: Int
  let kindMask: UInt8

  func holdsOnly(_ kinds: RecordCell.Kind...) -> Bool {
    kindMask & ~kinds.reduce(0) { $0 | 1 << $1.rawValue } == 0
  }
}

extension Cells {
  /// The cells of a vector; nil where it has no rows.
  init?(_ vector: ScanVector) {
    guard let kinds = vector.kinds.baseAddress, let words = vector.words.baseAddress, vector.count > 0 else {
      return nil
    }
    self.init(kinds: kinds, words: words, bytes: vector.bytes, count: vector.count, kindMask: vector.kindMask)
  }
}

/// Gathers the values of a statement's column.
struct CellGatherer {
  private var kinds: [RecordCell.Kind] = []
  private var words: [UInt64] = []
  private var bytes: [UInt8] = []
  private var kindMask: UInt8 = 0

  var byteCount: Int { bytes.count }

  mutating func removeAll() {
    kinds.removeAll(keepingCapacity: true)
    words.removeAll(keepingCapacity: true)
    bytes.removeAll(keepingCapacity: true)
    kindMask = 0
  }

  mutating func append(_ statement: borrowing Statement, column: Int) {
    let kind: RecordCell.Kind
    switch statement.storageClass(column) {
    case .null:
      kind = .null
      words.append(0)
    case .integer:
      kind = .integer
      words.append(UInt64(bitPattern: statement.integer(column)))
    case .real:
      kind = .real
      words.append(statement.real(column).bitPattern)
    case .text:
      kind = .text
      appendBytes(statement, column)
    case .blob:
      kind = .blob
      appendBytes(statement, column)
    }
    kinds.append(kind)
    kindMask |= 1 << kind.rawValue
  }

  private mutating func appendBytes(_ statement: borrowing Statement, _ column: Int) {
    let before = bytes.count
    statement.withBytes(column) { bytes.append(contentsOf: $0) }
    words.append(UInt64(bytes.count - before))
  }

  /// Lends the cells that were gathered.
  func withCells(_ body: (Cells) throws -> Void) rethrows {
    try kinds.withUnsafeBufferPointer { kinds in
      try words.withUnsafeBufferPointer { words in
        try bytes.withUnsafeBytes { bytes in
          guard let kindBase = kinds.baseAddress, let wordBase = words.baseAddress, !kinds.isEmpty else {
            return
          }
          try body(
            Cells(kinds: kindBase, words: wordBase, bytes: bytes, count: kinds.count, kindMask: kindMask))
        }
      }
    }
  }
}
