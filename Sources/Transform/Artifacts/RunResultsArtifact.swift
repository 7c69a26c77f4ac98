import Storage

/// `run_results.json` in the shape of dbt's run results v6.
package struct RunResultsArtifact {
  private static let schemaVersion = "https://schemas.getdbt.com/dbt/run-results/v6.json"

  package let results: [RunResult]
  package let elapsedSeconds: Double
  /// The command line as words, for `args`.
  package let invocation: String

  package init(results: [RunResult], elapsedSeconds: Double, invocation: String) {
    self.results = results
    self.elapsedSeconds = elapsedSeconds
    self.invocation = invocation
  }

  package func json(generatedAt: Timestamp, invocationID: String) -> JSONValue {
    [
      "metadata": [
        "dbt_schema_version": .string(Self.schemaVersion), "dbt_version": .string(DbtVersion.emulated),
        "generated_at": .string(generatedAt.iso8601), "invocation_id": .string(invocationID), "env": [:],
      ],
      "results": .array(results.map(json)), "elapsed_time": .real(elapsedSeconds),
      "args": ["invocation_command": .string(invocation)],
    ]
  }

  private func json(_ result: RunResult) -> JSONValue {
    let started = result.startedAt
    var completed = started
    completed.microseconds += Int64(result.executionSeconds * 1e6)
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
