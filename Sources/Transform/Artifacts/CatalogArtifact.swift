import SQLite
import Storage

/// `catalog.json` in the shape of dbt's catalog v1: the relations that are there, with their columns.
package struct CatalogArtifact {
  private static let schemaVersion = "https://schemas.getdbt.com/dbt/catalog/v1.json"

  private let manifest: Manifest

  package init(_ manifest: Manifest) {
    self.manifest = manifest
  }

  /// - Parameters:
  ///   - connection: has the layers attached; nil for a catalog of nothing.
  ///   - selected: the nodes whose relations are told.
  package func json(
    _ connection: Connection?, selected: Set<String>, generatedAt: Timestamp, invocationID: String
  ) throws -> JSONValue {
    var nodes: [String: JSONValue] = [:]
    var sources: [String: JSONValue] = [:]
    let records = try connection.map { try manifest.records(among: RelationCatalog($0).records()) } ?? [:]
    for (id, record) in records where selected.contains(id) {
      guard let connection, let node = manifest.nodes[id] else { continue }
      let entry = try entry(node, record, connection)
      if node.source == nil { nodes[id] = entry } else { sources[id] = entry }
    }
    return [
      "metadata": [
        "dbt_schema_version": .string(Self.schemaVersion), "dbt_version": .string(DbtVersion.emulated),
        "generated_at": .string(generatedAt.iso8601), "invocation_id": .string(invocationID),
        "invocation_started_at": .string(generatedAt.iso8601), "env": [:],
      ],
      "nodes": .object(nodes), "sources": .object(sources), "errors": .null,
    ]
  }

  private func entry(_ node: Node, _ record: RelationRecord, _ connection: Connection) throws -> JSONValue {
    var stats: [String: JSONValue] = [
      "has_stats": Self.stat(
        "has_stats", "Has Stats?", .bool(record.rowCount != nil), isIncluded: false,
        "Indicates whether there are statistics for this table")
    ]
    if let rowCount = record.rowCount {
      stats["num_rows"] = Self.stat(
        "num_rows", "# Rows", .integer(rowCount), isIncluded: true, "How many rows the table has")
    }
    return [
      "metadata": [
        "type": record.kind == .view ? "VIEW" : "BASE TABLE", "database": .string(Target.databaseName),
        "schema": .string(record.relation.layer.schemaName), "name": .string(record.relation.name),
        "comment": node.description.isEmpty ? .null : .string(node.description), "owner": .null,
      ],
      "columns": try columns(node, record, connection), "stats": .object(stats),
      "unique_id": .string(node.uniqueID),
    ]
  }

  private static func stat(
    _ id: String, _ label: String, _ value: JSONValue, isIncluded: Bool, _ description: String
  ) -> JSONValue {
    [
      "id": .string(id), "label": .string(label), "value": value, "include": .bool(isIncluded),
      "description": .string(description),
    ]
  }

  private func columns(_ node: Node, _ record: RelationRecord, _ connection: Connection) throws -> JSONValue {
    let comments = Dictionary(
      node.columns.map { ($0.name.lowercased(), $0.description) }, uniquingKeysWith: { first, _ in first })
    let statement = try connection.prepare("select * from \(record.relation.sql)")
    var fields: [String: JSONValue] = [:]
    for index in 0..<statement.columnCount {
      let name = statement.columnName(index)
      let comment = comments[name.lowercased()] ?? ""
      let type = try statement.declaredType(index) ?? observedType(of: name, record.relation, connection)
      fields[name] = [
        "name": .string(name), "index": .integer(index + 1), "type": .string(type.uppercased()),
        "comment": comment.isEmpty ? .null : .string(comment),
      ]
    }
    return .object(fields)
  }

  /// The storage class of a column's first value, where nothing declares its type.
  private func observedType(of name: String, _ relation: Relation, _ connection: Connection) throws -> String
  {
    let column = SQLIdentifier(name)
    let type = try connection.scalar(
      "select typeof(\(column)) from \(relation.sql) where \(column) is not null limit 1")
    return if case .text(let text)? = type { text } else { "null" }
  }
}
