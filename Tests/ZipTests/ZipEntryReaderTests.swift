import Diagnostics
import Foundation
import Testing
import Zip

@Suite struct ZipEntryReaderTests {
  /// A member of 5,000 bytes named `a.csv`, with the offsets that the tests below damage.
  private struct Fixture {
    let folder = try! TemporaryFolder()
    let path: String
    let text = sampleText(byteCount: 5000)
    let entry: ZipEntry

    init(_ compression: ZipWriter.Compression) throws {
      path = folder.file("a.zip")
      try writeArchive([("a.csv", text)], to: path, compression: compression)
      entry = try #require(try ZipArchive(path: path).entries().first)
    }

    /// The first error met when the archive is changed by `edit` and read whole.
    func error(after edit: (inout [UInt8], ZipEntry) -> Void) throws -> ZipError? {
      var bytes = try contents(of: path)
      edit(&bytes, entry)
      let damaged = try folder.write(bytes, to: "damaged.zip")
      return zipError { _ = try readArchive(damaged) }
    }

    var dataOffset: Int { entry.localHeaderOffset + 30 + entry.rawName.count }
  }

  @Test("content is the same at every buffer size", arguments: [1, 2, 3, 7, 64, 4999, 5000, 5001, 100_000])
  func bufferSizes(step: Int) throws {
    for compression in [ZipWriter.Compression.stored, .deflate(level: 6)] {
      let fixture = try Fixture(compression)
      let archive = try ZipArchive(path: fixture.path)
      #expect(try readAll(fixture.entry, of: archive, step: step) == fixture.text)
    }
  }

  @Test("several threads read one archive at once")
  func concurrency() async throws {
    let folder = try TemporaryFolder()
    let members = (0..<8).map { ("\($0).csv", sampleText(byteCount: 300_000, seed: UInt64($0))) }
    try writeArchive(members, to: folder.file("a.zip"))
    let archive = try ZipArchive(path: folder.file("a.zip"))
    try await withThrowingTaskGroup(of: (String, [UInt8]).self) { group in
      for entry in try archive.entries() {
        group.addTask { (entry.name, try readAll(entry, of: archive, step: 1000)) }
      }
      for try await (name, bytes) in group {
        #expect(bytes == members.first { $0.0 == name }?.1)
      }
    }
  }

  @Test("one changed byte of stored data fails the checksum, and both values are told")
  func checksum() throws {
    let fixture = try Fixture(.stored)
    let error = try fixture.error { bytes, _ in bytes[fixture.dataOffset + 100] ^= 1 }
    #expect(error?.code == .archiveChecksum)
    guard case .checksumMismatch(let expected, let actual) = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(expected == fixture.entry.crc32)
    #expect(actual != expected)
    #expect(error?.diagnostic.location?.path.hasSuffix("damaged.zip!a.csv") == true)
    #expect(error?.diagnostic.message.contains("the directory says 0x") == true)
  }

  @Test("the last bytes are not handed out when the checksum is wrong")
  func withheld() throws {
    let fixture = try Fixture(.stored)
    var bytes = try contents(of: fixture.path)
    bytes[fixture.dataOffset] ^= 1
    let archive = try ZipArchive(path: fixture.folder.write(bytes, to: "damaged.zip"))
    var reader = try archive.reader(of: fixture.entry)
    var buffer = [UInt8](repeating: 0, count: 3000)
    #expect(try buffer.withUnsafeMutableBytes { try reader.read(into: $0) } == 3000)
    for _ in 0..<2 {
      do {
        _ = try buffer.withUnsafeMutableBytes { try reader.read(into: $0) }
        Issue.record("the wrong checksum went unnoticed")
      } catch let error as ZipError {
        #expect(error.code == .archiveChecksum)
      }
    }
    let isAtEnd = reader.isAtEnd
    #expect(!isAtEnd)
  }

  @Test("corrupt deflate data are refused")
  func corruptData() throws {
    let fixture = try Fixture(.deflate(level: 6))
    let error = try fixture.error { bytes, _ in bytes[fixture.dataOffset] = 0xFF }
    #expect(error?.code == .archiveDamaged)
    #expect(error?.diagnostic.message.contains("corrupt") == true)
  }

  @Test("a declared size below or above the content is refused", arguments: [4999, 5001, 4000, 6000])
  func wrongSize(size: Int) throws {
    let fixture = try Fixture(.deflate(level: 6))
    let error = try fixture.error { bytes, entry in
      for offset in [entry.localHeaderOffset + 22, entry.directoryRecordOffset + 24] {
        withUnsafeBytes(of: UInt32(size).littleEndian) {
          bytes.replaceSubrange(offset..<(offset + 4), with: $0)
        }
      }
    }
    #expect(error?.code == .archiveDamaged)
  }

  @Test("a size that deflate could never reach is refused before anything is read")
  func bomb() throws {
    let fixture = try Fixture(.deflate(level: 6))
    let error = try fixture.error { bytes, entry in
      for offset in [entry.localHeaderOffset + 22, entry.directoryRecordOffset + 24] {
        bytes.replaceSubrange(offset..<(offset + 4), with: [0, 0, 0, 0xF0])
      }
    }
    #expect(error?.diagnostic.message.contains("cannot hold 4026531840 of content") == true)
  }

  @Test("bytes behind the end of the compressed data are refused")
  func bytesBehind() throws {
    let fixture = try Fixture(.deflate(level: 6))
    let error = try fixture.error { bytes, entry in
      // A final empty block in front of the true data ends the stream at once.
      bytes.replaceSubrange(fixture.dataOffset..<(fixture.dataOffset + 2), with: [0x03, 0x00])
    }
    #expect(error?.code == .archiveDamaged)
  }

  @Test("the header in front of a member must agree with the directory", arguments: [8, 14, 18, 22, 30])
  func localHeader(field: Int) throws {
    let fixture = try Fixture(.deflate(level: 6))
    let error = try fixture.error { bytes, entry in bytes[entry.localHeaderOffset + field] ^= 0x40 }
    #expect(error?.code == .archiveDamaged)
    #expect(error?.member == "a.csv")
    #expect(error?.byteOffset == fixture.entry.localHeaderOffset)
  }

  @Test("an encrypted member is refused")
  func encrypted() throws {
    let fixture = try Fixture(.deflate(level: 6))
    let error = try fixture.error { bytes, entry in bytes[entry.directoryRecordOffset + 8] |= 1 }
    #expect(error?.code == .archiveEncrypted)
  }

  @Test(
    "a method that cannot be read is named",
    arguments: [(9, "Deflate64 (method 9)"), (93, "Zstandard (method 93)"), (77, "an unknown method (77)")])
  func methods(number: UInt8, name: String) throws {
    let fixture = try Fixture(.deflate(level: 6))
    let error = try fixture.error { bytes, entry in
      bytes[entry.directoryRecordOffset + 10] = number
      bytes[entry.localHeaderOffset + 8] = number
    }
    #expect(error?.code == .archiveMethodUnsupported)
    #expect(error?.diagnostic.message.contains(name) == true)
  }

  @Test("archives of other writers are read", .enabled(if: Tool.exists("python3")))
  func python() throws {
    let folder = try TemporaryFolder()
    let script = """
      import sys, zipfile
      class Pipe:
          # Without seek() the sizes go behind the data.
          def __init__(self, f): self.f = f
          def write(self, b): return self.f.write(b)
          def flush(self): self.f.flush()
      with open(sys.argv[1], 'wb') as f:
          z = zipfile.ZipFile(Pipe(f), 'w', zipfile.ZIP_DEFLATED)
          z.writestr('a.csv', b'some text ' * 5000)
          z.writestr('b/', b'')
          z.writestr(zipfile.ZipInfo('stored'), b'12345')
          with z.open('large', 'w', force_zip64=True) as m: m.write(b'x' * 100)
          z.comment = b'PK\\x05\\x06' + b'-' * 40
          z.close()
      """
    let (status, output) = try #require(Tool("python3")).run(["-c", script, folder.file("a.zip")])
    #expect(status == 0, "\(output)")
    let found = try readArchive(folder.file("a.zip"))
    #expect(found.map(\.name) == ["a.csv", "b/", "stored", "large"])
    #expect(found.map(\.bytes.count) == [50_000, 0, 5, 100])
  }
}
