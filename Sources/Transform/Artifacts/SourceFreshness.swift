/// How old the rows of a source may be, and how their age is known.
package struct SourceFreshness: Sendable, Equatable {
  /// A length of time: so many minutes, hours or days.
  package struct Threshold: Sendable, Equatable {
    package var count: Int
    /// `minute`, `hour` or `day`.
    package var period: String

    package var seconds: Int {
      switch period {
      case "minute": count * 60
      case "hour": count * 3600
      default: count * 86_400
      }
    }

    var json: JSONValue { ["count": .integer(count), "period": .string(period)] }
  }

  package var warnAfter: Threshold?
  package var errorAfter: Threshold?
  /// A condition on the rows that count.
  package var filter: String?

  /// What a source's configuration says; nil where it says nothing, or that there is nothing to check.
  package init?(_ config: NodeConfig) {
    guard let value = config["freshness"], value.entries != nil else { return nil }
    warnAfter = Self.threshold(value["warn_after"])
    errorAfter = Self.threshold(value["error_after"])
    filter = value["filter"]?.text
    if warnAfter == nil, errorAfter == nil { return nil }
  }

  private static let periods = ["minute", "hour", "day"]

  private static func threshold(_ value: ConfigValue?) -> Threshold? {
    guard let count = value?["count"]?.integer, count >= 0, count < 1 << 40,
      let period = value?["period"]?.text, periods.contains(period)
    else { return nil }
    return Threshold(count: count, period: period)
  }

  /// The form of dbt's artifacts; what an explicit null turns off is null.
  static func json(of config: NodeConfig) -> JSONValue {
    if config["freshness"] == .null { return .null }
    let freshness = SourceFreshness(config)
    let none: JSONValue = ["count": .null, "period": .null]
    return [
      "warn_after": freshness?.warnAfter?.json ?? none, "error_after": freshness?.errorAfter?.json ?? none,
      "filter": JSONValue(freshness?.filter),
    ]
  }
}
