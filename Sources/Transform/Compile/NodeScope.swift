import Diagnostics
import Jinja
import Storage

/// What a node's template found while it was parsed: its references and its settings.
struct ParsedReferences {
  var references: [Reference] = []
  var sourceReferences: [SourceReference] = []
  var config: [ConfigEntry] = []
}

/// Makes the scopes in which nodes' templates are rendered: once to learn what they refer to, once to compile them.
struct NodeScopes {
  let host: TemplateHost

  // MARK: Parsing

  /// Renders a template with `execute` false and notes what it refers to. The text is thrown away.
  func parse(_ template: Template, of node: Node) throws -> ParsedReferences {
    var parsed = ParsedReferences()
    let config = ConfigObject(node.config)
    let scope = scope(of: node, config: config, isExecuting: false)
    // Nothing is known yet of what is referred to, so each reference stands for the node itself.
    let placeholder = Relation(layer: .main, name: node.name)
    scope["ref"] = .function("ref") { call in
      parsed.references.append(try Self.reference(call))
      return .object(RelationObject(placeholder, isQualified: true))
    }
    scope["source"] = .function("source") { call in
      parsed.sourceReferences.append(try Self.sourceReference(call))
      return .object(RelationObject(placeholder, isQualified: true))
    }
    scope["this"] = .object(RelationObject(placeholder, isQualified: true))
    addBuiltins(to: scope, of: node)
    var environment = host.environment
    environment.undefinedPolicy = .lenient
    _ = try Renderer(environment: environment, scope: scope).renderText(template)
    parsed.config = config.entries
    return parsed
  }

  static func reference(_ call: Call) throws -> Reference {
    if let keyword = call.keywords.first {
      throw TemplateError(
        .unsupportedFeature, "ref() takes no '\(keyword.name)' in this version: models have no versions")
    }
    let names = try call.arguments.map { argument in
      guard let name = argument.string else {
        throw TemplateError(.templateRuntime, "ref() takes names, not \(argument.shortDescription)")
      }
      return name
    }
    switch names.count {
    case 1: return Reference(package: nil, name: names[0])
    case 2: return Reference(package: names[0], name: names[1])
    default: throw TemplateError(.templateRuntime, "ref() takes a model, or a package and a model")
    }
  }

  static func sourceReference(_ call: Call) throws -> SourceReference {
    guard call.arguments.count == 2, let source = call.arguments[0].string,
      let table = call.arguments[1].string
    else {
      throw TemplateError(.templateRuntime, "source() takes the name of a source and of one of its tables")
    }
    return SourceReference(source: source, table: table)
  }

  // MARK: Compiling

  /// What references of a node that is compiled stand for.
  struct References {
    /// Whether relations print with their layer.
    var isQualified = true
    /// Whether a reference must be one that the parse has found.
    var checksDependencies = true
    /// What stands in for a node; nil for the node's own relation.
    var standIn: (Node) throws -> RelationObject? = { _ in nil }
    /// What stands in for `this`.
    var this: RelationObject?
    /// Called with each ephemeral model that is referred to.
    var addCommonTable: (Node) throws -> Void
  }

  /// The scope in which a node is compiled: references are relations.
  func compileScope(of node: Node, in manifest: Manifest, _ references: References) -> Scope {
    let scope = scope(of: node, config: ConfigObject(node.config), isExecuting: true)
    let known = Set(node.dependencies)
    func value(_ target: Node, _ words: String) throws -> Value? {
      guard !references.checksDependencies || known.contains(target.uniqueID) else {
        throw TemplateError(
          .undeclaredRead, "the parse did not find that '\(node.name)' refers to '\(target.name)'",
          hints: ["where a reference is made conditionally, declare it: `-- depends_on: {{ \(words) }}`"])
      }
      if let standIn = try references.standIn(target) { return .object(standIn) }
      if target.isEphemeral { try references.addCommonTable(target) }
      guard let relation = RelationObject(target, isQualified: references.isQualified) else { return nil }
      relation.isEmptied = host.invocation.readsNothing && node.resourceType == .model
      return .object(relation)
    }
    scope["ref"] = .function("ref") { call in
      let reference = try Self.reference(call)
      if let target = manifest.node(reference, from: node.packageName),
        let value = try value(target, "ref('\(reference.name)')")
      {
        return value
      }
      throw TemplateError(
        .unknownRef, "there is no model or seed '\(reference.name)'",
        hints: [Suggestion.hint(for: reference.name, in: manifest.referableNames)].compactMap { $0 })
    }
    scope["source"] = .function("source") { call in
      let reference = try Self.sourceReference(call)
      if let target = manifest.node(reference, from: node.packageName),
        let value = try value(target, "source('\(reference.source)', '\(reference.table)')")
      {
        return value
      }
      throw TemplateError(.unknownSource, "there is no source table '\(reference.source).\(reference.table)'")
    }
    let own = node.relation.map { RelationObject($0, kind: .table, isQualified: references.isQualified) }
    scope["this"] = (references.this ?? own).map { .object($0) } ?? Value.none
    scope["is_incremental"] = .function("is_incremental") { [host] _ in
      guard node.materialized == "incremental" else { return .bool(false) }
      host.trace.dependsOnDraft = true
      if let assumed = host.incrementalAssumption { return .bool(assumed) }
      return .bool(try host.database?.isIncremental(node) ?? false)
    }
    addBuiltins(to: scope, of: node)
    return scope
  }

  /// `builtins`: the functions as they are where the project has macros of their names, which stand before them.
  private func addBuiltins(to scope: Scope, of node: Node) {
    let names = ["ref", "source", "config", "var", "this"]
    let values = names.compactMap { name in
      (scope[name] ?? host.scope(of: node.packageName)[name]).map { (name, $0) }
    }
    scope["builtins"] = .dict(values)
    for name in names {
      if let entry = host.macros.entry(name, in: host.project.name) {
        scope[name] = .macro(Macro(entry.definition))
      }
    }
  }

  /// What the macro of a generic test says with `config(…)`: as in a parse, nothing is known of what it tests.
  func config(of definition: Definition, _ test: TestDeclaration, _ node: Node) -> [ConfigEntry] {
    let config = ConfigObject(node.config)
    let scope = scope(of: node, config: config, isExecuting: false)
    let placeholder = Value.object(
      RelationObject(Relation(layer: .main, name: node.name), isQualified: true))
    for name in ["ref", "source"] { scope[name] = .function(name) { _ in placeholder } }
    var environment = host.environment
    environment.undefinedPolicy = .lenient
    var keywords = [Call.Keyword("model", placeholder)]
    if let column = test.column { keywords.append(Call.Keyword("column_name", .string(column))) }
    keywords += test.arguments.map { Call.Keyword($0.key, Value($0.value)) }
    // What cannot be rendered yet is told when the test is compiled.
    _ = try? Renderer(environment: environment, scope: scope).call(
      .macro(Macro(definition)), keywords: keywords)
    return config.entries
  }

  private func scope(of node: Node, config: ConfigObject, isExecuting: Bool) -> Scope {
    let scope = Scope(parent: host.scope(of: node.packageName))
    scope["config"] = .object(config)
    scope["execute"] = .bool(isExecuting)
    scope["model"] = Self.model(node)
    scope["is_incremental"] = .function("is_incremental") { _ in .bool(false) }
    return scope
  }

  /// `model`: what a template may know of its own node.
  static func model(_ node: Node) -> Value {
    .dict([
      ("name", .string(node.name)), ("unique_id", .string(node.uniqueID)),
      ("resource_type", .string(node.resourceType.rawValue)), ("package_name", .string(node.packageName)),
      ("path", .string(node.relativePath)), ("original_file_path", .string(node.filePath)),
      ("fqn", .list(node.fqn.map { .string($0) })), ("database", .string(Target.databaseName)),
      ("alias", .string(node.relation?.name ?? node.name)),
      ("schema", node.relation.map { .string($0.layer.schemaName) } ?? .none),
      ("identifier", .string(node.relation?.name ?? node.name)),
      ("source_name", node.source.map { .string($0.name) } ?? .none),
      ("raw_code", .string(node.rawCode)), ("language", "sql"),
      ("tags", .list(node.config.tags.map { .string($0) })), ("description", .string(node.description)),
      ("meta", Value(.map(node.config.meta))),
      ("columns", .dict(node.columns.map { ($0.name, column($0)) })),
      ("refs", .list(node.references.map { .dict([("name", .string($0.name))]) })),
      (
        "depends_on",
        .dict([
          ("nodes", .list(node.dependencies.map { .string($0) })),
          ("macros", .list(node.macroDependencies.map { .string($0) })),
        ])
      ),
      ("config", config(node)),
    ])
  }

  private static func column(_ column: ColumnProperties) -> Value {
    .dict([
      ("name", .string(column.name)), ("description", .string(column.description)),
      ("data_type", column.dataType.map { .string($0) } ?? .none), ("meta", Value(.map(column.meta))),
      ("tags", .list(column.tags.map { .string($0) })),
    ])
  }

  private static func config(_ node: Node) -> Value {
    let config = ValueDict(node.config.values.sorted { $0.key < $1.key }.map { ($0.key, Value($0.value)) })
    for (key, value) in [
      ("enabled", Value.bool(node.config.isEnabled)), ("materialized", .string(node.materialized)),
      ("tags", .list(node.config.tags.map { .string($0) })), ("meta", Value(.map(node.config.meta))),
    ] where config[key] == nil {
      config[key] = value
    }
    return .dict(config)
  }
}
