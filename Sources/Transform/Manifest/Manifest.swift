import Diagnostics
import Files
import Jinja
import Storage

/// A macro of the project, or a built-in one.
package struct MacroEntry: Sendable {
  /// `macro.letterboxd.clean_text`.
  package let uniqueID: String
  package let packageName: String
  package let definition: Definition
  package let filePath: String
  package var description: String
}

/// All nodes of a project with their references resolved: what is selected from, compiled and run.
package struct Manifest: Sendable {
  package let project: ProjectFile
  /// The project's folder, absolute.
  package let projectPath: String
  /// The project and its packages.
  package let packages: [ProjectPackage]
  /// `{% docs %}` blocks by unique id.
  package var docs: [String: DocBlock]
  /// By unique id; disabled nodes are not here.
  package var nodes: [String: Node]
  /// Unique ids of disabled nodes.
  package var disabled: Set<String>
  /// By unique id.
  package var macros: [String: MacroEntry]
  package var warnings: [Diagnostic]
  /// The disabled nodes, as far as they were read.
  package var disabledNodes: [Node] = []
  /// In the order of their names.
  package var groups: [Group] = []
  /// For each macro, by unique id, those that it calls.
  package var macroDependencies: [String: [String]] = [:]

  /// Unique ids in a stable order.
  package var sortedIDs: [String] { nodes.keys.sorted() }

  /// The node that a `ref` means, or nil.
  ///
  /// - Parameter package: that of the template in which it stands.
  package func node(_ reference: Reference, from package: String) -> Node? {
    for name in reference.package.map({ [$0] }) ?? searchOrder(from: package) {
      for type in [ResourceType.model, .seed, .snapshot] {
        if let node = nodes["\(type.rawValue).\(name).\(reference.name)"] { return node }
      }
    }
    return nil
  }

  package func node(_ reference: SourceReference, from package: String) -> Node? {
    searchOrder(from: package).lazy.compactMap {
      nodes["source.\($0).\(reference.source).\(reference.table)"]
    }.first
  }

  /// The project before the package, as in dbt, and both before all others.
  private func searchOrder(from package: String) -> [String] {
    [project.name, package] + packages.map(\.name)
  }

  /// The unique ids of the tables and views that a node refers to, itself or through ephemeral models, sorted.
  package func inputs(of node: Node) -> [String] {
    var found: Set<String> = []
    var seen: Set<String> = []
    var pending = node.unitTest == nil ? node.dependencies : []
    while let id = pending.popLast() {
      guard seen.insert(id).inserted, let target = nodes[id] else { continue }
      if target.isEphemeral { pending += target.dependencies } else { found.insert(id) }
    }
    return found.sorted()
  }

  /// What a draft's layers record of the relations that nodes make now, by unique id. Records are found by relation:
  /// a node that has moved may have left an older one behind.
  func records(among records: [RelationRecord]) -> [String: RelationRecord] {
    let byRelation = Dictionary(records.map { ($0.relation, $0) }, uniquingKeysWith: { first, _ in first })
    return nodes.compactMapValues { node in
      node.relation.flatMap { byRelation[$0] }.flatMap { $0.isOf(node) ? $0 : nil }
    }
  }

  /// The file that defines a node, absolute.
  package func path(of node: Node) -> String { Path.join(projectPath, node.displayPath) }

  /// Nodes of a kind, by unique id.
  package func nodes(of type: ResourceType) -> [Node] {
    nodes.values.filter { $0.resourceType == type }.sorted { $0.uniqueID < $1.uniqueID }
  }

  /// Names that a `ref` can mean, for suggestions.
  package var referableNames: [String] {
    nodes.values.filter { [.model, .seed, .snapshot].contains($0.resourceType) }.map(\.name)
  }
}

extension RelationRecord {
  /// Whether the node made the relation, or is a source that names it, whoever made it.
  func isOf(_ node: Node) -> Bool { uniqueID == node.uniqueID || node.source != nil }
}
