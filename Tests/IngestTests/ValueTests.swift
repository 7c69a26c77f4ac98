import Diagnostics
import Ingest
import SQLite
import Storage
import Testing

/// What the fields of each type are read as.
@Suite struct ValueTests {
  private func load(_ field: String, as type: ColumnType) throws -> (
    value: SQLiteValue?, faults: [Diagnostic]
  ) {
    let fixture = try IngestFixture()
    let table = IngestFixture.table(
      "things", [ColumnSchema(name: "id", type: .integer), ColumnSchema(name: "value", type: type)])
    let faults = fixture.faults([table], try fixture.zip(["things.csv": "id,value\n1,\(field)\n"]))
    return (faults.isEmpty ? try fixture.rows("select value from things").first?.first : nil, faults)
  }

  @Test(
    "a value is read as its type says",
    arguments: [
      ("", .integer, nil), ("2023", .integer, 2023), ("-3", .integer, -3), ("+3", .integer, 3),
      ("007", .integer, 7),
      ("2023.0", .integer, 2023), ("-5.000", .integer, -5), (" 12\t", .integer, 12), ("\"\"", .integer, nil),
      ("\"42\"", .integer, 42), ("0", .integer, 0), ("-0", .integer, 0),
      ("9223372036854775807", .integer, .integer(.max)), ("-9223372036854775808", .integer, .integer(.min)),
      ("000000000000000000000000009", .integer, 9),
      ("3.86", .real, .real(3.86)), ("4", .real, .real(4)), ("-.5", .real, .real(-0.5)),
      ("5.", .real, .real(5)),
      ("1e3", .real, .real(1000)), ("1.5E-3", .real, .real(0.0015)), ("", .real, nil),
      (" 2.5 ", .real, .real(2.5)),
      ("1e-400", .real, .real(0)), ("123456789012345678901234567890", .real, .real(0x1.8ee90ff6c373ep+96)),
      ("0.1", .real, .real(0.1)), ("9007199254740993", .real, .real(9007199254740992)),
      ("1e23", .real, .real(1e23)), ("8.5e22", .real, .real(8.5e22)),
      ("2.2250738585072011e-308", .real, .real(.leastNormalMagnitude.nextDown)),
      ("text", .text, "text"), ("", .text, nil), ("\"\"", .text, ""), (" a ", .text, " a "),
      ("NULL", .text, "NULL"),
      ("None", .text, "None"), ("007", .text, "007"), ("\"say \"\"hi\"\"\"", .text, "say \"hi\""),
      ("a\\nb", .text, "a\\nb"),
      ("кино\u{A0}映画🎬", .text, "кино\u{A0}映画🎬"),
      ("2023-07-21", .date, "2023-07-21"), ("2024-02-29", .date, "2024-02-29"),
      ("2000-02-29", .date, "2000-02-29"),
      ("2023-07-21T00:00:00", .date, "2023-07-21"), ("2023-07-21 00:00:00.000Z", .date, "2023-07-21"),
      ("", .date, nil),
      ("true", .boolean, 1), ("False", .boolean, 0), ("T", .boolean, 1), ("f", .boolean, 0),
      ("1", .boolean, 1),
      ("0", .boolean, 0), ("", .boolean, nil),
      ("2023-07-21 10:20:30", .timestamp, "2023-07-21 10:20:30"),
      ("2023-07-21T10:20", .timestamp, "2023-07-21 10:20:00"),
      ("2023-07-21T10:20:30.1200Z", .timestamp, "2023-07-21 10:20:30.12"),
      ("2023-07-21", .timestamp, "2023-07-21 00:00:00"),
      ("2023-07-21 23:59:59.000", .timestamp, "2023-07-21 23:59:59"),
    ] as [(String, ColumnType, SQLiteValue?)])
  func reads(field: String, type: ColumnType, value: SQLiteValue?) throws {
    #expect(try load(field, as: type).value == value ?? .null)
  }

  @Test(
    "what is no value of the type is refused",
    arguments: [
      ("abc", .integer), ("1.5", .integer), ("1e3", .integer), ("2023.", .integer), ("-", .integer),
      ("1 2", .integer),
      ("9223372036854775808", .integer), ("-9223372036854775809", .integer),
      ("99999999999999999999", .integer),
      (" ", .integer), ("0x10", .integer), ("1,5", .real), ("\"1,5\"", .real), ("nan", .real), ("inf", .real),
      ("1e400", .real),
      (".", .real), ("e5", .real), ("1e", .real), ("1e+", .real), ("1.2.3", .real), ("--1", .real),
      ("0x1p3", .real),
      ("2023-02-29", .date), ("1900-02-29", .date), ("2023-13-01", .date), ("2023-00-01", .date),
      ("2023-04-31", .date),
      ("2023-01-00", .date), ("2023-1-1", .date), ("21.07.2023", .date), ("2023-07-21T10:00:00", .date),
      ("20230721", .date), ("2023-07-211", .date), ("yes", .boolean), ("2", .boolean), ("tru", .boolean),
      ("2023-07-21 24:00:00", .timestamp), ("2023-07-21 10:60", .timestamp),
      ("2023-07-21 10:20:60", .timestamp),
      ("2023-07-21 10:20:30+02:00", .timestamp), ("2023-07-21 10:20:30.", .timestamp),
      ("2023-07-21T", .timestamp),
    ] as [(String, ColumnType)])
  func refuses(field: String, type: ColumnType) throws {
    let faults = try load(field, as: type).faults
    let expected: DiagnosticCode = field == "1,5" ? .rowFieldCount : .valueInvalid
    #expect(faults.map(\.code) == [expected])
  }

  @Test("reals are the doubles that the standard library reads")
  func reals() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var generator = SplitMix(state: seed)
    var texts: [String] = []
    for _ in 0..<20_000 {
      switch Int.random(in: 0..<4, using: &generator) {
      case 0:
        texts.append(
          "\(Int.random(in: -9_999_999...9_999_999, using: &generator)).\(Int.random(in: 0...999_999, using: &generator))"
        )
      case 1:
        texts.append(
          "\(Double(bitPattern: UInt64.random(in: 0 ..< 0x7FF0_0000_0000_0000, using: &generator)))")
      case 2:
        texts.append(
          "\(UInt64.random(in: 0 ... .max, using: &generator))e\(Int.random(in: -40...40, using: &generator))"
        )
      default:
        texts.append(
          "0.\(UInt64.random(in: 0 ... .max, using: &generator))\(UInt64.random(in: 0 ... .max, using: &generator))"
        )
      }
    }
    let fixture = try IngestFixture()
    let table = IngestFixture.table("reals", [ColumnSchema(name: "value", type: .real)])
    try fixture.ingest([table], fixture.zip(["reals.csv": "value\n" + texts.joined(separator: "\n")]))
    let values = try fixture.rows("select value from reals order by rowid").map { $0[0] }
    #expect(values.count == texts.count)
    for (text, value) in zip(texts, values) {
      let expected = try #require(Double(text))
      #expect(value == .real(expected), "seed \(seed), \(text)")
    }
  }
}

/// A generator whose whole state is a printable seed.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
