#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A point in time as AWS's protocols spell it, in whole seconds since 1970 UTC.
package struct AWSTime: Sendable, Hashable, Comparable {
  package let seconds: Int

  package init(seconds: Int) {
    self.seconds = seconds
  }

  /// The system's clock.
  package static func now() -> AWSTime { AWSTime(seconds: time(nil)) }

  package static func < (left: AWSTime, right: AWSTime) -> Bool { left.seconds < right.seconds }

  /// `20150830T123600Z`: the form of Signature V4.
  package var basic: String { format("%Y%m%dT%H%M%SZ") }

  /// `20150830`
  package var day: String { format("%Y%m%d") }

  /// `2015-08-30T12:36:00Z`
  package var extended: String { format("%Y-%m-%dT%H:%M:%SZ") }

  private func format(_ pattern: String) -> String {
    var time = time_t(seconds)
    var utc = tm()
    gmtime_r(&time, &utc)
    var buffer = [CChar](repeating: 0, count: 64)
    let count = strftime(&buffer, buffer.count, pattern, &utc)
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

extension AWSTime {
  /// Reads RFC 3339: `2015-08-30T12:36:00.000Z`, `2015-08-30T12:36:00+00:00`, and `2015-08-30T12:36:00UTC` of AWS's own
  /// caches. Fractions are cut off.
  package init?(extended text: String) {
    let bytes = Array(text.utf8)
    func number(_ range: Range<Int>) -> Int? {
      guard range.upperBound <= bytes.count else { return nil }
      return Int(String(decoding: bytes[range], as: UTF8.self))
    }
    guard bytes.count >= 19, bytes[4] == UInt8(ascii: "-"), bytes[13] == UInt8(ascii: ":"),
      let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
      let hour = number(11..<13),
      let minute = number(14..<16), let second = number(17..<19)
    else { return nil }
    var zone = String(decoding: bytes[19...], as: UTF8.self)[...]
    if zone.first == "." { zone = zone.dropFirst().drop { $0.isNumber } }
    var shift = 0
    if zone != "Z", zone != "UTC", zone != "" {
      let digits = zone.dropFirst().filter(\.isNumber)
      guard digits.count == 4, let value = Int(digits), zone.first == "+" || zone.first == "-" else {
        return nil
      }
      shift = (value / 100 * 60 + value % 100) * (zone.first == "-" ? -60 : 60)
    }
    self.init(year, month, day, hour, minute, second)
    self = AWSTime(seconds: seconds - shift)
  }

  /// Reads the date of an HTTP field: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
  package init?(httpDate text: String) {
    let words = text.split { $0 == " " || $0 == ":" }
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    guard words.count == 8, words[7] == "GMT", let day = Int(words[1]),
      let month = months.firstIndex(of: String(words[2])), let year = Int(words[3]), let hour = Int(words[4]),
      let minute = Int(words[5]), let second = Int(words[6])
    else { return nil }
    self.init(year, month + 1, day, hour, minute, second)
  }

  private init(_ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int) {
    var utc = tm()
    utc.tm_year = Int32(clamping: year - 1900)
    utc.tm_mon = Int32(clamping: month - 1)
    utc.tm_mday = Int32(clamping: day)
    utc.tm_hour = Int32(clamping: hour)
    utc.tm_min = Int32(clamping: minute)
    utc.tm_sec = Int32(clamping: second)
    seconds = timegm(&utc)
  }
}
