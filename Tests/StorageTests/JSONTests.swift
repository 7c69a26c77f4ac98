import Storage
import Testing

@Suite struct JSONTests {
  private struct Sample: Codable, Equatable {
    var zebra = 1
    var apple = "a/b"
    var map = ["z": 1, "a": 2, "m": 3]
    var missing: Int?
  }

  @Test("keys are sorted and slashes stay as they are")
  func sorted() throws {
    #expect(try JSON.text(Sample()) == #"{"apple":"a/b","map":{"a":2,"m":3,"z":1},"zebra":1}"#)
    #expect(
      try JSON.text(["b": 1, "a": 2], isPretty: true) == """
        {
          "a" : 2,
          "b" : 1
        }
        """)
  }

  @Test("what was written is read")
  func roundTrip() throws {
    #expect(try JSON.decode(Sample.self, from: JSON.text(Sample())) == Sample())
    #expect(throws: (any Error).self) { try JSON.decode(Sample.self, from: "{") }
  }
}
