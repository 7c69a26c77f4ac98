#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The pages of a segment whose place in the file is not known yet, in a file without a name.
///
/// `@unchecked Sendable`: a segment owns it alone, and gives it away with its end.
final class Spool: @unchecked Sendable {
  private let descriptor: Int32
  private let path: String
  private(set) var pageCount = 0
  /// Where numbers of pages stand, in bytes from the segment's beginning, ascending by page.
  private var pointers: [Int] = []

  init(for file: SegmentedFile, segment: Int) throws(DatabaseFileError) {
    path = "\(file.path)-segment\(segment)"
    descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .system("create the file", path) }
    unlink(path)
  }

  deinit {
    close(descriptor)
  }

  func append(
    _ pages: UnsafeRawPointer, count: Int, pageSize: Int, pointers: [Int]
  ) throws(DatabaseFileError) {
    try SegmentedFile.write(
      pages, byteCount: count * pageSize, at: pageCount * pageSize, of: descriptor, path: path)
    pageCount += count
    self.pointers += pointers
  }

  /// Copies all pages to their place, numbers of pages set right.
  func move(to place: SegmentPlace, of file: SegmentedFile) throws(DatabaseFileError) {
    let pageSize = file.geometry.pageSize
    let pagesAtOnce = max(1, Segment.batchByteCount / pageSize)
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: pagesAtOnce * pageSize, alignment: 4096)
    defer { buffer.deallocate() }
    var page = 0
    var nextPointer = 0
    while page < pageCount {
      let count = min(pagesAtOnce, pageCount - page)
      try read(into: buffer, byteCount: count * pageSize, at: page * pageSize)
      let end = (page + count) * pageSize
      while nextPointer < pointers.count, pointers[nextPointer] < end {
        Segment.setRight(buffer + (pointers[nextPointer] - page * pageSize), place)
        nextPointer += 1
      }
      try file.write(buffer, count: count, at: page, of: place)
      page += count
    }
  }

  private func read(
    into buffer: UnsafeMutableRawPointer, byteCount: Int, at offset: Int
  ) throws(DatabaseFileError) {
    var done = 0
    while done < byteCount {
      let count = pread(descriptor, buffer + done, byteCount - done, off_t(offset + done))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw .system("read", path, errorNumber: count < 0 ? errno : EIO) }
      done += count
    }
  }
}
