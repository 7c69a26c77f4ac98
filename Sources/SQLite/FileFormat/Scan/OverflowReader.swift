/// Puts records together that go on on overflow pages.
struct OverflowReader: ~Copyable {
  private let file: ScannedFile
  /// The record as far as it was asked for.
  private var record: UnsafeMutableRawPointer
  private var recordCapacity: Int
  /// Pages that follow one another in the file.
  private let buffer: UnsafeMutableRawPointer
  private let bufferCapacity: Int
  private var bufferStart = 0
  private var bufferCount = 0
  /// The pages that belong to records so far: each belongs to one, so there are no more of them than the file has.
  private var seenCount = 0

  private static let bufferByteCount = 1 << 16

  init(_ file: ScannedFile) {
    self.file = file
    recordCapacity = 1 << 12
    record = .allocate(byteCount: recordCapacity + LeafCursor.padding, alignment: 64)
    bufferCapacity = max(1, Self.bufferByteCount / file.pageSize)
    buffer = .allocate(byteCount: bufferCapacity * file.pageSize, alignment: 4096)
  }

  deinit {
    record.deallocate()
    buffer.deallocate()
  }

  /// Reads the first bytes of a record.
  ///
  /// - Parameters:
  ///   - byteCount: no more than the record has.
  ///   - page: the leaf of the cell, for errors.
  mutating func gather(
    _ cell: LeafCell, byteCount: Int, page: Int
  ) throws(DatabaseFileError) -> UnsafeRawPointer {
    reserve(byteCount)
    var done = min(cell.localByteCount, byteCount)
    record.copyMemory(from: cell.local, byteCount: done)
    var parent = page
    var next = cell.overflowPage
    while done < byteCount {
      try file.check(next, namedBy: parent)
      seenCount += 1
      // A row may be read twice: for its header, then for its values.
      guard seenCount <= 2 * file.pageCount else { throw file.damage(next, "several records share it") }
      let left = byteCount - done
      let bytes = try read(next, left)
      let count = min(file.usableByteCount - 4, left)
      (record + done).copyMemory(from: bytes + 4, byteCount: count)
      done += count
      parent = next
      next = RecordBytes.load32(bytes, at: 0)
    }
    (record + done).initializeMemory(as: UInt8.self, repeating: 0, count: LeafCursor.padding)
    return UnsafeRawPointer(record)
  }

  private mutating func reserve(_ byteCount: Int) {
    guard byteCount > recordCapacity else { return }
    record.deallocate()
    recordCapacity = byteCount + byteCount / 4
    record = .allocate(byteCount: recordCapacity + LeafCursor.padding, alignment: 64)
  }

  /// A page, and behind it in the buffer as many as the record may have left, for they mostly follow it.
  private mutating func read(_ page: Int, _ left: Int) throws(DatabaseFileError) -> UnsafeRawPointer {
    if page < bufferStart || page >= bufferStart + bufferCount {
      let wanted = (left + file.usableByteCount - 5) / (file.usableByteCount - 4)
      let count = min(wanted, bufferCapacity, file.pageCount - page + 1)
      bufferCount = 0
      try file.read(page, count: count, into: buffer)
      bufferStart = page
      bufferCount = count
    }
    return UnsafeRawPointer(buffer + (page - bufferStart) * file.pageSize)
  }
}
