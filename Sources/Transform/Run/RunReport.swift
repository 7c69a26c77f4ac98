import Diagnostics
import Storage

/// A run told in dbt's lines.
package struct RunReport: Sendable {
  /// The width to which dbt fills a line with dots.
  private static let lineWidth = 80

  /// Colours for the words in brackets; none where the output is no terminal.
  package var usesColor: Bool

  package init(usesColor: Bool = false) {
    self.usesColor = usesColor
  }

  /// `Found 20 models, 1 seed, 40 data tests, 9 sources`.
  package func found(_ manifest: Manifest) -> String {
    let counts: [(ResourceType, String)] = [
      (.model, "model"), (.seed, "seed"), (.test, "data test"), (.source, "source"), (.exposure, "exposure"),
      (.unitTest, "unit test"), (.snapshot, "snapshot"),
    ]
    let numbers = manifest.nodes.values.reduce(into: [ResourceType: Int]()) {
      $0[$1.resourceType, default: 0] += 1
    }
    let parts = counts.compactMap { type, name -> String? in
      let count = numbers[type] ?? 0
      return count == 0 ? nil : "\(count) \(count == 1 ? name : name + "s")"
    }
    return "Found \(parts.joined(separator: ", "))"
  }

  /// The line of an event, or nil where dbt says nothing.
  package func line(_ event: RunEvent) -> String? {
    switch event {
    case .started(let index, let total, let node):
      return dotted("\(index) of \(total) START \(subject(node))", "[RUN]", color: nil)
    case .finished(let index, let total, let result):
      let (head, tail, color) = ending(result)
      return dotted("\(index) of \(total) \(head)", "[\(tail)]", color: color)
    }
  }

  private func ending(_ result: RunResult) -> (head: String, tail: String, color: String?) {
    let node = result.node
    if result.isReused, result.status != .warn { return ("REUSED \(subject(node))", "REUSED", "32") }
    let time = "in \(seconds(result.executionSeconds))"
    switch result.status {
    case .success:
      let verb =
        switch node.resourceType {
        case .seed: "OK loaded \(subject(node))"
        case .snapshot: "OK snapshotted \(name(node))"
        default: "OK created \(subject(node))"
        }
      return (verb, "\(result.message ?? "OK") \(time)", "32")
    case .pass: return ("PASS \(node.name)", "PASS \(time)", "32")
    case .warn:
      return ("WARN \(result.failures ?? 0) \(node.name)", "WARN \(result.failures ?? 0) \(time)", "33")
    case .fail:
      return ("FAIL \(result.failures ?? 0) \(node.name)", "FAIL \(result.failures ?? 0) \(time)", "31")
    case .error:
      return (node.isTest ? "ERROR \(node.name)" : "ERROR creating \(subject(node))", "ERROR \(time)", "31")
    case .skipped:
      return (node.isTest ? "SKIP test \(node.name)" : "SKIP relation \(name(node))", "SKIP", "33")
    }
  }

  private func subject(_ node: Node) -> String {
    switch node.resourceType {
    case .model: "sql \(node.materialized) model \(name(node))"
    case .seed: "seed file \(name(node))"
    case .snapshot: "snapshot \(name(node))"
    case .test: "test \(node.name)"
    case .unitTest: "unit_test \(node.name)"
    case .source: "source \(name(node))"
    case .exposure: "exposure \(node.name)"
    }
  }

  private func name(_ node: Node) -> String { node.relation.map { "\($0)" } ?? node.name }

  func dotted(_ head: String, _ tail: String, color: String?) -> String {
    let dots = String(repeating: ".", count: max(0, Self.lineWidth - head.count - 1))
    let shown = if let color, usesColor { "\u{1B}[\(color)m\(tail)\u{1B}[0m" } else { tail }
    return "\(head) \(dots) \(shown)"
  }

  // MARK: The end

  /// `Finished running 1 seed, 10 view models, 40 data tests in 0 hours 0 minutes and 0.33 seconds (0.33s).`
  package func finished(_ results: [RunResult], seconds total: Double) -> String {
    var counts: [String: Int] = [:]
    for result in results {
      let node = result.node
      let kind =
        switch node.resourceType {
        case .model: "\(node.materialized) model"
        case .test: "data test"
        case .unitTest: "unit test"
        case .seed: "seed"
        case .snapshot: "snapshot"
        case .source: "source"
        case .exposure: "exposure"
        }
      counts[kind, default: 0] += 1
    }
    let parts = counts.sorted { $0.key < $1.key }.map {
      "\($0.value) \($0.value == 1 ? $0.key : $0.key + "s")"
    }
    return "Finished running \(parts.joined(separator: ", ")) in \(duration(total))."
  }

  /// `0 hours 0 minutes and 0.33 seconds (0.33s)`.
  func duration(_ total: Double) -> String {
    let whole = Int(total)
    return "\(whole / 3600) hours \(whole / 60 % 60) minutes and "
      + "\(fixed(total - Double(whole / 60 * 60))) seconds (\(seconds(total)))"
  }

  /// `Completed successfully`, or how many errors and warnings there were.
  package func completed(_ results: [RunResult]) -> String {
    let errors = results.count(where: \.isFailure)
    let warnings = results.count { $0.status == .warn }
    if errors == 0, warnings == 0 { return "Completed successfully" }
    let errorText = "\(errors) error\(errors == 1 ? "" : "s")"
    let warningText = "\(warnings) warning\(warnings == 1 ? "" : "s")"
    if errors == 0 { return "Completed with \(warningText):" }
    return "Completed with \(errorText), \(warningText):"
  }

  /// `Done. PASS=16 WARN=2 ERROR=0 SKIP=0 NO-OP=1 TOTAL=19`.
  package func done(_ results: [RunResult]) -> String {
    // What was not done again counts as dbt counts what there is nothing to do for.
    let reused = results.count { $0.isReused && $0.status != .warn }
    let passed = results.count { $0.status == .pass || $0.status == .success } - reused
    let warned = results.count { $0.status == .warn }
    let failed = results.count(where: \.isFailure)
    let skipped = results.count { $0.status == .skipped }
    return
      "Done. PASS=\(passed) WARN=\(warned) ERROR=\(failed) SKIP=\(skipped) NO-OP=\(reused) TOTAL=\(results.count)"
  }

  func seconds(_ value: Double) -> String { "\(fixed(value))s" }

  /// Two decimals.
  private func fixed(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
  }
}
