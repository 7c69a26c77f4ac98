#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A database file that is read page by page, never mapped: a file that shrinks is an error, not a signal.
///
/// Several threads may read at once. Closing the file drops the locks that connections of this process hold on it.
final class ScannedFile: Sendable {
  let path: String
  let pageSize: Int
  /// The bytes of a page that are its content; those behind them are reserved for extensions.
  let usableByteCount: Int
  /// The pages that the header counts; the file has them.
  let pageCount: Int
  private let lockPage: Int
  private let descriptor: Int32

  /// Opens a file that nobody writes to: one with a transaction to be finished or rolled back is refused.
  init(path: String) throws(DatabaseFileError) {
    self.path = path
    descriptor = try DatabaseFileHeader.open(path, isReadOnly: true)
    let header: DatabaseFileHeader
    do throws(DatabaseFileError) {
      header = try DatabaseFileHeader(descriptor: descriptor, path: path)
      try header.checkIsReadable(path: path)
      let pages = try Self.byteCount(descriptor, path) / header.pageSize
      guard header.pageCount <= pages else {
        let what = "it lies behind the end of the file, whose header counts \(header.pageCount) pages"
        throw DatabaseFileError(.damaged(page: pages + 1, what), path: path)
      }
      try Self.checkIsSettled(path)
    } catch {
      close(descriptor)
      throw error
    }
    pageSize = header.pageSize
    usableByteCount = header.pageSize - header.reservedByteCount
    pageCount = header.pageCount
    lockPage = PageGeometry(pageSize: header.pageSize).lockPage
  }

  deinit {
    close(descriptor)
  }

  private static func byteCount(_ descriptor: Int32, _ path: String) throws(DatabaseFileError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system("read", path) }
    return Int(status.st_size)
  }

  /// Refuses a file beside which a journal lies that has more to say.
  private static func checkIsSettled(_ path: String) throws(DatabaseFileError) {
    if !beginning(of: "\(path)-wal").isEmpty {
      throw DatabaseFileError(.unsettled("it has a write-ahead log"), path: path)
    }
    // A journal whose header is cleared belongs to a finished transaction.
    if beginning(of: "\(path)-journal").contains(where: { $0 != 0 }) {
      throw DatabaseFileError(.unsettled("it has the journal of an unfinished transaction"), path: path)
    }
  }

  private static func beginning(of path: String) -> [UInt8] {
    guard let file = try? DatabaseFileHeader.open(path, isReadOnly: true) else { return [] }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 8)
    let count = bytes.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, 0) }
    return Array(bytes.prefix(max(0, count)))
  }

  /// Refuses the number of a page that cannot be one of a table's.
  @inline(__always)
  func check(_ page: Int, namedBy parent: Int) throws(DatabaseFileError) {
    guard page >= 2, page <= pageCount, page != lockPage else {
      throw damage(parent, "it names the page \(page) as its successor, of \(pageCount) pages")
    }
  }

  /// Reads pages that follow one another.
  func read(_ page: Int, count: Int, into buffer: UnsafeMutableRawPointer) throws(DatabaseFileError) {
    let byteCount = count * pageSize
    let start = (page - 1) * pageSize
    var done = 0
    while done < byteCount {
      let result = pread(descriptor, buffer + done, byteCount - done, off_t(start + done))
      if result < 0 && errno == EINTR { continue }
      if result < 0 { throw .system("read", path) }
      if result == 0 { throw damage(page + done / pageSize, "it lies behind the end of the file") }
      done += result
    }
  }

  /// Tells the system which pages are read next.
  func prefetch(_ page: Int, count: Int) {
    #if canImport(Glibc)
      posix_fadvise(
        descriptor, off_t((page - 1) * pageSize), off_t(count * pageSize), POSIX_FADV_WILLNEED)
    #endif
  }

  func damage(_ page: Int, _ what: String) -> DatabaseFileError {
    DatabaseFileError(.damaged(page: page, what), path: path)
  }
}
