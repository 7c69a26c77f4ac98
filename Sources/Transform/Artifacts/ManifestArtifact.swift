import Files
import Storage
import Threads

/// `manifest.json` in the shape of dbt's manifest v12.
package struct ManifestArtifact {
  private static let schemaVersion = "https://schemas.getdbt.com/dbt/manifest/v12.json"

  private let project: Project
  private let artifact: NodeArtifact
  private var manifest: Manifest { project.manifest }

  package init(_ project: Project) {
    self.project = project
    artifact = NodeArtifact(project.manifest)
  }

  /// The whole file.
  ///
  /// - Parameter compiled: the nodes whose compiled code goes in; nil for all.
  package func bytes(
    generatedAt: Timestamp, invocationID: String, selectors: SelectorFile? = nil, compiled: Set<String>? = nil
  ) -> [UInt8] {
    let nodes = manifest.nodes.values.map { CompiledEntry(node: $0, code: code(of: $0, compiled)) }
    let (artifact, targetPath) = (artifact, manifest.project.targetPath)
    let written = nodes.concurrentMap(leastCount: 30) { entry in
      (
        type: entry.node.resourceType, key: entry.node.uniqueID,
        bytes: JSONWriter.bytes(Self.value(of: entry, artifact, targetPath))
      )
    }
    func collection(_ types: Set<ResourceType>) -> [UInt8] {
      JSONWriter.object(written.filter { types.contains($0.type) }.map { ($0.key, $0.bytes) })
    }
    var fields: [(key: String, bytes: [UInt8])] = rest(generatedAt, invocationID, selectors).map {
      ($0.key, JSONWriter.bytes($0.value))
    }
    fields += [
      ("nodes", collection([.model, .seed, .snapshot, .test])), ("sources", collection([.source])),
      ("exposures", collection([.exposure])), ("unit_tests", collection([.unitTest])),
    ]
    return JSONWriter.object(fields)
  }

  /// All but the nodes.
  private func rest(
    _ generatedAt: Timestamp, _ invocationID: String, _ selectors: SelectorFile?
  ) -> [String: JSONValue] {
    let nodes = manifest.nodes.values
    return [
      "metadata": metadata(generatedAt: generatedAt, invocationID: invocationID),
      "macros": .object(byID(manifest.macros.values.map { ($0.uniqueID, macro($0)) })),
      "docs": .object(byID(manifest.docs.values.map { ($0.uniqueID, doc($0)) })),
      "metrics": [:], "saved_queries": [:], "semantic_models": [:], "functions": [:],
      "groups": .object(byID(manifest.groups.map { (id(of: $0), group($0)) })),
      "selectors": .object(byID((selectors?.entries ?? []).map { ($0.name, selector($0)) })),
      "disabled": .object(
        byID(manifest.disabledNodes.map { ($0.uniqueID, .array([artifact.parsed($0)])) })),
      "parent_map": .object(
        byID(nodes.map { ($0.uniqueID, .strings(project.graph.parents(of: $0.uniqueID))) })),
      "child_map": .object(
        byID(nodes.map { ($0.uniqueID, .strings(project.graph.children(of: $0.uniqueID))) })),
      "group_map": .object(byID(manifest.groups.map { ($0.name, .strings(members(of: $0))) })),
    ]
  }

  private func byID(_ pairs: [(String, JSONValue)]) -> [String: JSONValue] {
    Dictionary(pairs, uniquingKeysWith: { first, _ in first })
  }

  /// Under which `metadata.env` has what compiling needs of the project's settings, beside what dbt's manifests have.
  static let settingsName = "REELHOUSE_PROJECT"

  /// As JSON; nil where nothing is set.
  private var settings: String? {
    var fields: [String: JSONValue] = [:]
    if !manifest.project.vars.isEmpty { fields["vars"] = JSONValue(.map(manifest.project.vars)) }
    if !project.commandVars.isEmpty { fields["command_vars"] = JSONValue(.map(project.commandVars)) }
    if !manifest.project.dispatchOrder.isEmpty {
      fields["dispatch"] = .object(manifest.project.dispatchOrder.mapValues { .strings($0) })
    }
    return fields.isEmpty ? nil : JSONWriter.text(.object(fields))
  }

  private func metadata(generatedAt: Timestamp, invocationID: String) -> JSONValue {
    [
      "dbt_schema_version": .string(Self.schemaVersion), "dbt_version": .string(DbtVersion.emulated),
      "generated_at": .string(generatedAt.iso8601), "invocation_id": .string(invocationID),
      "invocation_started_at": .string(generatedAt.iso8601), "run_started_at": .string(generatedAt.iso8601),
      "env": .object(settings.map { [Self.settingsName: .string($0)] } ?? [:]),
      "project_name": .string(manifest.project.name),
      // dbt's adapters know none of ours: what the docs site shows is the name of the database.
      "project_id": .null, "user_id": .null, "send_anonymous_usage_stats": false,
      "adapter_type": .string(project.target.type),
      "quoting": ["database": true, "schema": true, "identifier": true, "column": .null],
    ]
  }

  // MARK: Nodes

  /// A node with its compiled code, if it has and may have any.
  private struct CompiledEntry: Sendable {
    let node: Node
    let code: String?
  }

  /// A node as dbt's artifacts show it, with its compiled code where it has been compiled or can be.
  package func node(_ node: Node, compiled: Set<String>? = nil) -> JSONValue {
    Self.value(
      of: CompiledEntry(node: node, code: code(of: node, compiled)), artifact, manifest.project.targetPath)
  }

  private func code(of node: Node, _ compiled: Set<String>?) -> String? {
    guard [.model, .snapshot, .test].contains(node.resourceType), compiled?.contains(node.uniqueID) ?? true
    else {
      return nil
    }
    return try? project.compile(node).sql
  }

  private static func value(
    of entry: CompiledEntry, _ artifact: NodeArtifact, _ targetPath: String
  ) -> JSONValue {
    let node = entry.node
    guard case .object(var fields) = artifact.parsed(node) else { return .null }
    guard [.model, .snapshot, .test].contains(node.resourceType) else { return .object(fields) }
    fields["compiled"] = .bool(entry.code != nil)
    guard let code = entry.code else { return .object(fields) }
    fields["compiled_code"] = .string(code)
    fields["compiled_path"] = .string("\(targetPath)/compiled/\(node.packageName)/\(node.compiledPath)")
    fields["extra_ctes_injected"] = true
    fields["extra_ctes"] = []
    return .object(fields)
  }

  // MARK: Others

  private func id(of group: Group) -> String { "group.\(manifest.project.name).\(group.name)" }

  private func group(_ group: Group) -> JSONValue {
    [
      "name": .string(group.name), "resource_type": "group", "package_name": .string(manifest.project.name),
      "path": .string(group.filePath.split(separator: "/").dropFirst().joined(separator: "/")),
      "original_file_path": .string(group.filePath), "unique_id": .string(id(of: group)),
      "owner": ["name": JSONValue(group.ownerName), "email": JSONValue(group.ownerEmails.first)],
      "description": .string(group.description), "config": ["meta": [:]],
    ]
  }

  private func members(of group: Group) -> [String] {
    manifest.nodes.values.filter { $0.hasCode && $0.group == group.name }.map(\.uniqueID).sorted()
  }

  private func selector(_ entry: SelectorFile.Entry) -> JSONValue {
    [
      "name": .string(entry.name), "description": .string(entry.description),
      "default": .bool(entry.isDefault), "definition": JSONValue(entry.definition),
    ]
  }

  private func doc(_ block: DocBlock) -> JSONValue {
    [
      "unique_id": .string(block.uniqueID), "name": .string(block.name), "resource_type": "doc",
      "package_name": .string(block.packageName),
      "path": .string(block.filePath.split(separator: "/").dropFirst().joined(separator: "/")),
      "original_file_path": .string(block.filePath), "block_contents": .string(block.text),
    ]
  }

  private func macro(_ macro: MacroEntry) -> JSONValue {
    let docs: JSONValue = ["show": true, "node_color": .null]
    return [
      "unique_id": .string(macro.uniqueID),
      "name": .string(macro.definition.macroName ?? macro.definition.name),
      "package_name": .string(macro.packageName), "path": .string(macro.filePath),
      "original_file_path": .string(macro.filePath), "resource_type": "macro",
      "macro_sql": .string(macro.definition.text),
      "depends_on": ["macros": .strings(manifest.macroDependencies[macro.uniqueID] ?? [])],
      "description": .string(macro.description), "meta": [:], "docs": docs,
      "patch_path": .null, "arguments": [], "created_at": 0, "supported_languages": .null,
      "config": ["meta": [:], "docs": docs],
    ]
  }
}
