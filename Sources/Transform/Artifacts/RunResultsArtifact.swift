import Storage

/// `run_results.json` in the shape of dbt's run results v6.
package struct RunResultsArtifact {
  private static let schemaVersion = "https://schemas.getdbt.com/dbt/run-results/v6.json"

  package let results: [RunResult]
  package let elapsedSeconds: Double
  /// The command line as words, for `args`.
  package let invocation: String
  /// What else `args` holds.
  package let arguments: [String: JSONValue]

  package init(
    results: [RunResult], elapsedSeconds: Double, invocation: String, arguments: [String: JSONValue] = [:]
  ) {
    self.results = results
    self.elapsedSeconds = elapsedSeconds
    self.invocation = invocation
    self.arguments = arguments
  }

  package func json(generatedAt: Timestamp, invocationID: String) -> JSONValue {
    var args = arguments
    args["invocation_command"] = .string(invocation)
    return [
      "metadata": [
        "dbt_schema_version": .string(Self.schemaVersion), "dbt_version": .string(DbtVersion.emulated),
        "generated_at": .string(generatedAt.iso8601), "invocation_id": .string(invocationID),
        "invocation_started_at": .string(generatedAt.adding(seconds: -elapsedSeconds).iso8601), "env": [:],
      ],
      "results": .array(results.map(json)), "elapsed_time": .real(elapsedSeconds), "args": .object(args),
    ]
  }

  private func json(_ result: RunResult) -> JSONValue {
    let started = result.startedAt
    let completed = started.adding(seconds: result.executionSeconds)
    let timing: JSONValue = [
      "name": "execute", "started_at": .string(started.iso8601), "completed_at": .string(completed.iso8601),
    ]
    return [
      "status": .string(result.status.rawValue), "timing": result.status == .skipped ? [] : [timing],
      "thread_id": "Thread-1", "execution_time": .real(result.executionSeconds),
      "adapter_response": result.rowCount.map { ["rows_affected": .integer($0)] } ?? [:],
      "message": JSONValue(result.message), "failures": result.failures.map { .integer($0) } ?? .null,
      "unique_id": .string(result.node.uniqueID), "compiled": .bool(result.compiledSQL != nil),
      "compiled_code": JSONValue(result.compiledSQL), "relation_name": JSONValue(result.node.relation?.sql),
      "batch_results": .null,
    ]
  }
}

extension Timestamp {
  /// The time so many seconds later.
  package func adding(seconds: Double) -> Timestamp {
    Timestamp(microseconds: microseconds + Int64(seconds * 1e6))
  }
}
