import Diagnostics
import Jinja
import Storage

/// Snapshots: `{% snapshot %}` blocks in files, and those that a properties file declares over a relation.
extension ManifestBuilder {
  mutating func addSnapshots(_ properties: [PropertiesFile], of package: ProjectPackage) throws {
    let described = propertiesByName(properties, "snapshot", \.snapshots)
    for entry in try files(of: package).entries(in: package.file.snapshotPaths)
    where entry.fileExtension == "sql" {
      guard let file = parse(entry.path, of: package) else { continue }
      for block in file.definitions where block.tag == "snapshot" {
        var node = node(entry, type: .snapshot, package)
        node.name = block.name
        node.uniqueID = "snapshot.\(package.name).\(block.name)"
        node.fqn.append(block.name)
        node.location = block.source.location(at: Int(block.span.start))
        node.rawCode = block.bodyText
        // Blank lines stand for what is before the block, so that faults are told in the file's own lines.
        let lines = String(repeating: "\n", count: max(0, (node.location.line ?? 1) - 1))
        add(&node, lines + block.bodyText, described[block.name], package)
      }
    }
    for (file, snapshot) in properties.flatMap({ file in file.snapshots.map { (file, $0) } }) {
      guard let relation = snapshot.relation else { continue }
      let folders = file.path.split(separator: "/").dropFirst().dropLast().map(String.init)
      var node = Node(
        uniqueID: "snapshot.\(package.name).\(snapshot.name)", resourceType: .snapshot, name: snapshot.name,
        packageName: package.name, fqn: [package.name] + folders + [snapshot.name], filePath: file.path,
        relativePath: file.path, location: snapshot.location, config: NodeConfig())
      node.packagePrefix = package.prefix
      node.rawCode = "select * from {{ \(relation) }}"
      add(&node, node.rawCode, (file.path, snapshot), package)
    }
  }

  private mutating func add(
    _ node: inout Node, _ text: String, _ own: (file: String, properties: NodeProperties)?,
    _ package: ProjectPackage
  ) {
    do {
      let template = try Template(text, name: node.displayPath, syntax: BuiltinMacros.syntax)
      configure(&node, \.snapshots, package, own)
      read(template, into: &node)
      place(&node, package)
      checkTypes(node)
      if node.config.isEnabled { diagnostics += SnapshotSettings.faults(of: node) }
      insert(node)
      templates[node.uniqueID] = template
    } catch {
      diagnostics += Diagnostic.all(of: error)
    }
  }
}
