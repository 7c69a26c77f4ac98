import Diagnostics
import Files
import Jinja
import Storage

/// Sources, seeds, models and singular tests.
extension ManifestBuilder {
  mutating func addSources(_ files: [PropertiesFile], of package: ProjectPackage) {
    for file in files {
      for table in file.sources {
        var config = NodeConfig()
        let folders = file.path.split(separator: "/").dropFirst().dropLast().map(String.init)
        let fqn = [package.name] + folders + [table.sourceName, table.name]
        config.merge(
          configuration(\.sources, fqn, package) + rendered(table.config, in: package, at: table.location))
        var node = Node(
          uniqueID: "source.\(package.name).\(table.sourceName).\(table.name)", resourceType: .source,
          name: table.name, packageName: package.name, fqn: fqn, filePath: file.path,
          relativePath: file.path, location: table.location, config: config)
        node.packagePrefix = package.prefix
        node.noteUnrendered(settings(\.sources, fqn, package) + table.config)
        node.description = described(table.description, in: package, at: table.location)
        node.columns = describedColumns(table.columns, in: package)
        node.propertiesPath = file.path
        node.source = SourceDetails(
          name: table.sourceName,
          description: described(table.sourceDescription, in: package, at: table.location),
          loader: table.loader)
        if node.config.isEnabled {
          let schema = text(table.schema, in: package, at: table.location)
          node.relation = layer(named: schema, of: node).map {
            Relation(layer: $0, name: text(table.identifier, in: package, at: table.location))
          }
        }
        checkTypes(node)
        insert(node)
      }
    }
  }

  mutating func addSeeds(_ properties: [PropertiesFile], of package: ProjectPackage) throws {
    let described = propertiesByName(properties, "seed", \.seeds)
    for entry in try files(of: package).entries(in: package.file.seedPaths) where entry.fileExtension == "csv"
    {
      var node = node(entry, type: .seed, package)
      let own = described[entry.name]
      configure(&node, \.seeds, package, own)
      place(&node, package)
      checkTypes(node)
      checkSeed(node)
      insert(node)
    }
  }

  private mutating func checkSeed(_ node: Node) {
    guard node.config.delimiter.utf8.count != 1 else { return }
    diagnostics.append(
      Diagnostic(
        .invalidValue, "the seed '\(node.name)' has the delimiter '\(node.config.delimiter)'",
        at: node.location, hints: ["a delimiter is one character of one byte, such as ';' or \"\\t\""]))
  }

  mutating func addModels(_ properties: [PropertiesFile], of package: ProjectPackage) throws {
    let described = propertiesByName(properties, "model", \.models)
    for entry in try files(of: package).entries(in: package.file.modelPaths)
    where entry.fileExtension == "sql" {
      guard let template = parse(entry.path, of: package) else { continue }
      var node = node(entry, type: .model, package)
      node.rawCode = template.source.text
      let own = described[entry.name]
      configure(&node, \.models, package, own)
      read(template, into: &node)
      place(&node, package)
      checkTypes(node)
      if node.config.isEnabled { diagnostics += MaterializationCheck(node).faults() }
      insert(node)
      templates[node.uniqueID] = template
    }
  }

  mutating func addSingularTests(_ properties: [PropertiesFile], of package: ProjectPackage) throws {
    let described = propertiesByName(properties, "data test", \.dataTests)
    for entry in try files(of: package).entries(in: package.file.testPaths)
    where entry.fileExtension == "sql" && !["generic", "fixtures"].contains(entry.folders.first) {
      guard let template = parse(entry.path, of: package) else { continue }
      var node = node(entry, type: .test, package)
      node.rawCode = template.source.text
      let own = described[entry.name]
      configure(&node, \.dataTests, package, own)
      read(template, into: &node)
      placeFailures(&node)
      insert(node)
      templates[node.uniqueID] = template
    }
  }

  // MARK: Parts of a node

  func node(_ entry: ProjectFiles.Entry, type: ResourceType, _ package: ProjectPackage) -> Node {
    var node = Node(
      uniqueID: "\(type.rawValue).\(package.name).\(entry.name)", resourceType: type, name: entry.name,
      packageName: package.name, fqn: [package.name] + entry.folders + [entry.name], filePath: entry.path,
      relativePath: entry.relativePath, location: SourceLocation(path: package.displayPath(entry.path)),
      config: NodeConfig())
    node.packagePrefix = package.prefix
    return node
  }

  /// The configuration by folder as it is written: the package's own, then that of the project.
  func settings(
    _ tree: KeyPath<ProjectFile, ConfigTree>, _ fqn: [String], _ package: ProjectPackage
  ) -> [ConfigEntry] {
    (package.prefix.isEmpty ? [project] : [package.file, project]).flatMap {
      $0[keyPath: tree].entries(for: fqn)
    }
  }

  /// The same with its templates evaluated.
  mutating func configuration(
    _ tree: KeyPath<ProjectFile, ConfigTree>, _ fqn: [String], _ package: ProjectPackage
  ) -> [ConfigEntry] {
    rendered(settings(tree, fqn, package), in: package, at: SourceLocation(path: ProjectFile.fileName))
  }

  mutating func configure(
    _ node: inout Node, _ tree: KeyPath<ProjectFile, ConfigTree>, _ package: ProjectPackage,
    _ own: (file: String, properties: NodeProperties)?
  ) {
    node.config.merge(configuration(tree, node.fqn, package))
    node.noteUnrendered(settings(tree, node.fqn, package))
    guard let own else { return }
    node.noteUnrendered(own.properties.config)
    node.config.merge(rendered(own.properties.config, in: package, at: own.properties.location))
    node.description = described(own.properties.description, in: package, at: own.properties.location)
    node.columns = describedColumns(own.properties.columns, in: package)
    node.constraints = own.properties.constraints
    node.propertiesPath = own.file
  }

  /// Takes references and settings out of a node's template.
  mutating func read(_ template: Template, into node: inout Node) {
    do {
      let parsed = try scopes.parse(template, of: node)
      node.references = parsed.references
      node.sourceReferences = parsed.sourceReferences
      node.config.merge(parsed.config)
      node.noteUnrendered(parsed.config)
      node.macroDependencies = macroIDs(calledBy: template.staticCalls(), from: node.packageName)
      checkSeverity(node)
    } catch {
      diagnostics += Diagnostic.all(of: error)
    }
  }

  /// Gives a node its layer and name, through the project's `generate_schema_name` and `generate_alias_name`.
  mutating func place(_ node: inout Node, _ package: ProjectPackage) {
    guard node.config.isEnabled, !node.isEphemeral else { return }
    do {
      let model = NodeScopes.model(node)
      // dbt takes the target schema of a snapshot as it is.
      let schema =
        try node.snapshotSchema
        ?? host.callMacro(
          "generate_schema_name", [node.config.schema.map { .string($0) } ?? .none, model], from: package.name
        )
      let alias = try host.callMacro(
        "generate_alias_name", [node.config.alias.map { .string($0) } ?? .none, model], from: package.name)
      let trimmed = alias.trimmed
      node.relation = layer(named: schema.trimmed, of: node).map {
        Relation(layer: $0, name: trimmed.isEmpty ? node.name : trimmed)
      }
      if let relation = node.relation { checkName(relation.name, of: node) }
    } catch {
      diagnostics += Diagnostic.all(of: error)
    }
  }

  mutating func insert(_ node: Node) {
    checkSettings(node)
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
}
