import Storage
import Testing
import Transform

@Suite("Times of sources")
struct FreshnessTests {
  @Test(
    "a time is read in the forms that SQL and JSON write",
    arguments: [
      ("2026-11-22", "2026-11-22T00:00:00.000000Z"), ("2026-11-22 07:15", "2026-11-22T07:15:00.000000Z"),
      ("2026-11-22T07:15:30Z", "2026-11-22T07:15:30.000000Z"),
      ("2026-11-22 07:15:30.25", "2026-11-22T07:15:30.250000Z"),
      ("2026-11-22T07:15:30+01:30", "2026-11-22T05:45:30.000000Z"),
      ("2026-11-22 07:15:30-08", "2026-11-22T15:15:30.000000Z"),
      ("2026-11-22T07:15:30.123456789Z", "2026-11-22T07:15:30.123456Z"),
    ])
  func reads(_ text: String, _ expected: String) {
    #expect(Timestamp(iso8601: text)?.iso8601 == expected)
  }

  @Test(
    "other texts are none",
    arguments: [
      "", "soon", "2026", "2026-13-01", "2026-02-30", "2026-11-22T", "2026-11-22x07:15",
      "2026-11-22 07:15:30 ", "22.11.2026",
    ])
  func refuses(_ text: String) {
    #expect(Timestamp(iso8601: text) == nil)
  }
}
