import SQLite
import Storage

/// Whether a node's former result still stands, and why or why not.
struct ReuseDecision {
  let isReused: Bool
  let reason: String

  /// - Parameters:
  ///   - recorded: the fingerprint of the result that there is; nil where there is none.
  ///   - trace: what that fingerprint was made of, as far as it is known.
  init(_ inspection: Inspection, recorded: String?, trace: NodeTrace?, isForced: String?) {
    let verdict = Self.verdict(inspection, recorded, trace, isForced)
    isReused = verdict.isReused
    reason = verdict.reason
  }

  private static func verdict(
    _ inspection: Inspection, _ recorded: String?, _ trace: NodeTrace?, _ isForced: String?
  ) -> (isReused: Bool, reason: String) {
    if let isForced { return (false, isForced) }
    guard let recorded else { return (false, "there is no result of it yet") }
    guard let fingerprint = inspection.fingerprint else {
      return (false, "what it reads is not all there")
    }
    guard recorded == fingerprint else { return (false, change(inspection, trace)) }
    if let volatility = inspection.volatility { return (false, volatility) }
    return (true, "nothing has changed of its SQL, its configuration and what it reads")
  }

  /// What is not as it was.
  private static func change(_ inspection: Inspection, _ trace: NodeTrace?) -> String {
    guard let trace else { return "it has changed, or what it reads" }
    if trace.code != inspection.code { return "its SQL or its configuration has changed" }
    let changed = inspection.reads.filter { trace.reads[$0.key] != nil && trace.reads[$0.key] != $0.value }
    let names = changed.keys.sorted()
    if names.isEmpty { return "it reads other tables than before" }
    return "the contents of \(names.joined(separator: ", ")) have changed"
  }
}
