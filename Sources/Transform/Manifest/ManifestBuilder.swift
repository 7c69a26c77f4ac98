import Diagnostics
import Files
import Jinja
import Storage

/// Reads a project's folders into a manifest. Faults are collected: a user sees all of them at once.
struct ManifestBuilder {
  let projectPath: String
  let project: ProjectFile
  let host: TemplateHost
  private let scopes: NodeScopes
  private let files: ProjectFiles

  private(set) var nodes: [String: Node] = [:]
  private(set) var disabled: Set<String> = []
  private var disabledNodes: [Node] = []
  /// The templates of models and singular tests, by unique id.
  private(set) var templates: [String: Template] = [:]
  var diagnostics: [Diagnostic] = []
  var warnings: [Diagnostic] = []
  private var macroDescriptions: [String: String] = [:]

  init(projectPath: String, project: ProjectFile, host: TemplateHost) {
    self.projectPath = projectPath
    self.project = project
    self.host = host
    scopes = NodeScopes(host: host)
    files = ProjectFiles(projectPath: projectPath)
  }

  /// Builds the manifest, or throws all faults that the project has.
  mutating func build() throws -> Manifest {
    try readMacros()
    let properties = try readProperties()
    addSources(properties)
    try addSeeds(properties)
    try addModels(properties)
    try addSingularTests(properties)
    warnOfLonelyProperties(properties)
    addGenericTests(properties)
    addExposures(properties)
    resolveReferences()
    let groups = checkedGroups(properties)
    if !diagnostics.isEmpty { throw DiagnosticList(diagnostics) }
    return Manifest(
      project: project, projectPath: projectPath, nodes: nodes, disabled: disabled, macros: describedMacros,
      warnings: warnings, disabledNodes: disabledNodes, groups: groups, macroDependencies: macroDependencies)
  }

  // MARK: Macros

  private mutating func readMacros() throws {
    var entries: [String: MacroEntry] = [:]
    for definition in try BuiltinMacros.definitions() {
      add(definition, package: BuiltinMacros.packageName, path: "macros.sql", to: &entries)
    }
    host.register(entries)
    var own: [String: MacroEntry] = [:]
    for entry in try files.entries(in: project.macroPaths + project.testPaths.map { "\($0)/generic" })
    where entry.fileExtension == "sql" {
      guard let template = parse(entry.path) else { continue }
      for definition in template.definitions {
        add(definition, package: project.name, path: entry.path, to: &own)
      }
    }
    host.register(own)
  }

  private mutating func add(
    _ definition: Definition, package: String, path: String, to entries: inout [String: MacroEntry]
  ) {
    guard let name = definition.macroName else { return }
    if let twin = entries[name] {
      diagnostics.append(
        Diagnostic(
          .duplicateResource, "the macro '\(name)' is defined twice",
          at: definition.source.location(at: Int(definition.span.start)),
          notes: ["the first stands in \(twin.filePath)"], hints: ["rename one of them"]))
      return
    }
    entries[name] = MacroEntry(
      uniqueID: "macro.\(package).\(name)", packageName: package, definition: definition, filePath: path,
      description: "")
  }

  private var describedMacros: [String: MacroEntry] {
    var macros = host.macros
    for (name, description) in macroDescriptions { macros[name]?.description = description }
    return macros
  }

  /// Parses a template file; a fault is noted and nil returned.
  private mutating func parse(_ path: String) -> Template? {
    do {
      let text = try FileSystem.readText(Path.join(projectPath, path))
      return try Template(text, name: path, syntax: BuiltinMacros.syntax)
    } catch {
      diagnostics += Diagnostic.all(of: error)
      return nil
    }
  }

  // MARK: Properties

  private mutating func readProperties() throws -> [PropertiesFile] {
    var result: [PropertiesFile] = []
    let folders = project.modelPaths + project.seedPaths + project.testPaths + project.macroPaths
    for entry in try files.entries(in: folders) where ["yml", "yaml"].contains(entry.fileExtension) {
      do {
        let file = try YAMLFile(contentsOf: Path.join(projectPath, entry.path), path: entry.path)
        var parser = PropertiesParser(file)
        result.append(parser.parse())
        diagnostics += parser.diagnostics.filter { $0.severity == .error }
        warnings += parser.diagnostics.filter { $0.severity == .warning }
      } catch {
        diagnostics += Diagnostic.all(of: error)
      }
    }
    for macro in result.flatMap(\.macros) { macroDescriptions[macro.name] = macro.description }
    return result
  }

  /// Finds what properties say of a node; said twice, it is a fault.
  private mutating func properties(
    named name: String, kind: String, in all: [(file: String, properties: NodeProperties)]
  ) -> (file: String, properties: NodeProperties)? {
    let matches = all.filter { $0.properties.name == name }
    if matches.count > 1 {
      diagnostics.append(
        Diagnostic(
          .duplicateResource, "the \(kind) '\(name)' is described twice", at: matches[1].properties.location,
          notes: ["the first stands at \(matches[0].properties.location)"], hints: ["merge the two into one"])
      )
    }
    return matches.first
  }

  private mutating func warnOfLonelyProperties(_ files: [PropertiesFile]) {
    for (kind, all) in [("model", files.flatMap(\.models)), ("seed", files.flatMap(\.seeds))] {
      for properties in all where !hasNode("\(kind).\(project.name).\(properties.name)") {
        let names = nodes.values.filter { $0.resourceType.rawValue == kind }.map(\.name)
        warnings.append(
          Diagnostic(
            .patchWithoutNode,
            "there is no \(kind) '\(properties.name)' that these properties could describe",
            severity: .warning, at: properties.location,
            hints: Suggestion.hint(for: properties.name, in: names).map { [$0] } ?? []))
      }
    }
  }

  private func hasNode(_ id: String) -> Bool { nodes[id] != nil || disabled.contains(id) }

  // MARK: Nodes

  private mutating func addSources(_ files: [PropertiesFile]) {
    for file in files {
      for table in file.sources {
        var config = NodeConfig()
        let folders = file.path.split(separator: "/").dropFirst().dropLast().map(String.init)
        let fqn = [project.name] + folders + [table.sourceName, table.name]
        config.merge(rendered(project.sources.entries(for: fqn) + table.config, at: table.location))
        var node = Node(
          uniqueID: "source.\(project.name).\(table.sourceName).\(table.name)", resourceType: .source,
          name: table.name, packageName: project.name, fqn: fqn, filePath: file.path,
          relativePath: file.path, location: table.location, config: config)
        node.noteUnrendered(project.sources.entries(for: fqn) + table.config)
        node.description = table.description
        node.columns = table.columns
        node.propertiesPath = file.path
        node.source = SourceDetails(
          name: table.sourceName, description: table.sourceDescription, loader: table.loader)
        node.relation = layer(named: table.schema, of: node).map {
          Relation(layer: $0, name: table.identifier)
        }
        checkTypes(node)
        insert(node)
      }
    }
  }

  private mutating func addSeeds(_ properties: [PropertiesFile]) throws {
    let described = properties.flatMap { file in file.seeds.map { (file: file.path, properties: $0) } }
    for entry in try files.entries(in: project.seedPaths) where entry.fileExtension == "csv" {
      var node = node(entry, type: .seed)
      let own = self.properties(named: entry.name, kind: "seed", in: described)
      configure(&node, tree: project.seeds, own)
      place(&node)
      checkTypes(node)
      insert(node)
    }
  }

  private mutating func addModels(_ properties: [PropertiesFile]) throws {
    let described = properties.flatMap { file in file.models.map { (file: file.path, properties: $0) } }
    for entry in try files.entries(in: project.modelPaths) where entry.fileExtension == "sql" {
      guard let template = parse(entry.path) else { continue }
      var node = node(entry, type: .model)
      node.rawCode = template.source.text
      let own = self.properties(named: entry.name, kind: "model", in: described)
      configure(&node, tree: project.models, own)
      read(template, into: &node)
      place(&node)
      checkTypes(node)
      checkMaterialization(node)
      insert(node)
      templates[node.uniqueID] = template
    }
  }

  private mutating func addSingularTests(_ properties: [PropertiesFile]) throws {
    let described = properties.flatMap { file in file.dataTests.map { (file: file.path, properties: $0) } }
    for entry in try files.entries(in: project.testPaths)
    where entry.fileExtension == "sql" && entry.folders.first != "generic" {
      guard let template = parse(entry.path) else { continue }
      var node = node(entry, type: .test)
      node.rawCode = template.source.text
      let own = self.properties(named: entry.name, kind: "data test", in: described)
      configure(&node, tree: project.dataTests, own)
      read(template, into: &node)
      insert(node)
      templates[node.uniqueID] = template
    }
  }

  private mutating func addExposures(_ files: [PropertiesFile]) {
    for file in files {
      for exposure in file.exposures { addExposure(exposure, file: file.path) }
    }
  }

  private mutating func addExposure(_ exposure: ExposureProperties, file: String) {
    let parts = file.split(separator: "/").map(String.init)
    var node = Node(
      uniqueID: "exposure.\(project.name).\(exposure.name)", resourceType: .exposure, name: exposure.name,
      packageName: project.name, fqn: [project.name] + parts.dropFirst().dropLast() + [exposure.name],
      filePath: file, relativePath: parts.dropFirst().joined(separator: "/"), location: exposure.location,
      config: NodeConfig())
    let settings = project.exposures.entries(for: node.fqn) + exposure.config
    node.config.merge(rendered(settings + exposure.topLevelConfig, at: exposure.location))
    node.noteUnrendered(settings)
    node.description = exposure.description
    node.exposure = exposure.details
    do {
      for dependency in exposure.details.dependencies {
        let template = try Template("{{ \(dependency.text) }}", name: file, syntax: BuiltinMacros.syntax)
        let parsed = try scopes.parse(template, of: node)
        node.references += parsed.references
        node.sourceReferences += parsed.sourceReferences
      }
      insert(node)
    } catch {
      diagnostics += Diagnostic.all(of: error)
    }
  }

  /// The groups of the project; a node in a group that nobody declared is a fault.
  private mutating func checkedGroups(_ files: [PropertiesFile]) -> [Group] {
    let groups = files.flatMap(\.groups).sorted { $0.name < $1.name }
    let names = Set(groups.map(\.name))
    for node in nodes.values.sorted(by: { $0.uniqueID < $1.uniqueID }) {
      guard let group = node.group, !names.contains(group) else { continue }
      diagnostics.append(
        Diagnostic(
          .invalidValue, "'\(node.name)' is in the group '\(group)', which no properties file declares",
          at: node.location,
          hints: [Suggestion.hint(for: group, in: names) ?? "declare it under `groups:`, with an owner"]))
    }
    return groups
  }

  /// For each macro, by unique id, those that it calls.
  private var macroDependencies: [String: [String]] {
    var result: [String: [String]] = [:]
    for macro in host.macros.values {
      let called = macro.definition.staticCalls().compactMap { call in
        call.path.last.flatMap { host.macros[$0]?.uniqueID }
      }
      result[macro.uniqueID] = Set(called).sorted()
    }
    return result
  }

  private mutating func addGenericTests(_ files: [PropertiesFile]) {
    for file in files {
      for (kind, all) in [("model", file.models), ("seed", file.seeds)] {
        for properties in all {
          guard let node = nodes["\(kind).\(project.name).\(properties.name)"] else { continue }
          for test in properties.tests { addGenericTest(test, on: node, file: file.path) }
        }
      }
      for table in file.sources {
        guard let node = nodes["source.\(project.name).\(table.sourceName).\(table.name)"] else { continue }
        for test in table.tests { addGenericTest(test, on: node, file: file.path) }
      }
    }
  }

  private mutating func addGenericTest(_ test: TestDeclaration, on attached: Node, file: String) {
    guard host.macros["test_\(test.test)"] != nil else {
      let known = host.macros.keys.filter { $0.hasPrefix("test_") }.map { String($0.dropFirst(5)) }
      diagnostics.append(
        Diagnostic(
          .unknownTest, "there is no generic test '\(test.test)'", at: test.location,
          hints: [
            Suggestion.hint(for: test.test, in: known)
              ?? "the tests known here are \(known.sorted().joined(separator: ", "))"
          ]))
      return
    }
    let names = GenericTestName(test, on: attached)
    let folders = file.split(separator: "/").dropFirst().dropLast().map(String.init)
    var node = Node(
      uniqueID: "test.\(project.name).\(names.name).\(names.hash)", resourceType: .test, name: names.name,
      packageName: project.name, fqn: [project.name] + folders + [names.name], filePath: file,
      relativePath: "\(names.name).sql", location: test.location, config: NodeConfig())
    node.shortName = names.shortName
    node.propertiesPath = file
    node.description = test.description
    let settings = project.dataTests.entries(for: node.fqn) + test.config
    node.config.merge(rendered(settings, at: test.location))
    node.noteUnrendered(settings)
    node.config.merge([ConfigEntry(key: "tags", value: .list(inheritedTags(of: test, on: attached)))])
    checkSeverity(node)
    node.macroDependencies = [host.macros["test_\(test.test)"]?.uniqueID].compactMap { $0 }
    node.genericTest = GenericTest(
      name: test.test, namespace: test.namespace, arguments: test.arguments, column: test.column,
      attachedNode: attached.uniqueID)
    if let source = attached.source {
      node.sourceReferences = [SourceReference(source: source.name, table: attached.name)]
    } else {
      node.references = [Reference(package: nil, name: attached.name)]
    }
    do {
      let found = try GenericTestCompiler(host: host).references(of: node)
      node.references += found.references
      node.sourceReferences += found.sourceReferences
      insert(node)
    } catch {
      diagnostics += Diagnostic.all(of: error)
    }
  }

  /// A test has the tags of its column, and of its source.
  private func inheritedTags(of test: TestDeclaration, on attached: Node) -> [ConfigValue] {
    let column = attached.columns.first { $0.name == test.column }
    let tags = (attached.source == nil ? [] : attached.config.tags) + (column?.tags ?? [])
    return tags.map { .string($0) }
  }

  // MARK: Parts of a node

  private func node(_ entry: ProjectFiles.Entry, type: ResourceType) -> Node {
    Node(
      uniqueID: "\(type.rawValue).\(project.name).\(entry.name)", resourceType: type, name: entry.name,
      packageName: project.name, fqn: [project.name] + entry.folders + [entry.name], filePath: entry.path,
      relativePath: entry.relativePath, location: SourceLocation(path: entry.path), config: NodeConfig())
  }

  private mutating func configure(
    _ node: inout Node, tree: ConfigTree, _ own: (file: String, properties: NodeProperties)?
  ) {
    let settings = tree.entries(for: node.fqn)
    node.config.merge(rendered(settings, at: SourceLocation(path: ProjectFile.fileName)))
    node.noteUnrendered(settings)
    guard let own else { return }
    node.noteUnrendered(own.properties.config)
    node.config.merge(rendered(own.properties.config, at: own.properties.location))
    node.description = own.properties.description
    node.columns = own.properties.columns
    node.constraints = own.properties.constraints
    node.propertiesPath = own.file
  }

  /// Takes references and settings out of a node's template.
  private mutating func read(_ template: Template, into node: inout Node) {
    do {
      let parsed = try scopes.parse(template, of: node)
      node.references = parsed.references
      node.sourceReferences = parsed.sourceReferences
      node.config.merge(parsed.config)
      node.noteUnrendered(parsed.config)
      node.macroDependencies = Set(
        template.staticCalls().compactMap { call in call.path.last.flatMap { host.macros[$0]?.uniqueID } }
      ).sorted()
      checkSeverity(node)
    } catch {
      diagnostics += Diagnostic.all(of: error)
    }
  }

  /// Gives a node its layer and name, through the project's `generate_schema_name` and `generate_alias_name`.
  private mutating func place(_ node: inout Node) {
    guard node.config.isEnabled, !node.isEphemeral else { return }
    do {
      let model = NodeScopes.model(node)
      let schema = try host.callMacro(
        "generate_schema_name", [node.config.schema.map { .string($0) } ?? .none, model])
      let alias = try host.callMacro(
        "generate_alias_name", [node.config.alias.map { .string($0) } ?? .none, model])
      let trimmed = alias.trimmed
      node.relation = layer(named: schema.trimmed, of: node).map {
        Relation(layer: $0, name: trimmed.isEmpty ? node.name : trimmed)
      }
      if let relation = node.relation { checkName(relation.name, of: node) }
    } catch {
      diagnostics += Diagnostic.all(of: error)
    }
  }

  /// Names that the store or SQLite keeps for itself.
  private mutating func checkName(_ name: String, of node: Node) {
    let lowered = name.lowercased()
    guard
      ["_relations", "_rejects"].contains(lowered) || lowered.hasPrefix("sqlite_")
        || lowered.hasSuffix("__dbt_tmp")
    else { return }
    diagnostics.append(
      Diagnostic(
        .invalidValue, "the \(node.resourceType.rawValue) '\(node.name)' has the reserved name '\(name)'",
        at: node.location,
        hints: ["rename it, or give it an alias"]))
  }

  private mutating func layer(named schema: String, of node: Node) -> Layer? {
    if let layer = Layer(rawValue: schema) { return layer }
    diagnostics.append(
      Diagnostic(
        .invalidValue,
        "the \(node.resourceType.rawValue) '\(node.name)' has the schema '\(schema)', which is no layer",
        at: node.location, hints: ["the layers are raw, staged and main: set `+schema` to one of them"]))
    return nil
  }

  private mutating func checkTypes(_ node: Node) {
    for column in node.columns {
      guard let type = column.dataType, ColumnType(declared: type) == nil else { continue }
      diagnostics.append(
        Diagnostic(
          .invalidValue, "the column '\(column.name)' of '\(node.name)' has the unknown data_type '\(type)'",
          at: column.location,
          hints: [
            Suggestion.hint(for: type, in: ColumnType.allCases.map(\.rawValue))
              ?? "the types are \(ColumnType.allCases.map(\.rawValue).joined(separator: ", "))"
          ]))
    }
  }

  private mutating func checkMaterialization(_ node: Node) {
    diagnostics += MaterializationCheck(node).faults()
  }

  private mutating func checkSeverity(_ node: Node) {
    guard node.isTest, !["error", "warn"].contains(node.config.severity) else { return }
    diagnostics.append(
      Diagnostic(
        .invalidValue, "the test '\(node.name)' has the severity '\(node.config.severity)'",
        at: node.location,
        hints: ["severities are error and warn"]))
  }

  private static let lateKeys: Set<String> = ["pre-hook", "post-hook", "pre_hook", "post_hook"]

  private mutating func rendered(_ entries: [ConfigEntry], at location: SourceLocation) -> [ConfigEntry] {
    do {
      return try entries.map {
        // Hooks are rendered when they run.
        Self.lateKeys.contains($0.key)
          ? $0 : ConfigEntry(key: $0.key, value: try host.render($0.value, at: location))
      }
    } catch {
      diagnostics += Diagnostic.all(of: error)
      return []
    }
  }

  private mutating func insert(_ node: Node) {
    guard node.config.isEnabled else {
      disabled.insert(node.uniqueID)
      disabledNodes.append(node)
      return
    }
    if let twin = nodes[node.uniqueID] {
      // A test that is written twice in one place is one test.
      if node.isTest, node.genericTest != nil { return }
      diagnostics.append(
        Diagnostic(
          .duplicateResource, "the \(node.resourceType.rawValue) '\(node.name)' exists twice",
          at: node.location,
          notes: ["the first is \(twin.location)"],
          hints: ["rename one of them: names are unique in a project"]))
      return
    }
    nodes[node.uniqueID] = node
  }

  // MARK: References

  private mutating func resolveReferences() {
    let manifest = Manifest(
      project: project, projectPath: projectPath, nodes: nodes, disabled: disabled, macros: [:], warnings: [])
    let resolver = ReferenceResolver(manifest: manifest, templates: templates)
    for id in manifest.sortedIDs {
      guard var node = nodes[id] else { continue }
      let (dependencies, faults) = resolver.resolve(node)
      node.dependencies = dependencies
      nodes[id] = node
      diagnostics += faults
    }
    diagnostics += resolver.duplicateRelations()
  }
}

extension String {
  /// Without white space at both ends.
  var trimmed: String {
    var text = self[...]
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
