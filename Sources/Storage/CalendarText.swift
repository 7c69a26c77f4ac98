/// Days and points in time between numbers and the texts that a warehouse keeps.
package enum CalendarText {
  package static let microsecondsPerDay: Int64 = 86_400_000_000

  /// Days since 1970 of a day of the Gregorian calendar; nil where there is no such day.
  package static func days(year: Int, month: Int, day: Int) -> Int32? {
    guard (1...12).contains(month), day >= 1, day <= lastDay(month, year) else { return nil }
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return Int32(era * 146_097 + dayOfEra - 719_468)
  }

  private static func lastDay(_ month: Int, _ year: Int) -> Int {
    switch month {
    case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// The day of a number of days since 1970.
  package static func civil(_ days: Int32) -> (year: Int, month: Int, day: Int) {
    let shifted = Int(days) + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  /// Digits as a number, or nil where there is another byte among them.
  @inline(__always)
  private static func number(_ base: UnsafeRawPointer, _ offset: Int, _ count: Int) -> Int? {
    var value = 0
    for index in offset..<offset &+ count {
      let digit = base.load(fromByteOffset: index, as: UInt8.self) &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      value = value &* 10 &+ Int(digit)
    }
    return value
  }

  /// `YYYY-MM-DD` as days since 1970.
  package static func day(_ base: UnsafeRawPointer, _ count: Int) -> Int32? {
    guard count == 10, base.load(fromByteOffset: 4, as: UInt8.self) == UInt8(ascii: "-"),
      base.load(fromByteOffset: 7, as: UInt8.self) == UInt8(ascii: "-"),
      let year = number(base, 0, 4), let month = number(base, 5, 2), let day = number(base, 8, 2)
    else { return nil }
    return days(year: year, month: month, day: day)
  }

  /// `YYYY-MM-DD HH:MM:SS` with up to six digits of a fraction, `T` or a space in between, as microseconds since 1970.
  /// A day alone is its midnight.
  package static func timestamp(_ base: UnsafeRawPointer, _ count: Int) -> Int64? {
    guard count >= 10, let day = day(base, 10) else { return nil }
    let midnight = Int64(day) * microsecondsPerDay
    if count == 10 { return midnight }
    func byte(_ offset: Int) -> UInt8 { base.load(fromByteOffset: offset, as: UInt8.self) }
    guard count >= 19, byte(10) == UInt8(ascii: " ") || byte(10) == UInt8(ascii: "T"),
      byte(13) == UInt8(ascii: ":"), byte(16) == UInt8(ascii: ":"),
      let hour = number(base, 11, 2), let minute = number(base, 14, 2), let second = number(base, 17, 2),
      hour < 24, minute < 60, second < 60
    else { return nil }
    var fraction = 0
    if count > 19 {
      let digits = count - 20
      guard byte(19) == UInt8(ascii: "."), (1...6).contains(digits), let value = number(base, 20, digits)
      else {
        return nil
      }
      fraction = (digits..<6).reduce(value) { result, _ in result * 10 }
    }
    return midnight + Int64(((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction)
  }

  /// `YYYY-MM-DD`; years beyond four digits have as many as they need.
  package static func text(days: Int32) -> String {
    let (year, month, day) = civil(days)
    let digits = String(abs(year))
    let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    return "\(year < 0 ? "-" : "")\(padded)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
  }

  /// `YYYY-MM-DD HH:MM:SS`, with six digits of a fraction where there is one.
  package static func text(microseconds: Int64) -> String {
    func padded(_ value: Int64, _ count: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, count - digits.count)) + digits
    }
    let remainder = microseconds % microsecondsPerDay
    let rest = remainder < 0 ? remainder + microsecondsPerDay : remainder
    let day = text(days: Int32(truncatingIfNeeded: (microseconds - rest) / microsecondsPerDay))
    let seconds = rest / 1_000_000
    let time = "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
    return "\(day) \(time)" + (rest % 1_000_000 == 0 ? "" : ".\(padded(rest % 1_000_000, 6))")
  }
}
