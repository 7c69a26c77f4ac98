import Files
import Storage

/// One node in the shape of dbt's manifest, without what only compiling tells.
package struct NodeArtifact: Sendable {
  private let manifest: Manifest
  private let primaryKeys: PrimaryKeys

  package init(_ manifest: Manifest) {
    self.manifest = manifest
    primaryKeys = PrimaryKeys(manifest)
  }

  package func parsed(_ node: Node) -> JSONValue {
    var fields: [String: JSONValue] = [
      "unique_id": .string(node.uniqueID), "resource_type": .string(node.resourceType.rawValue),
      "name": .string(node.name), "package_name": .string(node.packageName), "fqn": .strings(node.fqn),
      "path": .string(node.relativePath), "original_file_path": .string(node.filePath),
      "tags": .strings(node.config.tags.sorted()), "meta": JSONValue(.map(node.config.meta)),
      "description": .string(node.description),
      "config": .object(NodeSettings.all(of: node)),
      "unrendered_config": .object(node.unrenderedConfig.mapValues { JSONValue($0) }), "created_at": 0,
    ]
    let more: [String: JSONValue] =
      if let exposure = node.exposure {
        exposureFields(node, exposure)
      } else if let source = node.source {
        sourceFields(node, source)
      } else if let test = node.unitTest {
        unitTestFields(node, test)
      } else {
        codeFields(node)
      }
    fields.merge(more) { _, new in new }
    if node.unitTest != nil { for key in ["meta", "tags", "unrendered_config"] { fields[key] = nil } }
    return .object(fields)
  }

  // MARK: Kinds

  private func relationFields(_ node: Node) -> [String: JSONValue] {
    [
      "database": .string(Target.databaseName),
      "schema": .string(
        node.relation?.layer.schemaName ?? (node.isTest ? "dbt_test__audit" : Layer.main.schemaName)),
      "relation_name": JSONValue(node.relation?.sql), "columns": columns(node), "doc_blocks": [],
    ]
  }

  private func exposureFields(_ node: Node, _ exposure: ExposureDetails) -> [String: JSONValue] {
    var fields: [String: JSONValue] = [
      "type": .string(exposure.type),
      "owner": ["name": JSONValue(exposure.ownerName), "email": .strings(exposure.ownerEmails).emailForm],
      "label": JSONValue(exposure.label), "maturity": JSONValue(exposure.maturity),
      "url": JSONValue(exposure.url),
    ]
    fields["config"] = [
      "enabled": true, "tags": .strings(node.config.tags), "meta": JSONValue(.map(node.config.meta)),
    ]
    fields.merge(references(node)) { _, new in new }
    return fields
  }

  private func sourceFields(_ node: Node, _ source: SourceDetails) -> [String: JSONValue] {
    return relationFields(node).merging([
      "source_name": .string(source.name), "source_description": .string(source.description),
      "loader": .string(source.loader), "identifier": JSONValue(node.relation?.name), "source_meta": [:],
      "quoting": ["database": .null, "schema": .null, "identifier": .null, "column": .null],
      "loaded_at_field": JSONValue(node.config["loaded_at_field"]?.text),
      "loaded_at_query": JSONValue(node.config["loaded_at_query"]?.text),
      "freshness": SourceFreshness.json(of: node.config), "external": .null, "patch_path": .null,
      "unrendered_database": .null, "unrendered_schema": JSONValue(node.relation?.layer.schemaName),
    ]) { _, new in new }
  }

  private func unitTestFields(_ node: Node, _ test: UnitTest) -> [String: JSONValue] {
    let given = test.inputs.map { input -> JSONValue in
      var fields = rowFields(input.rows)
      fields["input"] = .string(input.text)
      return .object(fields)
    }
    let expected = rowFields(test.expected)
    let overrides: JSONValue =
      test.macros.isEmpty && test.vars.isEmpty && test.environment.isEmpty
      ? .null
      : [
        "macros": JSONValue(.map(test.macros)), "vars": JSONValue(.map(test.vars)),
        "env_vars": JSONValue(.map(test.environment)),
      ]
    let model = manifest.nodes[test.model]
    let contents: JSONValue = [
      "model": .string(model?.name ?? ""), "given": .array(given), "expect": .object(expected),
      "overrides": overrides,
    ]
    return [
      "model": .string(model?.name ?? ""), "given": .array(given), "expect": .object(expected),
      "overrides": overrides, "checksum": .string(Digest.sha256(JSONWriter.text(contents))),
      "schema": JSONValue(model?.relation?.layer.schemaName), "versions": .null, "version": .null,
      "config": [
        "enabled": .bool(node.config.isEnabled), "tags": .strings(node.config.tags),
        "meta": JSONValue(.map(node.config.meta)), "static_analysis": .null,
      ],
      "depends_on": ["macros": .strings(node.macroDependencies), "nodes": .strings(node.dependencies)],
    ]
  }

  /// Rows of a unit test with the form in which they are written.
  private func rowFields(_ rows: UnitTest.Rows) -> [String: JSONValue] {
    switch rows {
    case .mappings(let mappings):
      ["rows": .array(mappings.map { JSONValue(.map($0)) }), "format": "dict", "fixture": .null]
    case .csv(let header, let rows):
      [
        "rows": .array(
          rows.map { row in
            JSONValue(
              .map(zip(header, row).map { ConfigEntry(key: $0, value: $1.map { .string($0) } ?? .null) }))
          }), "format": "csv", "fixture": .null,
      ]
    case .sql(let text): ["rows": .string(text), "format": "sql", "fixture": .null]
    }
  }

  private func codeFields(_ node: Node) -> [String: JSONValue] {
    var fields = relationFields(node)
    let contract = NodeSettings.value("contract", of: node)
    let isEnforced = contract?["enforced"]?.bool == true
    fields.merge([
      "alias": .string(node.relation?.name ?? node.name), "raw_code": .string(node.trimmedCode),
      "checksum": checksum(node),
      "docs": NodeSettings.value("docs", of: node) ?? ["show": true, "node_color": .null],
      "group": JSONValue(node.group), "build_path": .null,
      "patch_path": node.isTest
        ? .null : JSONValue(node.propertiesPath.map { "\(node.packageName)://\($0)" }),
    ]) { _, new in new }
    if node.resourceType == .seed {
      fields["root_path"] = .string(manifest.projectPath)
      fields["depends_on"] = ["macros": []]
      return fields
    }
    fields["language"] = "sql"
    fields["functions"] = []
    fields["compiled_path"] = .null
    fields["contract"] = [
      "enforced": .bool(isEnforced), "alias_types": contract?["alias_types"] ?? true,
      "checksum": isEnforced ? .string(contractChecksum(node)) : .null,
    ]
    fields.merge(references(node)) { _, new in new }
    if node.resourceType == .model {
      for key in ["version", "latest_version", "deprecation_date", "time_spine"] { fields[key] = .null }
      fields["access"] = .string(node.access)
      fields["constraints"] = .array(node.constraints.map(constraint))
      fields["primary_key"] = .strings(primaryKeys.columns(of: node))
    }
    if let test = node.genericTest { fields.merge(testFields(node, test)) { _, new in new } }
    return fields
  }

  private func references(_ node: Node) -> [String: JSONValue] {
    [
      "refs": .array(
        node.references.map {
          ["name": .string($0.name), "package": JSONValue($0.package), "version": .null]
        }),
      "sources": .array(node.sourceReferences.map { .strings([$0.source, $0.table]) }), "metrics": [],
      "depends_on": ["macros": .strings(node.macroDependencies), "nodes": .strings(node.dependencies)],
    ]
  }

  private func testFields(_ node: Node, _ test: GenericTest) -> [String: JSONValue] {
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
      "file_key_name": .string(
        "\(attached?.resourceType.rawValue ?? "model")s.\(attached?.source?.name ?? attached?.name ?? "")"),
      "attached_node": attached?.source == nil ? .string(test.attachedNode) : .null,
    ]
  }

  // MARK: Parts

  private func checksum(_ node: Node) -> JSONValue {
    if node.genericTest != nil { return ["name": "none", "checksum": ""] }
    let text =
      node.resourceType == .seed
      ? (try? FileSystem.readText(Path.join(manifest.projectPath, node.filePath)))?.trimmed ?? ""
      : node.trimmedCode
    return ["name": "sha256", "checksum": .string(Digest.sha256(text))]
  }

  /// Changes with the names, types and constraints that the contract promises. dbt hashes what Python prints of them,
  /// and so that both find a contract unchanged, so do we.
  private func contractChecksum(_ node: Node) -> String {
    var text = ""
    for column in node.columns.sorted(by: { $0.name < $1.name }) {
      text += "|\(column.name)\(column.dataType ?? "None")"
      text += pythonText(column.constraints, "ColumnLevelConstraint")
    }
    if ["table", "incremental"].contains(node.materialized) {
      text += node.materialized + pythonText(node.constraints, "ModelLevelConstraint")
    }
    return Digest.sha256(text)
  }

  private func pythonText(_ constraints: [Constraint], _ type: String) -> String {
    func text(_ value: String?) -> String {
      value.map { PythonLiteral.text(ofTexts: .string($0)) } ?? "None"
    }
    let items = constraints.map { constraint in
      let kind = constraint.kind.rawValue
      let columns = PythonLiteral.text(ofTexts: .list(constraint.columns.map { .string($0) }))
      return "\(type)(type=<ConstraintType.\(kind): '\(kind)'>, name=\(text(constraint.name)), "
        + "expression=\(text(constraint.expression)), warn_unenforced=True, warn_unsupported=True, to=None, "
        + "to_columns=[]\(type == "ModelLevelConstraint" ? ", columns=\(columns)" : ""))"
    }
    return "[\(items.joined(separator: ", "))]"
  }

  private func columns(_ node: Node) -> JSONValue {
    var fields: [String: JSONValue] = [:]
    for column in node.columns {
      let meta = JSONValue(.map(column.meta))
      fields[column.name] = [
        "name": .string(column.name), "description": .string(column.description),
        "data_type": JSONValue(column.dataType), "meta": meta, "tags": .strings(column.tags),
        "config": ["meta": meta, "tags": .strings(column.tags)],
        "constraints": .array(column.constraints.map(constraint)), "quote": .null, "granularity": .null,
        "doc_blocks": [],
      ]
    }
    return .object(fields)
  }

  private func constraint(_ constraint: Constraint) -> JSONValue {
    var fields: [String: JSONValue] = [
      "type": .string(constraint.kind.rawValue), "name": JSONValue(constraint.name),
      "expression": JSONValue(constraint.expression), "warn_unenforced": true, "warn_unsupported": true,
      "to": .null, "to_columns": [],
    ]
    if !constraint.columns.isEmpty { fields["columns"] = .strings(constraint.columns) }
    return .object(fields)
  }
}

extension JSONValue {
  /// Addresses as dbt has them: none is null, one a text, several a list.
  fileprivate var emailForm: JSONValue {
    guard let items, items.count < 2 else { return self }
    return items.first ?? .null
  }
}

extension Node {
  /// The code as dbt's artifacts have it: without white space at its ends.
  var trimmedCode: String {
    guard let test = genericTest else { return rawCode.trimmed }
    return "{{ test_\(test.name)(**_dbt_generic_test_kwargs) }}"
  }
}
