/// A b-tree page that is being filled: cells from its end backwards, as SQLite does, in ascending order.
struct OpenPage: ~Copyable {
  let size: Int
  /// The bytes of the page; a cell's place is its place in the page.
  let bytes: UnsafeMutableRawPointer
  private let cellOffsets: UnsafeMutablePointer<UInt16>
  private(set) var count = 0
  private(set) var top: Int
  /// Where numbers of pages stand in the cells.
  private var pointers: [Int] = []

  /// Records are hashed where they lie, in whole blocks.
  private static let padding = RowHasher.blockByteCount

  init(size: Int) {
    self.size = size
    bytes = .allocate(byteCount: size + Self.padding, alignment: 64)
    (bytes + size).initializeMemory(as: UInt8.self, repeating: 0, count: Self.padding)
    // The shortest cell has four bytes, and two here.
    cellOffsets = .allocate(capacity: size / 4)
    top = size
  }

  deinit {
    bytes.deallocate()
    cellOffsets.deallocate()
  }

  /// Whether a cell of `byteCount` bytes fits behind `headerSize` bytes and the cells' offsets.
  @inline(__always)
  func hasRoom(for byteCount: Int, headerSize: Int) -> Bool {
    byteCount &+ headerSize &+ 2 &* count &+ 2 <= top
  }

  /// Adds a cell that fits, and returns where its bytes go.
  @inline(__always)
  mutating func addCell(_ byteCount: Int) -> UnsafeMutableRawPointer {
    top &-= byteCount
    // SAFETY: `hasRoom` said that the cell and its offset fit, so neither lies outside of what was allocated.
    cellOffsets[count] = UInt16(truncatingIfNeeded: top)
    count &+= 1
    return bytes + top
  }

  /// Notes that the number of a page stands at a place of `bytes`.
  mutating func notePointer(at place: UnsafeRawPointer) {
    pointers.append(place - UnsafeRawPointer(bytes))
  }

  /// Takes the last cell out again and returns its bytes, which stay in place until the next cell is added, with the
  /// place in it of the number of an overflow page.
  mutating func removeLastCell() -> (bytes: UnsafeRawBufferPointer, overflowOffset: Int?) {
    count -= 1
    let start = Int(cellOffsets[count])
    let end = count == 0 ? size : Int(cellOffsets[count - 1])
    top = end
    var overflowOffset: Int?
    while let last = pointers.last, last < end {
      // In an interior cell the number of the child stands first.
      if last > start { overflowOffset = last - start }
      pointers.removeLast()
    }
    return (UnsafeRawBufferPointer(start: bytes + start, count: end - start), overflowOffset)
  }

  /// Adds the page to a segment and begins anew. Returns the page's number in the segment.
  ///
  /// - Parameter rightChild: the last child of an interior page.
  mutating func emit(
    _ kind: PageKind, rightChild: Int? = nil, to segment: inout Segment
  ) throws(DatabaseFileError) -> Int {
    let page = try segment.appendPage()
    write(kind, rightChild: rightChild, to: page, headerOffset: 0)
    for pointer in pointers { segment.notePointer(at: pointer) }
    if rightChild != nil { segment.notePointer(at: 8) }
    clear()
    return segment.nextPage - 1
  }

  /// Writes the page whose header begins at `headerOffset`: 100 in the first page of a file, 0 in all others.
  func write(
    _ kind: PageKind, rightChild: Int?, to page: UnsafeMutableRawPointer, headerOffset: Int
  ) {
    let header = page + headerOffset
    header.storeBytes(of: kind.rawValue, as: UInt8.self)
    RecordBytes.store16(0, to: header, at: 1)
    RecordBytes.store16(count, to: header, at: 3)
    RecordBytes.store16(top, to: header, at: 5)
    header.storeBytes(of: 0, toByteOffset: 7, as: UInt8.self)
    if let rightChild { RecordBytes.store32(rightChild, to: header, at: 8) }
    let offsets = header + kind.headerSize
    for index in 0..<count {
      offsets.storeBytes(of: cellOffsets[index].bigEndian, toByteOffset: 2 &* index, as: UInt16.self)
    }
    let gap = headerOffset + kind.headerSize + 2 * count
    (page + gap).initializeMemory(as: UInt8.self, repeating: 0, count: top - gap)
    (page + top).copyMemory(from: bytes + top, byteCount: size - top)
  }

  /// Sets right the numbers of pages in the cells.
  func setPointersRight(_ place: SegmentPlace) {
    for pointer in pointers { Segment.setRight(bytes + pointer, place) }
  }

  mutating func clear() {
    count = 0
    top = size
    pointers.removeAll(keepingCapacity: true)
  }
}
