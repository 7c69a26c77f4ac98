import Diagnostics
import Storage

/// How one node ended.
package struct RunResult: Sendable {
  /// Raw values are dbt's.
  package enum Status: String, Sendable {
    case success
    case error
    case skipped
    case pass
    case fail
    case warn
  }

  package var node: Node
  package var status: Status
  /// What dbt's lines show behind `OK` or `FAIL`.
  package var message: String?
  /// Failing rows of a test.
  package var failures: Int?
  /// Rows that a model or seed has now.
  package var rowCount: Int?
  package var startedAt: Timestamp
  package var executionSeconds: Double
  package var compiledSQL: String?
  /// What went wrong, in full.
  package var diagnostic: Diagnostic?
  /// Whether it did not run since its former result still stands.
  package var isReused = false
  /// Why it ran, or why it did not.
  package var reason: String?

  /// Whether the command that ran it has failed.
  package var isFailure: Bool { status == .error || status == .fail }
  /// Whether what depends on the node must not run.
  package var blocksDescendants: Bool { isFailure || status == .skipped }
}

/// What a runner tells while it works.
package enum RunEvent: Sendable {
  case started(index: Int, total: Int, node: Node)
  case finished(index: Int, total: Int, result: RunResult)
}
