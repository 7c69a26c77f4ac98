import Diagnostics
import SQLite
import Storage

/// What a node's result depends on, as it is now.
struct Inspection {
  /// nil for a seed.
  let compiled: CompiledNode?
  /// The hash of SQL and configuration.
  let code: String
  /// What each relation holds that is read, by its name.
  let reads: [String: String]
  /// Relations that the node refers to or reads and that the draft does not have.
  let missing: [String]
  /// Why the node has to run each time; nil where it has not.
  let volatility: String?

  /// nil where something is missing.
  var fingerprint: String? {
    guard missing.isEmpty else { return nil }
    return Digest.sha256(parts: [code] + reads.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] })
  }

  var trace: NodeTrace { NodeTrace(code: code, reads: reads) }
}

/// Finds out what nodes depend on: their SQL and configuration, and the contents of what SQLite says that they read.
///
/// For one thread.
final class NodeInspector {
  private let project: Project
  private let connection: Connection
  private let fingerprinter: Fingerprinter
  private var manifest: Manifest { project.manifest }
  private var compiler: NodeCompiler { project.compiler }
  /// What the layers record.
  private(set) var records: [Relation: RelationRecord] = [:]
  private let nodesByRelation: [Relation: Node]

  init(_ project: Project, _ connection: Connection) throws {
    self.project = project
    self.connection = connection
    fingerprinter = Fingerprinter(manifest: project.manifest)
    nodesByRelation = Dictionary(
      project.manifest.nodes.values.compactMap { node in node.relation.map { ($0, node) } },
      uniquingKeysWith: { first, _ in first })
    try reload()
  }

  /// Reads again what the layers record.
  func reload() throws {
    records = Dictionary(
      try RelationCatalog(connection).records().map { ($0.relation, $0) }, uniquingKeysWith: { _, new in new }
    )
  }

  /// Reads again what is recorded of one relation, where nothing else has changed.
  func reload(_ relation: Relation) throws {
    records[relation] = try RelationCatalog(connection).record(of: relation)
  }

  /// What a node's own relation is recorded as, if the node made it.
  func record(of node: Node) -> RelationRecord? {
    node.relation.flatMap { records[$0] }.flatMap { $0.isOf(node) ? $0 : nil }
  }

  /// Why a model with hooks runs each time: what hooks read and write is not known.
  static let hookReason = "it has hooks"

  // MARK: Inspecting

  func inspect(_ node: Node) throws -> Inspection {
    if node.resourceType == .seed {
      return Inspection(
        compiled: nil, code: try fingerprinter.code(ofSeed: node), reads: [:], missing: [], volatility: nil)
    }
    let compiled = try compiler.compileForRun(node)
    let variants = try compiler.variants(of: node)
    let missing = manifest.inputs(of: node).filter { id in
      manifest.nodes[id].map { record(of: $0) == nil } ?? true
    }
    var volatility = compiled.isVolatile ? "its template asks for the time or the id of the run" : nil
    // A text that is another one each time says nothing; the template does, and the node runs anyway.
    let code = try fingerprinter.code(of: compiled, variants: compiled.isVolatile ? [node.rawCode] : variants)
    if node.unitTest != nil || !missing.isEmpty {
      return Inspection(compiled: compiled, code: code, reads: [:], missing: missing, volatility: volatility)
    }
    let closure = closure(of: node)
    var observer = ReadObserver()
    // The text that a view is stored with names no layers: here a table of that name in another layer could be meant.
    let observed = compiled.storedKind == .view ? try compiler.compileQualified(node) : compiled
    for sql in statements(of: node, observed, variants) {
      do {
        try observer.observe(sql, connection)
      } catch let error as SQLiteError {
        throw observed.diagnostic(for: error)
      }
    }
    try refuseUndeclared(observer, node, compiled, closure)
    // A view holds no rows: who reads it reads what it reads.
    if node.relation != nil, compiled.storedKind == .view {
      return Inspection(compiled: compiled, code: code, reads: [:], missing: [], volatility: volatility)
    }
    var reads: [String: String] = [:]
    let possible = observer.possibleRelations.intersection(closure.relations)
    for relation in observer.relations.union(possible) where relation != node.relation {
      reads[relation.description] = records[relation].map(Self.content) ?? ""
    }
    for view in closure.views { reads[view.relation.description] = Self.content(view) }
    let texts = variants + closure.viewNodes.compactMap { try? compiler.compile($0).sql }
    volatility =
      volatility ?? closure.volatility ?? Volatility.reason(functions: observer.functions, texts: texts)
      ?? self.volatility(of: node, observer)
    return Inspection(compiled: compiled, code: code, reads: reads, missing: [], volatility: volatility)
  }

  private func volatility(of node: Node, _ observer: ReadObserver) -> String? {
    if !node.config.preHooks.isEmpty || !node.config.postHooks.isEmpty { return Self.hookReason }
    if observer.readsRowids { return "its SQL reads rowids, which are no part of a table's contents" }
    if let own = node.relation, observer.relations.contains(own), node.materialized != "incremental" {
      return "its SQL reads its own former rows"
    }
    if let name = observer.foreignTables.sorted().first { return "its SQL reads \(name)" }
    return nil
  }

  /// The statements whose reads count: both forms of an incremental model's query, once its table is there.
  private func statements(of node: Node, _ compiled: CompiledNode, _ variants: [String]) -> [String] {
    guard node.materialized == "incremental", let relation = node.relation, records[relation] != nil else {
      return [compiled.sql]
    }
    return variants
  }

  /// What a relation holds: for a table its rows and columns, for a view its text.
  static func content(_ record: RelationRecord) -> String {
    record.kind == .view ? record.fingerprint : record.exactHash ?? record.fingerprint
  }

  // MARK: Declared reads

  /// What a node may read: its inputs, and what stored views among them read.
  private struct Closure {
    var relations: Set<Relation> = []
    var views: [RelationRecord] = []
    var viewNodes: [Node] = []
    var volatility: String?
  }

  private func closure(of node: Node) -> Closure {
    var closure = Closure()
    var pending = manifest.inputs(of: node)
    var seen: Set<String> = []
    while let id = pending.popLast() {
      guard seen.insert(id).inserted, let input = manifest.nodes[id], let relation = input.relation else {
        continue
      }
      closure.relations.insert(relation)
      guard let record = records[relation], record.kind == .view else { continue }
      closure.views.append(record)
      closure.viewNodes.append(input)
      pending += manifest.inputs(of: input)
    }
    return closure
  }

  private func refuseUndeclared(
    _ observer: ReadObserver, _ node: Node, _ compiled: CompiledNode, _ closure: Closure
  ) throws {
    let allowed = closure.relations.union([node.relation].compactMap { $0 })
    // In a view the name may be one of the view's own expressions.
    let possible = closure.views.isEmpty ? observer.possibleRelations : []
    guard let relation = observer.relations.union(possible).subtracting(allowed).sorted().first else {
      return
    }
    throw UndeclaredRead.diagnostic(relation, node, nodesByRelation[relation])
  }
}

/// SQL that reads what its template does not refer to.
enum UndeclaredRead {
  static func diagnostic(_ relation: Relation, _ node: Node, _ owner: Node?) -> Diagnostic {
    let words = owner.map { owner in
      owner.source.map { "{{ source('\($0.name)', '\(owner.name)') }}" } ?? "{{ ref('\(owner.name)') }}"
    }
    return Diagnostic(
      .undeclaredRead, "'\(node.name)' reads \(relation), which its template does not refer to",
      at: node.location,
      notes: ["what is not referred to is made in no order, and changes of it would go unseen"],
      hints: [
        words.map { "write `\($0)` in its place" }
          ?? "declare the table as a source, and write `{{ source('…', '\(relation.name)') }}`"
      ])
  }
}
