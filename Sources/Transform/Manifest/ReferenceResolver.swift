import Diagnostics
import Jinja
import Storage

/// Finds the nodes that references mean, and tells those that mean none.
struct ReferenceResolver {
  let manifest: Manifest
  let templates: [String: Template]
  let groups: [Group]

  /// The unique ids that a node depends on, sorted, and the faults of its references.
  func resolve(_ node: Node) -> (dependencies: [String], faults: [Diagnostic]) {
    var found: Set<String> = []
    var faults: [Diagnostic] = []
    for reference in node.references {
      if let target = manifest.node(reference, from: node.packageName) {
        found.insert(target.uniqueID)
        if let fault = accessFault(of: target, in: node) { faults.append(fault) }
      } else {
        faults.append(fault(reference, in: node))
      }
    }
    for reference in node.sourceReferences {
      if let target = manifest.node(reference, from: node.packageName) {
        found.insert(target.uniqueID)
      } else {
        faults.append(fault(reference, in: node))
      }
    }
    return (found.sorted(), faults)
  }

  /// A private model is read by models of its own group only.
  private func accessFault(of target: Node, in node: Node) -> Diagnostic? {
    guard !node.isTest, target.access == "private", let group = target.group, node.group != group
    else { return nil }
    return Diagnostic(
      .accessDenied,
      "'\(node.name)' refers to '\(target.name)', which is private to the group '\(group)'",
      at: node.location, hints: ["put '\(node.name)' into that group, or make '\(target.name)' protected"])
  }

  /// Groups that nodes name and nobody declares.
  func groupFaults() -> [Diagnostic] {
    let known = groups.map(\.name)
    return manifest.sortedIDs.compactMap { id in
      guard let node = manifest.nodes[id], let group = node.group, !known.contains(group)
      else { return nil }
      return Diagnostic(
        .invalidValue, "'\(node.name)' is of the group '\(group)', which no properties file declares",
        at: node.location,
        hints: [
          Suggestion.hint(for: group, in: known)
            ?? "declare it under `groups:` in a YAML file of the models folder"
        ])
    }
  }

  /// Nodes that would overwrite each other's table.
  func duplicateRelations() -> [Diagnostic] {
    var owners: [Relation: Node] = [:]
    var faults: [Diagnostic] = []
    for id in manifest.sortedIDs {
      guard let node = manifest.nodes[id], node.source == nil,
        let relation = node.relation ?? node.failuresRelation
      else {
        continue
      }
      if let twin = owners[relation] {
        faults.append(
          Diagnostic(
            .duplicateResource, "'\(twin.name)' and '\(node.name)' both make \(relation)", at: node.location,
            notes: ["the other is \(twin.location)"], hints: ["give one of them another alias or schema"]))
      }
      owners[relation] = node
    }
    return faults
  }

  private func fault(_ reference: Reference, in node: Node) -> Diagnostic {
    let call = templates[node.uniqueID].flatMap { template in
      template.staticCalls().first {
        $0.path == ["ref"] && $0.arguments.last == .some(.string(reference.name))
      }
    }
    let isDisabled = manifest.disabled.contains { $0.hasSuffix(".\(reference.name)") }
    return located(
      Diagnostic(
        isDisabled ? .disabledReference : .unknownRef,
        isDisabled
          ? "'\(node.name)' refers to '\(reference.name)', which is disabled"
          : "'\(node.name)' refers to '\(reference.name)', which is no model or seed of the project",
        hints: isDisabled
          ? ["enable it, or take the `ref` out"]
          : Suggestion.hint(for: reference.name, in: manifest.referableNames).map { [$0] } ?? []),
      at: call, in: node)
  }

  private func fault(_ reference: SourceReference, in node: Node) -> Diagnostic {
    let call = templates[node.uniqueID].flatMap { template in
      template.staticCalls().first {
        $0.path == ["source"] && $0.arguments.last == .some(.string(reference.table))
      }
    }
    let full = "\(reference.source).\(reference.table)"
    let known = manifest.nodes(of: .source).compactMap { source in
      source.source.map { "\($0.name).\(source.name)" }
    }
    return located(
      Diagnostic(
        .unknownSource, "'\(node.name)' reads the source '\(full)', which no properties file declares",
        hints: [
          Suggestion.hint(for: full, in: known)
            ?? "declare it under `sources:` in a YAML file of the models folder"
        ]),
      at: call, in: node)
  }

  private func located(_ diagnostic: Diagnostic, at call: StaticCall?, in node: Node) -> Diagnostic {
    var diagnostic = diagnostic
    diagnostic.location = node.location
    if let call, let source = templates[node.uniqueID]?.source {
      diagnostic.location = source.location(at: Int(call.span.start))
      diagnostic.excerpt = source.line(at: Int(call.span.start))
    }
    return diagnostic
  }
}
