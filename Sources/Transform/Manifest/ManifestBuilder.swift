import Diagnostics
import Files
import Jinja
import Storage
import Threads

/// Reads the folders of a project and its packages into a manifest. Faults are collected: a user sees all of them at
/// once.
struct ManifestBuilder {
  let projectPath: String
  /// The project first.
  let packages: [ProjectPackage]
  let host: TemplateHost
  let scopes: NodeScopes

  var nodes: [String: Node] = [:]
  var disabled: Set<String> = []
  var disabledNodes: [Node] = []
  /// The templates of models and singular tests, by unique id.
  var templates: [String: Template] = [:]
  var diagnostics: [Diagnostic] = []
  var warnings: [Diagnostic] = []
  private var macroDescriptions: [String: String] = [:]

  var project: ProjectFile { packages[0].file }

  /// A properties file with the package that it belongs to.
  struct PackageProperties {
    let package: ProjectPackage
    let file: PropertiesFile
  }

  init(projectPath: String, packages: [ProjectPackage], host: TemplateHost) {
    self.projectPath = projectPath
    self.packages = packages
    self.host = host
    scopes = NodeScopes(host: host)
  }

  /// Builds the manifest, or throws all faults that the project has.
  mutating func build() throws -> Manifest {
    try readMacros()
    try readDocs()
    let properties = try packages.flatMap { package in
      try readProperties(of: package).map { PackageProperties(package: package, file: $0) }
    }
    describeMacros(properties)
    for package in packages {
      let own = properties.filter { $0.package.name == package.name }.map(\.file)
      addSources(own, of: package)
      try addSeeds(own, of: package)
      try addModels(own, of: package)
      try addSnapshots(own, of: package)
      try addSingularTests(own, of: package)
      warnOfLonelyProperties(own, of: package)
    }
    for entry in properties {
      addTests(of: entry.file, entry.package)
      for exposure in entry.file.exposures { addExposure(exposure, file: entry.file.path, entry.package) }
    }
    let groups = properties.flatMap(\.file.groups).sorted { $0.name < $1.name }
    resolveReferences(groups: groups)
    if !diagnostics.isEmpty { throw DiagnosticList(diagnostics) }
    var manifest = manifest(macros: describedMacros)
    manifest.disabledNodes = disabledNodes
    manifest.groups = groups
    manifest.macroDependencies = macroDependencies
    return manifest
  }

  func manifest(macros: [String: MacroEntry]) -> Manifest {
    Manifest(
      project: project, projectPath: projectPath, packages: packages,
      docs: Dictionary(host.docs.map { ($0.uniqueID, $0) }, uniquingKeysWith: { first, _ in first }),
      nodes: nodes, disabled: disabled, macros: macros, warnings: warnings)
  }

  func files(of package: ProjectPackage) -> ProjectFiles { ProjectFiles(projectPath: package.path) }

  /// Parses a template file; a fault is noted and nil returned.
  mutating func parse(_ path: String, of package: ProjectPackage) -> Template? {
    do {
      let text = try FileSystem.readText(Path.join(package.path, path))
      return try Template(text, name: package.displayPath(path), syntax: BuiltinMacros.syntax)
    } catch {
      diagnostics += Diagnostic.all(of: error)
      return nil
    }
  }

  // MARK: Macros and docs

  private mutating func readMacros() throws {
    for (definition, path) in try BuiltinMacros.definitions() {
      add(definition, package: BuiltinMacros.packageName, path: path)
    }
    for package in packages {
      let folders = package.file.macroPaths + package.file.testPaths.map { "\($0)/generic" }
      for entry in try files(of: package).entries(in: folders) where entry.fileExtension == "sql" {
        guard let template = parse(entry.path, of: package) else { continue }
        for definition in template.definitions {
          add(definition, package: package.name, path: entry.path)
        }
      }
    }
  }

  private mutating func add(_ definition: Definition, package: String, path: String) {
    if definition.tag == "materialization" {
      diagnostics.append(
        Diagnostic(
          .unsupportedFeature, "the materialization '\(definition.name)' cannot be run",
          at: definition.source.location(at: Int(definition.span.start)),
          hints: [
            "the materializations are \(MaterializationCheck.materializations.joined(separator: ", ")): take the block out"
          ]))
      return
    }
    guard let name = definition.macroName else { return }
    if let twin = host.macros.entry(name, in: package) {
      diagnostics.append(
        Diagnostic(
          .duplicateResource, "the macro '\(name)' is defined twice",
          at: definition.source.location(at: Int(definition.span.start)),
          notes: ["the first stands in \(twin.filePath)"], hints: ["rename one of them"]))
      return
    }
    host.macros.add(
      MacroEntry(
        uniqueID: "macro.\(package).\(name)", packageName: package, definition: definition, filePath: path,
        description: ""))
  }

  private mutating func readDocs() throws {
    for package in packages {
      for entry in try files(of: package).entries(in: package.file.docsPaths)
      where entry.fileExtension == "md" {
        guard let template = parse(entry.path, of: package) else { continue }
        for block in template.definitions where block.tag == "docs" {
          host.docs.append(
            DocBlock(
              uniqueID: "doc.\(package.name).\(block.name)", name: block.name, packageName: package.name,
              filePath: entry.path, text: block.bodyText.trimmed))
        }
      }
    }
  }

  private mutating func describeMacros(_ properties: [PackageProperties]) {
    for entry in properties {
      for macro in entry.file.macros {
        let id = "macro.\(entry.package.name).\(macro.name)"
        macroDescriptions[id] = described(macro.description, in: entry.package, at: macro.location)
        guard host.macros.entry(macro.name, in: entry.package.name) == nil else { continue }
        warnings.append(
          Diagnostic(
            .patchWithoutNode, "there is no macro '\(macro.name)' that these properties could describe",
            severity: .warning, at: macro.location,
            hints: [Suggestion.hint(for: macro.name, in: host.macros[entry.package.name].keys)].compactMap {
              $0
            }
          ))
      }
    }
  }

  /// For each macro, by unique id, those that it calls.
  private var macroDependencies: [String: [String]] {
    Dictionary(
      host.macros.entries.map { macro in
        (macro.uniqueID, macroIDs(calledBy: macro.definition.staticCalls(), from: macro.packageName))
      }, uniquingKeysWith: { first, _ in first })
  }

  /// The unique ids of the macros that are called from a package's templates, sorted.
  func macroIDs(calledBy calls: [StaticCall], from package: String) -> [String] {
    let ids = calls.compactMap { call -> String? in
      guard let name = call.path.last else { return nil }
      let entry =
        call.path.count == 2 && host.macros.packageNames.contains(call.path[0])
        ? host.macros.entry(name, in: call.path[0])
        : host.macros.entry(name, from: package, root: project.name)
      return entry?.uniqueID
    }
    return Set(ids).sorted()
  }

  private var describedMacros: [String: MacroEntry] {
    var macros = Dictionary(
      host.macros.entries.map { ($0.uniqueID, $0) }, uniquingKeysWith: { first, _ in first })
    for (id, description) in macroDescriptions { macros[id]?.description = description }
    return macros
  }

  // MARK: Properties

  private mutating func readProperties(of package: ProjectPackage) throws -> [PropertiesFile] {
    let entries = try files(of: package).entries(in: package.file.resourcePaths)
      .filter { ["yml", "yaml"].contains($0.fileExtension) }
      .map { (path: $0.path, displayPath: package.displayPath($0.path)) }
    let folder = package.path
    let parsed = entries.concurrentMap(leastCount: 2) { entry in
      Result { () throws -> (file: PropertiesFile, diagnostics: [Diagnostic]) in
        var parser = PropertiesParser(
          try YAMLFile(contentsOf: Path.join(folder, entry.path), path: entry.displayPath), path: entry.path)
        return (parser.parse(), parser.diagnostics)
      }
    }
    var result: [PropertiesFile] = []
    for one in parsed {
      do {
        let (file, told) = try one.get()
        result.append(file)
        diagnostics += told.filter { $0.severity == .error }
        warnings += told.filter { $0.severity == .warning }
      } catch {
        diagnostics += Diagnostic.all(of: error)
      }
    }
    return result
  }

  /// What properties files say of nodes of one kind, by name. Said twice, it is a fault.
  mutating func propertiesByName(
    _ files: [PropertiesFile], _ kind: String, _ list: KeyPath<PropertiesFile, [NodeProperties]>
  ) -> [String: (file: String, properties: NodeProperties)] {
    var described: [String: (file: String, properties: NodeProperties)] = [:]
    for file in files {
      for properties in file[keyPath: list] {
        guard let first = described[properties.name] else {
          described[properties.name] = (file.path, properties)
          continue
        }
        diagnostics.append(
          Diagnostic(
            .duplicateResource, "the \(kind) '\(properties.name)' is described twice",
            at: properties.location,
            notes: ["the first stands at \(first.properties.location)"], hints: ["merge the two into one"]))
      }
    }
    return described
  }

  private mutating func warnOfLonelyProperties(_ files: [PropertiesFile], of package: ProjectPackage) {
    for (kind, all) in [
      ("model", files.flatMap(\.models)), ("seed", files.flatMap(\.seeds)),
      ("snapshot", files.flatMap(\.snapshots)),
    ] {
      for properties in all where !hasNode("\(kind).\(package.name).\(properties.name)") {
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

  // MARK: References

  private mutating func resolveReferences(groups: [Group]) {
    let manifest = manifest(macros: [:])
    let resolver = ReferenceResolver(manifest: manifest, templates: templates, groups: groups)
    for id in manifest.sortedIDs {
      guard var node = nodes[id] else { continue }
      let (dependencies, faults) = resolver.resolve(node)
      node.dependencies = dependencies
      nodes[id] = node
      diagnostics += faults
    }
    diagnostics += resolver.duplicateRelations() + resolver.groupFaults()
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
