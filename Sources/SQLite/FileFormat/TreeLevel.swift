/// One level of a b-tree: its pages from left to right, and between each two of them the cell, without the number of a
/// child, that goes to the level above.
struct TreeLevel {
  /// The pages by their numbers in the segment.
  private(set) var pages: [Int] = []
  private var separators: [Separator] = []
  private var bytes: [UInt8] = []

  private struct Separator {
    let offset: Int
    let count: Int
    /// Where in it the number of an overflow page stands.
    let overflowOffset: Int?
  }

  mutating func append(page: Int) {
    pages.append(page)
  }

  /// Adds the cell between the page of the same place and the next one.
  mutating func append(separator: UnsafeRawBufferPointer, overflowOffset: Int?) {
    separators.append(Separator(offset: bytes.count, count: separator.count, overflowOffset: overflowOffset))
    bytes.append(contentsOf: separator)
  }

  /// Drops the separator behind the last page, which has nothing to its right.
  mutating func dropLastSeparator() {
    if separators.count == pages.count { separators.removeLast() }
  }

  /// Whether one page takes the whole level above.
  func fitsOnePage(_ geometry: PageGeometry, headerOffset: Int) -> Bool {
    let cells = separators.reduce(0) { $0 + $1.count + 6 }
    return cells + 12 + headerOffset <= geometry.pageSize
  }

  /// Builds the level above.
  func makeParents(
    _ kind: PageKind, _ page: inout OpenPage, in segment: inout Segment
  ) throws(DatabaseFileError) -> TreeLevel {
    var parents = TreeLevel()
    var index = 0
    while index < pages.count {
      while index < pages.count - 1, page.hasRoom(for: separators[index].count + 4, headerSize: 12) {
        addCell(index, to: &page)
        index += 1
      }
      // A page with one child has no cell, so the last page gets two children.
      if index == pages.count - 2 {
        _ = page.removeLastCell()
        index -= 1
      }
      parents.append(page: try page.emit(kind, rightChild: pages[index], to: &segment))
      if index < separators.count {
        withBytes(separators[index]) {
          parents.append(separator: $0, overflowOffset: separators[index].overflowOffset)
        }
      }
      index += 1
    }
    return parents
  }

  /// Fills a page with all children but the last.
  func addAllCells(to page: inout OpenPage) {
    for index in separators.indices { addCell(index, to: &page) }
  }

  private func addCell(_ index: Int, to page: inout OpenPage) {
    let separator = separators[index]
    let cell = page.addCell(separator.count + 4)
    RecordBytes.store32(pages[index], to: cell, at: 0)
    page.notePointer(at: cell)
    withBytes(separator) {
      UnsafeMutableRawBufferPointer(start: cell + 4, count: $0.count).copyMemory(from: $0)
    }
    if let offset = separator.overflowOffset { page.notePointer(at: cell + 4 + offset) }
  }

  private func withBytes(_ separator: Separator, _ body: (UnsafeRawBufferPointer) -> Void) {
    bytes.withUnsafeBytes {
      body(UnsafeRawBufferPointer(rebasing: $0[separator.offset..<(separator.offset + separator.count)]))
    }
  }
}
