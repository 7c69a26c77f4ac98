import Cloud
import Testing

@Suite struct AWSTimeTests {
  @Test("a time is written in the forms of the protocols")
  func written() {
    let time = AWSTime(seconds: 1_440_938_160)
    #expect(time.basic == "20150830T123600Z")
    #expect(time.day == "20150830")
    #expect(time.extended == "2015-08-30T12:36:00Z")
  }

  @Test(
    "times of services, caches and processes are read",
    arguments: [
      "2015-08-30T12:36:00Z", "2015-08-30T12:36:00.123Z", "2015-08-30T12:36:00UTC",
      "2015-08-30T12:36:00+00:00",
      "2015-08-30T14:06:00+01:30", "2015-08-30T07:36:00-0500",
    ])
  func read(_ text: String) {
    #expect(AWSTime(extended: text) == AWSTime(seconds: 1_440_938_160))
  }

  @Test(
    "what is no time is nil",
    arguments: ["", "soon", "2015-08-30", "2015-08-30T12:36:00+x", "2015-08-30T12:36:00 PM"])
  func unreadable(_ text: String) {
    #expect(AWSTime(extended: text) == nil)
  }

  @Test("the dates of HTTP are read")
  func http() {
    #expect(AWSTime(httpDate: "Sun, 06 Nov 1994 08:49:37 GMT") == AWSTime(seconds: 784_111_777))
    for text in ["", "Sunday", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nix 1994 08:49:37 GMT"] {
      #expect(AWSTime(httpDate: text) == nil)
    }
  }
}
