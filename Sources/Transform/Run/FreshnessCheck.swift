import Diagnostics
import SQLite
import Storage

/// How old the newest row of a source is, against what its project wants.
package struct FreshnessResult: Sendable {
  /// Raw values are dbt's.
  package enum Status: String, Sendable {
    case pass
    case warn
    case error
    case runtimeError = "runtime error"
  }

  package var node: Node
  package var status: Status
  /// When the newest row was loaded; nil where there is none.
  package var loadedAt: Timestamp?
  package var checkedAt: Timestamp
  package var seconds: Double
  package var fault: Diagnostic?

  /// The age that is judged; that of an empty table is beyond all limits.
  package var ageSeconds: Double {
    loadedAt.map { Double(checkedAt.microseconds - $0.microseconds) / 1e6 } ?? 1e12
  }
}

/// Judges the age of sources: dbt's `source freshness`.
package struct FreshnessCheck {
  private let connection: Connection
  private let now: Timestamp

  /// - Parameter connection: has the layers attached.
  package init(_ connection: Connection, now: Timestamp) {
    self.connection = connection
    self.now = now
  }

  /// The sources that have something to check.
  package static func candidates(in manifest: Manifest, selected: Set<String>) -> [Node] {
    manifest.nodes(of: .source).filter { selected.contains($0.uniqueID) && SourceFreshness($0.config) != nil }
  }

  package func check(_ node: Node) -> FreshnessResult {
    let stopwatch = Stopwatch()
    var result = FreshnessResult(node: node, status: .pass, checkedAt: now, seconds: 0)
    do {
      guard let wanted = SourceFreshness(node.config) else { return result }
      result.loadedAt = try loadTime(of: node, wanted)
      if let limit = wanted.errorAfter, result.ageSeconds > Double(limit.seconds) {
        result.status = .error
      } else if let limit = wanted.warnAfter, result.ageSeconds > Double(limit.seconds) {
        result.status = .warn
      }
    } catch {
      result.status = .runtimeError
      result.fault = SQLFault.diagnostic(for: error).noting("in the freshness of the source '\(node.name)'")
    }
    result.seconds = stopwatch.seconds
    return result
  }

  /// The newest `loaded_at_field`, the answer of `loaded_at_query`, or else when the table was loaded.
  private func loadTime(of node: Node, _ wanted: SourceFreshness) throws -> Timestamp? {
    guard let relation = node.relation else { return nil }
    let value: SQLiteValue?
    if let query = node.config["loaded_at_query"]?.text {
      value = try connection.scalar(query)
    } else if let field = node.config["loaded_at_field"]?.text {
      let condition = wanted.filter.map { " where \($0)" } ?? ""
      value = try connection.scalar("select max(\(field)) from \(relation.sql)\(condition)")
    } else {
      let records = try RelationCatalog(connection).records(in: relation.layer)
      return records.first { $0.relation == relation }?.load.flatMap { Timestamp(iso8601: $0.loadedAt) }
    }
    switch value ?? .null {
    case .null: return nil
    case .integer(let seconds): return Timestamp(microseconds: 0).adding(seconds: Double(seconds))
    case .real(let seconds): return Timestamp(microseconds: 0).adding(seconds: seconds)
    case .text(let text):
      if let time = Timestamp(iso8601: text) { return time }
      throw Diagnostic(
        .valueInvalid, "'\(text)' is no point in time", at: node.location,
        hints: ["`loaded_at_field` gives texts like 2026-11-22 07:15:30, or seconds since 1970"])
    case .blob: throw Diagnostic(.valueInvalid, "the newest load time is a blob", at: node.location)
    }
  }
}

extension Timestamp {
  /// The time of a text like `2026-11-22T07:15:30.5Z`, `2026-11-22 07:15:30+01:00` or `2026-11-22`, UTC where it names
  /// no zone; nil for any other text.
  package init?(iso8601 text: String) {
    let bytes = Array(text.utf8)
    func number(_ range: Range<Int>) -> Int? {
      guard range.upperBound <= bytes.count else { return nil }
      var value = 0
      for byte in bytes[range] {
        guard byte >= 0x30, byte <= 0x39 else { return nil }
        value = value * 10 + Int(byte - 0x30)
      }
      return value
    }
    func has(_ character: Character, at index: Int) -> Bool {
      index < bytes.count && character.asciiValue == bytes[index]
    }
    guard let year = number(0..<4), has("-", at: 4), let month = number(5..<7), has("-", at: 7),
      let day = number(8..<10)
    else { return nil }
    func digits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let yearText = String(repeating: "0", count: 4 - "\(year)".count) + "\(year)"
    var (hour, minute, second, microseconds, offset) = (0, 0, 0, 0, 0)
    var index = 10
    if index < bytes.count {
      guard has("T", at: 10) || has(" ", at: 10), let hours = number(11..<13), has(":", at: 13),
        let minutes = number(14..<16)
      else { return nil }
      (hour, minute) = (hours, minutes)
      index = 16
      if has(":", at: index) {
        guard let seconds = number(17..<19) else { return nil }
        second = seconds
        index = 19
      }
      if has(".", at: index) {
        index += 1
        var scale = 100_000
        while index < bytes.count, let digit = number(index..<(index + 1)) {
          microseconds += digit * scale
          scale /= 10
          index += 1
        }
      }
      if has("Z", at: index) {
        index += 1
      } else if has("+", at: index) || has("-", at: index) {
        let sign = has("+", at: index) ? 1 : -1
        guard let hours = number((index + 1)..<(index + 3)) else { return nil }
        let skip = has(":", at: index + 3) ? 4 : 3
        let minutes = number((index + skip)..<(index + skip + 2))
        offset = sign * (hours * 60 + (minutes ?? 0))
        index += minutes == nil ? 3 : skip + 2
      }
    }
    guard index == bytes.count,
      let base = Timestamp(
        compact:
          "\(yearText)\(digits(month))\(digits(day))T\(digits(hour))\(digits(minute))\(digits(second))Z")
    else { return nil }
    self.init(microseconds: base.microseconds + Int64(microseconds) - Int64(offset) * 60_000_000)
  }
}
