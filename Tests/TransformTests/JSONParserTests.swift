import Diagnostics
import TestSupport
import Testing
import Transform

@Suite("Reading and writing JSON")
struct JSONParserTests {
  private func parse(_ text: String) throws -> JSONValue {
    try JSONParser.parse(Array(text.utf8), path: "x.json")
  }

  @Test(
    "a value is what it says",
    arguments: [
      ("null", JSONValue.null), (" true ", true), ("false", false), ("-12", -12), ("1.5", .real(1.5)),
      ("1e3", .real(1000)), ("\"\"", ""), ("\"a\\n\\\"\\\\\\/\\u00e9\\ud83d\\ude00\"", "a\n\"\\/é😀"),
      ("\"\\ud83d\"", "\u{FFFD}"), ("[]", []), ("[1, [2], {}]", [1, [2], [:]]),
      ("{\"a\": 1, \"b\": {\"c\": null}}", ["a": 1, "b": ["c": .null]]),
    ] as [(String, JSONValue)])
  func parses(_ text: String, _ value: JSONValue) throws {
    #expect(try parse(text) == value)
  }

  @Test(
    "what is no JSON is refused with the place",
    arguments: ["", "{", "[1,", "tru", "{a: 1}", "\"a", "\"\\x\"", "1 2", "{\"a\" 1}", "-", "\"\\u12\""])
  func refuses(_ text: String) throws {
    let fault = try #require(diagnostic { _ = try parse(text) })
    #expect(fault.location?.byteOffset != nil)
  }

  @Test("deep nesting is refused before the stack ends")
  func depth() {
    #expect(
      diagnostic { _ = try parse(String(repeating: "[", count: 100_000)) }?.message.contains("deep") == true)
  }

  @Test("what is written is read back")
  func roundTrip() throws {
    var random = SeededRandom.fresh()
    func value(_ depth: Int) -> JSONValue {
      switch Int.random(in: 0..<(depth > 3 ? 5 : 7), using: &random) {
      case 0: .null
      case 1: .bool(.random(using: &random))
      case 2: .integer(.random(in: .min ... .max, using: &random))
      case 3: .real(.random(in: -1e9...1e9, using: &random))
      case 4: .string(text())
      case 5: .array((0..<Int.random(in: 0...4, using: &random)).map { _ in value(depth + 1) })
      default:
        .object(
          Dictionary(
            (0..<Int.random(in: 0...4, using: &random)).map { _ in (text(), value(depth + 1)) },
            uniquingKeysWith: { first, _ in first }))
      }
    }
    func text() -> String {
      String(
        String.UnicodeScalarView(
          (0..<Int.random(in: 0...6, using: &random)).compactMap { _ in
            Unicode.Scalar(UInt32.random(in: 0...0x1_0FFF, using: &random))
          }))
    }
    for _ in 0..<500 {
      let written = value(0)
      #expect(try JSONParser.parse(JSONWriter.bytes(written), path: "x") == written)
    }
  }

  @Test("random bytes never trap")
  func fuzz() {
    var random = SeededRandom.fresh()
    let alphabet = Array("{}[]\",:\\u0123etrufalsn -.".utf8)
    for _ in 0..<3000 {
      let bytes = (0..<Int.random(in: 0...20, using: &random)).map { _ in
        alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
      }
      _ = try? JSONParser.parse(bytes, path: "x")
    }
  }
}
