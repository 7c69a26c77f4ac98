import Diagnostics
import Foundation
import Sample
import Testing
import Zip

@Suite struct SampleArchiveTests {
  private static let names = [
    "actors.csv", "countries.csv", "crew.csv", "genres.csv", "languages.csv", "movies.csv", "releases.csv",
    "studios.csv", "themes.csv",
  ]

  @Test("equal options make equal bytes, on any number of threads", arguments: [1, 2, 5])
  func deterministic(threadCount: Int) throws {
    let options = SampleOptions(movies: 9000, seed: 7, posters: 10)
    let one = try WrittenSample(options, threadCount: 3)
    let other = try WrittenSample(options, threadCount: threadCount)
    #expect(try one.archiveBytes() == other.archiveBytes())
    #expect(one.summary == other.summary)
  }

  @Test("another seed makes other films")
  func seeds() throws {
    let one = try WrittenSample(SampleOptions(movies: 500, seed: 1))
    let other = try WrittenSample(SampleOptions(movies: 500, seed: 2))
    for name in Self.names {
      #expect(try one.content(name) != other.content(name), "\(name)")
    }
  }

  @Test("content does not change from release to release")
  func stable() throws {
    let sample = try WrittenSample(SampleOptions(movies: 300))
    let checksum = try Self.names.reduce(UInt32(0)) { sum, name in
      try sample.content(name).withUnsafeBytes { sum ^ CRC32(of: $0).value }
    }
    #expect(checksum == 186_726_533)
  }

  @Test("files are in the real order, with the real headers")
  func files() throws {
    let sample = try WrittenSample(SampleOptions(movies: 100, posters: 3))
    let entries = try ZipArchive(path: sample.path).entries().map(\.name)
    #expect(
      entries == Self.names.prefix(6)
        + ["posters/1000001.jpg", "posters/1000002.jpg", "posters/1000003.jpg"] + Self.names.suffix(3))
    #expect(sample.summary.files.map(\.name) == Self.names)
    let headers = try Self.names.map { try sample.rows($0)[0].joined(separator: ",") }
    #expect(
      headers == [
        "id,name,role", "id,country", "id,role,name", "id,genre", "id,type,language",
        "id,name,date,tagline,description,minute,rating", "id,country,date,type,rating", "id,studio",
        "id,theme",
      ])
  }

  @Test("the summary tells rows and bytes, and progress ends at the whole")
  func summary() throws {
    let folder = try TemporaryFolder()
    var last: SampleProgress?
    var isAscending = true
    let summary = try SampleArchive.write(
      SampleOptions(movies: 5000), to: folder.file("a.zip"),
      progress: { progress in
        isAscending = isAscending && progress.fraction > (last?.fraction ?? 0)
        last = progress
      })
    #expect(isAscending)
    #expect(last?.fraction == 1)
    #expect(last?.byteCount == summary.byteCount)
    #expect(last?.file == "themes.csv")
    #expect(summary.files[5].rowCount == 5000)
    for (entry, file) in zip(try ZipArchive(path: folder.file("a.zip")).entries(), summary.files) {
      #expect(entry.uncompressedSize == file.byteCount)
    }
  }

  @Test("every row is well-formed CSV with as many fields as its header", arguments: [1, 2, 100, 4000])
  func wellFormed(movies: Int) throws {
    let sample = try WrittenSample(SampleOptions(movies: movies))
    for (name, file) in zip(Self.names, sample.summary.files) {
      let rows = try sample.rows(name)
      #expect(rows.count == file.rowCount + 1)
      #expect(rows.allSatisfy { $0.count == rows[0].count }, "\(name)")
      let ids = rows.dropFirst().map { Int($0[0]) ?? 0 }
      #expect(ids == ids.sorted(), "\(name)")
      #expect(ids.allSatisfy { $0 > 1_000_000 && $0 <= 1_000_000 + movies }, "\(name)")
    }
    #expect(try sample.rows("movies.csv").count == movies + 1)
  }

  @Test("version 1 has no roles, and blocks of ids that occur twice with other films")
  func version1() throws {
    let sample = try WrittenSample(SampleOptions(movies: 3000, isVersion1: true))
    #expect(try sample.rows("actors.csv")[0] == ["id", "name"])
    let movies = try sample.rows("movies.csv").dropFirst()
    #expect(movies.count == 3000)
    let byID = Dictionary(grouping: movies, by: { $0[0] })
    let twice = byID.values.filter { $0.count == 2 }
    #expect((3...54).contains(twice.count))
    #expect(byID.values.allSatisfy { $0.count <= 2 })
    #expect(twice.allSatisfy { $0[0] != $0[1] })
    // A block is repeated as a whole: ids step back once for each, by less than 18.
    let ids = movies.compactMap { Int($0[0]) }
    let steps = zip(ids, ids.dropFirst()).map { $1 - $0 }.filter { $0 != 1 }
    #expect(steps.count == 3)
    #expect(steps.allSatisfy { (-17...0).contains($0) })
  }

  @Test("70,000 posters make a Zip64 archive")
  func posters() throws {
    let sample = try WrittenSample(SampleOptions(movies: 10, posters: 70_000))
    let archive = try ZipArchive(path: sample.path)
    #expect(try archive.entries { $0.last == UInt8(ascii: "v") }.map(\.name) == Self.names)
    #expect(try archive.entries { $0.last == UInt8(ascii: "g") }.count == 70_000)
    #expect(try sample.content("posters/1070000.jpg").prefix(3) == [0xFF, 0xD8, 0xFF])
  }

  @Test("counts that make no sense are refused", arguments: [(0, 0), (-5, 0), (10, -1), (1_000_000_000, 0)])
  func refused(movies: Int, posters: Int) throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: SampleError.self) {
      try SampleArchive.write(SampleOptions(movies: movies, posters: posters), to: folder.file("a.zip"))
    }
    #expect(error?.code == .invalidArgument)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test("a folder that does not exist is told as such")
  func noFolder() {
    let error = #expect(throws: ZipError.self) {
      try SampleArchive.write(SampleOptions(movies: 10), to: "/nonexistent/archive.zip")
    }
    #expect(error?.code == .fileNotFound)
  }
}
