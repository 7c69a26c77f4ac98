#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A point in time, in microseconds since 1970 UTC.
package struct Timestamp: Sendable, Hashable, Comparable {
  package var microseconds: Int64

  package init(microseconds: Int64) {
    self.microseconds = microseconds
  }

  /// The system's clock.
  package static func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(microseconds: Int64(time.tv_sec) &* 1_000_000 &+ Int64(time.tv_nsec) / 1000)
  }

  package static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

  /// `2026-11-22T07:15:30.123456Z`, as dbt's artifacts spell times.
  package var iso8601: String {
    let part = parts
    let fraction = microseconds - microseconds.floored(to: 1_000_000)
    return "\(part.year)-\(two(part.month))-\(two(part.day))T"
      + "\(two(part.hour)):\(two(part.minute)):\(two(part.second)).\(digits(Int(fraction), 6))Z"
  }

  /// `20261122T071530Z`, for names that sort by time.
  package var compact: String {
    let part = parts
    return
      "\(part.year)\(two(part.month))\(two(part.day))T\(two(part.hour))\(two(part.minute))\(two(part.second))Z"
  }

  /// The time of a text like `20261122T071530Z`; nil for any other text.
  package init?(compact: String) {
    let parts = compact.utf8.split(separator: UInt8(ascii: "T"), omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].last == UInt8(ascii: "Z"), let day = Int32(Substring(parts[0])),
      let time = Int32(Substring(parts[1].dropLast()))
    else { return nil }
    var utc = tm()
    utc.tm_year = day / 10_000 - 1900
    utc.tm_mon = day / 100 % 100 - 1
    utc.tm_mday = day % 100
    utc.tm_hour = time / 10_000
    utc.tm_min = time / 100 % 100
    utc.tm_sec = time % 100
    microseconds = Int64(timegm(&utc)) * 1_000_000
    // Signs, missing digits and the 31st of February were taken for another time.
    guard self.compact == compact else { return nil }
  }

  /// `07:15:30`: the time of day where the user is.
  package var localTimeOfDay: String {
    var seconds = time_t(microseconds.floored(to: 1_000_000) / 1_000_000)
    var local = tm()
    localtime_r(&seconds, &local)
    return "\(two(Int(local.tm_hour))):\(two(Int(local.tm_min))):\(two(Int(local.tm_sec)))"
  }

  private var parts: (year: String, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
    var seconds = time_t(microseconds.floored(to: 1_000_000) / 1_000_000)
    var utc = tm()
    gmtime_r(&seconds, &utc)
    return (
      digits(Int(utc.tm_year) + 1900, 4), Int(utc.tm_mon) + 1, Int(utc.tm_mday), Int(utc.tm_hour),
      Int(utc.tm_min),
      Int(utc.tm_sec)
    )
  }

  private func two(_ number: Int) -> String { digits(number, 2) }

  private func digits(_ number: Int, _ count: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }
}

extension Int64 {
  /// The largest multiple of `step` that is not above the number.
  fileprivate func floored(to step: Int64) -> Int64 {
    let remainder = self % step
    return remainder < 0 ? self - remainder - step : self - remainder
  }
}

/// Time that only runs forward, for durations.
package struct Stopwatch: Sendable {
  private let start: Int64

  package init() {
    start = Self.nanoseconds()
  }

  /// Seconds since the stopwatch was made.
  package var seconds: Double { Double(Self.nanoseconds() - start) / 1e9 }

  private static func nanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
