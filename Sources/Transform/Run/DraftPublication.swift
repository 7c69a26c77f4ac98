import Diagnostics
import SQLite
import Storage

/// Publishes a draft, if it is finished.
package struct DraftPublication {
  private let project: Project
  private let draft: Draft
  private let sourceSchemas: [String: String]
  /// How the draft stands, where that is known and nothing has changed it since.
  package var knownState: DraftState?

  /// - Parameter sourceSchemas: for each source the fingerprint of its declared schema, which the ingest computes.
  package init(_ project: Project, _ draft: Draft, sourceSchemas: [String: String]) {
    self.project = project
    self.draft = draft
    self.sourceSchemas = sourceSchemas
  }

  /// How the draft stands against the project.
  package func state() throws -> DraftState {
    let connection = try draft.connect(writing: [])
    return try DraftState(
      project, connection: connection, results: try draft.results(), sourceSchemas: sourceSchemas)
  }

  /// Freezes and publishes the draft. An unfinished one is refused with what is stale, untested or failed.
  ///
  /// - Parameter artifacts: files that go into the build's folder.
  package func publish(
    artifacts: [String: [UInt8]], reelhouseVersion: String, now: Timestamp
  ) throws -> Publisher.Outcome {
    let state = try knownState ?? state()
    guard state.isFinished else { throw Self.refusal(state) }
    try drop(state.orphans)
    let contents = Publisher.Contents(
      project: project.manifest.project.name, reelhouseVersion: reelhouseVersion,
      relations: try entries(state),
      testCounts: testCounts(state), artifacts: artifacts)
    return try Publisher(draft).publish(contents, now: now)
  }

  /// Relations that no node makes any more do not belong to a build.
  private func drop(_ orphans: [RelationRecord]) throws {
    guard !orphans.isEmpty else { return }
    let connection = try draft.connect(writing: Set(orphans.map(\.relation.layer)))
    for orphan in orphans {
      try connection.transaction {
        try connection.drop(orphan.relation)
        try RelationCatalog(connection).remove(orphan.relation)
      }
    }
  }

  private func entries(_ state: DraftState) throws -> [BuildRecord.RelationEntry] {
    let connection = try draft.connect(writing: [])
    let nodes = state.entries.map(\.node).filter { $0.relation != nil }.sorted { $0.uniqueID < $1.uniqueID }
    return try nodes.compactMap { node in
      // A source that names what another node makes stands there under that node's name.
      guard let record = state.records[node.uniqueID], record.uniqueID == node.uniqueID else { return nil }
      return BuildRecord.RelationEntry(
        record, materialized: node.materialized, columns: try columns(of: node, record, connection))
    }
  }

  /// The columns that the relation has, with their declared types.
  private func columns(of node: Node, _ record: RelationRecord, _ connection: Connection) throws
    -> [ColumnSchema]
  {
    let declared = Dictionary(
      node.declaredColumns.map { ($0.name.lowercased(), $0.type) }, uniquingKeysWith: { first, _ in first })
    let statement = try connection.prepare("select * from \(record.relation.sql)")
    return (0..<statement.columnCount).map { index in
      let name = statement.columnName(index)
      let type =
        declared[name.lowercased()] ?? statement.declaredType(index).flatMap { ColumnType(declared: $0) }
        ?? .text
      return ColumnSchema(name: name, type: type)
    }
  }

  private func testCounts(_ state: DraftState) -> [String: Int] {
    var counts: [String: Int] = [:]
    for entry in state.entries where entry.node.isTest {
      if let status = state.results.nodes[entry.node.uniqueID]?.status {
        counts[status.rawValue, default: 0] += 1
      }
    }
    return counts
  }

  private static func refusal(_ state: DraftState) -> Diagnostic {
    let shown = state.unfinished.prefix(20).map { entry -> String in
      let name = entry.node.relation.map { "\($0)" } ?? entry.node.name
      return "\(name): \(entry.condition.explanation)"
    }
    let more = state.unfinished.count - shown.count
    return Diagnostic(
      .draftUnfinished, "the draft is not finished, so nothing was published",
      notes: [(shown + (more > 0 ? ["and \(more) more"] : [])).joined(separator: "\n")],
      hints: ["`reelhouse build` runs and tests everything and publishes the result"])
  }
}

extension DraftState.Condition {
  /// The condition in words.
  package var explanation: String {
    switch self {
    case .fresh: "fresh"
    case .missing: "was never made"
    case .stale: "is stale: its SQL, configuration or data changed since it was made"
    case .untested: "was not tested since what it reads changed"
    case .failed(let message): "failed: \(message)"
    }
  }
}
