import Files
import Storage

/// `manifest.json` in the shape of dbt's manifest v12.
package struct ManifestArtifact {
  private static let schemaVersion = "https://schemas.getdbt.com/dbt/manifest/v12.json"

  private let project: Project
  private var manifest: Manifest { project.manifest }

  package init(_ project: Project) {
    self.project = project
  }

  package func json(generatedAt: Timestamp, invocationID: String) -> JSONValue {
    let nodes = manifest.nodes.values
    return [
      "metadata": metadata(generatedAt: generatedAt, invocationID: invocationID),
      "nodes": .object(byID(nodes.filter { $0.resourceType != .source }.map { ($0.uniqueID, node($0)) })),
      "sources": .object(byID(nodes.filter { $0.resourceType == .source }.map { ($0.uniqueID, node($0)) })),
      "macros": .object(byID(manifest.macros.values.map { ($0.uniqueID, macro($0)) })),
      "docs": [:], "exposures": [:], "metrics": [:], "groups": [:], "selectors": [:], "disabled": [:],
      "parent_map": .object(
        byID(nodes.map { ($0.uniqueID, .strings(project.graph.parents(of: $0.uniqueID))) })),
      "child_map": .object(
        byID(nodes.map { ($0.uniqueID, .strings(project.graph.children(of: $0.uniqueID))) })),
      "group_map": [:], "saved_queries": [:], "semantic_models": [:], "unit_tests": [:], "functions": [:],
    ]
  }

  private func byID(_ pairs: [(String, JSONValue)]) -> [String: JSONValue] {
    Dictionary(pairs, uniquingKeysWith: { first, _ in first })
  }

  private func metadata(generatedAt: Timestamp, invocationID: String) -> JSONValue {
    [
      "dbt_schema_version": .string(Self.schemaVersion), "dbt_version": .string(DbtVersion.emulated),
      "generated_at": .string(generatedAt.iso8601), "invocation_id": .string(invocationID), "env": [:],
      "project_name": .string(manifest.project.name), "adapter_type": .string(project.target.type),
      "quoting": ["database": true, "schema": true, "identifier": true],
    ]
  }

  /// A node or source as dbt's artifacts and `ls --output json` show it.
  package func node(_ node: Node) -> JSONValue {
    var fields: [String: JSONValue] = [
      "unique_id": .string(node.uniqueID), "resource_type": .string(node.resourceType.rawValue),
      "name": .string(node.name), "package_name": .string(node.packageName), "fqn": .strings(node.fqn),
      "path": .string(node.relativePath), "original_file_path": .string(node.filePath),
      "database": .string(node.isTest ? "" : Target.databaseName),
      "schema": .string(node.relation?.layer.schemaName ?? "dbt_test__audit"),
      "config": config(node), "tags": .strings(node.config.tags),
      "meta": JSONValue(.map(node.config.meta)), "description": .string(node.description),
      "columns": columns(node), "relation_name": JSONValue(node.relation?.sql),
      "patch_path": node.isTest
        ? .null : JSONValue(node.propertiesPath.map { "\(node.packageName)://\($0)" }),
      "unrendered_config": [:], "created_at": 0,
    ]
    if let source = node.source {
      fields.merge(sourceFields(node, source)) { _, new in new }
    } else {
      fields.merge(executableFields(node)) { _, new in new }
    }
    return .object(fields)
  }

  private func sourceFields(_ node: Node, _ source: SourceDetails) -> [String: JSONValue] {
    [
      "source_name": .string(source.name), "source_description": .string(source.description),
      "loader": .string(source.loader), "identifier": JSONValue(node.relation?.name), "source_meta": [:],
      "quoting": ["database": .null, "schema": .null, "identifier": .null, "column": .null],
      "loaded_at_field": .null, "freshness": .null, "external": .null,
    ]
  }

  private func executableFields(_ node: Node) -> [String: JSONValue] {
    let compiled = node.resourceType == .seed ? nil : try? project.compile(node)
    var fields: [String: JSONValue] = [
      "alias": .string(node.relation?.name ?? node.name), "raw_code": .string(node.rawCode),
      "language": "sql",
      "checksum": ["name": "sha256", "checksum": .string(Digest.sha256(node.rawCode))],
      "refs": .array(
        node.references.map {
          ["name": .string($0.name), "package": JSONValue($0.package), "version": .null]
        }),
      "sources": .array(node.sourceReferences.map { .strings([$0.source, $0.table]) }), "metrics": [],
      "depends_on": ["macros": .strings(node.macroDependencies), "nodes": .strings(node.dependencies)],
      "docs": ["show": true, "node_color": .null], "group": .null, "build_path": .null,
      "compiled": .bool(compiled != nil), "extra_ctes_injected": true, "extra_ctes": [],
      "contract": ["enforced": false, "alias_types": true, "checksum": .null],
    ]
    if let compiled {
      fields["compiled_code"] = .string(compiled.sql)
      fields["compiled_path"] = .string(
        "\(manifest.project.targetPath)/compiled/\(node.packageName)/\(node.compiledPath)")
    }
    switch node.resourceType {
    case .model:
      for key in ["version", "latest_version", "deprecation_date"] { fields[key] = .null }
      fields["access"] = "protected"
      fields["constraints"] = []
      fields["primary_key"] = []
    case .seed:
      fields["root_path"] = .string(project.path)
    case .test:
      if let test = node.genericTest { fields.merge(testFields(test)) { _, new in new } }
    case .source:
      break
    }
    return fields
  }

  private func testFields(_ test: GenericTest) -> [String: JSONValue] {
    var arguments = test.arguments
    if let column = test.column { arguments.append(ConfigEntry(key: "column_name", value: .string(column))) }
    let attached = manifest.nodes[test.attachedNode]
    let reference =
      attached?.source.map { "source('\($0.name)', '\(attached?.name ?? "")')" }
      ?? "ref('\(attached?.name ?? "")')"
    arguments.append(ConfigEntry(key: "model", value: .string("{{ get_where_subquery(\(reference)) }}")))
    return [
      "test_metadata": [
        "name": .string(test.name), "namespace": JSONValue(test.namespace),
        "kwargs": JSONValue(.map(arguments)),
      ],
      "column_name": JSONValue(test.column),
      "file_key_name": .string("\(attached?.resourceType.rawValue ?? "model")s.\(attached?.name ?? "")"),
      "attached_node": .string(test.attachedNode),
    ]
  }

  private func config(_ node: Node) -> JSONValue {
    var fields = node.config.values.mapValues { JSONValue($0) }
    fields["enabled"] = true
    if node.resourceType != .source { fields["materialized"] = .string(node.materialized) }
    fields["tags"] = .strings(node.config.tags)
    fields["meta"] = JSONValue(.map(node.config.meta))
    if node.isTest {
      fields["severity"] = .string(node.config.severity)
      fields["fail_calc"] = .string(node.config.failCalculation)
      fields["warn_if"] = .string(node.config.warnIf)
      fields["error_if"] = .string(node.config.errorIf)
    }
    return .object(fields)
  }

  private func columns(_ node: Node) -> JSONValue {
    .object(
      byID(
        node.columns.map { column in
          (
            column.name,
            [
              "name": .string(column.name), "description": .string(column.description),
              "data_type": JSONValue(column.dataType), "meta": JSONValue(.map(column.meta)),
              "tags": .strings(column.tags), "constraints": [], "quote": .null,
            ]
          )
        }))
  }

  private func macro(_ macro: MacroEntry) -> JSONValue {
    [
      "unique_id": .string(macro.uniqueID),
      "name": .string(macro.definition.macroName ?? macro.definition.name),
      "package_name": .string(macro.packageName), "path": .string(macro.filePath),
      "original_file_path": .string(macro.filePath), "resource_type": "macro",
      "macro_sql": .string(macro.definition.text), "depends_on": ["macros": []],
      "description": .string(macro.description), "meta": [:], "docs": ["show": true, "node_color": .null],
      "patch_path": .null, "arguments": [], "created_at": 0, "supported_languages": .null, "config": [:],
    ]
  }
}
