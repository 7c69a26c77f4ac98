import Diagnostics

/// Evaluates selection specifications over a manifest and its graph.
package struct Selector {
  /// What was selected, and which criteria selected nothing.
  package struct Selection: Sendable, Equatable {
    package var uniqueIDs: Set<String>
    /// As the user wrote them; for a warning.
    package var unmatched: [String]
  }

  private let manifest: Manifest
  private let graph: Graph
  private let matcher: NodeMatcher

  /// - Parameter state: the earlier artifacts that `state:`, `result:` and `source_status:` compare with.
  package init(_ manifest: Manifest, _ graph: Graph, state: PreviousState? = nil) {
    self.manifest = manifest
    self.graph = graph
    matcher = NodeMatcher(manifest, state: state)
  }

  /// The nodes of a specification, with the tests that come along.
  package func select(_ spec: SelectionSpec) throws -> Selection {
    var unmatched: [String] = []
    let found = try resolve(spec, &unmatched)
    return Selection(uniqueIDs: found.direct, unmatched: unmatched)
  }

  /// The nodes that are selected and not excluded. No `select` means all.
  package func select(_ select: SelectionSpec?, exclude: SelectionSpec?) throws -> Set<String> {
    let included = try select ?? SelectionSpec(select: [], exclude: [])
    guard let exclude else { return try self.select(included).uniqueIDs }
    return try self.select(.group(SelectionGroup(.difference, [included, exclude]))).uniqueIDs
  }

  // MARK: Resolving

  /// Nodes that are selected, and tests that would be if all that they test were.
  private struct Found {
    var direct: Set<String> = []
    var indirect: Set<String> = []
  }

  private func resolve(_ spec: SelectionSpec, _ unmatched: inout [String]) throws -> Found {
    switch spec {
    case .criterion(let criterion): return try resolve(criterion)
    case .group(let group):
      var parts: [Found] = []
      for component in group.components { parts.append(try resolve(component, &unmatched)) }
      let indirect = group.combine(parts.map { $0.direct.union($0.indirect) })
      let direct = incorporate(indirect, into: group.combine(parts.map(\.direct)), group.indirectSelection)
      if let text = group.expectedText, direct.isEmpty { unmatched.append(text) }
      return Found(direct: direct, indirect: indirect)
    }
  }

  private func resolve(_ criterion: SelectionCriterion) throws -> Found {
    let selected = expand(try matcher.matches(criterion), criterion)
    if criterion.indirectSelection == .empty { return Found(direct: selected) }
    return withTests(selected, criterion.indirectSelection)
  }

  /// Goes along the graph as far as the criterion says.
  private func expand(_ matched: Set<String>, _ criterion: SelectionCriterion) -> Set<String> {
    var result = matched
    if criterion.includesChildrensAncestors {
      result.formUnion(graph.descendants(of: matched))
      result.formUnion(graph.ancestors(of: result))
    }
    if let depth = criterion.ancestorDepth { result.formUnion(graph.ancestors(of: matched, depth: depth)) }
    if let depth = criterion.descendantDepth {
      result.formUnion(graph.descendants(of: matched, depth: depth))
    }
    return result
  }

  /// Adds the tests of the selected nodes, or notes them where not all that they test is selected.
  private func withTests(_ selected: Set<String>, _ mode: IndirectSelection) -> Found {
    var found = Found(direct: selected)
    let reachable = mode == .buildable ? reachable(from: selected) : selected
    for id in selected {
      for child in graph.children(of: id) where !selected.contains(child) {
        guard let test = manifest.nodes[child], test.isTestOfAnyKind else { continue }
        if mode == .eager || test.dependencies.allSatisfy(reachable.contains) {
          found.direct.insert(child)
        } else {
          found.indirect.insert(child)
        }
      }
    }
    return found
  }

  /// Adds noted tests of which all nodes are there by now.
  private func incorporate(
    _ indirect: Set<String>, into direct: Set<String>, _ mode: IndirectSelection
  ) -> Set<String> {
    guard mode == .cautious || mode == .buildable, direct != indirect else { return direct }
    let reachable = mode == .buildable ? direct.union(graph.ancestors(of: direct)) : direct
    return direct.union(
      indirect.filter { manifest.nodes[$0]?.dependencies.allSatisfy(reachable.contains) == true })
  }

  private func reachable(from selected: Set<String>) -> Set<String> {
    let sources = manifest.nodes.values.lazy.filter { $0.resourceType == .source }.map(\.uniqueID)
    return selected.union(graph.ancestors(of: selected)).union(sources)
  }
}

extension Node {
  /// Whether the node tests others, so that it comes along with them.
  var isTestOfAnyKind: Bool { resourceType == .test || resourceType == .unitTest }
}
