import Diagnostics
import SQLite
import Storage

/// Compares two states of a warehouse, relation by relation.
package struct WarehouseComparison {
  /// One side: the files of its layers.
  package struct Side: Sendable {
    /// `draft`, or a build's id.
    package var name: String
    package var files: [Layer: String]
    /// Whether nobody can change the files.
    package var isImmutable: Bool

    package init(name: String, files: [Layer: String], isImmutable: Bool) {
      self.name = name
      self.files = files
      self.isImmutable = isImmutable
    }
  }

  package struct Options: Sendable {
    /// How many rows of each kind are kept to be shown.
    package var sampleCount: Int
    /// The columns that tell the rows of a relation apart.
    package var keys: [Relation: [String]]
    /// The relations to compare; nil for all.
    package var relations: Set<Relation>?

    package init(sampleCount: Int = 5, keys: [Relation: [String]] = [:], relations: Set<Relation>? = nil) {
      self.sampleCount = sampleCount
      self.keys = keys
      self.relations = relations
    }
  }

  private let connection: Connection
  private let options: Options

  package init(old: Side, new: Side, options: Options) throws {
    connection = try Connection(path: ":memory:", access: .create)
    self.options = options
    for (prefix, side) in [(Self.oldPrefix, old), (Self.newPrefix, new)] {
      for layer in Layer.allCases {
        guard let file = side.files[layer] else { continue }
        try connection.attach(
          file, as: prefix + layer.schemaName, access: .readOnly, isImmutable: side.isImmutable)
      }
    }
    connection.setBusyTimeout(milliseconds: 10_000)
    try connection.execute("pragma temp_store = file; pragma cache_size = -8000")
  }

  private static let oldPrefix = "old_"
  private static let newPrefix = "new_"

  /// All relations of either side in the order of their names.
  ///
  /// - Parameter onResult: told of each relation as it is compared.
  package func run(onResult: (RelationDifference) -> Void = { _ in }) throws -> [RelationDifference] {
    let old = try records(Self.oldPrefix)
    let new = try records(Self.newPrefix)
    var differences: [RelationDifference] = []
    for relation in Set(old.keys).union(new.keys).sorted() {
      if let wanted = options.relations, !wanted.contains(relation) { continue }
      let difference = try compare(relation, old[relation], new[relation])
      onResult(difference)
      differences.append(difference)
    }
    return differences
  }

  private func records(_ prefix: String) throws -> [Relation: RelationRecord] {
    var found: [Relation: RelationRecord] = [:]
    for layer in Layer.allCases {
      for record in try RelationCatalog(connection).records(in: layer, inSchema: prefix + layer.schemaName) {
        found[record.relation] = record
      }
    }
    return found
  }

  private func compare(
    _ relation: Relation, _ old: RelationRecord?, _ new: RelationRecord?
  ) throws -> RelationDifference {
    var difference = RelationDifference(relation: relation, change: .unchanged)
    if old == nil || new == nil {
      difference.change = old == nil ? .added : .removed
      let name = quoted(relation, old == nil ? Self.newPrefix : Self.oldPrefix)
      let count = try (old ?? new)?.rowCount ?? rowCount(name)
      if old == nil { difference.addedCount = count } else { difference.removedCount = count }
      return difference
    }
    // Equal hashes prove equal schemas and rows.
    if let hash = old?.exactHash, hash == new?.exactHash {
      difference.sameCount = old?.rowCount ?? 0
      return difference
    }
    let names = (quoted(relation, Self.oldPrefix), quoted(relation, Self.newPrefix))
    let columns = (try columns(names.0), try columns(names.1))
    difference.columns = changes(columns.0, columns.1)
    let common = columns.0.map(\.name).filter { name in
      columns.1.contains { $0.name.lowercased() == name.lowercased() }
    }
    let key = (options.keys[relation] ?? []).compactMap { wanted in
      common.first { $0.lowercased() == wanted.lowercased() }
    }
    if !key.isEmpty, key.count == options.keys[relation]?.count { difference.key = key }
    if common.isEmpty {
      difference.removedCount = try rowCount(names.0)
      difference.addedCount = try rowCount(names.1)
    } else {
      let ordered = difference.key + common.filter { !difference.key.contains($0) }
      try RowComparison(
        columns: ordered, keyCount: difference.key.isEmpty ? ordered.count : difference.key.count,
        sampleCount: options.sampleCount
      ).run(connection, old: names.0, new: names.1, into: &difference)
    }
    let hasRows = difference.addedCount + difference.removedCount + difference.changedCount > 0
    difference.change = hasRows || !difference.columns.isEmpty ? .changed : .unchanged
    return difference
  }

  private func quoted(_ relation: Relation, _ prefix: String) -> String {
    "\(SQLIdentifier(prefix + relation.layer.schemaName)).\(relation.unqualifiedSQL)"
  }

  private func rowCount(_ name: String) throws -> Int {
    guard case .integer(let count)? = try connection.scalar("select count(*) from \(name)") else { return 0 }
    return Int(count)
  }

  private func columns(_ name: String) throws -> [(name: String, type: String)] {
    let statement = try connection.prepare("select * from \(name)")
    return (0..<statement.columnCount).map { (statement.columnName($0), statement.declaredType($0) ?? "") }
  }

  private func changes(
    _ old: [(name: String, type: String)], _ new: [(name: String, type: String)]
  ) -> [RelationDifference.ColumnChange] {
    func type(of name: String, in columns: [(name: String, type: String)]) -> String? {
      columns.first { $0.name.lowercased() == name.lowercased() }?.type
    }
    let removed = old.filter { type(of: $0.name, in: new) == nil }.map {
      RelationDifference.ColumnChange(name: $0.name, oldType: $0.type, newType: nil)
    }
    return removed
      + new.compactMap { column in
        let before = type(of: column.name, in: old)
        if before?.lowercased() == column.type.lowercased() { return nil }
        return RelationDifference.ColumnChange(name: column.name, oldType: before, newType: column.type)
      }
  }
}
