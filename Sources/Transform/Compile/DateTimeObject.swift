import Diagnostics
import Jinja
import Storage

/// A date, or a date with a time, as Python's `datetime` has it, in UTC.
final class DateTimeObject: TemplateObject {
  /// Microseconds since 1970.
  let microseconds: Int64
  let isDate: Bool
  /// Whether it prints with its offset from UTC.
  private let isAware: Bool

  init(microseconds: Int64, isDate: Bool = false, isAware: Bool = false) {
    self.microseconds = microseconds
    self.isDate = isDate
    self.isAware = isAware
  }

  convenience init(_ timestamp: Timestamp) {
    self.init(microseconds: timestamp.microseconds, isAware: true)
  }

  var typeName: String { isDate ? "date" : "datetime" }
  var text: String { isoformat(separator: " ") }
  var attributeNames: [String] {
    ["year", "month", "day", "hour", "minute", "second", "microsecond", "strftime", "isoformat", "date"]
  }

  private var civil: CivilTime { CivilTime(microseconds: microseconds) }

  private func isoformat(separator: String) -> String {
    let civil = civil
    let day =
      CivilTime.padded(civil.year, 4) + "-" + CivilTime.padded(civil.month, 2) + "-"
      + CivilTime.padded(civil.day, 2)
    if isDate { return day }
    let fraction = civil.microsecond == 0 ? "" : "." + CivilTime.padded(civil.microsecond, 6)
    return day + separator + CivilTime.padded(civil.hour, 2) + ":" + CivilTime.padded(civil.minute, 2) + ":"
      + CivilTime.padded(civil.second, 2) + fraction + (isAware ? "+00:00" : "")
  }

  func attribute(_ name: String) throws -> Value? {
    let civil = civil
    switch name {
    case "year": return .int(civil.year)
    case "month": return .int(civil.month)
    case "day": return .int(civil.day)
    case "hour" where !isDate: return .int(civil.hour)
    case "minute" where !isDate: return .int(civil.minute)
    case "second" where !isDate: return .int(civil.second)
    case "microsecond" where !isDate: return .int(civil.microsecond)
    case "tzinfo" where !isDate: return isAware ? "UTC" : Value.none
    default: return nil
    }
  }

  func callMethod(_ name: String, _ call: Call) throws -> Value? {
    switch name {
    case "strftime":
      return .string(try civil.formatted(try call.bind(["format"], required: 1).string(0) ?? ""))
    case "isoformat":
      return .string(isoformat(separator: try call.bind(["sep"]).string(0) ?? "T"))
    case "date": return .object(DateTimeObject(microseconds: civil.startOfDay, isDate: true))
    case "weekday": return .int(civil.weekday)
    case "isoweekday": return .int(civil.weekday + 1)
    case "timestamp": return .double(Double(microseconds) / 1e6)
    // There is one zone here.
    case "astimezone": return .object(DateTimeObject(microseconds: microseconds, isAware: true))
    case "replace": return .object(try replaced(call))
    default: return nil
    }
  }

  private func replaced(_ call: Call) throws -> DateTimeObject {
    var civil = civil
    var isAware = isAware
    for keyword in call.keywords {
      if keyword.name == "tzinfo" {
        isAware = !keyword.value.isNone
        continue
      }
      guard case .int(let number) = keyword.value else {
        throw TemplateError(.templateRuntime, "replace() takes integers")
      }
      switch keyword.name {
      case "year": civil.year = number
      case "month": civil.month = number
      case "day": civil.day = number
      case "hour": civil.hour = number
      case "minute": civil.minute = number
      case "second": civil.second = number
      case "microsecond": civil.microsecond = number
      default: throw TemplateError(.templateRuntime, "replace() has no argument '\(keyword.name)'")
      }
    }
    return DateTimeObject(
      microseconds: try civil.checkedMicroseconds(), isDate: isDate, isAware: isAware)
  }

  func isEqual(to other: Value) -> Bool { (try? compare(to: other)) == 0 }

  func compare(to other: Value) throws -> Int? {
    guard case .object(let object) = other, let time = object as? DateTimeObject else { return nil }
    return microseconds < time.microseconds ? -1 : microseconds == time.microseconds ? 0 : 1
  }

  func binary(_ operation: BinaryOperator, _ other: Value, isReversed: Bool) throws -> Value? {
    guard case .object(let object) = other else { return nil }
    if let delta = object as? TimeDeltaObject, operation == .add || (operation == .subtract && !isReversed) {
      let (sum, overflow) =
        operation == .add
        ? microseconds.addingReportingOverflow(delta.microseconds)
        : microseconds.subtractingReportingOverflow(delta.microseconds)
      guard !overflow else { throw TemplateError(.templateRuntime, "the date lies out of range") }
      let moved = DateTimeObject(microseconds: sum, isDate: isDate, isAware: isAware)
      return .object(
        isDate ? DateTimeObject(microseconds: moved.civil.startOfDay, isDate: true) : moved)
    }
    if let time = object as? DateTimeObject, operation == .subtract {
      let difference = microseconds &- time.microseconds
      return .object(TimeDeltaObject(microseconds: isReversed ? -difference : difference))
    }
    return nil
  }
}

/// A duration, as Python's `timedelta`.
final class TimeDeltaObject: TemplateObject {
  let microseconds: Int64
  private static let day: Int64 = 86_400_000_000

  init(microseconds: Int64) {
    self.microseconds = microseconds
  }

  var typeName: String { "timedelta" }
  var isTrue: Bool { microseconds != 0 }
  var attributeNames: [String] { ["days", "seconds", "microseconds", "total_seconds"] }

  private var days: Int64 { microseconds.flooredQuotient(by: Self.day) }

  var text: String {
    let rest = microseconds - days * Self.day
    let seconds = Int(rest / 1_000_000)
    let clock =
      "\(seconds / 3600):\(CivilTime.padded(seconds / 60 % 60, 2)):\(CivilTime.padded(seconds % 60, 2))"
    return days == 0 ? clock : "\(days) day\(abs(days) == 1 ? "" : "s"), \(clock)"
  }

  func attribute(_ name: String) throws -> Value? {
    switch name {
    case "days": .int(Int(days))
    case "seconds": .int(Int((microseconds - days * Self.day) / 1_000_000))
    case "microseconds": .int(Int((microseconds - days * Self.day) % 1_000_000))
    default: nil
    }
  }

  func callMethod(_ name: String, _ call: Call) throws -> Value? {
    name == "total_seconds" ? .double(Double(microseconds) / 1e6) : nil
  }

  func isEqual(to other: Value) -> Bool { (try? compare(to: other)) == 0 }

  func compare(to other: Value) throws -> Int? {
    guard case .object(let object) = other, let delta = object as? TimeDeltaObject else { return nil }
    return microseconds < delta.microseconds ? -1 : microseconds == delta.microseconds ? 0 : 1
  }
}
