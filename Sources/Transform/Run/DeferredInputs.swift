import Diagnostics
import Files
import SQLite
import Storage

/// Takes tables that a run reads and does not make from an earlier build: `--defer`.
///
/// Each is copied into the draft with what its build recorded of it, so that a later run knows whether it is fresh.
package struct DeferredInputs {
  private let project: Project
  private let state: PreviousState
  /// Whether the build's tables stand before the draft's own.
  private let isFavored: Bool

  package init(_ project: Project, state: PreviousState, isFavored: Bool) {
    self.project = project
    self.state = state
    self.isFavored = isFavored
  }

  /// Copies what the nodes of a run read and the draft lacks.
  ///
  /// - Returns: the relations that were taken.
  package func copy(into draft: Draft, running: Set<String>) throws -> [Relation] {
    let wanted = try wantedNodes(draft, running)
    guard !wanted.isEmpty else { return [] }
    guard let manifest = state.manifest else { throw fault("has no manifest.json") }
    var taken: [Relation] = []
    for (node, relation) in wanted {
      guard let earlier = manifest.nodes[node.uniqueID], let schema = earlier["schema"]?.string,
        let layer = Layer(rawValue: schema), let name = earlier["alias"]?.string
      else { continue }
      let file = Path.join(state.path, layer.fileName)
      guard FileSystem.exists(file) else { throw fault("has no \(layer.fileName)") }
      try copy(Relation(layer: layer, name: name), of: file, to: relation, uniqueID: node.uniqueID, draft)
      taken.append(relation)
    }
    return taken
  }

  private func fault(_ reason: String) -> Diagnostic {
    Diagnostic(
      .invalidArgument, "--defer takes tables from a build, and the folder of --state \(reason)",
      notes: ["the folder is '\(state.path)'"],
      hints: ["name the folder of a build: `reelhouse status --path` prints that of the published one"])
  }

  /// Models and seeds that are read and not run; those that the draft has only where the build is favored.
  private func wantedNodes(_ draft: Draft, _ running: Set<String>) throws -> [(Node, Relation)] {
    let connection = try draft.connect(writing: [])
    let present = Set(try RelationCatalog(connection).records().map(\.relation))
    let inputs = running.reduce(into: Set<String>()) { found, id in
      if let node = project.manifest.nodes[id] { found.formUnion(project.manifest.inputs(of: node)) }
    }
    return inputs.subtracting(running).sorted().compactMap { id in
      guard let node = project.manifest.nodes[id], node.source == nil, let relation = node.relation,
        isFavored || !present.contains(relation)
      else { return nil }
      return (node, relation)
    }
  }

  private func copy(
    _ source: Relation, of file: String, to relation: Relation, uniqueID: String, _ draft: Draft
  ) throws {
    let connection = try draft.connect(writing: [relation.layer])
    try connection.attach(file, as: Self.schema, access: .readOnly, isImmutable: true)
    let from = "\(SQLIdentifier(Self.schema)).\(source.unqualifiedSQL)"
    let statement = try connection.prepare("select * from \(from)")
    let columns = (0..<statement.columnCount).map { index in
      let name = SQLIdentifier(statement.columnName(index)).quoted
      return statement.declaredType(index).map { "\(name) \($0)" } ?? name
    }
    let records = try RelationCatalog(connection).records(in: source.layer, inSchema: Self.schema)
    let record = records.first { $0.relation == source }
    try connection.transaction {
      try connection.drop(relation)
      try connection.execute("create table \(relation.sql) (\(columns.joined(separator: ", ")))")
      try connection.run("insert into \(relation.sql) select * from \(from)")
      // The rows of a view are those of other tables, so they count as stale for a build of the whole.
      let isTable = record?.kind == .table
      try RelationCatalog(connection).record(
        RelationRecord(
          relation: relation, uniqueID: uniqueID, kind: .table,
          fingerprint: isTable ? record?.fingerprint ?? "" : "", rowCount: connection.changedRowCount,
          exactHash: isTable && source.name == relation.name ? record?.exactHash : nil))
    }
  }

  private static let schema = "deferred"
}
