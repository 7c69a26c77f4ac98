import SQLite
import Storage
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct ColumnProfileTests {
  private func profile(_ values: [SQLiteValue]) throws -> ColumnProfile {
    let path =
      "\(getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp")/profile-\(UInt64.random(in: 0...(.max))).db"
    // Without an end the file goes with its writer.
    var database = try DatabaseFileWriter(path: path)
    var table = database.makeTable(try TableDefinition("t", [.init("x", "")]))
    try table.append(values.map { [$0] })
    return ColumnProfile(name: "x", try table.finish().columns[0])
  }

  @Test("bounds are told where all values are of one class")
  func bounds() throws {
    let texts = try profile(["b", "a", .null, "b", "a text of more than sixteen bytes"])
    #expect((texts.leastText, texts.greatestText) == ("a", "b"))
    #expect(texts.distinctEstimate == 3)
    #expect(texts.counts == ["text": 4, "null": 1])
    let integers = try profile([3, -1, 3])
    #expect((integers.leastInteger, integers.greatestInteger) == (-1, 3))
    #expect(integers.leastText == nil && integers.distinctEstimate == 2)
    let mixed = try profile(["a", 1])
    #expect(mixed.leastText == nil && mixed.leastInteger == nil && mixed.distinctEstimate == 2)
  }

  @Test("a profile that was kept by an older version is read")
  func older() throws {
    let profile = try JSON.decode(
      [ColumnProfile].self, from: #"[{"name":"x","counts":{"text":2},"byteCount":9}]"#)
    #expect(profile[0].distinctEstimate == nil && profile[0].leastText == nil)
  }
}
