import Diagnostics
import Ingest
import SQLite
import Storage
import Testing

@Suite struct RejectTests {
  private let fixture: IngestFixture

  init() throws {
    fixture = try IngestFixture()
  }

  private func faults(_ text: String, limit: RejectLimit = .none) throws -> [Diagnostic] {
    fixture.faults([IngestFixture.movies], try fixture.zip(["movies.csv": text]), limit: limit)
  }

  @Test("the first bad value fails the load, with its place, the value and the remedy; nothing has changed")
  func strict() throws {
    try fixture.ingest([IngestFixture.movies], fixture.zip(["movies.csv": IngestFixture.moviesText]))
    let before = try fixture.rawBytes()
    let fault = try #require(faults("id,name,rating\r\n1,Café,4\r\n2,\"two\nЖлines\",4.x\r\nx,y,z\r\n").first)
    #expect(fault.code == .valueInvalid)
    #expect(fault.message == "'4.x' in the column 'rating' is no finite number")
    #expect(fault.location?.path.hasSuffix("archive.zip!movies.csv") == true)
    #expect(fault.location?.line == 4 && fault.location?.column == 9 && fault.location?.byteOffset == 44)
    #expect(fault.hints.contains { $0.contains("--max-rejects") })
    #expect(try fixture.rawBytes() == before)
    #expect(try fixture.leftovers().isEmpty)
  }

  @Test(
    "each fault has its code and its place",
    arguments: [
      ("1,a\n", .rowFieldCount, 2, 1), ("1,a,2,3\n", .rowFieldCount, 2, 1), (",a,\n", .valueNull, 2, 1),
      ("\"\",a,\n", .valueNull, 2, 2), ("1,a,\n2,\"b,3\n", .quoteUnterminated, 3, 3),
      ("1,\"a\"b,\n", .quoteInvalid, 2, 6),
      ("1,a\"b,\n", .quoteInvalid, 2, 4), ("1,a\u{1},z\u{1}\u{7F}\n", .valueInvalid, 2, 6),
    ] as [(String, DiagnosticCode, Int, Int)])
  func codes(row: String, code: DiagnosticCode, line: Int, column: Int) throws {
    let fault = try #require(faults("id,name,rating\n" + row).first)
    #expect(fault.code == code)
    #expect(fault.location?.line == line && fault.location?.column == column)
    #expect(fault.message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
  }

  @Test("bytes that are not UTF-8 are refused with their exact place")
  func encoding() throws {
    let bytes = Array("id,name,rating\n1,Caf".utf8) + [0xE9] + Array(",\n".utf8)
    let file = try fixture.file("movies.csv", bytes: bytes)
    let fault = try #require(fixture.faults([IngestFixture.movies], file).first)
    #expect(fault.code == .invalidUTF8)
    #expect(fault.location?.description == "\(file):2:6 (byte 20)")
  }

  @Test("a field beyond the limit is refused with its line, however many rejects are allowed")
  func largeField() throws {
    let large = String(repeating: "x", count: 2000)
    let archive = try fixture.zip(["movies.csv": "id,name,rating\n1,a,\n2,\"\(large)\",\n"])
    let options = IngestOptions(archivePath: archive, rejectLimit: .count(100), maximumFieldByteCount: 1000)
    let plan = try fixture.plan([IngestFixture.movies], options)
    let error = #expect(throws: IngestError.self) { try fixture.run(plan) }
    #expect(error?.diagnostic.code == .fieldTooLarge)
    #expect(error?.diagnostic.location?.line == 3 && error?.diagnostic.location?.byteOffset == 23)
  }

  private static let mixed = "id,name,rating\n1,a,\nx,b,\n3,c,9\n4,d\n5,\"e,\n6,f,\n"

  @Test("rejects within the limit are kept with all that is known of them, and every row is accounted for")
  func kept() throws {
    let report = try fixture.ingest(
      [IngestFixture.movies], fixture.zip(["movies.csv": Self.mixed]), limit: .count(3))
    #expect(report.rowsRead == 6 && report.rowsLoaded == 3 && report.rejectCount == 3)
    #expect(try fixture.rows("select id from movies") == [[1], [3], [6]])
    #expect(
      try fixture.rows(
        "select table_name, member, line, byte_offset, column_name, code, raw_text from _rejects") == [
          ["movies", "movies.csv", 3, 20, "id", "RH1305", "x,b,"],
          ["movies", "movies.csv", 5, 31, .null, "RH1304", "4,d"],
          ["movies", "movies.csv", 6, 37, .null, "RH1308", "5,\"e,"],
        ])
    let load = try #require(IngestPlanner.records(in: fixture.warehouse).first?.load)
    #expect(load.rowsRead == 6 && load.rowsLoaded == 3 && load.rejectCount == 3)
  }

  @Test(
    "a limit that is exceeded fails the load, shows the first rejects and changes nothing",
    arguments: ["2", "49%"])
  func exceeded(limit: String) throws {
    let limit = try #require(RejectLimit(limit))
    let fault = try #require(faults(Self.mixed, limit: limit).first)
    #expect(fault.code == .tooManyRejects)
    #expect(fault.message.contains("\(limit)"))
    #expect(fault.notes.count == 3)
    #expect(try IngestPlanner.records(in: fixture.warehouse).isEmpty)
    #expect(try faults(Self.mixed, limit: .percent(50)).isEmpty)
  }

  @Test("rejects that were allowed are judged again when fewer are")
  func judgedAgain() throws {
    #expect(try faults(Self.mixed, limit: .count(3)).isEmpty)
    #expect(try faults(Self.mixed, limit: .percent(50)).isEmpty)
    #expect(try faults(Self.mixed).map(\.code) == [.valueInvalid])
  }

  @Test(
    "a limit is written as a number or a percentage",
    arguments: [
      ("0", RejectLimit.none), ("10", .count(10)), ("5%", .percent(5)), ("0.5%", .percent(0.5)),
      ("0%", RejectLimit.none),
      ("-1", nil), ("x", nil), ("101%", nil), ("", nil), ("%", nil),
    ] as [(String, RejectLimit?)])
  func limit(text: String, limit: RejectLimit?) {
    #expect(RejectLimit(text) == limit)
  }
}
