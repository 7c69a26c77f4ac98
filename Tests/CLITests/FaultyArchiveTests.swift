import Files
import Storage
import TestSupport
import Testing
import Zip

/// Archives with something wrong: each gives a clear error, and nothing changes.
@Suite struct FaultyArchiveTests {
  /// A fault, the archive that has it, and what must be told of it.
  enum Fault: String, CaseIterable {
    case truncated
    case flippedByte
    case shortRow
    case badInteger
    case invalidUTF8
    case unterminatedQuote
    case hugeField
    case encrypted
    case memberMissing
    case notZip
    case headerMissing
    case undeclaredColumn
    case emptyID

    /// The code, and words of the message that say where and what.
    var told: (code: String, words: [String]) {
      switch self {
      case .truncated: ("RH1202", ["archive.zip"])
      case .flippedByte: ("RH1206", ["movies.csv", "CRC-32"])
      case .shortRow: ("RH1304", ["movies.csv:3:1", "3 fields", "7"])
      case .badInteger: ("RH1305", ["movies.csv:3:", "'abc'", "'minute'", "--max-rejects"])
      case .invalidUTF8: ("RH1307", ["movies.csv:3:", "UTF-8"])
      case .unterminatedQuote: ("RH1308", ["movies.csv:3:", "quote"])
      case .hugeField: ("RH1310", ["movies.csv:3", "too large"])
      case .encrypted: ("RH1204", ["encrypted"])
      case .memberMissing: ("RH1207", ["movies.csv"])
      case .notZip: ("RH1201", ["archive.zip", "HTML"])
      case .headerMissing: ("RH1301", ["movies.csv"])
      case .undeclaredColumn: ("RH1303", ["'sequel'", "on_schema_change"])
      case .emptyID: ("RH1306", ["movies.csv:3:1", "'id'"])
      }
    }
  }

  private static let head = "id,name,date,tagline,description,minute,rating\n1,One,2001,,,90,3.5\n"

  /// The nine files, small, with `movies` as given.
  private func members(movies: [UInt8]) -> [String: [UInt8]] {
    let others = [
      "actors": "id,name,role", "countries": "id,country", "crew": "id,role,name", "genres": "id,genre",
      "languages": "id,type,language", "releases": "id,country,date,type,rating", "studios": "id,studio",
      "themes": "id,theme",
    ]
    var members = Dictionary(uniqueKeysWithValues: others.map { ("\($0).csv", Array("\($1)\n".utf8)) })
    members["movies.csv"] = movies
    return members
  }

  private func archive(_ fault: Fault, _ workspace: Workspace) throws -> String {
    func zip(_ tail: String) throws -> String {
      try workspace.zip(members(movies: Array((Self.head + tail).utf8)))
    }
    func changing(_ path: String, _ change: (inout [UInt8]) throws -> Void) throws -> String {
      var bytes = try FileSystem.read(path)
      try change(&bytes)
      try FileSystem.write(bytes, to: path, isDurable: false)
      return path
    }
    switch fault {
    case .truncated:
      return try changing(workspace.sample(movies: 100)) { $0.removeLast($0.count / 3) }
    case .flippedByte:
      // Stored, so that the byte is one of a description, which looks as good as before.
      var writer = try ZipWriter(path: workspace.folder.file("archive.zip"))
      for (name, bytes) in members(movies: Array("\(Self.head)2,Two,2002,,a whale,,\n".utf8)) {
        try bytes.withUnsafeBytes { try writer.addStored(name, $0) }
      }
      try writer.finish()
      return try changing(workspace.folder.file("archive.zip")) { bytes in
        let place = try #require(bytes.firstRange(of: Array("whale".utf8)))
        bytes[place.lowerBound] ^= 0x04
      }
    case .shortRow: return try zip("2,Two,2002\n")
    case .badInteger: return try zip("2,Two,2002,,,abc,3.0\n")
    case .invalidUTF8:
      return try workspace.zip(
        members(movies: Array(Self.head.utf8) + Array("2,Tw".utf8) + [0xFF] + Array(",2002,,,90,\n".utf8)))
    case .unterminatedQuote: return try zip("2,\"Two,2002,,,90,3.0\n3,Three,2003,,,90,3.0\n")
    case .hugeField:
      let field = [UInt8](repeating: UInt8(ascii: "x"), count: 100_000_000)
      return try workspace.zip(
        members(movies: Array(Self.head.utf8) + Array("2,".utf8) + field + Array(",2002,,,90,\n".utf8)))
    case .encrypted:
      return try changing(zip("")) { bytes in
        // The flag bit of every member, in its local header and in the central directory.
        for index in bytes.indices.dropLast(4) where bytes[index...].starts(with: [0x50, 0x4B]) {
          if bytes[index + 2] == 3, bytes[index + 3] == 4 { bytes[index + 6] |= 1 }
          if bytes[index + 2] == 1, bytes[index + 3] == 2 { bytes[index + 8] |= 1 }
        }
      }
    case .memberMissing:
      var members = members(movies: [])
      members["movies.csv"] = nil
      return try workspace.zip(members)
    case .notZip: return try workspace.folder.write("<!DOCTYPE html><html></html>", to: "archive.zip")
    case .headerMissing: return try workspace.zip(members(movies: []))
    case .undeclaredColumn:
      return try workspace.zip(
        members(movies: Array("id,name,date,tagline,description,minute,rating,sequel\n".utf8)))
    case .emptyID: return try zip(",Two,2002,,,90,3.0\n")
    }
  }

  @Test("is refused with a clear error and changes nothing that was published", arguments: Fault.allCases)
  func refused(fault: Fault) throws {
    let workspace = try Workspace.published()
    let archive = try archive(fault, workspace)
    let published = try workspace.publishedState()
    let draft = try Digest.sha256(fileAt: workspace.warehouse.draftFile(.raw))
    let result = try workspace.run("ingest", archive)
    #expect(result.status == 2, "\(result)")
    #expect(result.output.isEmpty, "\(result)")
    #expect(result.codes.first == fault.told.code, "\(result)")
    for words in fault.told.words { #expect(result.errors.contains(words), "\(result)") }
    #expect(result.errors.utf8.count < 5000, "\(result)")
    #expect(try workspace.publishedState() == published)
    #expect(try Digest.sha256(fileAt: workspace.warehouse.draftFile(.raw)) == draft)
    #expect(try workspace.leftovers() == [])
    #expect(try workspace.succeed("publish").output.contains("Nothing to publish"))
  }

  @Test("truncated anywhere, an archive is refused")
  func truncated() throws {
    let workspace = try Workspace.published()
    let bytes = try FileSystem.read(SharedWarehouse.archivePath)
    let published = try workspace.publishedState()
    for count in stride(from: 0, to: bytes.count, by: bytes.count / 12) {
      let path = try workspace.folder.write(Array(bytes[..<count]), to: "part.zip")
      let result = try workspace.run("ingest", path)
      #expect(result.status == 2, "\(result)")
      #expect(["RH1201", "RH1202"].contains(result.codes.first), "\(count) bytes: \(result)")
    }
    #expect(try workspace.publishedState() == published)
  }
}
