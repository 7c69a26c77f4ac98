import Storage

/// `sources.json` in the shape of dbt's sources v3.
package struct FreshnessArtifact {
  private static let schemaVersion = "https://schemas.getdbt.com/dbt/sources/v3.json"

  private let results: [FreshnessResult]
  private let elapsedSeconds: Double

  package init(results: [FreshnessResult], elapsedSeconds: Double) {
    self.results = results
    self.elapsedSeconds = elapsedSeconds
  }

  package func json(generatedAt: Timestamp, invocationID: String) -> JSONValue {
    [
      "metadata": [
        "dbt_schema_version": .string(Self.schemaVersion), "dbt_version": .string(DbtVersion.emulated),
        "generated_at": .string(generatedAt.iso8601), "invocation_id": .string(invocationID),
        "invocation_started_at": .string(generatedAt.adding(seconds: -elapsedSeconds).iso8601), "env": [:],
      ],
      "results": .array(results.map(json)), "elapsed_time": .real(elapsedSeconds),
    ]
  }

  private func json(_ result: FreshnessResult) -> JSONValue {
    if let fault = result.fault {
      return [
        "unique_id": .string(result.node.uniqueID), "error": .string(fault.message),
        "status": .string(result.status.rawValue),
      ]
    }
    // dbt's stand-in for a table without rows.
    let loadedAt = result.loadedAt?.iso8601 ?? "0001-01-01T00:00:00Z"
    return [
      "unique_id": .string(result.node.uniqueID), "max_loaded_at": .string(loadedAt),
      "snapshotted_at": .string(result.checkedAt.iso8601),
      "max_loaded_at_time_ago_in_s": .real(result.ageSeconds), "status": .string(result.status.rawValue),
      "criteria": SourceFreshness.json(of: result.node.config), "adapter_response": [:],
      "timing": [
        [
          "name": "execute", "started_at": .string(result.checkedAt.iso8601),
          "completed_at": .string(result.checkedAt.adding(seconds: result.seconds).iso8601),
        ]
      ],
      "thread_id": "Thread-1", "execution_time": .real(result.seconds),
    ]
  }
}
