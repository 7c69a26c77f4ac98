/// The measures that follow from the size of a page (section 1.6 of "Database File Format"); no bytes are reserved at
/// a page's end, so all of it is usable.
struct PageGeometry: Sendable {
  let pageSize: Int

  /// The longest payload that stays in a leaf of a table.
  let tableMaximum: Int
  /// The longest payload that stays in a page of an index.
  let indexMaximum: Int
  /// What of a longer payload stays at the least.
  let minimum: Int

  /// The page that holds the bytes that SQLite locks; it has no content.
  let lockPage: Int

  static let largestPage = 0xFFFF_FFFE

  /// - Parameter pageSize: a power of two, 512...65536.
  init(pageSize: Int) {
    precondition((512...65_536).contains(pageSize) && pageSize & (pageSize - 1) == 0)
    self.pageSize = pageSize
    tableMaximum = pageSize - 35
    indexMaximum = (pageSize - 12) * 64 / 255 - 23
    minimum = (pageSize - 12) * 32 / 255 - 23
    lockPage = 0x4000_0000 / pageSize + 1
  }

  /// How many bytes of a payload stay in the page of its cell.
  func localCount(payload: Int, maximum: Int) -> Int {
    if payload <= maximum { return payload }
    let count = minimum + (payload - minimum) % (pageSize - 4)
    return count <= maximum ? count : minimum
  }

  /// How many overflow pages take the rest of a payload.
  func overflowPageCount(_ byteCount: Int) -> Int {
    (byteCount + pageSize - 5) / (pageSize - 4)
  }
}

/// The first byte of a b-tree page.
enum PageKind: UInt8 {
  case indexInterior = 2
  case tableInterior = 5
  case indexLeaf = 10
  case tableLeaf = 13

  var isInterior: Bool { self == .indexInterior || self == .tableInterior }
  var headerSize: Int { isInterior ? 12 : 8 }
}
