/// A check of freshness told in dbt's lines.
package struct FreshnessReport: Sendable {
  private let report: RunReport

  package init(usesColor: Bool = false) {
    report = RunReport(usesColor: usesColor)
  }

  /// `1 of 2 PASS freshness of shop.orders ........ [PASS in 0.01s]`.
  package func line(_ result: FreshnessResult, index: Int, total: Int) -> String {
    let (verdict, tail, color) =
      switch result.status {
      case .pass: ("PASS", "PASS", "32")
      case .warn: ("WARN", "WARN", "33")
      case .error: ("ERROR STALE", "ERROR STALE", "31")
      case .runtimeError: ("ERROR", "ERROR", "31")
      }
    let name = "\(result.node.source?.name ?? "").\(result.node.name)"
    return report.dotted(
      "\(index) of \(total) \(verdict) freshness of \(name)",
      "[\(tail) in \(report.seconds(result.seconds))]",
      color: color)
  }

  /// `Finished running 2 sources in 0 hours 0 minutes and 0.02 seconds (0.02s).`
  package func finished(_ results: [FreshnessResult], seconds: Double) -> String {
    "Finished running \(results.count) source\(results.count == 1 ? "" : "s") in \(report.duration(seconds))."
  }
}
