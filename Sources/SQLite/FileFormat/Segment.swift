/// The pages of a table and its indexes, in the order of their making. Pages are numbered from 0 here; wherever such a
/// number stands in a page it is noted, and set right when the place of the segment in the file is known.
struct Segment: ~Copyable {
  let file: SegmentedFile
  let number: Int
  private let batch: UnsafeMutableRawPointer
  private let batchCapacity: Int
  /// Pages in the batch, and pages that were written before it.
  private var batchCount = 0
  private var writtenCount = 0
  /// Where numbers of pages stand in the batch, in bytes from the segment's beginning.
  private var pointers: [Int] = []
  private var spool: Spool?
  private var place: SegmentPlace?

  /// How much is written at once; more than this gains nothing, and less of the processor's cache is left for the rest.
  static let batchByteCount = 1 << 18

  var geometry: PageGeometry { file.geometry }
  var path: String { file.path }

  init(_ file: SegmentedFile) {
    self.file = file
    number = file.openSegment()
    batchCapacity = max(1, Self.batchByteCount / file.geometry.pageSize)
    batch = .allocate(byteCount: batchCapacity * file.geometry.pageSize, alignment: 4096)
  }

  deinit {
    batch.deallocate()
  }

  /// The number that the next page will have.
  var nextPage: Int { writtenCount &+ batchCount }

  /// Adds a page, whose bytes the caller fills; they stay in place until the next page is added.
  mutating func appendPage() throws(DatabaseFileError) -> UnsafeMutableRawPointer {
    if batchCount == batchCapacity { try flush() }
    let page = batch + batchCount &* geometry.pageSize
    batchCount &+= 1
    return page
  }

  /// Notes that the number of a page of this segment stands at `offset` of the page added last.
  mutating func notePointer(at offset: Int) {
    pointers.append((nextPage &- 1) &* geometry.pageSize &+ offset)
  }

  /// Sets right a number that counts from the segment's beginning.
  static func setRight(_ pointer: UnsafeMutableRawPointer, _ place: SegmentPlace) {
    RecordBytes.store32(place.page(RecordBytes.load32(pointer, at: 0)), to: pointer, at: 0)
  }

  private mutating func flush() throws(DatabaseFileError) {
    guard batchCount > 0 else { return }
    if place == nil, let found = file.place(of: number) {
      try spool?.move(to: found, of: file)
      spool = nil
      place = found
    }
    if let place {
      let base = writtenCount * geometry.pageSize
      for pointer in pointers { Self.setRight(batch + (pointer - base), place) }
      try file.write(batch, count: batchCount, at: writtenCount, of: place)
    } else {
      if spool == nil { spool = try Spool(for: file, segment: number) }
      try spool?.append(batch, count: batchCount, pageSize: geometry.pageSize, pointers: pointers)
    }
    pointers.removeAll(keepingCapacity: true)
    writtenCount += batchCount
    batchCount = 0
  }

  /// Writes what is left and says that the segment is complete.
  ///
  /// - Parameter content: where its table is; nil for the schema, whose root is the first page of the file.
  consuming func finish(_ content: TableContent?) throws(DatabaseFileError) {
    try flush()
    file.finish(
      segment: number, FinishedSegment(pageCount: writtenCount, content: content, spool: spool))
    try file.moveSpools()
  }
}

// MARK: - Overflow

extension Segment {
  /// Where the next bytes of a payload go: first into its cell, then from overflow page to overflow page.
  struct PayloadCursor {
    fileprivate var target: UnsafeMutableRawPointer
    fileprivate var room: Int
    fileprivate var pagesLeft: Int
  }

  /// Begins a payload with overflow: its first `local` bytes go to `target`, and behind them the number of the first
  /// overflow page, which is the next page of this segment.
  func beginPayload(count: Int, local: Int, at target: UnsafeMutableRawPointer) -> PayloadCursor {
    RecordBytes.store32(nextPage, to: target, at: local)
    return PayloadCursor(
      target: target, room: local, pagesLeft: geometry.overflowPageCount(count - local))
  }

  mutating func append(
    _ bytes: UnsafeRawBufferPointer, to cursor: inout PayloadCursor
  ) throws(DatabaseFileError) {
    var rest = bytes
    while !rest.isEmpty {
      if cursor.room == 0 {
        precondition(cursor.pagesLeft > 0)
        let next = nextPage + 1
        let page = try appendPage()
        cursor.pagesLeft -= 1
        RecordBytes.store32(cursor.pagesLeft > 0 ? next : 0, to: page, at: 0)
        if cursor.pagesLeft > 0 { notePointer(at: 0) }
        cursor.target = page + 4
        cursor.room = geometry.pageSize - 4
      }
      let count = min(rest.count, cursor.room)
      cursor.target.copyMemory(from: rest.baseAddress.unsafelyUnwrapped, byteCount: count)
      cursor.target += count
      cursor.room -= count
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  /// Ends a payload: the rest of its last page is zero.
  func endPayload(_ cursor: PayloadCursor) {
    precondition(cursor.pagesLeft == 0)
    cursor.target.initializeMemory(as: UInt8.self, repeating: 0, count: cursor.room)
  }
}
