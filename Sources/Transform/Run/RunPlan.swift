/// What a command will run and in what order: data, made before anything runs.
package struct RunPlan: Sendable {
  /// dbt's verb: which kinds of nodes run.
  package enum Verb: String, Sendable {
    case run
    case seed
    case test
    case build
    case compile

    func includes(_ type: ResourceType) -> Bool {
      switch self {
      case .run: type == .model
      case .seed: type == .seed
      case .test: type == .test
      case .build, .compile: type != .source
      }
    }
  }

  package struct Step: Sendable, Equatable {
    package let uniqueID: String
    /// Steps whose failure skips this one.
    package let blockers: [String]
  }

  package let verb: Verb
  package let steps: [Step]

  /// Orders the selected nodes: parents first; in a build, a node's tests before what depends on it.
  package init(_ verb: Verb, selected: Set<String>, manifest: Manifest, graph: Graph) {
    self.verb = verb
    let chosen = selected.filter { id in
      guard let node = manifest.nodes[id], verb.includes(node.resourceType) else { return false }
      return node.materialized != "ephemeral"
    }
    var blockers: [String: Set<String>] = [:]
    for id in chosen {
      blockers[id] =
        verb == .test
        ? [] : graph.ancestors(of: [id]).intersection(chosen).filter { manifest.nodes[$0]?.isTest == false }
    }
    if verb == .build { Self.addTests(to: &blockers, chosen: chosen, manifest: manifest, graph: graph) }
    steps = Self.order(chosen, blockers: blockers, rank: graph.order).map {
      Step(uniqueID: $0, blockers: (blockers[$0] ?? []).sorted())
    }
  }

  /// A test stands before those that depend on all that it reads.
  private static func addTests(
    to blockers: inout [String: Set<String>], chosen: Set<String>, manifest: Manifest, graph: Graph
  ) {
    for id in chosen where manifest.nodes[id]?.isTest == true {
      let parents = Set(graph.parents(of: id))
      guard let first = parents.min() else { continue }
      for dependent in graph.descendants(of: [first]) where chosen.contains(dependent) {
        guard manifest.nodes[dependent]?.isTest == false,
          parents.isSubset(of: graph.ancestors(of: [dependent]))
        else { continue }
        blockers[dependent, default: []].insert(id)
      }
    }
  }

  /// A stable order in which nothing stands before its blockers; tests come as early as they can.
  private static func order(_ chosen: Set<String>, blockers: [String: Set<String>], rank: [String])
    -> [String]
  {
    var waiting = rank.filter { chosen.contains($0) }
    var done: Set<String> = []
    var order: [String] = []
    while !waiting.isEmpty {
      let ready = waiting.filter { blockers[$0, default: []].isSubset(of: done) }
      // The graph has no circle, and a test only ever stands before descendants of what it reads.
      guard !ready.isEmpty else { return order + waiting }
      let tests = ready.filter { $0.hasPrefix("test.") }
      let next = tests.isEmpty ? [ready[0]] : tests
      order += next
      done.formUnion(next)
      waiting.removeAll { done.contains($0) }
    }
    return order
  }
}
