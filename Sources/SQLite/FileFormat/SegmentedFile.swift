import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A database file that several threads fill, a segment each: a run of pages that follows the segment before it.
///
/// The segments lie in the file in the order in which they were opened, whoever is done first, so the bytes do not
/// depend on the threads' timing, every table is contiguous, and no page is lost. A segment learns its place when all
/// before it are finished: until then it goes to a spool, and the first unfinished one writes straight to the file.
final class SegmentedFile: Sendable {
  let path: String
  let geometry: PageGeometry
  let descriptor: Int32

  private struct State {
    /// What is known of each segment's end, in the order of opening.
    var finished: [FinishedSegment?] = []
    /// The first pages of the segments, as far as they are known.
    var starts: [Int]
  }

  private let state: Mutex<State>

  /// Creates the file, which must not exist; its first page is left free.
  convenience init(path: String, geometry: PageGeometry) throws(DatabaseFileError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .system("create the file", path) }
    self.init(path: path, descriptor: descriptor, geometry: geometry, firstPage: 2)
  }

  /// Takes over an open file, whose segments begin at a page.
  init(path: String, descriptor: Int32, geometry: PageGeometry, firstPage: Int) {
    self.path = path
    self.descriptor = descriptor
    self.geometry = geometry
    state = Mutex(State(starts: [firstPage]))
  }

  deinit {
    close(descriptor)
  }

  /// Opens the segment that follows those opened before, and returns its number.
  func openSegment() -> Int {
    state.withLock { state in
      state.finished.append(nil)
      return state.finished.count - 1
    }
  }

  /// Where a segment lies, or nil as long as one before it is unfinished.
  func place(of segment: Int) -> SegmentPlace? {
    let start = state.withLock { $0.starts.count > segment ? $0.starts[segment] : nil }
    return start.map { SegmentPlace(start: $0, lockPage: geometry.lockPage) }
  }

  func finish(segment: Int, _ finished: FinishedSegment) {
    state.withLock { state in
      state.finished[segment] = finished
      while state.starts.count <= state.finished.count, let last = state.finished[state.starts.count - 1] {
        let place = SegmentPlace(start: state.starts[state.starts.count - 1], lockPage: geometry.lockPage)
        state.starts.append(place.page(last.pageCount - 1) + 1)
      }
    }
  }

  /// Moves the segments to their places that are finished and were not placed before. Whoever finishes a segment calls
  /// it, so that the moving is shared by the threads.
  func moveSpools() throws(DatabaseFileError) {
    while true {
      let next: (spool: Spool, place: SegmentPlace)? = state.withLock { state in
        for segment in state.finished.indices where segment < state.starts.count {
          guard let spool = state.finished[segment]?.spool else { continue }
          state.finished[segment]?.spool = nil
          return (spool, SegmentPlace(start: state.starts[segment], lockPage: geometry.lockPage))
        }
        return nil
      }
      guard let next else { return }
      try next.spool.move(to: next.place, of: self)
    }
  }

  /// What a finished segment left; nil where it is unfinished.
  func finished(segment: Int) -> FinishedSegment? {
    state.withLock { $0.finished[segment] }
  }

  /// The number of pages in the file, all segments being finished.
  var pageCount: Int { state.withLock { $0.starts[$0.starts.count - 1] - 1 } }

  /// Writes pages that follow one another in a segment.
  func write(
    _ pages: UnsafeRawPointer, count: Int, at relative: Int, of place: SegmentPlace
  ) throws(DatabaseFileError) {
    guard place.page(relative + count - 1) <= PageGeometry.largestPage else {
      throw DatabaseFileError(.fileTooLarge, path: path)
    }
    // The page with the locks lies between two pages of the segment or none.
    let before = min(max(geometry.lockPage - place.page(relative), 0), count)
    let first = before == 0 ? count : before
    try write(pages, byteCount: first * geometry.pageSize, at: place.page(relative))
    guard first < count else { return }
    try write(
      pages + first * geometry.pageSize, byteCount: (count - first) * geometry.pageSize,
      at: place.page(relative + first))
  }

  /// Writes bytes from the beginning of a page on.
  func write(_ bytes: UnsafeRawPointer, byteCount: Int, at page: Int) throws(DatabaseFileError) {
    let offset = (page - 1) * geometry.pageSize
    try Self.write(bytes, byteCount: byteCount, at: offset, of: descriptor, path: path)
  }

  static func write(
    _ bytes: UnsafeRawPointer, byteCount: Int, at offset: Int, of descriptor: Int32, path: String
  ) throws(DatabaseFileError) {
    var done = 0
    while done < byteCount {
      let count = pwrite(descriptor, bytes + done, byteCount - done, off_t(offset + done))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw .system("write", path) }
      done += count
    }
  }
}

/// Where the pages of a segment lie: one after the other, but for the page that SQLite locks.
struct SegmentPlace {
  let start: Int
  let lockPage: Int

  /// The number in the file of the segment's page `relative`, counted from 0.
  @inline(__always)
  func page(_ relative: Int) -> Int {
    let page = start &+ relative
    return page >= lockPage && start <= lockPage ? page &+ 1 : page
  }
}

/// A segment that is written to its end.
struct FinishedSegment: Sendable {
  let pageCount: Int
  let content: TableContent?
  /// The pages, where they are not in the file yet.
  fileprivate(set) var spool: Spool?
}

/// Where the b-trees of a table begin, as pages of its segment, and what its rows are like.
struct TableContent: Sendable {
  /// The roots of the table and of its indexes.
  let roots: [Int]
  let rowCount: Int
  /// What `sqlite_stat1` says of each index.
  let indexStatistics: [String]
}
