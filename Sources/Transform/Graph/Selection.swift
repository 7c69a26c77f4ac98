import Diagnostics
import Files

/// Evaluates selection specifications over a manifest and its graph.
package struct Selector {
  private let manifest: Manifest
  private let graph: Graph

  package init(_ manifest: Manifest, _ graph: Graph) {
    self.manifest = manifest
    self.graph = graph
  }

  /// The unique ids that are selected and not excluded. No `select` means all.
  ///
  /// Tests come along with any of their nodes that are selected, as with dbt's eager indirect selection.
  package func select(_ select: SelectionSpec?, exclude: SelectionSpec?) -> Set<String> {
    var selected = select.map { resolve($0) } ?? Set(manifest.nodes.keys)
    if let exclude { selected.subtract(resolve(exclude)) }
    return selected
  }

  /// Criteria that match no node, as they were written; for a warning.
  package func unmatched(_ spec: SelectionSpec) -> [String] {
    spec.union.flatMap { $0 }.filter { matches($0).isEmpty }.map(\.value)
  }

  private func resolve(_ spec: SelectionSpec) -> Set<String> {
    var result: Set<String> = []
    for intersection in spec.union {
      var common: Set<String>?
      for criterion in intersection {
        let expanded = withTests(expand(criterion))
        common = common.map { $0.intersection(expanded) } ?? expanded
      }
      result.formUnion(common ?? [])
    }
    return result
  }

  private func expand(_ criterion: SelectionCriterion) -> Set<String> {
    let matched = matches(criterion)
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

  /// Adds the tests of the selected nodes.
  private func withTests(_ ids: Set<String>) -> Set<String> {
    var result = ids
    for id in ids where manifest.nodes[id]?.isTest == false {
      for child in graph.children(of: id) where manifest.nodes[child]?.isTest == true { result.insert(child) }
    }
    return result
  }

  private func matches(_ criterion: SelectionCriterion) -> Set<String> {
    Set(manifest.nodes.values.lazy.filter { matches($0, criterion) }.map(\.uniqueID))
  }

  private func matches(_ node: Node, _ criterion: SelectionCriterion) -> Bool {
    let value = criterion.value
    switch criterion.method {
    case .fqn: return matchesName(node, value)
    case .path: return matchesPath(node, value)
    case .file:
      let name = Path.name(of: node.filePath)
      return Wildcard.matches(value, name) || Wildcard.matches(value, Path.stem(of: node.filePath))
    case .tag: return node.config.tags.contains { Wildcard.matches(value, $0) }
    case .source:
      guard let source = node.source else { return false }
      let parts = value.split(separator: ".").map(String.init)
      switch parts.count {
      case 1: return Wildcard.matches(parts[0], source.name)
      case 2: return Wildcard.matches(parts[0], source.name) && Wildcard.matches(parts[1], node.name)
      default:
        return Wildcard.matches(parts[0], node.packageName) && Wildcard.matches(parts[1], source.name)
          && Wildcard.matches(parts[2], node.name)
      }
    case .resourceType: return node.resourceType.rawValue == value
    case .testType:
      guard node.isTest else { return false }
      return switch value {
      case "generic": node.genericTest != nil
      case "singular": node.genericTest == nil
      default: value == "data"
      }
    case .testName: return node.genericTest.map { Wildcard.matches(value, $0.name) } ?? false
    case .package: return Wildcard.matches(value, node.packageName) || value == "this"
    case .config: return matchesConfig(node, criterion.methodArguments, value)
    }
  }

  /// A name, a pattern of one, or the node's place: `letterboxd.staged`, `staged.stg_movies`.
  private func matchesName(_ node: Node, _ value: String) -> Bool {
    if let source = node.source {
      let parts = value.split(separator: ".").map(String.init)
      return parts.count == 2 && parts[0] == source.name && Wildcard.matches(parts[1], node.name)
    }
    if Wildcard.matches(value, node.name) { return true }
    let wanted = value.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    return isPrefix(wanted, of: node.fqn) || isPrefix(wanted, of: Array(node.fqn.dropFirst()))
  }

  private func isPrefix(_ wanted: [String], of fqn: [String]) -> Bool {
    guard !wanted.isEmpty, wanted.count <= fqn.count else { return false }
    return zip(wanted, fqn).allSatisfy { Wildcard.matches($0, $1) }
  }

  private func matchesPath(_ node: Node, _ value: String) -> Bool {
    let wanted = Path.normalized(value)
    return node.filePath == wanted || node.filePath.hasPrefix(wanted + "/")
      || Wildcard.matches(wanted, node.filePath)
  }

  private func matchesConfig(_ node: Node, _ path: [String], _ value: String) -> Bool {
    guard let first = path.first else { return false }
    if path.count == 1, first == "materialized" { return Wildcard.matches(value, node.materialized) }
    var found = node.config[first]
    for key in path.dropFirst() { found = found?[key] }
    switch found {
    case .list(let items): return items.contains { $0.text == value }
    case .map(let entries): return entries.contains { $0.key == value }
    default: return found?.text?.lowercased() == value.lowercased()
    }
  }
}

/// Shell patterns: `*`, `?` and `[abc]`.
enum Wildcard {
  static func matches(_ pattern: String, _ text: String) -> Bool {
    guard pattern.contains(where: { "*?[".contains($0) }) else { return pattern == text }
    return matches(Array(pattern)[...], Array(text)[...])
  }

  private static func matches(_ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>) -> Bool {
    var pattern = pattern
    var text = text
    // Where the last star was, to come back to with one character more.
    var retry: (pattern: ArraySlice<Character>, text: ArraySlice<Character>)?
    while true {
      if let first = pattern.first, first == "*" {
        pattern = pattern.dropFirst()
        retry = (pattern, text)
        continue
      }
      if let character = text.first, let rest = step(pattern, character) {
        pattern = rest
        text = text.dropFirst()
        continue
      }
      if text.isEmpty, pattern.isEmpty { return true }
      guard let again = retry, !again.text.isEmpty else { return false }
      retry = (again.pattern, again.text.dropFirst())
      pattern = again.pattern
      text = again.text.dropFirst()
    }
  }

  /// What is left of a pattern behind the part that matches one character, or nil where it does not.
  private static func step(_ pattern: ArraySlice<Character>, _ character: Character) -> ArraySlice<Character>?
  {
    guard let first = pattern.first else { return nil }
    if first == "[", let end = pattern.dropFirst(2).firstIndex(of: "]") {
      var members = pattern[(pattern.startIndex + 1)..<end]
      let isNegated = members.first == "!"
      if isNegated { members = members.dropFirst() }
      return members.contains(character) != isNegated ? pattern[(end + 1)...] : nil
    }
    return first == "?" || first == character ? pattern.dropFirst() : nil
  }
}
