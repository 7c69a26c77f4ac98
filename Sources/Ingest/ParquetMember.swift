import Diagnostics
import Files
import Parquet

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A Parquet file open for reading, whose bytes were read once for their checksum. A member of a zip lies in a nameless
/// file meanwhile, since the footer stands behind the rows that it describes.
package final class ParquetMember: Sendable {
  let displayPath: String
  let reader: Parquet.FileReader
  /// Of the whole file.
  let crc32: UInt32
  var byteCount: Int { reader.byteCount }
  private let member: ArchiveMember
  /// What the file system knew of a file of its own before it was read.
  private let status: FileStatus?

  init(_ member: ArchiveMember, temporaryFolder: String) throws {
    self.member = member
    displayPath = member.displayPath
    switch member.origin {
    case .file:
      status = try FileSystem.status(member.filePath)
      crc32 = try MemberReader.checksum(of: member)
      reader = try Parquet.FileReader(path: member.filePath)
    case .entry(let entry):
      status = nil
      crc32 = entry.crc32
      reader = try Parquet.FileReader(
        descriptor: Self.unpack(member, into: temporaryFolder), path: member.displayPath)
    }
  }

  /// Copies a member into a file that has no name, and checks it on the way.
  private static func unpack(_ member: ArchiveMember, into folder: String) throws -> Int32 {
    var name = Array(Path.join(folder, ".reelhouse-XXXXXX").utf8CString)
    let descriptor = mkstemp(&name)
    guard descriptor >= 0 else {
      var fault = FileError("create a file in", folder).diagnostic
      fault.notes.append("'\(member.displayPath)' is unpacked there to be read")
      fault.hints = ["name another folder in the environment variable TMPDIR"]
      throw IngestError(fault)
    }
    unlink(name)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    do {
      var source = try MemberReader(member)
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
      defer { buffer.deallocate() }
      while true {
        let count = try source.read(into: buffer)
        if count == 0 { return descriptor }
        try DescriptorSink(descriptor, path: folder).write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      }
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// Throws where the file is no longer the one that was read.
  func checkUnchanged() throws {
    guard let status, try FileSystem.status(member.filePath) != status else { return }
    throw IngestError(
      .fileAccess, "the file '\(displayPath)' has changed while it was loaded",
      hints: ["run the command again when it is written whole"])
  }
}
