/// A piece of a file, split: whole rows, their fields, and the bytes that both point into. Made to be used
/// again: `CSVSplitter.fill` empties it first.
///
/// For one thread at a time. Memory: the bytes, and 8 bytes a field, 20 a row.
package final class CSVBatch {
  /// Loads of whole words may read so far behind the last byte.
  private static let paddingByteCount = 16

  private let usualByteCapacity: Int
  private var byteBase: UnsafeMutableRawPointer
  private(set) var byteCapacity: Int
  var fieldStorage = GrowingBuffer<CSVField>()
  var rowStorage = GrowingBuffer<CSVRow>()

  private(set) var byteCount = 0
  /// Where the batch's first byte stands in the file, from 0.
  package internal(set) var byteOffset = 0
  /// The line of that byte, from 1.
  package internal(set) var firstLine = 1
  /// What is wrong with some of the rows, in their order; at most one a row.
  package internal(set) var faults: [CSVFault] = []

  /// - Parameter byteCapacity: how much of a file it takes at once. A longer row makes it larger for the time.
  package init(byteCapacity: Int = 512 << 10) {
    usualByteCapacity = max(byteCapacity, 1)
    self.byteCapacity = usualByteCapacity
    byteBase = Self.allocate(usualByteCapacity)
  }

  deinit {
    byteBase.deallocate()
  }

  /// The bytes that fields and rows point into. Valid until the batch is filled again.
  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: byteBase, count: byteCount) }

  /// All fields of all rows, in order. Valid until the batch is filled again.
  package var fields: UnsafeBufferPointer<CSVField> { fieldStorage.elements }

  /// The rows, in order. Valid until the batch is filled again.
  package var rows: UnsafeBufferPointer<CSVRow> { rowStorage.elements }

  /// The line of a row's first byte, from 1.
  package func line(of row: CSVRow) -> Int { firstLine + row.lineOffset }

  /// The place of a row's first byte in the file, from 0.
  package func byteOffset(of row: CSVRow) -> Int { byteOffset + row.byteRange.lowerBound }

  /// The content of a field with its doubled quotes made single; for headers and messages.
  package func text(of field: CSVField) -> String {
    let content = UnsafeRawBufferPointer(rebasing: bytes[field.offset..<(field.offset + field.byteCount)])
    guard field.hasDoubledQuotes else { return String(decoding: content, as: UTF8.self) }
    let unescaped = [UInt8](unsafeUninitializedCapacity: content.count) { buffer, count in
      if let base = buffer.baseAddress { count = CSVQuoting.unescape(content, into: base) }
    }
    return String(decoding: unescaped, as: UTF8.self)
  }

  // MARK: For the splitter

  var mutableBytes: UnsafeMutableRawPointer { byteBase }

  func clear(byteOffset: Int, firstLine: Int) {
    if byteCapacity > usualByteCapacity {
      byteBase.deallocate()
      byteBase = Self.allocate(usualByteCapacity)
      byteCapacity = usualByteCapacity
    }
    byteCount = 0
    self.byteOffset = byteOffset
    self.firstLine = firstLine
    removeRows()
  }

  func removeRows() {
    fieldStorage.count = 0
    rowStorage.count = 0
    faults.removeAll(keepingCapacity: true)
  }

  /// Makes room for `capacity` bytes, keeping those that are there.
  func reserve(byteCapacity capacity: Int) {
    guard capacity > byteCapacity else { return }
    let larger = Self.allocate(capacity)
    larger.copyMemory(from: byteBase, byteCount: byteCount)
    byteBase.deallocate()
    byteBase = larger
    byteCapacity = capacity
  }

  func append(_ bytes: UnsafeRawBufferPointer) {
    reserve(byteCapacity: byteCount + bytes.count)
    if let source = bytes.baseAddress {
      (byteBase + byteCount).copyMemory(from: source, byteCount: bytes.count)
    }
    byteCount += bytes.count
  }

  /// The room behind the bytes.
  var freeBytes: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: byteBase + byteCount, count: byteCapacity - byteCount)
  }

  func didAppend(_ count: Int) {
    precondition(count >= 0 && count <= byteCapacity - byteCount, "more was read than there is room for")
    byteCount += count
  }

  /// Puts zeros, which mean nothing in CSV, where loads of whole words reach behind the last byte.
  func pad() {
    (byteBase + byteCount).initializeMemory(as: UInt8.self, repeating: 0, count: Self.paddingByteCount)
  }

  var rowCount: Int { rowStorage.count }

  private static func allocate(_ capacity: Int) -> UnsafeMutableRawPointer {
    .allocate(byteCount: capacity + paddingByteCount, alignment: 64)
  }
}
