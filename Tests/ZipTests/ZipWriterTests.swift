import Diagnostics
import Foundation
import Testing
import Zip

@Suite struct ZipWriterTests {
  @Test(
    "members come back as they were written",
    arguments: [ZipWriter.Compression.stored, .deflate(level: 1), .deflate(level: 9)], [false, true])
  func roundTrip(compression: ZipWriter.Compression, isLarge: Bool) throws {
    let folder = try TemporaryFolder()
    let members = [
      ("empty.txt", []), ("one", [UInt8(7)]), ("märz/日本.csv", sampleText(byteCount: 1000)),
      ("large.csv", sampleText(byteCount: 1_700_001)),
    ]
    let path = folder.file("a.zip")
    try writeArchive(members, to: path, compression: compression, isLarge: isLarge)
    let found = try readArchive(path)
    #expect(found.map(\.name) == members.map(\.0))
    #expect(found.map(\.bytes) == members.map(\.1))
  }

  @Test("unzip accepts what is written", .enabled(if: Tool.exists("unzip")))
  func unzip() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.zip")
    try writeArchive([("a.csv", sampleText(byteCount: 900_000)), ("b/c.csv", [])], to: path)
    let (status, output) = try #require(Tool("unzip")).run(["-t", path])
    #expect(status == 0, "\(output)")
    #expect(output.contains("No errors detected"))
  }

  @Test("Python reads what is written", .enabled(if: Tool.exists("python3")), arguments: [false, true])
  func python(isLarge: Bool) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.zip")
    try writeArchive(
      [("a.csv", sampleText(byteCount: 900_000)), ("ü.csv", sampleText(byteCount: 5))], to: path,
      isLarge: isLarge)
    let script = """
      import sys, zipfile
      z = zipfile.ZipFile(sys.argv[1])
      assert z.testzip() is None
      print([(i.filename, i.file_size, i.date_time, len(z.read(i))) for i in z.infolist()])
      """
    let (status, output) = try #require(Tool("python3")).run(["-c", script, path])
    #expect(status == 0)
    #expect(
      output == """
        [('a.csv', 900000, (1980, 1, 1, 0, 0, 0), 900000), ('ü.csv', 5, (1980, 1, 1, 0, 0, 0), 5)]

        """)
  }

  @Test(
    "more than 65,535 members need Zip64, and other programs read it", .enabled(if: Tool.exists("python3")))
  func manyMembers() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.zip")
    var writer = try ZipWriter(path: path)
    let body = Array("tiny".utf8)
    for index in 0..<70_000 {
      try body.withUnsafeBytes { try writer.addStored("posters/\(index).jpg", $0) }
    }
    let entryCount = writer.entryCount
    #expect(entryCount == 70_000)
    let size = try writer.finish()
    #expect(try contents(of: path).count == size)
    let script = "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); print(len(z.namelist()), z.testzip())"
    #expect(try #require(Tool("python3")).run(["-c", script, path]).output == "70000 None\n")
    let wanted = Array("posters/69999.jpg".utf8)
    let archive = try ZipArchive(path: path)
    let entries = try archive.entries { $0.elementsEqual(wanted) }
    #expect(entries.map(\.name) == ["posters/69999.jpg"])
    #expect(try readAll(#require(entries.first), of: archive) == body)
  }

  @Test("a member of more than 4 GiB has Zip64 sizes")
  func largeMember() throws {
    // The same compressed zeros over and over are the cheapest way to more than 4 GiB of content.
    let folder = try TemporaryFolder()
    let path = folder.file("a.zip")
    var writer = try ZipWriter(path: path)
    let zeros = [UInt8](repeating: 0, count: 64 << 20)
    var deflater = try ChunkDeflater(level: 1)
    let chunk = zeros.withUnsafeBytes { deflater.deflate($0) }
    try writer.addMember("zeros", compression: .deflate(level: 1), isLarge: true) { member in
      for _ in 0..<65 { try member.append(chunk) }
    }
    try writer.finish()
    let archive = try ZipArchive(path: path)
    let entry = try #require(try archive.entries().first)
    #expect(entry.uncompressedSize == 65 * zeros.count)
    #expect(entry.compressedSize == 65 * chunk.bytes.count + 2)
    var reader = try archive.reader(of: entry)
    var buffer = [UInt8](repeating: 1, count: 1000)
    #expect(try buffer.withUnsafeMutableBytes { try reader.read(into: $0) } == 1000)
    #expect(buffer.allSatisfy { $0 == 0 })
  }

  @Test("a member that reaches 4 GiB without room for its sizes is refused")
  func tooLarge() throws {
    let folder = try TemporaryFolder()
    var writer = try ZipWriter(path: folder.file("a.zip"))
    let zeros = [UInt8](repeating: 0, count: 64 << 20)
    var deflater = try ChunkDeflater(level: 1)
    let chunk = zeros.withUnsafeBytes { deflater.deflate($0) }
    let error = zipError {
      try writer.addMember("zeros", compression: .deflate(level: 1)) { member in
        for _ in 0..<64 { try member.append(chunk) }
      }
    }
    #expect(error?.code == .invalidArgument)
    #expect(error?.member == "zeros")
  }

  @Test("pieces compressed on several threads make the bytes of a serial writer")
  func chunks() async throws {
    let folder = try TemporaryFolder()
    let text = sampleText(byteCount: 3 * ChunkDeflater.preferredByteCount + 17)
    try writeArchive([("a.csv", text)], to: folder.file("serial.zip"))
    let pieces = stride(from: 0, to: text.count, by: ChunkDeflater.preferredByteCount).map {
      Array(text[$0..<min($0 + ChunkDeflater.preferredByteCount, text.count)])
    }
    let chunks = try await withThrowingTaskGroup(of: (Int, DeflatedChunk).self) { group in
      for (index, piece) in pieces.enumerated() {
        group.addTask {
          var deflater = try ChunkDeflater(level: 6)
          return (index, piece.withUnsafeBytes { deflater.deflate($0) })
        }
      }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    var writer = try ZipWriter(path: folder.file("parallel.zip"))
    try writer.addMember("a.csv") { member in
      for index in pieces.indices { try member.append(#require(chunks[index])) }
    }
    try writer.finish()
    #expect(try contents(of: folder.file("parallel.zip")) == contents(of: folder.file("serial.zip")))
  }

  @Test("a writer that is given up leaves nothing")
  func abandoned() throws {
    let folder = try TemporaryFolder()
    do {
      var writer = try ZipWriter(path: folder.file("a.zip"))
      try [UInt8](repeating: 1, count: 2 << 20).withUnsafeBytes { try writer.addStored("x", $0) }
      #expect(try folder.names.count == 1)
    }
    #expect(try folder.names == [])
  }

  @Test("a member whose content fails is forgotten, and the archive stays whole")
  func failedMember() throws {
    struct Interruption: Error {}
    let folder = try TemporaryFolder()
    let path = folder.file("a.zip")
    var writer = try ZipWriter(path: path)
    let text = sampleText(byteCount: 2_000_000)
    for compression in [ZipWriter.Compression.stored, .deflate(level: 1)] {
      try writer.addMember("good \(compression)") { member in
        try text.withUnsafeBytes { try member.write($0) }
      }
      #expect(throws: Interruption.self) {
        try writer.addMember("bad", compression: compression) { member in
          try text.withUnsafeBytes { try member.write($0) }
          throw Interruption()
        }
      }
    }
    try writer.finish()
    let found = try readArchive(path)
    #expect(found.map(\.name) == ["good stored", "good deflate(level: 1)"])
    #expect(found.allSatisfy { $0.bytes == text })
  }

  @Test("an existing archive stays until the new one is whole")
  func replacement() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array("old".utf8), to: "a.zip")
    var writer = try ZipWriter(path: path)
    try writer.addMember("x") { _ in }
    #expect(try contents(of: path) == Array("old".utf8))
    try writer.finish()
    #expect(try readArchive(path).map(\.name) == ["x"])
    #expect(try folder.names == ["a.zip"])
  }

  @Test("what is no regular file is not replaced")
  func noRegularFile() throws {
    let folder = try TemporaryFolder()
    #expect(zipError { _ = try ZipWriter(path: folder.path).finish() }?.code == .invalidArgument)
  }

  @Test("a folder that does not exist is named")
  func missingFolder() throws {
    let error = zipError { _ = try ZipWriter(path: "/nonexistent/a.zip").finish() }
    #expect(error?.code == .fileNotFound)
    #expect(error?.diagnostic.message == "cannot create '/nonexistent/a.zip': No such file or directory")
  }

  @Test("names have 1 to 65,535 bytes", arguments: [0, 65_536])
  func names(byteCount: Int) throws {
    let folder = try TemporaryFolder()
    var writer = try ZipWriter(path: folder.file("a.zip"))
    let name = String(repeating: "n", count: byteCount)
    #expect(zipError { try writer.addMember(name) { _ in } }?.code == .invalidArgument)
  }
}
