import Diagnostics

/// The nodes' dependencies as a directed acyclic graph. All walks are in a stable order.
package struct Graph: Sendable {
  private let parentsByID: [String: [String]]
  private let childrenByID: [String: [String]]
  /// All unique ids, parents before children, ties in the order of the alphabet.
  package let order: [String]

  /// Throws `RH2203` where dependencies go in a circle.
  package init(_ manifest: Manifest) throws {
    var parents: [String: [String]] = [:]
    var children: [String: [String]] = [:]
    for id in manifest.sortedIDs {
      let dependencies = manifest.nodes[id]?.dependencies.filter { manifest.nodes[$0] != nil } ?? []
      parents[id] = dependencies
      for parent in dependencies { children[parent, default: []].append(id) }
    }
    parentsByID = parents
    childrenByID = children
    order = try Self.sort(manifest, parents: parents, children: children)
  }

  package func parents(of id: String) -> [String] { parentsByID[id] ?? [] }
  package func children(of id: String) -> [String] { childrenByID[id] ?? [] }

  /// All that `ids` depend on, themselves not included; at most `depth` steps away.
  package func ancestors(of ids: Set<String>, depth: Int = .max) -> Set<String> {
    reach(from: ids, depth: depth, along: parentsByID)
  }

  /// All that depends on `ids`, themselves not included; at most `depth` steps away.
  package func descendants(of ids: Set<String>, depth: Int = .max) -> Set<String> {
    reach(from: ids, depth: depth, along: childrenByID)
  }

  private func reach(from ids: Set<String>, depth: Int, along edges: [String: [String]]) -> Set<String> {
    var found: Set<String> = []
    var frontier = Array(ids)
    var step = 0
    while !frontier.isEmpty, step < depth {
      var next: [String] = []
      for id in frontier {
        for neighbour in edges[id] ?? [] where found.insert(neighbour).inserted { next.append(neighbour) }
      }
      frontier = next
      step += 1
    }
    return found.subtracting(ids)
  }

  // MARK: Order

  private static func sort(
    _ manifest: Manifest, parents: [String: [String]], children: [String: [String]]
  ) throws -> [String] {
    var missing = parents.mapValues(\.count)
    var ready = missing.filter { $0.value == 0 }.map(\.key).sorted(by: >)
    var order: [String] = []
    order.reserveCapacity(parents.count)
    while let id = ready.popLast() {
      order.append(id)
      for child in children[id] ?? [] {
        let count = (missing[child] ?? 0) - 1
        missing[child] = count
        if count == 0 { insert(child, into: &ready) }
      }
    }
    guard order.count == parents.count else {
      throw cycle(in: manifest, parents: parents, unordered: Set(parents.keys).subtracting(order))
    }
    return order
  }

  /// Keeps a list in falling order.
  private static func insert(_ id: String, into sorted: inout [String]) {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] > id { low = middle + 1 } else { high = middle }
    }
    sorted.insert(id, at: low)
  }

  /// Finds one circle among the nodes that no order was found for, and tells it.
  private static func cycle(
    in manifest: Manifest, parents: [String: [String]], unordered: Set<String>
  ) -> Diagnostic {
    var path: [String] = []
    var current = unordered.min() ?? ""
    while !path.contains(current) {
      path.append(current)
      guard let next = parents[current]?.first(where: { unordered.contains($0) }) else { break }
      current = next
    }
    let circle = Array(path[(path.firstIndex(of: current) ?? 0)...])
    // Along the references: each node is followed by one that it refers to.
    let names = (circle + [current]).map { manifest.nodes[$0]?.name ?? $0 }
    return Diagnostic(
      .dependencyCycle, "models refer to each other in a circle: \(names.joined(separator: " → "))",
      at: manifest.nodes[current]?.location,
      notes: circle.compactMap { manifest.nodes[$0].map { "'\($0.name)' is in \($0.filePath)" } },
      hints: ["take one `ref` of the circle out"])
  }
}
