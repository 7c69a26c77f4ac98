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

  /// The scope in which a node is compiled: references are relations.
  ///
  /// - Parameters:
  ///   - isQualified: whether relations print with their layer.
  ///   - checksDependencies: whether a reference must be one that the parse has found.
  ///   - addCommonTable: called with each ephemeral model that is referred to.
  func compileScope(
    of node: Node, in manifest: Manifest, isQualified: Bool, checksDependencies: Bool = true,
    addCommonTable: @escaping (Node) throws -> Void
  ) -> Scope {
    let scope = scope(of: node, config: ConfigObject(node.config), isExecuting: true)
    let known = Set(node.dependencies)
    func value(_ target: Node, _ words: String) throws -> Value? {
      guard !checksDependencies || known.contains(target.uniqueID) else {
        throw TemplateError(
          .undeclaredRead, "the parse did not find that '\(node.name)' refers to '\(target.name)'",
          hints: ["where a reference is made conditionally, declare it: `-- depends_on: {{ \(words) }}`"])
      }
      if target.isEphemeral { try addCommonTable(target) }
      return RelationObject(target, isQualified: isQualified).map { .object($0) }
    }
    scope["ref"] = .function("ref") { call in
      let reference = try Self.reference(call)
      if let target = manifest.node(reference),
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
      if let target = manifest.node(reference),
        let value = try value(target, "source('\(reference.source)', '\(reference.table)')")
      {
        return value
      }
      throw TemplateError(.unknownSource, "there is no source table '\(reference.source).\(reference.table)'")
    }
    scope["this"] = node.relation.map { .object(RelationObject($0, isQualified: isQualified)) } ?? Value.none
    scope["is_incremental"] = .function("is_incremental") { [host] _ in
      guard node.materialized == "incremental" else { return .bool(false) }
      host.trace.dependsOnDraft = true
      if let assumed = host.incrementalAssumption { return .bool(assumed) }
      return .bool(try host.database?.isIncremental(node) ?? false)
    }
    return scope
  }

  private func scope(of node: Node, config: ConfigObject, isExecuting: Bool) -> Scope {
    let scope = Scope(parent: host.baseScope)
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
      ("alias", .string(node.relation?.name ?? node.name)),
      ("schema", node.relation.map { .string($0.layer.schemaName) } ?? .none),
      ("tags", .list(node.config.tags.map { .string($0) })), ("description", .string(node.description)),
      ("config", .dict(node.config.values.sorted { $0.key < $1.key }.map { ($0.key, Value($0.value)) })),
    ])
  }
}
