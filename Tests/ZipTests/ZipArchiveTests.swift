import Diagnostics
import Foundation
import Testing
import Zip

@Suite struct ZipArchiveTests {
  private let members = [("a.csv", sampleText(byteCount: 3000)), ("folder/b.csv", sampleText(byteCount: 10))]

  private func archive(in folder: TemporaryFolder) throws -> [UInt8] {
    try writeArchive(members, to: folder.file("whole.zip"))
    return try contents(of: folder.file("whole.zip"))
  }

  private func error(opening bytes: [UInt8]) throws -> ZipError? {
    let folder = try TemporaryFolder()
    let path = try folder.write(bytes, to: "x.zip")
    return zipError { _ = try readArchive(path) }
  }

  @Test(
    "a file that is no zip archive is named for what it is",
    arguments: [
      ([], "an empty file"),
      ([0x1F, 0x8B, 8, 0, 0, 0, 0, 0], "a gzip file"),
      (Array("\n <!DOCTYPE html><html>".utf8), "an HTML page"),
      (Array("{\"error\": 403}".utf8), "a JSON text"),
      (Array("id,name\r\n1,x".utf8), "a text file that begins with 'id,name'"),
      ([UInt8](repeating: 0, count: 600), "a file of zero bytes"),
    ])
  func notZip(bytes: [UInt8], description: String) throws {
    let error = try error(opening: bytes)
    #expect(error?.code == .archiveNotZip)
    #expect(error?.diagnostic.message.contains(description) == true, "\(String(describing: error))")
  }

  @Test("a missing file and a folder are told apart")
  func missing() throws {
    let folder = try TemporaryFolder()
    #expect(zipError { _ = try ZipArchive(path: folder.file("none.zip")) }?.code == .fileNotFound)
    #expect(zipError { _ = try ZipArchive(path: folder.path) }?.reason == .notZip(content: "a folder"))
  }

  @Test("an archive cut off anywhere is refused")
  func truncated() throws {
    let whole = try archive(in: TemporaryFolder())
    for count in 0..<whole.count {
      let error = try error(opening: Array(whole.prefix(count)))
      #expect(error != nil, "\(count) bytes")
      if count >= 4 { #expect(error?.code == .archiveTruncated, "\(count) bytes") }
    }
  }

  @Test("bytes missing from the middle are noticed")
  func hole() throws {
    var bytes = try archive(in: TemporaryFolder())
    bytes.removeSubrange(10..<200)
    #expect(try error(opening: bytes)?.code == .archiveDamaged)
  }

  @Test("a program in front of the archive and bytes behind it do no harm", arguments: [0, 1, 70_000])
  func prefix(count: Int) throws {
    let folder = try TemporaryFolder()
    let bytes = [UInt8](repeating: 0x23, count: count) + (try archive(in: folder)) + Array("\n\n".utf8)
    let path = try folder.write(bytes, to: "x.zip")
    #expect(try readArchive(path).map(\.bytes) == members.map(\.1))
  }

  @Test("a comment may hold the signature of an end record")
  func comment() throws {
    let folder = try TemporaryFolder()
    var bytes = try archive(in: folder)
    let comment = Array("PK\u{5}\u{6}".utf8) + [UInt8](repeating: 0xFF, count: 30)
    bytes[bytes.count - 2] = UInt8(comment.count)
    let path = try folder.write(bytes + comment, to: "x.zip")
    #expect(try readArchive(path).map(\.name) == members.map(\.0))
  }

  @Test("an empty archive has no entries")
  func empty() throws {
    let folder = try TemporaryFolder()
    try writeArchive([], to: folder.file("a.zip"))
    #expect(try readArchive(folder.file("a.zip")).isEmpty)
  }

  @Test("entries say where their directory record is")
  func recordOffset() throws {
    let folder = try TemporaryFolder()
    let bytes = try archive(in: folder)
    for entry in try ZipArchive(path: folder.file("whole.zip")).entries() {
      #expect(Array(bytes[entry.directoryRecordOffset...].prefix(4)) == [0x50, 0x4B, 1, 2])
      #expect(Array(bytes[entry.localHeaderOffset...].prefix(4)) == [0x50, 0x4B, 3, 4])
    }
  }

  @Test("one part of a split archive is refused")
  func parts() throws {
    var bytes = try archive(in: TemporaryFolder())
    bytes[bytes.count - 18] = 1
    #expect(try error(opening: bytes)?.reason == .multiDisk)
  }

  @Test("a wrong count of entries is refused")
  func wrongCount() throws {
    var bytes = try archive(in: TemporaryFolder())
    bytes[bytes.count - 12] = 1
    bytes[bytes.count - 14] = 1
    let error = try error(opening: bytes)
    #expect(error?.diagnostic.message.contains("has 2 entries, its end says 1") == true)
  }

  @Test("members that share bytes are refused")
  func overlap() throws {
    let folder = try TemporaryFolder()
    var bytes = try archive(in: folder)
    let entries = try ZipArchive(path: folder.file("whole.zip")).entries()
    let (first, second) = (entries[0], entries[1])
    let source = bytes[(first.directoryRecordOffset + 42)...].prefix(4)
    bytes.replaceSubrange(
      (second.directoryRecordOffset + 42)..<(second.directoryRecordOffset + 46), with: source)
    let error = try error(opening: bytes)
    #expect(error?.code == .archiveDamaged)
    #expect(error?.diagnostic.message.contains("overlaps") == true)
  }

  @Test("no change of bytes and no cut makes reading trap or run away")
  func fuzz() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    let folder = try TemporaryFolder()
    let path = folder.file("large.zip")
    try writeArchive(members, to: path, isLarge: true)
    let wholes = [try archive(in: folder), try contents(of: path), try zip64Archive(in: folder)]
    var random = TestRandom(state: seed)
    for round in 0..<6000 {
      var bytes = wholes[round % wholes.count]
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        // Half of the changes go to the end, where the records are.
        let low = Bool.random(using: &random) ? 0 : max(0, bytes.count - 300)
        let index = Int.random(in: low..<bytes.count, using: &random)
        bytes[index] = [0, 0xFF, 0x7F, 0x80, .random(in: 0...255, using: &random)].randomElement(
          using: &random)!
      }
      if round % 3 == 0 { bytes.removeLast(Int.random(in: 0..<(bytes.count - 1), using: &random)) }
      let damaged = try folder.write(bytes, to: "damaged.zip")
      do throws(ZipError) {
        let archive = try ZipArchive(path: damaged)
        for entry in try archive.entries() {
          #expect(entry.uncompressedSize < 1 << 40, "seed \(seed)")
          // What is wrong with one member must not hide the next.
          _ = try? readAll(entry, of: archive, step: 1024)
        }
      } catch {
        #expect(error.path == damaged, "seed \(seed), round \(round): \(error)")
      }
    }
  }

  /// An archive with a Zip64 end record: 65,535 members would be too many to fuzz, so the record is put in.
  private func zip64Archive(in folder: TemporaryFolder) throws -> [UInt8] {
    var bytes = try archive(in: folder)
    let end = Array(bytes.suffix(22))
    bytes.removeLast(22)
    func little(_ value: some FixedWidthInteger) -> [UInt8] {
      withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
    let start = bytes.count
    let size = UInt64(end[12]) | UInt64(end[13]) << 8
    let offset = UInt64(end[16]) | UInt64(end[17]) << 8
    bytes +=
      [0x50, 0x4B, 6, 6] + little(UInt64(44)) + little(UInt16(45)) + little(UInt16(45)) + little(UInt64(0))
    bytes += little(UInt64(2)) + little(UInt64(2)) + little(size) + little(offset)
    bytes += [0x50, 0x4B, 6, 7] + little(UInt32(0)) + little(UInt64(start)) + little(UInt32(1))
    bytes += [0x50, 0x4B, 5, 6] + little(UInt32(0)) + [UInt8](repeating: 0xFF, count: 12) + [0, 0]
    let path = try folder.write(bytes, to: "zip64.zip")
    #expect(try readArchive(path).count == 2)
    return bytes
  }
}
