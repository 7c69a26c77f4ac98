#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The first 100 bytes of a database file (section 1.3 of "Database File Format").
struct DatabaseFileHeader: Sendable {
  static let byteCount = 100
  private static let magic = Array("SQLite format 3\u{0}".utf8)

  private var bytes: [UInt8]

  let pageSize: Int
  /// What SQLite takes for the number of pages: what is written in the header where the header was written by a
  /// version that keeps it, else what the file's size says.
  private(set) var pageCount: Int

  /// Opens a file whose header is to be read, or written too.
  static func open(_ path: String, isReadOnly: Bool = false) throws(DatabaseFileError) -> Int32 {
    let flags = (isReadOnly ? O_RDONLY : O_RDWR) | O_CLOEXEC
    #if canImport(Glibc)
      let descriptor = Glibc.open(path, flags)
    #else
      let descriptor = Darwin.open(path, flags)
    #endif
    guard descriptor >= 0 else { throw .system("open", path) }
    return descriptor
  }

  init(descriptor: Int32, path: String) throws(DatabaseFileError) {
    var bytes = [UInt8](repeating: 0, count: Self.byteCount)
    let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
    if count < 0 { throw .system("read", path) }
    guard count == Self.byteCount, bytes.starts(with: Self.magic) else {
      throw DatabaseFileError(.damaged(page: 1, "it does not begin as a SQLite database does"), path: path)
    }
    let stored = Int(bytes[16]) << 8 | Int(bytes[17])
    let pageSize = stored == 1 ? 65_536 : stored
    guard (512...65_536).contains(pageSize), pageSize & (pageSize - 1) == 0 else {
      throw DatabaseFileError(.damaged(page: 1, "it tells of pages of \(pageSize) bytes"), path: path)
    }
    self.bytes = bytes
    self.pageSize = pageSize
    let counted = bytes[28..<32].reduce(0) { $0 << 8 | Int($1) }
    if counted > 0, bytes[24..<28] == bytes[92..<96] {
      pageCount = counted
    } else {
      var status = stat()
      guard fstat(descriptor, &status) == 0 else { throw .system("read", path) }
      pageCount = Int(status.st_size) / pageSize
    }
  }

  var freePageCount: Int { Int(word(at: 36)) }
  var changeCounter: Int { Int(word(at: 24)) }

  /// The bytes at the end of each page that are not SQLite's.
  var reservedByteCount: Int { Int(bytes[20]) }

  private func word(at offset: Int) -> UInt32 {
    bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// Refuses a database that is read in a way unknown here.
  func checkIsReadable(path: String) throws(DatabaseFileError) {
    if bytes[19] > 2 {
      throw DatabaseFileError(.notScannable("a database of the read version \(bytes[19])"), path: path)
    }
    // An empty database has no encoding yet.
    if word(at: 56) > 1 {
      throw DatabaseFileError(.notScannable("a database whose texts are not UTF-8"), path: path)
    }
    guard pageSize - reservedByteCount >= 480 else {
      throw DatabaseFileError(
        .damaged(page: 1, "it tells of \(reservedByteCount) reserved bytes a page"), path: path)
    }
  }

  /// The header of a file.
  static func read(_ path: String) throws(DatabaseFileError) -> DatabaseFileHeader {
    let descriptor = try open(path, isReadOnly: true)
    defer { close(descriptor) }
    return try DatabaseFileHeader(descriptor: descriptor, path: path)
  }

  /// Opens a database whose pages are laid out as the bulk writer does it, and refuses any other.
  ///
  /// - Parameter isReadOnly: whether it will not be written to; then it may be frozen.
  static func openPlain(
    _ path: String, isReadOnly: Bool = false
  ) throws(DatabaseFileError) -> (descriptor: Int32, header: DatabaseFileHeader) {
    let descriptor = try open(path, isReadOnly: isReadOnly)
    do throws(DatabaseFileError) {
      let header = try DatabaseFileHeader(descriptor: descriptor, path: path)
      if let reason = header.oddity(isReadOnly: isReadOnly) {
        throw DatabaseFileError(.unsupported(reason), path: path)
      }
      return (descriptor, header)
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// What sets the database apart from those that the bulk writer makes.
  private func oddity(isReadOnly: Bool) -> String? {
    if bytes[18] != 1 && !isReadOnly { return "a database that is frozen" }
    if bytes[19] != 1 { return "a database that has a write-ahead log" }
    if bytes[20] != 0 { return "a database with reserved bytes in its pages" }
    if word(at: 52) != 0 { return "a database that vacuums itself" }
    if word(at: 56) != 1 { return "a database whose texts are not UTF-8" }
    return word(at: 44) == 4 ? nil : "a database of schema format \(word(at: 44))"
  }

  /// Writes the number of pages, and counts the change as SQLite does: whoever remembers the header reads it anew.
  mutating func setPageCount(_ count: Int, descriptor: Int32, path: String) throws(DatabaseFileError) {
    let change = word(at: 24) &+ 1
    store(change, at: 24)
    store(UInt32(count), at: 28)
    store(change, at: 92)
    pageCount = count
    let written = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    guard written == bytes.count else {
      throw .system("write", path, errorNumber: written < 0 ? errno : ENOSPC)
    }
  }

  private mutating func store(_ value: UInt32, at offset: Int) {
    for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * index)) }
  }
}
