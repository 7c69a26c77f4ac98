import Diagnostics
import Files
import Ingest
import Storage
import Testing
import Zip

@Suite struct ArchiveFaultTests {
  private let fixture: IngestFixture
  private let tables = [IngestFixture.movies]

  init() throws {
    fixture = try IngestFixture()
    try fixture.ingest(tables, fixture.zip(["movies.csv": IngestFixture.moviesText]))
  }

  private static let text =
    "id,name,rating\n" + (1...4000).map { "\($0),name \($0 * 7919),\($0 % 5).25\n" }.joined()
  private static let archiveCodes: Set<DiagnosticCode> = [
    .archiveNotZip, .archiveTruncated, .archiveDamaged, .archiveEncrypted, .archiveMethodUnsupported,
    .archiveChecksum, .archiveMemberMissing,
  ]

  /// Loads an archive of other bytes and expects an error about the archive, and the layer as it was.
  private func expectRefused(_ bytes: [UInt8], _ comment: Comment) throws {
    let before = try fixture.rawBytes()
    let file = try fixture.file("archive.zip", bytes: bytes)
    let faults = fixture.faults(tables, file, limit: .count(.max))
    #expect(
      faults.count == 1 && faults.allSatisfy { Self.archiveCodes.contains($0.code) }, "\(comment): \(faults)")
    #expect(try fixture.rawBytes() == before, comment)
    #expect(try fixture.leftovers().isEmpty, comment)
  }

  @Test("an archive cut off anywhere is refused and changes nothing")
  func truncated() throws {
    let bytes = try FileSystem.read(fixture.zip(["movies.csv": Self.text]))
    for length in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 40)) {
      try expectRefused(Array(bytes[..<length]), "\(length) of \(bytes.count) bytes")
    }
  }

  @Test("a flipped bit in a member's data is found by its checksum at the latest")
  func flipped() throws {
    for compression in [ZipWriter.Compression.stored, .deflate(level: 6)] {
      let bytes = try FileSystem.read(fixture.zip(["movies.csv": Self.text], compression: compression))
      for offset in stride(from: 100, to: bytes.count - 200, by: max(1, bytes.count / 25)) {
        var damaged = bytes
        damaged[offset] ^= 0x10
        try expectRefused(damaged, "\(compression), byte \(offset)")
      }
    }
  }

  @Test("a strict load of a damaged archive names the damage, not the row that it shows in")
  func damageFirst() throws {
    let text = "id,name,rating\n" + (1...60_000).map { "\($0),name \($0 * 7919),\n" }.joined()
    var bytes = try FileSystem.read(fixture.zip(["movies.csv": text], compression: .stored))
    // The first digit of an id in the middle.
    let place = try #require(bytes.firstRange(of: Array("\n30000,".utf8))).lowerBound + 1
    bytes[place] = UInt8(ascii: "x")
    let fault = fixture.faults(tables, try fixture.file("archive.zip", bytes: bytes)).first
    #expect(fault?.code == .archiveChecksum)
    #expect(fault?.notes.contains { $0.hasPrefix("while loading raw.movies") } == true)
  }

  @Test("an encrypted member is refused")
  func encrypted() throws {
    var bytes = try FileSystem.read(fixture.zip(["movies.csv": Self.text]))
    for signature in [[0x50, 0x4B, 0x03, 0x04], [0x50, 0x4B, 0x01, 0x02]] as [[UInt8]] {
      let place = try #require(bytes.firstRange(of: signature)).lowerBound
      bytes[place + (signature[2] == 0x03 ? 6 : 8)] |= 1
    }
    let faults = fixture.faults(tables, try fixture.file("archive.zip", bytes: bytes))
    #expect(faults.map(\.code) == [.archiveEncrypted])
  }

  @Test("what is no zip is refused by name")
  func notZip() throws {
    let file = try fixture.file("archive.zip", "<!DOCTYPE html><html>")
    #expect(fixture.faults(tables, file).map(\.code) == [.archiveNotZip])
  }
}
