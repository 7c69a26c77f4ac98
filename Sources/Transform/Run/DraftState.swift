import SQLite
import Storage

/// How each node of the project stands in the draft.
package struct DraftState: Sendable {
  package enum Condition: Sendable, Equatable {
    case fresh
    /// Never made in this draft.
    case missing
    /// Made from other SQL, configuration or data than the project has now.
    case stale
    /// A test that did not run since what it reads changed.
    case untested
    /// What happened when it ran last, which is still so.
    case failed(String)
  }

  package struct Entry: Sendable {
    package let node: Node
    package let condition: Condition
  }

  /// In the graph's order.
  package let entries: [Entry]
  /// Relations in the draft that no node of the project makes any more.
  package let orphans: [RelationRecord]
  /// By unique id, what the layers record.
  package let records: [String: RelationRecord]
  package let results: DraftResults
  /// What was found of the nodes that could be looked at, by unique id: as long as nothing is written, it is so.
  let inspections: [String: Inspection]

  /// Whether the draft may be published.
  package var isFinished: Bool { unfinished.isEmpty }

  package var unfinished: [Entry] { entries.filter { $0.condition != .fresh } }

  /// A node that cannot be rendered counts as stale.
  ///
  /// - Parameters:
  ///   - connection: has the draft's layers attached.
  ///   - sourceSchemas: for each source the fingerprint of its declared schema; one that was loaded with another is
  ///     stale.
  package init(
    _ project: Project, connection: Connection, results: DraftResults, sourceSchemas: [String: String]
  ) throws {
    let (manifest, graph) = (project.manifest, project.graph)
    let outer = project.database
    project.database = TemplateDatabase(connection)
    defer { project.database = outer }
    let inspector = try NodeInspector(project, connection)
    var unfresh: Set<String> = []
    var entries: [Entry] = []
    var inspections: [String: Inspection] = [:]
    for id in graph.order {
      guard let node = manifest.nodes[id], !node.isEphemeral, node.exposure == nil else { continue }
      let isBlocked = manifest.inputs(of: node).contains(where: unfresh.contains)
      let inspection = isBlocked || node.source != nil ? nil : try? inspector.inspect(node)
      inspections[id] = inspection
      let fingerprint = inspection?.fingerprint
      let condition: Condition =
        switch node.resourceType {
        case .source: Self.condition(ofSource: inspector.record(of: node), schema: sourceSchemas[id])
        case .seed, .model, .snapshot:
          Self.condition(
            ofRelation: inspector.record(of: node), fingerprint: fingerprint, result: results.nodes[id])
        case .test, .unitTest:
          Self.condition(ofTest: results.nodes[id], fingerprint: fingerprint)
        case .exposure: .fresh
        }
      if condition != .fresh { unfresh.insert(id) }
      entries.append(Entry(node: node, condition: condition))
    }
    self.entries = entries
    self.results = results
    self.inspections = inspections
    let records = inspector.records.values.sorted { $0.relation < $1.relation }
    self.records = manifest.records(among: records)
    let known = Set(manifest.nodes.values.flatMap { [$0.relation, $0.failuresRelation].compactMap { $0 } })
    orphans = records.filter { !known.contains($0.relation) }
  }

  private static func condition(ofSource record: RelationRecord?, schema: String?) -> Condition {
    guard let record else { return .missing }
    if let schema, let load = record.load, load.schemaFingerprint != schema { return .stale }
    return .fresh
  }

  private static func condition(
    ofRelation record: RelationRecord?, fingerprint: String?, result: NodeResult?
  ) -> Condition {
    if let record, let fingerprint, record.fingerprint == fingerprint { return .fresh }
    if let result, result.status == .error, result.fingerprint == fingerprint ?? "" {
      return .failed(result.message ?? "it failed")
    }
    return record == nil ? .missing : .stale
  }

  private static func condition(ofTest result: NodeResult?, fingerprint: String?) -> Condition {
    guard let result, let fingerprint, result.fingerprint == fingerprint else { return .untested }
    switch result.status {
    case .success, .pass, .warn: return .fresh
    case .fail, .error: return .failed(result.message ?? "it failed")
    }
  }
}
