import Jinja
import SQLite
import Storage

/// A table, view or common table expression as templates see it: prints as its quoted name.
final class RelationObject: TemplateObject {
  /// Raw values are dbt's.
  enum Kind: String {
    case table
    case view
    case commonTable = "cte"
    case external
  }

  private let schema: String?
  private let identifier: String?
  private let kind: Kind?
  /// Whether it prints with its layer; the text of a stored view must not.
  private let isQualified: Bool
  /// Whether it stands for the relation without its rows.
  var isEmptied = false

  init(schema: String?, identifier: String?, kind: Kind? = nil, isQualified: Bool = true) {
    self.schema = schema
    self.identifier = identifier
    self.kind = kind
    self.isQualified = isQualified
  }

  convenience init(_ relation: Relation, kind: Kind? = nil, isQualified: Bool) {
    self.init(
      schema: relation.layer.schemaName, identifier: relation.name, kind: kind, isQualified: isQualified)
  }

  /// The common table expression of an ephemeral model.
  convenience init(commonTable name: String) {
    self.init(schema: nil, identifier: name, kind: .commonTable, isQualified: false)
  }

  /// What a reference to a node stands for; nil for a node that nothing can read.
  convenience init?(_ node: Node, isQualified: Bool) {
    if node.isEphemeral {
      self.init(commonTable: node.commonTableName)
    } else if let relation = node.relation {
      let kind: Kind =
        switch node.materialized {
        case "view": .view
        default: .table
        }
      self.init(relation, kind: kind, isQualified: isQualified)
    } else {
      return nil
    }
  }

  /// The relation in the warehouse; nil where the schema is no layer.
  var relation: Relation? {
    guard let schema, let identifier, let layer = Layer(rawValue: schema) else { return nil }
    return Relation(layer: layer, name: identifier)
  }

  var typeName: String { "Relation" }
  /// dbt's relations are mappings, by which packages know them.
  var isMapping: Bool { true }
  var attributeNames: [String] {
    ["database", "schema", "identifier", "name", "table", "type", "is_table", "is_view", "is_cte"]
  }

  var text: String {
    switch kind {
    case .commonTable: identifier ?? ""
    default: isEmptied ? "(select * from \(name) where false limit 0)" : name
    }
  }

  private var name: String {
    [isQualified ? schema : nil, identifier].compactMap { $0.map { SQLIdentifier($0).quoted } }
      .joined(separator: ".")
  }

  func attribute(_ name: String) throws -> Value? {
    switch name {
    case "metadata": .dict([("type", "SQLiteRelation")])
    case "database": kind == .commonTable ? Value.none : .string(Target.databaseName)
    case "schema": schema.map { .string($0) } ?? Value.none
    case "identifier", "name", "table": identifier.map { .string($0) } ?? Value.none
    case "type": kind.map { .string($0.rawValue) } ?? Value.none
    case "is_table": .bool(kind == .table)
    case "is_view": .bool(kind == .view)
    case "is_cte": .bool(kind == .commonTable)
    case "is_materialized_view", "is_dynamic_table": .bool(false)
    default: nil
    }
  }

  func callMethod(_ name: String, _ call: Call) throws -> Value? {
    switch name {
    case "render": .string(text)
    case "include": try include(call)
    case "quote": .object(self)
    case "get":
      try attribute(try call.bind(["key", "default"], required: 1).string(0) ?? "")
        ?? call.bind(["key", "default"], required: 1).value(1)
    case "without_identifier":
      .object(RelationObject(schema: schema, identifier: nil, kind: kind, isQualified: isQualified))
    case "incorporate": try incorporate(call)
    default: nil
    }
  }

  /// `include(database=…, schema=…, identifier=…)`: which parts it prints.
  private func include(_ call: Call) throws -> Value {
    let arguments = try call.bind(["database", "schema", "identifier"])
    return .object(
      RelationObject(
        schema: schema, identifier: arguments.bool(2, default: true) ? identifier : nil, kind: kind,
        isQualified: arguments.bool(1, default: isQualified)))
  }

  /// `incorporate(path={…}, type=…)`: the same relation with other parts.
  private func incorporate(_ call: Call) throws -> Value {
    var (schema, identifier, kind) = (schema, identifier, kind)
    if case .dict(let path)? = call.keyword("path") {
      if let value = path["schema"] { schema = value.string }
      if let value = path["identifier"] { identifier = value.string }
    }
    if let type = call.keyword("type")?.string { kind = Kind(rawValue: type) }
    return .object(
      RelationObject(schema: schema, identifier: identifier, kind: kind, isQualified: isQualified))
  }

  func isEqual(to other: Value) -> Bool {
    if case .object(let object) = other { object.text == text } else { other.string == text }
  }
}
