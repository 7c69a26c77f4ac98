import Files
import Zip

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The bytes of a member, front to back.
struct MemberReader: ~Copyable {
  private var entry: ZipEntryReader?
  /// What the archive says of a member of a zip.
  private let recordedChecksum: UInt32?
  private var file: SequentialFile?
  /// Of what was read of a file.
  private var checksum = CRC32()
  private(set) var byteCount = 0

  init(_ member: ArchiveMember) throws {
    switch member.origin {
    case .entry(let entry):
      self.entry = try ZipArchive(path: member.archivePath).reader(of: entry)
      recordedChecksum = entry.crc32
    case .file:
      file = try SequentialFile(path: member.filePath)
      recordedChecksum = nil
    }
  }

  /// What the archive says, or the checksum so far of what was read.
  var crc32: UInt32 { recordedChecksum ?? checksum.value }

  /// Puts the next bytes into `buffer` and returns how many; 0 at the end, where a zip's checks have passed.
  mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    if let count = try entry?.read(into: buffer) {
      byteCount += count
      return count
    }
    let count = try file?.read(into: buffer) ?? 0
    byteCount += count
    checksum.add(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    return count
  }

  /// The checksum of a whole member, which is read for it.
  static func checksum(of member: ArchiveMember) throws -> UInt32 {
    var reader = try MemberReader(member)
    try reader.drain()
    return reader.crc32
  }

  /// Reads to the end, for the checks that are made there.
  mutating func drain() throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer { buffer.deallocate() }
    while try read(into: buffer) > 0 {}
  }
}

/// A file read front to back.
struct SequentialFile: ~Copyable {
  private let path: String
  private let descriptor: Int32

  init(path: String) throws(FileError) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError("open", path) }
    self.path = path
  }

  deinit {
    close(descriptor)
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    while true {
      #if canImport(Glibc)
        let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      #else
        let count = Darwin.read(descriptor, buffer.baseAddress, buffer.count)
      #endif
      if count >= 0 { return count }
      if errno != EINTR { throw FileError("read", path) }
    }
  }
}
