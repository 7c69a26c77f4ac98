/// What a command will run and in what order: data, made before anything runs.
package struct RunPlan: Sendable {
  /// dbt's verb: which kinds of nodes run.
  package enum Verb: String, Sendable {
    case run
    case seed
    case snapshot
    case test
    case build
    case compile

    func includes(_ type: ResourceType) -> Bool {
      switch self {
      case .run: type == .model
      case .seed: type == .seed
      case .snapshot: type == .snapshot
      case .test: type == .test || type == .unitTest
      case .build, .compile: type != .source && type != .exposure
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
    let order = graph.order
    let rank = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    let isTest = order.map { manifest.nodes[$0]?.isTest == true }
    let unitTested = order.map { manifest.nodes[$0]?.unitTest?.model }
    let isChosen = order.map { id in
      guard selected.contains(id), let node = manifest.nodes[id], !node.isEphemeral else { return false }
      return verb.includes(node.resourceType)
    }
    var ancestors = order.map { _ in BitSet(count: order.count) }
    for (index, id) in order.enumerated() {
      for parent in graph.parents(of: id).compactMap({ rank[$0] }) {
        ancestors[index].formUnion(ancestors[parent])
        ancestors[index].insert(parent)
      }
    }
    // Each chosen node waits for its chosen ancestors, and in a build for the tests of what it depends on.
    var blockers = order.map { _ in [Int]() }
    for index in order.indices where isChosen[index] && verb != .test {
      // A unit test needs nothing that runs: it stands before its model.
      if unitTested[index] != nil { continue }
      blockers[index] = ancestors[index].members.filter { isChosen[$0] && !isTest[$0] }
    }
    if verb == .build {
      for test in order.indices where isChosen[test] && unitTested[test] != nil {
        guard let model = unitTested[test].flatMap({ rank[$0] }) else { continue }
        for node in order.indices where isChosen[node] && unitTested[node] == nil {
          if node == model || ancestors[node].contains(model) { blockers[node].append(test) }
        }
      }
      for test in order.indices where isChosen[test] && isTest[test] && unitTested[test] == nil {
        let parents = graph.parents(of: order[test]).compactMap { rank[$0] }
        for node in order.indices where isChosen[node] && !isTest[node] && !parents.isEmpty {
          if parents.allSatisfy({ ancestors[node].contains($0) }) { blockers[node].append(test) }
        }
      }
    }
    steps = Self.sorted(order.indices.filter { isChosen[$0] }, blockers: blockers, isTest: isTest).map {
      index in
      Step(uniqueID: order[index], blockers: blockers[index].map { order[$0] })
    }
  }

  /// A stable order in which nothing stands before its blockers; tests come as early as they can.
  private static func sorted(_ chosen: [Int], blockers: [[Int]], isTest: [Bool]) -> [Int] {
    var missing = blockers.map(\.count)
    var waitsFor = blockers.map { _ in [Int]() }
    for index in chosen { for blocker in blockers[index] { waitsFor[blocker].append(index) } }
    // Both in falling order: the next one is taken from the end.
    var readyTests = chosen.filter { missing[$0] == 0 && isTest[$0] }.sorted(by: >)
    var readyNodes = chosen.filter { missing[$0] == 0 && !isTest[$0] }.sorted(by: >)
    var result: [Int] = []
    result.reserveCapacity(chosen.count)
    while let next = readyTests.popLast() ?? readyNodes.popLast() {
      result.append(next)
      var hasNewTests = false
      var hasNewNodes = false
      for waiting in waitsFor[next] {
        missing[waiting] -= 1
        guard missing[waiting] == 0 else { continue }
        if isTest[waiting] {
          readyTests.append(waiting)
          hasNewTests = true
        } else {
          readyNodes.append(waiting)
          hasNewNodes = true
        }
      }
      if hasNewTests { readyTests.sort(by: >) }
      if hasNewNodes { readyNodes.sort(by: >) }
    }
    return result
  }
}

/// A set of small numbers.
private struct BitSet {
  private var words: [UInt64]

  init(count: Int) {
    words = Array(repeating: 0, count: (count + 63) / 64)
  }

  mutating func insert(_ member: Int) { words[member >> 6] |= 1 << UInt64(member & 63) }

  func contains(_ member: Int) -> Bool { words[member >> 6] >> UInt64(member & 63) & 1 == 1 }

  mutating func formUnion(_ other: BitSet) {
    for index in words.indices { words[index] |= other.words[index] }
  }

  /// In rising order.
  var members: [Int] {
    words.indices.flatMap { index in
      (0..<64).filter { words[index] >> UInt64($0) & 1 == 1 }.map { index * 64 + $0 }
    }
  }
}
