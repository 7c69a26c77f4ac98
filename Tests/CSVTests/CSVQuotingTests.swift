import CSV
import Testing

@Suite struct CSVQuotingTests {
  @Test(
    "a text is quoted only where it must be",
    arguments: [
      ("plain", "plain"), ("", "\"\""), ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""),
      ("a\nb", "\"a\nb\""),
      ("a\r\nb", "\"a\r\nb\""), (" padded ", " padded "),
    ])
  func quotes(text: String, field: String) {
    #expect(CSVQuoting.field(text) == field)
  }

  @Test("another delimiter is what needs quotes")
  func otherDelimiter() {
    #expect(CSVQuoting.field("a;b,c", delimiter: UInt8(ascii: ";")) == "\"a;b,c\"")
    #expect(CSVQuoting.field("b,c", delimiter: UInt8(ascii: ";")) == "b,c")
  }
}
