import Files
import SQLite

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A layer's file as a file: whether it is frozen, and how it is frozen and thawed.
///
/// A frozen file carries the file-format write version 3 (byte 18 of the header, SQLite's file format, 1.3.1):
/// a stock SQLite reads it and refuses to write. Its mode is 0444.
package enum LayerFile {
  private static let magic = Array("SQLite format 3\u{0}".utf8)
  private static let frozenWriteVersion: UInt8 = 3
  private static let headerByteCount = 100

  package enum Condition: Sendable, Equatable {
    case missing
    /// An empty file, which SQLite takes for an empty database.
    case empty
    case writable
    case frozen
    /// Not a SQLite database, or cut off.
    case damaged(reason: String)
  }

  /// What the header and the size say; reads 100 bytes.
  package static func condition(of path: String) throws -> Condition {
    guard let status = try FileSystem.status(path) else { return .missing }
    if status.byteCount == 0 { return .empty }
    let header = try readHeader(path)
    guard header.count == headerByteCount, header.starts(with: magic) else {
      return .damaged(reason: "it does not begin as a SQLite database does")
    }
    let stored = Int(header[16]) << 8 | Int(header[17])
    let pageSize = stored == 1 ? 65_536 : stored
    guard pageSize >= 512, pageSize & (pageSize - 1) == 0 else {
      return .damaged(reason: "its header gives a page size of \(pageSize)")
    }
    let pageCount = header[28..<32].reduce(0) { $0 << 8 | Int($1) }
    guard status.byteCount >= pageCount * pageSize || FileSystem.exists("\(path)-journal") else {
      return .damaged(
        reason: "it has \(status.byteCount) bytes where its header gives \(pageCount * pageSize)")
    }
    return header[18] == frozenWriteVersion ? .frozen : .writable
  }

  /// Makes the file of an empty layer.
  static func create(at path: String) throws {
    let connection = try Connection(path: path, access: .create)
    // Whole tables are read and written: larger pages cost fewer calls of the system (see docs/benchmarks.md).
    try connection.execute("pragma page_size = 16384")
    try RelationCatalog(connection).create(inSchema: "main")
  }

  /// What SQLite may have beside a database: it belongs to that database and must never meet another.
  static let companionSuffixes = ["-journal", "-wal", "-shm"]

  static func hasCompanion(_ path: String) -> Bool {
    companionSuffixes.contains { FileSystem.exists(path + $0) }
  }

  /// Removes a layer's file and whatever SQLite has beside it.
  static func remove(_ path: String) throws {
    for suffix in [""] + companionSuffixes { try FileSystem.remove(path + suffix) }
    try ExtensionMark(path).remove()
  }

  /// Rolls back what a killed process left undone; a connection that only reads cannot.
  static func settle(_ path: String) throws(SQLiteError) {
    guard hasCompanion(path) else { return }
    let connection = try Connection(path: path, access: .readWrite)
    connection.setBusyTimeout(milliseconds: 10_000)
    _ = try connection.integer("select count(*) from sqlite_schema")
  }

  /// Marks a closed, sound file as frozen and waits until it is on the disk.
  ///
  /// A file that is frozen already may be a build's own: it is not written again.
  static func freeze(_ path: String) throws {
    if try condition(of: path) != .frozen { try markFrozen(path) }
    if try FileSystem.status(path)?.mode != 0o444 { try FileSystem.setMode(path, 0o444) }
    try FileSystem.synchronize(path)
  }

  /// Sets the write version, and counts the change as SQLite does (bytes 24 and 92): a program that has the file open
  /// drops the header that it remembers, and sees that it must not write any more.
  private static func markFrozen(_ path: String) throws(FileError) {
    var header = try readHeader(path)
    let count = header[24..<28].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } &+ 1
    let bytes = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> UInt32($0)) }
    header.replaceSubrange(24..<28, with: bytes)
    header.replaceSubrange(92..<96, with: bytes)
    header.replaceSubrange(18..<20, with: [frozenWriteVersion, 1])
    try write(header[18...], to: path, at: 18)
  }

  /// Makes a frozen file of the draft writable: in place where it has one name, else as a copy under that name.
  ///
  /// - Parameter temporary: a path beside it, for the copy.
  static func thaw(_ path: String, through temporary: String) throws {
    guard let status = try FileSystem.status(path) else { return }
    if status.linkCount > 1 {
      try FileSystem.remove(temporary)
      try FileSystem.copy(path, to: temporary)
      try setVersions(temporary, write: 1, read: 1)
      try FileSystem.rename(temporary, to: path)
    } else if try condition(of: path) == .frozen {
      try FileSystem.setMode(path, 0o644)
      try setVersions(path, write: 1, read: 1)
    }
  }

  private static func readHeader(_ path: String) throws(FileError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError("open", path) }
    defer { close(descriptor) }
    var header = [UInt8](repeating: 0, count: headerByteCount)
    let count = header.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
    if count < 0 { throw FileError("read", path) }
    return Array(header.prefix(count))
  }

  private static func setVersions(_ path: String, write: UInt8, read: UInt8) throws(FileError) {
    try Self.write([write, read], to: path, at: 18)
  }

  private static func write(_ bytes: ArraySlice<UInt8>, to path: String, at offset: Int) throws(FileError) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError("open", path) }
    defer { close(descriptor) }
    let count = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
    if count != bytes.count { throw FileError("write", path) }
  }
}
