/// Compares nodes with those of an earlier manifest, as dbt's `state:` does.
struct StateComparison {
  /// What is asked; raw values are dbt's.
  enum Aspect: String, CaseIterable {
    case new
    case old
    case modified
    case unmodified
    case modifiedBody = "modified.body"
    case modifiedConfigs = "modified.configs"
    case modifiedDescriptions = "modified.persisted_descriptions"
    case modifiedRelation = "modified.relation"
    case modifiedMacros = "modified.macros"
    case modifiedContract = "modified.contract"
  }

  private let manifest: Manifest
  private let earlier: PreviousManifest
  private let artifact: NodeArtifact
  private let modifiedMacros: Set<String>

  init(_ manifest: Manifest, _ earlier: PreviousManifest) {
    self.manifest = manifest
    self.earlier = earlier
    artifact = NodeArtifact(manifest)
    let texts = Dictionary(
      manifest.macros.values.map { ($0.uniqueID, $0.definition.text) },
      uniquingKeysWith: { first, _ in first })
    // The manifest of another tool has other built-in macros, more of them, and of the same names.
    let builtin = "macro.\(BuiltinMacros.packageName)."
    let isForeign =
      earlier.macroTexts.keys.contains { $0.hasPrefix(builtin) && texts[$0] == nil }
      || !earlier.macroTexts.keys.contains { $0.hasPrefix(builtin) }
    var modified = Set(
      texts.filter { earlier.macroTexts[$0.key] != $0.value && !(isForeign && $0.key.hasPrefix(builtin)) }
        .keys)
    modified.formUnion(earlier.macroTexts.keys.filter { texts[$0] == nil })
    modifiedMacros = modified
  }

  func matches(_ node: Node, _ aspect: Aspect) -> Bool {
    let old = earlier.nodes[node.uniqueID]
    switch aspect {
    case .new: return old == nil
    case .old: return old != nil
    case .modified: return isModified(node, old)
    case .unmodified: return !isModified(node, old)
    case .modifiedMacros: return dependsOnModifiedMacro(node)
    case .modifiedBody: return node.hasCode && differs(node, old, sameBody)
    case .modifiedConfigs: return node.resourceType != .unitTest && differs(node, old, sameConfig)
    case .modifiedDescriptions: return node.hasCode && differs(node, old, sameDescriptions)
    case .modifiedRelation:
      return (node.hasCode || node.source != nil) && differs(node, old, sameRelation)
    case .modifiedContract: return node.hasCode && differs(node, old, sameContract)
    }
  }

  private typealias Comparison = (_ new: JSONValue, _ old: JSONValue, _ node: Node) -> Bool

  private func differs(_ node: Node, _ old: JSONValue?, _ isSame: Comparison) -> Bool {
    guard let old else { return true }
    return !isSame(artifact.parsed(node), old, node)
  }

  private func isModified(_ node: Node, _ old: JSONValue?) -> Bool {
    if dependsOnModifiedMacro(node) { return true }
    guard let old else {
      // dbt does not count sources and exposures that are new.
      return node.hasCode || node.resourceType == .unitTest
    }
    let new = artifact.parsed(node)
    func same(_ keys: String...) -> Bool { keys.allSatisfy { isEqual(new[$0], old[$0]) } }
    switch node.resourceType.rawValue {
    case "source":
      return
        !(sameRelation(new, old, node) && same("fqn", "quoting", "freshness", "loaded_at_field", "external")
        && sameConfig(new, old, node))
    case "exposure":
      return
        !(same("fqn", "type", "owner", "maturity", "url", "description", "label")
        && sameConfig(new, old, node)
        && Set(nodes(of: new)) == Set(nodes(of: old)))
    case "unit_test":
      // dbt makes its checksum of other texts than we do, and of the same contents.
      return !["model", "given", "expect", "overrides"].allSatisfy {
        new[$0].flatMap(Self.said) == old[$0].flatMap(Self.said)
      }
    case "test" where node.genericTest != nil: return !(sameConfig(new, old, node) && same("fqn"))
    default:
      return
        !(sameBody(new, old, node) && sameConfig(new, old, node) && sameDescriptions(new, old, node)
        && same("fqn") && sameRelation(new, old, node) && sameContract(new, old, node)
        && (node.resourceType != .model || same("latest_version", "access", "deprecation_date")))
    }
  }

  private func nodes(of json: JSONValue) -> [String] {
    (json["depends_on"]?["nodes"]?.items ?? []).compactMap(\.string)
  }

  // MARK: Aspects

  private func sameBody(_ new: JSONValue, _ old: JSONValue, _ node: Node) -> Bool {
    let key = node.resourceType == .seed ? "checksum" : "raw_code"
    return isEqual(new[key], old[key])
  }

  /// Settings as they were written. What places a relation is compared by `sameRelation`; of a test only what decides
  /// its result counts.
  private func sameConfig(_ new: JSONValue, _ old: JSONValue, _ node: Node) -> Bool {
    var mine = new["unrendered_config"]?.fields ?? [:]
    var theirs = old["unrendered_config"]?.fields ?? [:]
    if node.isTest {
      mine = mine.filter { Self.testSettings.contains($0.key) }
      theirs = theirs.filter { Self.testSettings.contains($0.key) }
    } else if node.hasCode {
      for key in ["alias", "schema", "database", "tags", "group"] {
        mine[key] = nil
        theirs[key] = nil
      }
    }
    return node.hasCode ? mine == theirs : Self.said(.object(mine)) == Self.said(.object(theirs))
  }

  /// What a value says: dbt fills the settings of sources up with nothings, and leaves the order of tags to chance.
  private static func said(_ value: JSONValue) -> JSONValue? {
    switch value {
    case .null: return nil
    case .object(let fields):
      let kept = fields.compactMapValues(said)
      return kept.isEmpty ? nil : .object(kept)
    case .array(let items):
      let texts = items.compactMap(\.string)
      if texts.count == items.count { return items.isEmpty ? nil : .strings(texts.sorted()) }
      return value
    default: return value
    }
  }

  private static let testSettings: Set<String> = [
    "severity", "where", "limit", "fail_calc", "warn_if", "error_if", "store_failures", "store_failures_as",
  ]

  private func sameDescriptions(_ new: JSONValue, _ old: JSONValue, _ node: Node) -> Bool {
    let persisted = node.config["persist_docs"]
    if persisted?["relation"]?.bool == true, !isEqual(new["description"], old["description"]) { return false }
    guard persisted?["columns"]?.bool == true else { return true }
    func descriptions(_ json: JSONValue) -> [String: JSONValue] {
      (json["columns"]?.fields ?? [:]).compactMapValues { $0["description"] }
    }
    return descriptions(new) == descriptions(old)
  }

  private func sameRelation(_ new: JSONValue, _ old: JSONValue, _ node: Node) -> Bool {
    if node.source != nil { return ["schema", "identifier"].allSatisfy { isEqual(new[$0], old[$0]) } }
    return ["database", "schema", "alias"].allSatisfy {
      isEqual(new["unrendered_config"]?[$0], old["unrendered_config"]?[$0])
    }
  }

  private func sameContract(_ new: JSONValue, _ old: JSONValue, _ node: Node) -> Bool {
    guard node.resourceType == .model else { return true }
    let mine = new["contract"]
    let theirs = old["contract"]
    let isEnforced = mine?["enforced"]?.bool == true
    guard isEnforced == (theirs?["enforced"]?.bool == true) else { return false }
    return !isEnforced || isEqual(mine?["checksum"], theirs?["checksum"])
  }

  /// Whether two values say the same; nothing and null do.
  private func isEqual(_ one: JSONValue?, _ other: JSONValue?) -> Bool { (one ?? .null) == (other ?? .null) }

  // MARK: Macros

  private func dependsOnModifiedMacro(_ node: Node) -> Bool {
    if modifiedMacros.isEmpty { return false }
    var seen: Set<String> = []
    var pending = node.macroDependencies
    while let id = pending.popLast() {
      guard seen.insert(id).inserted else { continue }
      if modifiedMacros.contains(id) { return true }
      pending += manifest.macroDependencies[id] ?? []
    }
    return false
  }
}

extension Node {
  /// Whether it is one of what dbt's manifest calls nodes: a model, seed, or test of data.
  var hasCode: Bool { [.model, .seed, .snapshot, .test].contains(resourceType) }
}
