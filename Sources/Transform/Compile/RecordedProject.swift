import Diagnostics
import Jinja
import Storage

/// The models of a published build as its `manifest.json` has them, to be compiled for another warehouse. Nothing is read
/// but that file: what the project's files have become since does not count.
///
/// For one thread.
package final class RecordedProject {
  /// How a warehouse that is no SQLite is spoken to.
  package struct Dialect {
    /// dbt's name of it, by which `adapter.dispatch` finds variants of macros.
    package var type: String
    /// A column's name, quoted so that it means the column that the mirror has.
    package var quoted: (String) -> String

    package init(type: String, quoted: @escaping (String) -> String) {
      self.type = type
      self.quoted = quoted
    }
  }

  /// A model, seed or source that has rows.
  package struct Model: Sendable {
    package let uniqueID: String
    package let relation: Relation
    package let materialized: String
    package let description: String
    /// Descriptions by column, those that are not empty.
    package let columnDescriptions: [String: String]
    package let meta: [String: JSONValue]
  }

  /// Of every relation that the manifest knows.
  package let models: [Relation: Model]
  private let host: TemplateHost
  private let manifest: Manifest
  private var templates: [String: Template] = [:]
  private var faults: [String: any Error] = [:]

  /// - Parameter bytes: of the file.
  package init(_ bytes: [UInt8], path: String, dialect: Dialect) throws {
    let json = try JSONParser.parse(bytes, path: path)
    let reader = RecordedManifest(json)
    let target = Target(
      profileName: "mirror", name: "mirror", type: dialect.type, schema: Layer.main.schemaName, threads: 1)
    host = TemplateHost(
      project: reader.project, packages: [], target: target, commandVars: reader.commandVars,
      processEnvironment: [:],
      invocation: Invocation(verb: "compile"), onMessage: { _ in })
    host.quoted = dialect.quoted
    var builtin = try BuiltinMacros.definitions()
    if dialect.type == "snowflake" {
      let template = try Template(SnowflakeMacros.text, name: "dbt/snowflake", syntax: BuiltinMacros.syntax)
      builtin += template.definitions.map { ($0, "macros/snowflake.sql") }
    }
    for (definition, path) in builtin {
      host.macros.add(Self.entry(definition, BuiltinMacros.packageName, path))
    }
    for macro in reader.macros where macro.package != BuiltinMacros.packageName {
      let template = try Template(macro.text, name: macro.path, syntax: BuiltinMacros.syntax)
      for definition in template.definitions {
        host.macros.add(Self.entry(definition, macro.package, macro.path))
      }
    }
    let nodes = reader.nodes
    manifest = Manifest(
      project: reader.project, projectPath: "", packages: [], docs: [:],
      nodes: Dictionary(nodes.map { ($0.uniqueID, $0) }, uniquingKeysWith: { first, _ in first }),
      disabled: [],
      macros: [:], warnings: [])
    host.manifest = manifest
    models = Dictionary(
      nodes.compactMap { node in
        node.relation.map { relation in
          (
            relation,
            Model(
              uniqueID: node.uniqueID, relation: relation, materialized: node.materialized,
              description: node.description,
              columnDescriptions: Dictionary(
                node.columns.filter { !$0.description.isEmpty }.map { ($0.name, $0.description) },
                uniquingKeysWith: { first, _ in first }),
              meta: Dictionary(
                node.config.meta.map { ($0.key, JSONValue($0.value)) }, uniquingKeysWith: { _, last in last })
            )
          )
        }
      }, uniquingKeysWith: { first, _ in first })
    for node in nodes where node.resourceType == .model {
      do {
        templates[node.uniqueID] = try Template(
          node.rawCode, name: node.filePath, syntax: BuiltinMacros.syntax)
      } catch {
        faults[node.uniqueID] = error
      }
    }
  }

  private static func entry(_ definition: Definition, _ package: String, _ path: String) -> MacroEntry {
    MacroEntry(
      uniqueID: "macro.\(package).\(definition.macroName ?? definition.name)", packageName: package,
      definition: definition, filePath: path, description: "")
  }

  /// A model's query, with names of the other warehouse.
  ///
  /// - Parameter place: schema and name of a relation there, as they are quoted.
  package func query(
    of relation: Relation, at place: @escaping (Relation) -> (schema: String, name: String)
  ) throws -> String {
    guard let model = models[relation], let node = manifest.nodes[model.uniqueID] else {
      throw Diagnostic(.unknownRef, "the build's manifest.json has no model for '\(relation)'")
    }
    if let fault = faults[node.uniqueID] { throw fault }
    let compiler = NodeCompiler(host: host, manifest: manifest, templates: templates)
    compiler.place = { target in
      target.relation.map {
        let (schema, name) = place($0)
        return RelationObject(schema: schema, identifier: name, kind: .table)
      }
    }
    return try compiler.compileQualified(node).sql
  }
}

/// `manifest.json`, read as far as compiling needs it. What is not there, or is not of its kind, is left out.
private struct RecordedManifest {
  struct Macro {
    var package: String
    var path: String
    var text: String
  }

  private let json: JSONValue

  init(_ json: JSONValue) { self.json = json }

  /// What `ManifestArtifact` noted of the project's settings beside what dbt's manifests have.
  private var settings: JSONValue? {
    json["metadata"]?["env"]?[ManifestArtifact.settingsName]?.string.flatMap {
      try? JSONParser.parse(Array($0.utf8), path: "manifest.json")
    }
  }

  var project: ProjectFile {
    var file = ProjectFile(name: json["metadata"]?["project_name"]?.string ?? "")
    file.vars = Self.entries(settings?["vars"])
    for (namespace, order) in settings?["dispatch"]?.fields ?? [:] {
      file.dispatchOrder[namespace] = order.items?.compactMap(\.string)
    }
    return file
  }

  var commandVars: [ConfigEntry] { Self.entries(settings?["command_vars"]) }

  var macros: [Macro] {
    (json["macros"]?.fields ?? [:]).sorted { $0.key < $1.key }.compactMap { _, macro in
      guard let package = macro["package_name"]?.string, let text = macro["macro_sql"]?.string else {
        return nil
      }
      return Macro(package: package, path: macro["original_file_path"]?.string ?? "", text: text)
    }
  }

  /// Models, seeds, snapshots and sources.
  var nodes: [Node] {
    let all = (json["nodes"]?.fields ?? [:]).merging(json["sources"]?.fields ?? [:]) { first, _ in first }
    return all.sorted { $0.key < $1.key }.compactMap { node($0.key, $0.value) }
  }

  private func node(_ id: String, _ json: JSONValue) -> Node? {
    guard let type = json["resource_type"]?.string.flatMap(ResourceType.init(rawValue:)),
      [.model, .seed, .snapshot, .source].contains(type), let name = json["name"]?.string
    else { return nil }
    let path = json["original_file_path"]?.string ?? ""
    var config = NodeConfig()
    config.merge(Self.entries(json["config"]))
    var node = Node(
      uniqueID: id, resourceType: type, name: name, packageName: json["package_name"]?.string ?? "",
      fqn: json["fqn"]?.items?.compactMap(\.string) ?? [], filePath: path,
      relativePath: json["path"]?.string ?? path, location: SourceLocation(path: path), config: config)
    node.description = json["description"]?.string ?? ""
    node.rawCode = json["raw_code"]?.string ?? ""
    node.columns = (json["columns"]?.fields ?? [:]).sorted { $0.key < $1.key }.map { name, column in
      ColumnProperties(
        name: name, description: column["description"]?.string ?? "", meta: [], tags: [],
        location: SourceLocation(path: path))
    }
    node.dependencies = json["depends_on"]?["nodes"]?.items?.compactMap(\.string) ?? []
    if !node.isEphemeral, let layer = json["schema"]?.string.flatMap(Layer.init(rawValue:)),
      let stored = (json["identifier"] ?? json["alias"])?.string
    {
      node.relation = Relation(layer: layer, name: stored)
    }
    if type == .source {
      node.source = SourceDetails(name: json["source_name"]?.string ?? "", description: "", loader: "")
    }
    return node
  }

  private static func entries(_ json: JSONValue?) -> [ConfigEntry] {
    if case .map(let entries)? = json.map({ ConfigValue($0) }) { entries } else { [] }
  }
}
