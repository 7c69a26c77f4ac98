import Diagnostics
import Files

/// Finds the nodes that one criterion means, without its way along the graph.
struct NodeMatcher {
  private let manifest: Manifest
  private let state: PreviousState?

  init(_ manifest: Manifest, state: PreviousState?) {
    self.manifest = manifest
    self.state = state
  }

  func matches(_ criterion: SelectionCriterion) throws -> Set<String> {
    let isMatch = try predicate(criterion)
    var found: Set<String> = []
    for (id, node) in manifest.nodes where isMatch(node) { found.insert(id) }
    return found
  }

  private func predicate(_ criterion: SelectionCriterion) throws -> (Node) -> Bool {
    let value = criterion.value
    switch criterion.method {
    case .fqn:
      let pattern = NamePattern(value)
      return { $0.resourceType != .source && pattern.matches($0.fqn) }
    case .path:
      let pattern = PathPattern(value)
      return { matchesPath($0, pattern) }
    case .file:
      return { node in
        Wildcard.matches(value, Path.name(of: node.filePath))
          || Wildcard.matches(value, Path.stem(of: node.filePath))
      }
    case .tag: return { $0.config.tags.contains { Wildcard.matches(value, $0) } }
    case .group: return { $0.config["group"]?.text.map { Wildcard.matches(value, $0) } ?? false }
    case .access: return { $0.resourceType == .model && $0.access == value }
    case .source:
      let parts = Parts(value, count: 3)
      return { node in
        guard let source = node.source else { return false }
        return parts.match(package: node.packageName, [source.name, node.name])
      }
    case .exposure: return named(value) { $0.resourceType == .exposure }
    case .unitTest: return named(value) { $0.resourceType == .unitTest }
    // Nodes of these kinds are in no manifest of this engine.
    case .metric, .semanticModel, .savedQuery: return { _ in false }
    case .resourceType: return { $0.resourceType.rawValue == value }
    case .testType: return { matchesTestType($0, value) }
    case .testName:
      return { node in
        if node.resourceType == .unitTest { return Wildcard.matches(value, node.name) }
        return node.genericTest.map { Wildcard.matches(value, $0.name) } ?? false
      }
    case .package:
      let pattern = value == "this" ? manifest.project.name : value
      return { Wildcard.matches(pattern, $0.packageName) }
    case .config:
      let setting = SettingPattern(criterion)
      return { $0.resourceType != .exposure && $0.resourceType != .unitTest && setting.matches($0) }
    // Models have no versions here.
    case .version: return { $0.resourceType == .model && value == "none" }
    case .state: return try stateComparison(criterion)
    case .result:
      let ids = try required(state?.results, "result", "run_results.json").ids(withStatus: value)
      return { ids.contains($0.uniqueID) }
    case .sourceStatus:
      let ids = try fresherSources(value)
      return { ids.contains($0.uniqueID) }
    }
  }

  // MARK: Methods

  private func matchesPath(_ node: Node, _ pattern: PathPattern) -> Bool {
    let path = node.filePath.split(separator: "/").map(String.init)
    if pattern.matchesPrefix(of: path) { return true }
    guard !node.isTest, let properties = node.propertiesPath else { return false }
    return pattern.matches(properties.split(separator: "/").map(String.init))
  }

  private func matchesTestType(_ node: Node, _ value: String) -> Bool {
    switch value {
    case "generic", "schema": node.genericTest != nil
    case "singular": node.resourceType == .test && node.genericTest == nil
    case "unit": node.resourceType == .unitTest
    default: node.resourceType == .test
    }
  }

  /// Nodes of a kind by `name` or `package.name`.
  private func named(_ value: String, _ isOfKind: @escaping (Node) -> Bool) -> (Node) -> Bool {
    let parts = Parts(value, count: 2)
    return { isOfKind($0) && parts.match(package: $0.packageName, [$0.name]) }
  }

  // MARK: Earlier artifacts

  private func stateComparison(_ criterion: SelectionCriterion) throws -> (Node) -> Bool {
    let earlier = try required(state?.manifest, "state", "manifest.json")
    guard let aspect = StateComparison.Aspect(rawValue: criterion.value) else { return { _ in false } }
    let comparison = StateComparison(manifest, earlier)
    return { comparison.matches($0, aspect) }
  }

  private func fresherSources(_ value: String) throws -> Set<String> {
    let earlier = try required(state?.sources, "source_status", "sources.json").loadTimes
    let current = try required(
      state?.currentSources, "source_status", "sources.json", "run `reelhouse source freshness` first"
    ).loadTimes
    guard value == "fresher" else { return [] }
    return Set(current.filter { id, time in earlier[id].map { time > $0 } ?? true }.keys)
  }

  private func required<Artifact>(
    _ artifact: Artifact?, _ method: String, _ file: String, _ hint: String? = nil
  ) throws -> Artifact {
    if let artifact { return artifact }
    throw Diagnostic(
      .selectorInvalid, "the method '\(method)' compares with an earlier \(file), and there is none",
      notes: state.map { ["looked in '\($0.path)'"] } ?? [],
      hints: [hint ?? "name the folder that holds it with --state"])
  }
}

/// The parts of a value like `package.source.table`; what is not said means any.
private struct Parts {
  private let package: String
  private let names: [String]

  /// - Parameter count: how many there are when the package is among them.
  init(_ value: String, count: Int) {
    let parts = value.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    package = parts.count == count ? parts[0] : "*"
    names = parts.count == count ? Array(parts.dropFirst()) : parts
  }

  func match(package: String, _ actual: [String]) -> Bool {
    Wildcard.matches(self.package, package) && zip(names, actual).allSatisfy { Wildcard.matches($0, $1) }
  }
}

/// A name, a pattern of one, or a place: `letterboxd.staged`, `staged.stg_movies`.
struct NamePattern {
  private let text: String
  private let parts: [String]
  private let firstWildcard: Int?

  init(_ text: String) {
    self.text = text
    parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    firstWildcard = parts.firstIndex { part in part.contains { "*?[]".contains($0) } }
  }

  /// Whether it means a node of this place, in its own package or in any.
  func matches(_ fqn: [String]) -> Bool {
    if text == "*" { return true }
    return matches(fqn[...]) || matches(fqn.dropFirst())
  }

  private func matches(_ fqn: ArraySlice<String>) -> Bool {
    guard let leaf = fqn.last else { return false }
    if leaf == text { return true }
    let flat = fqn.flatMap { $0.split(separator: ".", omittingEmptySubsequences: false).map(String.init) }
    guard parts.count <= flat.count else { return false }
    guard let firstWildcard else { return flat.starts(with: parts) }
    guard flat.starts(with: parts[..<firstWildcard]) else { return false }
    let rest = flat[firstWildcard...].joined(separator: ".")
    if Wildcard.matches(parts[firstWildcard...].joined(separator: "."), rest) { return true }
    // A pattern without dots is also one of the name alone, however deep the node lies.
    return parts.count == 1 && Wildcard.matches(text, leaf)
  }
}

/// `config.meta.owner:ann`: a setting and the value that it must have.
private struct SettingPattern {
  private let path: [String]
  private let value: JSONValue

  init(_ criterion: SelectionCriterion) {
    path = criterion.methodArguments
    value = criterion.typedValue.map { JSONValue($0) } ?? .string(criterion.value)
  }

  func matches(_ node: Node) -> Bool {
    guard var found = NodeSettings.value(path[0], of: node) else { return false }
    for key in path.dropFirst() {
      guard let inner = found[key] else { return false }
      found = inner
    }
    if case .array(let items) = found { return items.contains { isEqual($0, ignoringCase: false) } }
    return isEqual(found, ignoringCase: path == ["severity"])
  }

  private func isEqual(_ found: JSONValue, ignoringCase: Bool) -> Bool {
    if found == value { return true }
    guard case .string(let wanted) = value else { return false }
    switch found {
    case .bool(let flag): return wanted.lowercased() == (flag ? "true" : "false")
    case .string(let text): return ignoringCase && text.lowercased() == wanted.lowercased()
    default: return false
    }
  }
}
