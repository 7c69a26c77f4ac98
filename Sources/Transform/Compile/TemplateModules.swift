import Diagnostics
import Jinja
import Storage

/// `modules`: the parts of Python's library that dbt shows to templates.
enum TemplateModules {
  /// - Parameter noteTime: called when a template asks what time it is.
  static func value(noteTime: @escaping () -> Void) -> Value {
    let datetime = record(
      "datetime",
      [
        "datetime": .object(DateTimeClass(isDate: false, noteTime)),
        "date": .object(DateTimeClass(isDate: true, noteTime)),
        "timedelta": .function("timedelta") { .object(try timeDelta($0)) },
        "timezone": record("timezone", ["utc": "UTC"]),
      ])
    let pytz = record(
      "pytz",
      [
        "utc": "UTC", "UTC": "UTC",
        "timezone": .function("timezone") { call in
          let name = try call.bind(["zone"], required: 1).string(0) ?? ""
          guard ["utc", "etc/utc", "gmt"].contains(name.lowercased()) else {
            throw TemplateError(
              .unsupportedFeature, "the time zone '\(name)' is not there",
              hints: ["templates have UTC only: let SQL do the rest"])
          }
          return "UTC"
        },
      ])
    return record(
      "modules",
      ["datetime": datetime, "pytz": pytz, "re": RegexModule.value, "itertools": IterationModule.value])
  }

  static func record(_ name: String, _ fields: [String: Value]) -> Value {
    .object(RecordObject(name, fields))
  }

  private static func timeDelta(_ call: Call) throws -> TimeDeltaObject {
    let units = ["days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"]
    let lengths: [Double] = [86_400e6, 1e6, 1, 1e3, 60e6, 3600e6, 604_800e6]
    let arguments = try call.bind(units)
    var sum = 0.0
    for (index, length) in lengths.enumerated() {
      switch arguments[index] {
      case nil: continue
      case .int(let number): sum += Double(number) * length
      case .double(let number): sum += number * length
      case .some(let other):
        throw TemplateError(.templateRuntime, "timedelta() takes numbers, not \(other.shortDescription)")
      }
    }
    guard abs(sum) < 8e18 else { throw TemplateError(.templateRuntime, "the timedelta is too long") }
    return TimeDeltaObject(microseconds: Int64(sum.rounded()))
  }
}

/// `modules.datetime.datetime` and `modules.datetime.date`.
private final class DateTimeClass: TemplateObject {
  private let isDate: Bool
  private let noteTime: () -> Void

  init(isDate: Bool, _ noteTime: @escaping () -> Void) {
    self.isDate = isDate
    self.noteTime = noteTime
  }

  var typeName: String { "type" }
  var isCallable: Bool { true }
  var attributeNames: [String] { ["now", "utcnow", "today", "strptime", "fromisoformat"] }

  func call(_ call: Call) throws -> Value {
    let names = ["year", "month", "day", "hour", "minute", "second", "microsecond"]
    let arguments = try call.bind(isDate ? Array(names.prefix(3)) : names + ["tzinfo"], required: 3)
    func number(_ index: Int) throws -> Int { index < 3 || !isDate ? try arguments.int(index) ?? 0 : 0 }
    var time = CivilTime(year: try number(0), month: try number(1), day: try number(2))
    (time.hour, time.minute) = (try number(3), try number(4))
    (time.second, time.microsecond) = (try number(5), try number(6))
    return .object(DateTimeObject(microseconds: try time.checkedMicroseconds(), isDate: isDate))
  }

  func callMethod(_ name: String, _ call: Call) throws -> Value? {
    switch name {
    case "now", "utcnow", "today":
      noteTime()
      let now = Timestamp.now().microseconds
      guard isDate else { return .object(DateTimeObject(microseconds: now)) }
      return .object(DateTimeObject(microseconds: CivilTime(microseconds: now).startOfDay, isDate: true))
    case "strptime":
      let arguments = try call.bind(["date_string", "format"], required: 2)
      let time = try CivilTime.parsed(try arguments.string(0) ?? "", format: try arguments.string(1) ?? "")
      return .object(DateTimeObject(microseconds: try time.checkedMicroseconds(), isDate: isDate))
    case "fromisoformat":
      let text = try call.bind(["date_string"], required: 1).string(0) ?? ""
      var format = "%Y-%m-%d"
      if text.count > 10 { format += "\(Array(text)[10])%H:%M:%S" + (text.contains(".") ? ".%f" : "") }
      let time = try CivilTime.parsed(text, format: format)
      return .object(DateTimeObject(microseconds: try time.checkedMicroseconds(), isDate: isDate))
    case "strftime":
      let arguments = try call.bind(["value", "format"], required: 2)
      guard case .object(let object) = arguments.value(0), let time = object as? DateTimeObject else {
        return nil
      }
      return .string(
        try CivilTime(microseconds: time.microseconds).formatted(try arguments.string(1) ?? ""))
    default: return nil
    }
  }
}

/// `modules.itertools`.
private enum IterationModule {
  static let limit = 100_000

  static var value: Value {
    TemplateModules.record(
      "itertools",
      [
        "chain": .function("chain") { call in .list(try call.arguments.flatMap { try items($0) }) },
        "product": .function("product") { call in
          var rows: [[Value]] = [[]]
          for argument in call.arguments {
            let items = try items(argument)
            try check(rows.count * items.count)
            rows = rows.flatMap { row in items.map { row + [$0] } }
          }
          return .list(rows.map { .tuple($0) })
        },
        "combinations": .function("combinations") { call in
          let arguments = try call.bind(["iterable", "r"], required: 2)
          return .list(
            try choices(try items(arguments.value(0)), try arguments.int(1) ?? 0, isOrdered: false))
        },
        "permutations": .function("permutations") { call in
          let arguments = try call.bind(["iterable", "r"], required: 1)
          let all = try items(arguments.value(0))
          return .list(try choices(all, try arguments.int(1) ?? all.count, isOrdered: true))
        },
        "repeat": .function("repeat") { call in
          let arguments = try call.bind(["object", "times"], required: 2)
          let count = max(0, try arguments.int(1) ?? 0)
          try check(count)
          return .list(Array(repeating: arguments.value(0), count: count))
        },
        "islice": .function("islice") { call in
          let arguments = try call.bind(["iterable", "start", "stop"], required: 2)
          let all = try items(arguments.value(0))
          let first = try arguments.int(1) ?? 0
          let stop = try arguments.int(2)
          let range =
            stop == nil
            ? 0..<max(0, min(first, all.count))
            : min(max(0, first), all.count)..<max(min(max(0, first), all.count), min(stop ?? 0, all.count))
          return .list(Array(all[range]))
        },
        "zip_longest": .function("zip_longest") { call in
          let lists = try call.arguments.map { try items($0) }
          let fill = call.keyword("fillvalue") ?? Value.none
          let count = lists.map(\.count).max() ?? 0
          return .list((0..<count).map { index in .tuple(lists.map { index < $0.count ? $0[index] : fill }) })
        },
      ])
  }

  private static func items(_ value: Value) throws -> [Value] {
    guard let items = try value.elements() else {
      throw TemplateError(.templateRuntime, "\(value.shortDescription) cannot be gone through")
    }
    return items
  }

  private static func check(_ count: Int) throws {
    guard count <= limit else {
      throw TemplateError(.templateLimit, "itertools would make \(count) items: more than \(limit)")
    }
  }

  private static func choices(_ items: [Value], _ count: Int, isOrdered: Bool) throws -> [Value] {
    var result: [[Int]] = [[]]
    guard count >= 0, count <= items.count else { return [] }
    for _ in 0..<count {
      result = result.flatMap { row in
        items.indices.filter { isOrdered ? !row.contains($0) : $0 > (row.last ?? -1) }.map { row + [$0] }
      }
      try check(result.count)
    }
    return result.map { row in .tuple(row.map { items[$0] }) }
  }
}
