import Parquet
import SQLite
import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A value that its column's type has no place for.
struct Misfit: Error {
  /// The row among the cells.
  var row: Int
}

/// Brings SQLite's values into the form that their column's type has in Parquet.
enum ColumnFill {
  /// Appends all cells to a batch of the type's column.
  static func append(_ cells: Cells, as type: MappedType, to batch: ColumnBatch) throws(Misfit) {
    switch type {
    case .integer: try appendIntegers(cells, to: batch)
    case .real: try appendReals(cells, to: batch)
    case .text: try appendTexts(cells, to: batch)
    case .binary: try appendBytes(cells, .blob, to: batch)
    case .boolean: try appendBooleans(cells, to: batch)
    case .date:
      try appendParsed(cells, Int32.self, to: batch) { CalendarText.day($0, $1) }
    case .timestamp:
      try appendParsed(cells, Int64.self, to: batch) { CalendarText.timestamp($0, $1) }
    }
  }

  /// Appends words of eight bytes that need no look at each.
  private static func appendWords(_ cells: Cells, to batch: ColumnBatch) {
    // SAFETY: `cells` has as many words as rows, all of which are values.
    batch.append(rows: cells.count, byteCount: 8 * cells.count) { room in
      memset(room.validity, 1, cells.count)
      memcpy(room.values, cells.words, 8 * cells.count)
      return (cells.count, 8 * cells.count)
    }
  }

  /// Appends the values of cells one by one, as `convert` makes them of a cell's kind and word. The first for which it
  /// has none is the misfit.
  @inline(__always)
  private static func appendEach<Value: FixedWidthInteger & BitwiseCopyable>(
    _ cells: Cells, to batch: ColumnBatch, _ convert: (RecordCell.Kind, UInt64) -> Value?
  ) throws(Misfit) {
    let width = MemoryLayout<Value>.size
    var misfit: Int?
    // SAFETY: at most one value a row is written.
    batch.append(rows: cells.count, byteCount: width * cells.count) { room in
      let target = room.values.assumingMemoryBound(to: Value.self)
      var count = 0
      for row in 0..<cells.count {
        let kind = cells.kinds[row]
        room.validity[row] = kind == .null ? 0 : 1
        if kind == .null { continue }
        let value = convert(kind, cells.words[row])
        if value == nil, misfit == nil { misfit = row }
        target[count] = value ?? 0
        count &+= 1
      }
      return (count, width * count)
    }
    if let misfit { throw Misfit(row: misfit) }
  }

  private static func appendIntegers(_ cells: Cells, to batch: ColumnBatch) throws(Misfit) {
    if cells.holdsOnly(.integer) { return appendWords(cells, to: batch) }
    try appendEach(cells, to: batch) { kind, word -> Int64? in
      switch kind {
      case .integer: Int64(bitPattern: word)
      // A real that is a whole number, as expressions make them, is one.
      case .real: Int64(exactly: Double(bitPattern: word))
      default: nil
      }
    }
  }

  private static func appendReals(_ cells: Cells, to batch: ColumnBatch) throws(Misfit) {
    if cells.holdsOnly(.real) { return appendWords(cells, to: batch) }
    try appendEach(cells, to: batch) { kind, word -> UInt64? in
      switch kind {
      case .real: word
      case .integer: Double(Int64(bitPattern: word)).bitPattern
      default: nil
      }
    }
  }

  private static func appendBooleans(_ cells: Cells, to batch: ColumnBatch) throws(Misfit) {
    try appendEach(cells, to: batch) { kind, word -> UInt8? in
      kind == .integer && word <= 1 ? UInt8(truncatingIfNeeded: word) : nil
    }
  }

  /// Texts that stand for numbers.
  private static func appendParsed<Value: FixedWidthInteger & BitwiseCopyable>(
    _ cells: Cells, _ type: Value.Type, to batch: ColumnBatch, _ parse: (UnsafeRawPointer, Int) -> Value?
  ) throws(Misfit) {
    var offset = 0
    try appendEach(cells, to: batch) { kind, word -> Value? in
      guard kind == .text || kind == .blob else { return nil }
      let length = Int(word & 0xFFFF_FFFF)
      defer { offset &+= length }
      // SAFETY: texts lie one behind the other, and `parse` stays within one.
      return kind == .text ? cells.bytes.baseAddress.flatMap { parse($0 + offset, length) } : nil
    }
  }

  private static func appendTexts(_ cells: Cells, to batch: ColumnBatch) throws(Misfit) {
    guard UTF8Check.isValid(cells.bytes) else { throw Misfit(row: firstInvalid(cells)) }
    try appendBytes(cells, .text, to: batch)
  }

  /// Texts or blobs as they are.
  private static func appendBytes(_ cells: Cells, _ wanted: RecordCell.Kind, to batch: ColumnBatch)
    throws(Misfit)
  {
    guard cells.holdsOnly(wanted, .null) else {
      let misfit = (0..<cells.count).first { cells.kinds[$0] != wanted && cells.kinds[$0] != .null }
      throw Misfit(row: misfit ?? 0)
    }
    var broken: Int?
    let byteCount = cells.bytes.count
    // SAFETY: the lengths are those of the bytes that lie one behind the other.
    batch.append(rows: cells.count, byteCount: byteCount) { room in
      if let base = cells.bytes.baseAddress, byteCount > 0 { memcpy(room.values, base, byteCount) }
      let bytes = room.values.assumingMemoryBound(to: UInt8.self)
      var (count, offset) = (0, 0)
      for row in 0..<cells.count {
        let isValue = cells.kinds[row] == wanted
        room.validity[row] = isValue ? 1 : 0
        guard isValue else { continue }
        let length = Int(cells.words[row] & 0xFFFF_FFFF)
        // All bytes together are valid, so a text is where it does not begin within a character.
        if wanted == .text, length > 0, bytes[offset] & 0xC0 == 0x80, broken == nil { broken = row }
        offset &+= length
        room.ends[count] = offset
        count &+= 1
      }
      return (count, byteCount)
    }
    if let broken { throw Misfit(row: broken) }
  }

  /// The row whose text is not UTF-8, looked for where one is known to be.
  private static func firstInvalid(_ cells: Cells) -> Int {
    var offset = 0
    for row in 0..<cells.count where cells.kinds[row] == .text || cells.kinds[row] == .blob {
      let length = Int(cells.words[row] & 0xFFFF_FFFF)
      if !UTF8Check.isValid(UnsafeRawBufferPointer(rebasing: cells.bytes[offset..<offset + length])) {
        return row
      }
      offset += length
    }
    return 0
  }
}

/// Whether bytes are UTF-8.
enum UTF8Check {
  static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let base = bytes.baseAddress else { return true }
    let count = bytes.count
    var index = 0
    // SAFETY: every load is checked against `count`.
    while index < count {
      if count &- index >= 8,
        base.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
      {
        index &+= 8
        continue
      }
      let lead = base.load(fromByteOffset: index, as: UInt8.self)
      if lead < 0x80 {
        index &+= 1
        continue
      }
      let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
      guard lead >= 0xC2, lead <= 0xF4, count &- index >= length else { return false }
      let second = base.load(fromByteOffset: index &+ 1, as: UInt8.self)
      // Neither longer than need be, nor a surrogate, nor beyond the last character.
      let (least, most): (UInt8, UInt8) =
        switch lead {
        case 0xE0: (0xA0, 0xBF)
        case 0xED: (0x80, 0x9F)
        case 0xF0: (0x90, 0xBF)
        case 0xF4: (0x80, 0x8F)
        default: (0x80, 0xBF)
        }
      guard second >= least, second <= most else { return false }
      for offset in 2..<max(length, 2) {
        guard base.load(fromByteOffset: index &+ offset, as: UInt8.self) & 0xC0 == 0x80 else { return false }
      }
      index &+= length
    }
    return true
  }
}
