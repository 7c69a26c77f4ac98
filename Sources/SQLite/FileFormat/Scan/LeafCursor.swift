/// A row as it lies in its leaf.
struct LeafCell: BitwiseCopyable {
  var rowid: Int64 = 0
  /// The bytes of the record, those on overflow pages among them.
  var recordByteCount = 0
  /// The beginning of the record, in the cell.
  var local: UnsafeRawPointer
  /// How many bytes are there.
  var localByteCount = 0
  /// The first overflow page, where the record goes on.
  var overflowPage = 0
}

/// Goes through the cells of a run of leaves, in the order of their rowids.
struct LeafCursor: ~Copyable {
  let file: ScannedFile
  private let leaves: [UInt32]
  private var nextLeaf: Int
  private let endLeaf: Int

  /// Pages that follow one another in the file.
  private let buffer: UnsafeMutableRawPointer
  private var bufferStart = 0
  private var bufferCount = 0
  private let bufferCapacity: Int

  private var page: UnsafeRawPointer
  /// The number of the page, for errors.
  private(set) var pageNumber = 0
  private var cell = 0
  private var cellCount = 0
  private var lastRowid: Int64?
  private var overflow: OverflowReader

  /// What is read at once.
  private static let bufferByteCount = 1 << 18
  /// A varint is read, and a record hashed, up to so many bytes behind its end.
  static let padding = 32
  /// SQLite's own limit is below it.
  private static let largestRecord = 1 << 31
  /// Pages between two leaves that are read over rather than sought past.
  private static let largestGap = 4

  init(_ file: ScannedFile, _ leaves: LeafList, _ range: Range<Int>) {
    self.file = file
    self.leaves = leaves.pages
    nextLeaf = range.lowerBound
    endLeaf = range.upperBound
    bufferCapacity = max(1, Self.bufferByteCount / file.pageSize)
    buffer = .allocate(byteCount: bufferCapacity * file.pageSize + Self.padding, alignment: 4096)
    buffer.initializeMemory(
      as: UInt8.self, repeating: 0, count: bufferCapacity * file.pageSize + Self.padding)
    page = UnsafeRawPointer(buffer)
    overflow = OverflowReader(file)
  }

  deinit {
    buffer.deallocate()
  }

  /// Goes to the next row; false where there is none. Its bytes stay in place until the next call.
  @inline(__always)
  mutating func next(_ result: inout LeafCell) throws(DatabaseFileError) -> Bool {
    while cell == cellCount {
      guard try turnPage() else { return false }
    }
    let usable = file.usableByteCount
    // SAFETY: `turnPage` saw that the offsets of all cells lie in the page. What lies behind a cell's first byte is
    // checked when it is read; two varints may reach into the padding behind the buffer, no further.
    let offset = RecordBytes.load16(page, at: 8 &+ 2 &* cell)
    guard offset >= 8, offset < usable else { throw damage("its cell \(cell) lies at the byte \(offset)") }
    var place = page + offset
    let size = Varint.read(place)
    place += size.count
    let rowid = Varint.read(place)
    place += rowid.count
    result.rowid = Int64(bitPattern: rowid.value)
    result.local = place
    let room = usable &- offset &- size.count &- rowid.count
    if size.value <= UInt64(truncatingIfNeeded: usable &- 35) {
      let count = Int(truncatingIfNeeded: size.value)
      guard count <= room else { throw damage("its cell \(cell) ends behind the page") }
      result.recordByteCount = count
      result.localByteCount = count
      result.overflowPage = 0
    } else {
      try locateLong(size.value, room, &result)
    }
    if let lastRowid, result.rowid <= lastRowid {
      throw damage("its row \(result.rowid) comes behind the row \(lastRowid)")
    }
    lastRowid = result.rowid
    cell &+= 1
    return true
  }

  /// Finds out how much of a long record lies in its cell.
  @inline(never)
  private func locateLong(
    _ byteCount: UInt64, _ room: Int, _ result: inout LeafCell
  ) throws(DatabaseFileError) {
    // A record that is longer than the whole file cannot be there.
    guard byteCount < UInt64(min(file.pageCount * file.pageSize, Self.largestRecord)) else {
      throw damage("its cell \(cell) has a record of \(byteCount) bytes")
    }
    let count = Int(byteCount)
    let local = file.localByteCount(ofRecord: count)
    guard local + 4 <= room else { throw damage("its cell \(cell) ends behind the page") }
    result.recordByteCount = count
    result.localByteCount = local
    result.overflowPage = RecordBytes.load32(result.local, at: local)
  }

  /// The first bytes of the record of a cell in one piece, from its overflow pages. They stay in place until the next
  /// call.
  mutating func gather(_ cell: LeafCell, byteCount: Int) throws(DatabaseFileError) -> UnsafeRawPointer {
    try overflow.gather(cell, byteCount: byteCount, page: pageNumber)
  }

  /// A cell to be filled by `next`.
  var emptyCell: LeafCell { LeafCell(local: UnsafeRawPointer(buffer)) }

  func damage(_ what: String) -> DatabaseFileError { file.damage(pageNumber, what) }

  // MARK: Pages

  @inline(never)
  private mutating func turnPage() throws(DatabaseFileError) -> Bool {
    guard nextLeaf < endLeaf else { return false }
    pageNumber = Int(leaves[nextLeaf])
    if pageNumber < bufferStart || pageNumber >= bufferStart + bufferCount { try fillBuffer() }
    nextLeaf += 1
    page = UnsafeRawPointer(buffer + (pageNumber - bufferStart) * file.pageSize)
    let kind = page.load(as: UInt8.self)
    guard kind == PageKind.tableLeaf.rawValue else {
      throw damage("it is no leaf of a table: its first byte is \(kind)")
    }
    cellCount = 0
    cell = 0
    let count = RecordBytes.load16(page, at: 3)
    guard 8 + 2 * count <= file.usableByteCount else { throw damage("it has \(count) cells") }
    cellCount = count
    return true
  }

  /// Reads the next leaf, and with it those that follow it closely.
  private mutating func fillBuffer() throws(DatabaseFileError) {
    bufferCount = 0
    bufferStart = pageNumber
    let end = run(from: nextLeaf)
    try file.read(bufferStart, count: end.page - bufferStart, into: buffer)
    bufferCount = end.page - bufferStart
    if end.leaf < endLeaf {
      let next = run(from: end.leaf)
      file.prefetch(Int(leaves[end.leaf]), count: next.page - Int(leaves[end.leaf]))
    }
  }

  /// How far the leaves from one on lie close together: the page and the leaf behind the last of them.
  private func run(from first: Int) -> (page: Int, leaf: Int) {
    let start = Int(leaves[first])
    var end = start + 1
    var leaf = first + 1
    while leaf < endLeaf {
      let page = Int(leaves[leaf])
      guard page >= end, page <= end + Self.largestGap, page < start + bufferCapacity else { break }
      end = page + 1
      leaf += 1
    }
    return (end, leaf)
  }
}

extension ScannedFile {
  /// How many bytes of a long record stay in its leaf.
  func localByteCount(ofRecord count: Int) -> Int {
    let largest = usableByteCount - 35
    let least = (usableByteCount - 12) * 32 / 255 - 23
    let local = least + (count - least) % (usableByteCount - 4)
    return local <= largest ? local : least
  }
}
