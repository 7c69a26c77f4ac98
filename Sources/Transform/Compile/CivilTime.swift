import Jinja

/// A point in time as a calendar and a clock show it (days by Howard Hinnant's algorithms for the civil calendar).
struct CivilTime {
  var year: Int
  var month: Int
  var day: Int
  var hour = 0
  var minute = 0
  var second = 0
  var microsecond = 0

  private static let dayLength: Int64 = 86_400_000_000

  init(year: Int, month: Int, day: Int) {
    (self.year, self.month, self.day) = (year, month, day)
  }

  init(microseconds: Int64) {
    let days = microseconds.flooredQuotient(by: Self.dayLength)
    let rest = Int(microseconds - days * Self.dayLength)
    let shifted = Int(days) + 719_468
    let era = shifted.flooredQuotient(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    hour = rest / 3_600_000_000
    minute = rest / 60_000_000 % 60
    second = rest / 1_000_000 % 60
    microsecond = rest % 1_000_000
  }

  /// Days since 1970.
  private var days: Int {
    let year = month <= 2 ? year - 1 : year
    let era = year.flooredQuotient(by: 400)
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  private var microseconds: Int64 {
    let seconds = Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
    return seconds * 1_000_000 + Int64(microsecond)
  }

  var startOfDay: Int64 { Int64(days) * Self.dayLength }

  /// Monday is 0.
  var weekday: Int { (days + 3) - (days + 3).flooredQuotient(by: 7) * 7 }

  private var dayOfYear: Int { days - CivilTime(year: year, month: 1, day: 1).days + 1 }

  /// Throws unless the calendar has such a day and the clock such a time.
  func checkedMicroseconds() throws -> Int64 {
    guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day),
      (0..<24).contains(hour),
      (0..<60).contains(minute), (0..<60).contains(second), (0..<1_000_000).contains(microsecond),
      CivilTime(microseconds: microseconds).day == day
    else {
      throw TemplateError(
        .templateRuntime, "there is no such date or time: \(year)-\(month)-\(day) \(hour):\(minute):\(second)"
      )
    }
    return microseconds
  }

  static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  private static let monthNames = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
  ]
  private static let dayNames = [
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
  ]

  // MARK: Formats

  /// Python's `strftime`.
  func formatted(_ format: String) throws -> String {
    var result = ""
    var isDirective = false
    for character in format {
      guard isDirective else {
        if character == "%" { isDirective = true } else { result.append(character) }
        continue
      }
      // `%-d` is `%d` without zeros in front.
      if character == "-" { continue }
      isDirective = false
      result += try directive(character, isPadded: !format.contains("%-\(character)"))
    }
    return result
  }

  private func directive(_ character: Character, isPadded: Bool) throws -> String {
    func number(_ value: Int, _ width: Int) -> String { Self.padded(value, isPadded ? width : 0) }
    switch character {
    case "Y": return Self.padded(year, 4)
    case "y": return number(year % 100, 2)
    case "m": return number(month, 2)
    case "d": return number(day, 2)
    case "H": return number(hour, 2)
    case "I": return number(hour % 12 == 0 ? 12 : hour % 12, 2)
    case "M": return number(minute, 2)
    case "S": return number(second, 2)
    case "f": return Self.padded(microsecond, 6)
    case "j": return number(dayOfYear, 3)
    case "p": return hour < 12 ? "AM" : "PM"
    case "A": return Self.dayNames[weekday]
    case "a": return String(Self.dayNames[weekday].prefix(3))
    case "B": return Self.monthNames[month - 1]
    case "b": return String(Self.monthNames[month - 1].prefix(3))
    case "w": return String((weekday + 1) % 7)
    case "u": return String(weekday + 1)
    case "F": return try formatted("%Y-%m-%d")
    case "T": return try formatted("%H:%M:%S")
    case "s": return String(microseconds.flooredQuotient(by: 1_000_000))
    case "Z": return "UTC"
    case "z": return "+0000"
    case "%": return "%"
    default:
      throw TemplateError(.templateRuntime, "strftime() does not know '%\(character)'")
    }
  }

  /// Python's `strptime`, for formats of numbers.
  static func parsed(_ text: String, format: String) throws -> CivilTime {
    func mismatch() -> TemplateError {
      TemplateError(.templateRuntime, "the time '\(text)' does not match the format '\(format)'")
    }
    var time = CivilTime(year: 1900, month: 1, day: 1)
    var rest = text[...]
    var directives = format[...]
    func digits(_ most: Int) throws -> Int {
      let part = rest.prefix(most).prefix { $0.isASCII && $0.isNumber }
      guard let number = Int(part) else { throw mismatch() }
      rest = rest.dropFirst(part.count)
      return number
    }
    while let character = directives.popFirst() {
      guard character == "%", let directive = directives.popFirst() else {
        guard rest.popFirst() == character else { throw mismatch() }
        continue
      }
      switch directive {
      case "Y": time.year = try digits(4)
      case "m": time.month = try digits(2)
      case "d": time.day = try digits(2)
      case "H": time.hour = try digits(2)
      case "M": time.minute = try digits(2)
      case "S": time.second = try digits(2)
      case "f":
        let count = rest.prefix { $0.isASCII && $0.isNumber }.count
        time.microsecond = try digits(6)
        for _ in min(count, 6)..<6 { time.microsecond *= 10 }
      default:
        throw TemplateError(.templateRuntime, "strptime() does not know '%\(directive)'")
      }
    }
    guard rest.isEmpty else { throw mismatch() }
    return time
  }
}

extension FixedWidthInteger {
  /// The quotient, rounded down.
  func flooredQuotient(by divisor: Self) -> Self {
    let quotient = self / divisor
    return self % divisor != 0 && (self < 0) != (divisor < 0) ? quotient - 1 : quotient
  }
}
