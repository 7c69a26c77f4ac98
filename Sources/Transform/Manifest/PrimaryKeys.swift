import Storage

/// Which columns tell the rows of each relation apart, as far as the project says.
package struct PrimaryKeys: Sendable {
  /// Columns with a test of uniqueness by the node's unique id, in the order of their tests' ids.
  private var unique: [String: [[String]]] = [:]
  private var notNull: [String: Set<String>] = [:]

  package init(_ manifest: Manifest) {
    for id in manifest.sortedIDs {
      guard let test = manifest.nodes[id]?.genericTest else { continue }
      switch test.name {
      case "unique":
        if let column = test.column { unique[test.attachedNode, default: []].append([column]) }
      case "unique_combination_of_columns":
        let columns = test.arguments.first { $0.key == "combination_of_columns" }?.value.texts ?? []
        if !columns.isEmpty { unique[test.attachedNode, default: []].append(columns) }
      case "not_null":
        if let column = test.column { notNull[test.attachedNode, default: []].insert(column) }
      default: break
      }
    }
  }

  /// dbt's way: a primary key that a constraint declares, else unique columns, those before others that are never NULL.
  package func columns(of node: Node) -> [String] {
    if let declared = declaredKey(of: node) { return declared }
    let candidates = unique[node.uniqueID] ?? []
    let known = notNull[node.uniqueID] ?? []
    let certain = candidates.flatMap { $0 }.filter(known.contains)
    return Set(certain.isEmpty ? candidates.flatMap { $0 } : certain).sorted()
  }

  /// One key to match rows by: `meta.primary_key`, a constraint, `unique_key`, or the first test of uniqueness, those
  /// over columns that are never NULL before others. Empty where the project names none.
  package func key(of node: Node) -> [String] {
    if let named = node.config.meta.first(where: { $0.key == "primary_key" })?.value.texts, !named.isEmpty {
      return named
    }
    if let declared = declaredKey(of: node) { return declared }
    if !node.config.uniqueKey.isEmpty { return node.config.uniqueKey }
    let candidates = unique[node.uniqueID] ?? []
    let known = notNull[node.uniqueID] ?? []
    return candidates.first { $0.allSatisfy(known.contains) } ?? candidates.first ?? []
  }

  private func declaredKey(of node: Node) -> [String]? {
    if let constraint = node.constraints.first(where: { $0.kind == .primaryKey }) {
      return constraint.columns
    }
    let columns = node.columns.filter { column in column.constraints.contains { $0.kind == .primaryKey } }
    return columns.isEmpty ? nil : columns.map(\.name)
  }
}

extension PrimaryKeys {
  /// The keys of all relations that have one.
  package func byRelation(of manifest: Manifest) -> [Relation: [String]] {
    var keys: [Relation: [String]] = [:]
    for node in manifest.nodes.values {
      let key = key(of: node)
      if let relation = node.relation, !key.isEmpty { keys[relation] = key }
    }
    return keys
  }
}
