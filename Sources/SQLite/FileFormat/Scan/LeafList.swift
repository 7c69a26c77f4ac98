/// The leaves of a table's b-tree, from left to right.
struct LeafList: Sendable {
  private(set) var pages: [UInt32] = []

  /// No tree of SQLite's is deeper.
  private static let largestDepth = 20

  /// Reads the interior pages below a root. No page may be reached twice, so a file that is wrong ends, too.
  init(root: Int, of file: ScannedFile) throws(DatabaseFileError) {
    try file.check(root, namedBy: 1)
    var walk = Walk(file)
    try walk.visit(root, depth: 0)
    pages = walk.leaves
  }

  /// The way through the interior pages.
  private struct Walk {
    private let file: ScannedFile
    /// A bit for each page that was reached.
    private var reached: [UInt64]
    private(set) var leaves: [UInt32] = []
    /// The depth of all leaves, which SQLite keeps equal.
    private var leafDepth: Int?

    init(_ file: ScannedFile) {
      self.file = file
      reached = [UInt64](repeating: 0, count: file.pageCount / 64 + 1)
    }

    /// - Parameter depth: how many pages lie above.
    mutating func visit(_ page: Int, depth: Int) throws(DatabaseFileError) {
      guard depth < largestDepth else { throw file.damage(page, "the tree is too deep") }
      try mark(page)
      var children: [UInt32] = []
      let isLeaf = try withPage(page) { bytes throws(DatabaseFileError) in
        try read(bytes, page, &children)
      }
      if isLeaf { return try addLeaf(page, depth) }
      for child in children {
        // All leaves lie equally deep, so the first of them tells where the others are.
        if leafDepth == depth + 1 {
          try mark(Int(child))
          leaves.append(child)
        } else {
          try visit(Int(child), depth: depth + 1)
        }
      }
    }

    private mutating func mark(_ page: Int) throws(DatabaseFileError) {
      let bit: UInt64 = 1 << UInt64(page % 64)
      guard reached[page / 64] & bit == 0 else { throw file.damage(page, "the tree comes to it twice") }
      reached[page / 64] |= bit
    }

    private mutating func addLeaf(_ page: Int, _ depth: Int) throws(DatabaseFileError) {
      guard leafDepth == nil else {
        throw file.damage(page, "it is a leaf at another depth than the first")
      }
      leafDepth = depth
      leaves.append(UInt32(page))
    }

    /// Reads the children of an interior page; true where the page is a leaf.
    private func read(
      _ bytes: UnsafeRawPointer, _ page: Int, _ children: inout [UInt32]
    ) throws(DatabaseFileError) -> Bool {
      let kind = bytes.load(as: UInt8.self)
      if kind == PageKind.tableLeaf.rawValue { return true }
      guard kind == PageKind.tableInterior.rawValue else {
        throw file.damage(page, "it is no page of a table: its first byte is \(kind)")
      }
      let count = RecordBytes.load16(bytes, at: 3)
      let content = 12 + 2 * count
      guard content <= file.usableByteCount else { throw file.damage(page, "it has \(count) cells") }
      children.reserveCapacity(count + 1)
      for index in 0..<count {
        let offset = RecordBytes.load16(bytes, at: 12 + 2 * index)
        guard offset >= content, offset <= file.usableByteCount - 5 else {
          throw file.damage(page, "its cell \(index) lies at the byte \(offset)")
        }
        try add(RecordBytes.load32(bytes, at: offset), to: &children, page)
      }
      try add(RecordBytes.load32(bytes, at: 8), to: &children, page)
      return false
    }

    private func add(_ child: Int, to children: inout [UInt32], _ page: Int) throws(DatabaseFileError) {
      try file.check(child, namedBy: page)
      children.append(UInt32(child))
    }

    private func withPage<Result>(
      _ page: Int, _ body: (UnsafeRawPointer) throws(DatabaseFileError) -> Result
    ) throws(DatabaseFileError) -> Result {
      let buffer = UnsafeMutableRawPointer.allocate(byteCount: file.pageSize, alignment: 4096)
      defer { buffer.deallocate() }
      try file.read(page, count: 1, into: buffer)
      return try body(UnsafeRawPointer(buffer))
    }
  }
}
