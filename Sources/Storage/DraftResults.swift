import Files

/// What happened when a node last ran in the draft.
package struct NodeResult: Sendable, Codable, Equatable {
  package enum Status: String, Sendable, Codable {
    case success
    case pass
    case warn
    case fail
    case error
  }

  package var status: Status
  /// The node's fingerprint when it ran: a result counts only while the node still has it.
  package var fingerprint: String
  /// Failing rows of a test.
  package var failures: Int?
  package var message: String?

  package init(status: Status, fingerprint: String, failures: Int? = nil, message: String? = nil) {
    self.status = status
    self.fingerprint = fingerprint
    self.failures = failures
    self.message = message
  }
}

/// The parts of a fingerprint.
package struct NodeTrace: Sendable, Codable, Equatable {
  /// The hash of SQL and configuration.
  package var code: String
  /// What each relation held that was read, by its name.
  package var reads: [String: String]

  package init(code: String, reads: [String: String]) {
    self.code = code
    self.reads = reads
  }
}

/// `draft.json`: the results of tests, and of nodes that failed. Rows are never described here but in the layers'
/// own catalogs, so losing the file costs a run of the tests and nothing else.
package struct DraftResults: Sendable, Codable, Equatable {
  static let currentFormatVersion = 1

  package private(set) var formatVersion = Self.currentFormatVersion
  /// By the node's unique id.
  package var nodes: [String: NodeResult] = [:]
  /// What each node's fingerprint was made of when it last ran, to say what has changed since; nothing else is decided
  /// by it. By the node's unique id.
  package var traces: [String: NodeTrace]? = nil

  package init() {}

  /// The results of a warehouse's draft, for those who only look.
  package init(_ warehouse: Warehouse) throws {
    self = try Self.read(from: Self.path(in: warehouse))
    try apply(journal: Self.journalPath(in: warehouse))
  }

  static func path(in warehouse: Warehouse) -> String { Path.join(warehouse.draftPath, "draft.json") }

  static func read(from path: String) throws -> DraftResults {
    guard FileSystem.exists(path) else { return DraftResults() }
    guard let results = try? JSON.decode(DraftResults.self, from: FileSystem.read(path)),
      results.formatVersion == currentFormatVersion
    else { return DraftResults() }
    return results
  }
}

// MARK: - What a run adds

extension DraftResults {
  /// What one node's last run has left: a line of `draft.ndjson`, which holds what happened since `draft.json` was
  /// written, so that a run writes as much as it does and not all results after each node.
  package struct Entry: Sendable, Codable, Equatable {
    package var uniqueID: String
    /// Nil takes a former result away.
    package var result: NodeResult?
    package var trace: NodeTrace?
  }

  /// What is known of one node.
  package func entry(of uniqueID: String) -> Entry {
    Entry(uniqueID: uniqueID, result: nodes[uniqueID], trace: traces?[uniqueID])
  }

  static func journalPath(in warehouse: Warehouse) -> String {
    Path.join(warehouse.draftPath, "draft.ndjson")
  }

  /// Applies a journal's lines in their order. A process that died may have left the last one half: it counts as none.
  mutating func apply(journal path: String) throws {
    guard FileSystem.exists(path) else { return }
    for line in try FileSystem.read(path).split(separator: UInt8(ascii: "\n")) {
      guard let entry = try? JSON.decode(Entry.self, from: Array(line)) else { continue }
      nodes[entry.uniqueID] = entry.result
      traces = traces ?? [:]
      if let trace = entry.trace { traces?[entry.uniqueID] = trace }
    }
  }
}
