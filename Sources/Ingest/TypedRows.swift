import SQLite

/// Rows of cells, one behind the other: what a sink is given at once. The batch that they belong to keeps the bytes of
/// their texts.
struct TypedRows {
  let cells: UnsafeBufferPointer<RecordCell>
  let columnCount: Int

  var rowCount: Int { columnCount == 0 ? 0 : cells.count / columnCount }
}

/// Room for the cells of a batch.
struct CellBuffer: ~Copyable {
  private var base: UnsafeMutablePointer<RecordCell>
  private var capacity: Int
  private(set) var count = 0

  init() {
    capacity = 1024
    base = .allocate(capacity: capacity)
  }

  deinit {
    base.deallocate()
  }

  var cells: UnsafeBufferPointer<RecordCell> { UnsafeBufferPointer(start: base, count: count) }

  /// Empties the buffer and makes room for `capacity` cells.
  mutating func clear(reserving capacity: Int) {
    count = 0
    guard capacity > self.capacity else { return }
    base.deallocate()
    base = .allocate(capacity: capacity)
    self.capacity = capacity
  }

  @inline(__always)
  mutating func append(_ cell: RecordCell) {
    precondition(count < capacity)
    (base + count).initialize(to: cell)
    count &+= 1
  }

  /// Appends `count` cells in whatever order `body` writes them; it returns how many of the first ones stay.
  ///
  /// SAFETY: `body` stays within the room, and has written the cells that stay.
  mutating func append(count added: Int, _ body: (UnsafeMutablePointer<RecordCell>) -> Int) {
    precondition(count + added <= capacity)
    let kept = body(base + count)
    precondition((0...added).contains(kept))
    count += kept
  }

  /// Takes back the cells from `count` on.
  mutating func truncate(to count: Int) {
    self.count = count
  }
}
