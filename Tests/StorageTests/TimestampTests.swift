import Storage
import Testing

@Suite struct TimestampTests {
  @Test(
    "a time is spelt in both forms",
    arguments: [
      (0, "1970-01-01T00:00:00.000000Z", "19700101T000000Z"),
      (1_795_331_730_123_456, "2026-11-22T07:15:30.123456Z", "20261122T071530Z"),
      (-1, "1969-12-31T23:59:59.999999Z", "19691231T235959Z"),
      (-1_000_000, "1969-12-31T23:59:59.000000Z", "19691231T235959Z"),
      (-2_208_988_799_999_999, "1900-01-01T00:00:00.000001Z", "19000101T000000Z"),
      (951_782_400_000_000, "2000-02-29T00:00:00.000000Z", "20000229T000000Z"),
      (-62_135_596_800_000_000, "0001-01-01T00:00:00.000000Z", "00010101T000000Z"),
    ] as [(Int64, String, String)])
  func forms(microseconds: Int64, iso8601: String, compact: String) {
    let time = Timestamp(microseconds: microseconds)
    #expect(time.iso8601 == iso8601)
    #expect(time.compact == compact)
  }

  @Test("the clock runs forward")
  func now() {
    let stopwatch = Stopwatch()
    let first = Timestamp.now()
    let second = Timestamp.now()
    #expect(first <= second)
    #expect(first.microseconds > 1_700_000_000_000_000)
    #expect(stopwatch.seconds >= 0)
  }

  @Test("the local time of day has two digits for each part")
  func local() {
    #expect(Timestamp(microseconds: 0).localTimeOfDay.wholeMatch(of: /\d\d:\d\d:\d\d/) != nil)
  }
}
