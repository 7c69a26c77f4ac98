import Storage
import Transform

/// What a line of a log is about, in dbt's terms: for those who read lines as JSON.
struct LogEvent {
  /// dbt's name of the event and its code.
  let name: String
  let code: String
  var data: [String: JSONValue]

  /// A remark that dbt has no name for.
  static let note = LogEvent(name: "Note", code: "Z050")
  static let formatting = LogEvent(name: "Formatting", code: "Z017")
  static let report = LogEvent(name: "MainReportVersion", code: "A001")
  static let found = LogEvent(name: "FoundStats", code: "W006")
  static let concurrency = LogEvent(name: "ConcurrencyLine", code: "Q027")
  static let finished = LogEvent(name: "FinishedRunningStats", code: "E047")
  static let summary = LogEvent(name: "EndOfRunSummary", code: "Z030")
  static let stats = LogEvent(name: "StatsLine", code: "Z023")
  static let nothingToDo = LogEvent(name: "NothingToDo", code: "Q035")
  static let fault = LogEvent(name: "MainEncounteredError", code: "Z002")
  static let warning = LogEvent(name: "Note", code: "Z050")
  static let freshness = LogEvent(name: "LogFreshnessResult", code: "Q018")
  static let catalog = LogEvent(name: "CatalogWritten", code: "E041")
  static let cleaned = LogEvent(name: "FinishedCleanPaths", code: "Z015")
  static let debugLine = LogEvent(name: "DebugCmdOut", code: "Z047")
  static let noPackages = LogEvent(name: "DepsNoPackagesFound", code: "M013")

  /// The event of a run that a node begins or ends.
  init(_ event: RunEvent) {
    switch event {
    case .started(let index, let total, let node):
      self.init(name: "LogStartLine", code: "Q011")
      data = ["index": .integer(index), "total": .integer(total), "node_info": Self.info(node, "started")]
    case .finished(let index, let total, let result):
      let node = result.node
      switch (result.status, node.resourceType) {
      case (.skipped, _): self.init(name: "SkippingDetails", code: "Q034")
      case (_, .test): self.init(name: "LogTestResult", code: "Q007")
      case (_, .snapshot): self.init(name: "LogSnapshotResult", code: "Q015")
      case (_, .seed): self.init(name: "LogSeedResult", code: "Q016")
      case (_, .model): self.init(name: "LogModelResult", code: "Q012")
      default: self.init(name: "LogNodeResult", code: "Q008")
      }
      var completed = result.startedAt
      completed.microseconds += Int64(result.executionSeconds * 1e6)
      data = [
        "index": .integer(index), "total": .integer(total), "status": .string(result.status.rawValue),
        "execution_time": .real(result.executionSeconds),
        "node_info": Self.info(
          node, result.status.rawValue, started: result.startedAt.iso8601, finished: completed.iso8601),
      ]
      if let failures = result.failures { data["num_failures"] = .integer(failures) }
    }
  }

  init(name: String, code: String, data: [String: JSONValue] = [:]) {
    self.name = name
    self.code = code
    self.data = data
  }

  private static func info(
    _ node: Node, _ status: String, started: String = "", finished: String = ""
  ) -> JSONValue {
    [
      "node_name": .string(node.name), "node_path": .string(node.relativePath),
      "unique_id": .string(node.uniqueID), "resource_type": .string(node.resourceType.rawValue),
      "materialized": .string(node.materialized), "node_status": .string(status),
      "node_started_at": .string(started), "node_finished_at": .string(finished),
      "meta": JSONValue(.map(node.config.meta)),
      "node_relation": [
        "alias": .string(node.relation?.name ?? node.name),
        "schema": .string(node.relation?.layer.schemaName ?? ""), "database": "warehouse",
        "relation_name": .string(node.relation?.sql ?? ""),
      ],
    ]
  }
}
