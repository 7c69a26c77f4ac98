import Diagnostics
import Files
import Jinja
import Storage

/// Generic tests and unit tests, which properties files declare.
extension ManifestBuilder {
  mutating func addTests(of file: PropertiesFile, _ package: ProjectPackage) {
    for (kind, all) in [("model", file.models), ("seed", file.seeds), ("snapshot", file.snapshots)] {
      for properties in all {
        // As in dbt, tests are declared on whatever has the name, and the wrong word for its kind is warned of.
        let ids = [kind, "model", "seed", "snapshot"].map { "\($0).\(package.name).\(properties.name)" }
        guard let node = ids.compactMap({ nodes[$0] }).first else { continue }
        for test in properties.tests { addGenericTest(test, on: node, file: file.path, package) }
      }
    }
    for table in file.sources {
      guard let node = nodes["source.\(package.name).\(table.sourceName).\(table.name)"] else { continue }
      for test in table.tests { addGenericTest(test, on: node, file: file.path, package) }
    }
    for test in file.unitTests { addUnitTest(test, file: file.path, package) }
  }

  // MARK: Generic tests

  /// The macro of a generic test: in the package before the dot, or where a bare name is looked up.
  private func macro(of test: TestDeclaration, _ package: ProjectPackage) -> MacroEntry? {
    let name = "test_\(test.test)"
    if let namespace = test.namespace { return host.macros.entry(name, in: namespace) }
    return host.macros.entry(name, from: package.name, root: project.name)
  }

  private mutating func addGenericTest(
    _ test: TestDeclaration, on attached: Node, file: String, _ package: ProjectPackage
  ) {
    guard let macro = macro(of: test, package) else {
      let known = host.macros.names(from: package.name, root: project.name).filter { $0.hasPrefix("test_") }
        .map { String($0.dropFirst(5)) }
      diagnostics.append(
        Diagnostic(
          .unknownTest,
          "there is no generic test '\(test.namespace.map { "\($0)." } ?? "")\(test.test)'",
          at: test.location,
          hints: [
            Suggestion.hint(for: test.test, in: known)
              ?? "the tests known here are \(Set(known).sorted().joined(separator: ", "))"
          ]))
      return
    }
    let names = GenericTestName(test, on: attached)
    let folders = file.split(separator: "/").dropFirst().dropLast().map(String.init)
    var node = Node(
      uniqueID: "test.\(package.name).\(names.name).\(names.hash)", resourceType: .test, name: names.name,
      packageName: package.name, fqn: [package.name] + folders + [names.name], filePath: file,
      relativePath: "\(names.name).sql", location: test.location, config: NodeConfig())
    node.packagePrefix = package.prefix
    node.shortName = names.shortName
    node.propertiesPath = file
    node.description = described(test.description, in: package, at: test.location)
    let config = configuration(\.dataTests, node.fqn, package)
    node.config.merge(config + testConfig(of: macro, test, node))
    node.config.merge(rendered(test.config, in: package, at: test.location))
    node.noteUnrendered(settings(\.dataTests, node.fqn, package) + test.config)
    node.config.merge([ConfigEntry(key: "tags", value: .list(inheritedTags(of: test, on: attached)))])
    checkSeverity(node)
    placeFailures(&node)
    node.genericTest = GenericTest(
      name: test.test, namespace: test.namespace, arguments: test.arguments, column: test.column,
      quotesColumn: test.quotesColumn,
      attachedNode: attached.uniqueID)
    node.macroDependencies = [macro.uniqueID]
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

  /// What a generic test's own macro, and those that it calls, say with `config(…)`. dbt's own say nothing.
  private func testConfig(of macro: MacroEntry, _ test: TestDeclaration, _ node: Node) -> [ConfigEntry] {
    guard macro.packageName != BuiltinMacros.packageName else { return [] }
    return scopes.config(of: macro.definition, test, node)
  }

  // MARK: Exposures

  mutating func addExposure(_ exposure: ExposureProperties, file: String, _ package: ProjectPackage) {
    let parts = file.split(separator: "/").map(String.init)
    var node = Node(
      uniqueID: "exposure.\(package.name).\(exposure.name)", resourceType: .exposure, name: exposure.name,
      packageName: package.name, fqn: [package.name] + parts.dropFirst().dropLast() + [exposure.name],
      filePath: file, relativePath: parts.dropFirst().joined(separator: "/"), location: exposure.location,
      config: NodeConfig())
    node.packagePrefix = package.prefix
    let own = rendered(exposure.config + exposure.topLevelConfig, in: package, at: exposure.location)
    node.config.merge(configuration(\.exposures, node.fqn, package) + own)
    node.noteUnrendered(settings(\.exposures, node.fqn, package) + exposure.config)
    node.description = described(exposure.description, in: package, at: exposure.location)
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

  // MARK: Unit tests

  private mutating func addUnitTest(
    _ declared: UnitTestDeclaration, file: String, _ package: ProjectPackage
  ) {
    let reference = Reference(package: nil, name: declared.model)
    let manifest = manifest(macros: [:])
    guard let model = manifest.node(reference, from: package.name), model.resourceType == .model else {
      if manifest.disabled.contains("model.\(package.name).\(declared.model)") { return }
      diagnostics.append(
        Diagnostic(
          .unknownRef,
          "the unit test '\(declared.name)' is of the model '\(declared.model)', which there is not",
          at: declared.location,
          hints: [Suggestion.hint(for: declared.model, in: manifest.referableNames)].compactMap { $0 }))
      return
    }
    let folders = file.split(separator: "/").dropFirst().dropLast().map(String.init)
    var node = Node(
      uniqueID: "unit_test.\(package.name).\(model.name).\(declared.name)", resourceType: .unitTest,
      name: declared.name, packageName: package.name,
      fqn: [package.name] + folders + [model.name, declared.name], filePath: file, relativePath: file,
      location: declared.location, config: NodeConfig())
    node.packagePrefix = package.prefix
    node.propertiesPath = file
    node.description = described(declared.description, in: package, at: declared.location)
    node.config.merge(configuration(\.unitTests, node.fqn, package))
    node.config.merge(rendered(declared.config, in: package, at: declared.location))
    node.references = [reference]
    do {
      node.unitTest = try UnitTestReader(host: host, package: package, manifest: manifest, model: model)
        .read(declared)
      insert(node)
    } catch {
      diagnostics += Diagnostic.all(of: error)
    }
  }
}
