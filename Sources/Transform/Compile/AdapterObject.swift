import Diagnostics
import Jinja
import SQLite
import Storage

/// `adapter`: what templates may ask of the warehouse, and the search for a macro's variants.
final class AdapterObject: TemplateObject {
  private unowned let host: TemplateHost
  private let package: String

  init(_ host: TemplateHost, package: String) {
    self.host = host
    self.package = package
  }

  /// What the names of a macro's variants begin with, the most special first.
  private var prefixes: [String] {
    isSnowflake ? ["snowflake", "default"] : ["reelhouse", "sqlite", "default"]
  }

  private var isSnowflake: Bool { host.target.type == "snowflake" }

  var typeName: String { "adapter" }
  var attributeNames: [String] {
    [
      "dispatch", "get_relation", "load_relation", "get_columns_in_relation", "get_missing_columns",
      "list_relations", "quote", "quote_as_configured", "already_exists", "check_schema_exists",
      "create_schema", "execute", "type",
    ]
  }

  func callMethod(_ name: String, _ call: Call) throws -> Value? {
    switch name {
    case "dispatch": return try dispatch(call)
    case "type": return .string(isSnowflake ? "snowflake" : "sqlite")
    case "quote":
      return .string(host.quoted(try call.bind(["identifier"], required: 1).value(0).text()))
    case "quote_as_configured":
      return .string(host.quoted(try call.bind(["identifier", "quote_key"], required: 1).value(0).text()))
    // A layer is always there.
    case "create_schema", "expand_target_column_types", "cache_added", "cache_dropped", "cache_renamed",
      "commit", "clear_transaction", "drop_schema", "valid_snapshot_target":
      return Value.none
    case "check_schema_exists":
      let arguments = try call.bind(["database", "schema"], required: 2)
      return .bool(Layer(rawValue: try arguments.string(1) ?? "") != nil)
    case "get_relation": return try getRelation(call)
    case "load_relation":
      let relation = try Self.relation(try call.bind(["relation"], required: 1).value(0))
      return try find(schema: relation.layer.schemaName, name: relation.name)
    case "already_exists":
      let arguments = try call.bind(["schema", "name"], required: 2)
      return .bool(try kind(try arguments.string(0) ?? "", try arguments.string(1) ?? "") != nil)
    case "get_columns_in_relation", "get_columns_in_table":
      return .list(try columns(try call.bind(["relation"], required: 1).value(0)).map { .object($0) })
    case "get_missing_columns":
      let arguments = try call.bind(["from_relation", "to_relation"], required: 2)
      let present = Set(try columns(arguments.value(1)).map { $0.name.lowercased() })
      return .list(
        try columns(arguments.value(0)).filter { !present.contains($0.name.lowercased()) }.map { .object($0) }
      )
    case "list_relations", "list_relations_without_caching":
      return try listRelations(call)
    case "execute": return try QueryFunctions(host).adapterExecute(call)
    case "drop_relation", "rename_relation", "truncate_relation":
      return try QueryFunctions(host).change(name, call)
    default: return nil
    }
  }

  // MARK: Dispatch

  /// `adapter.dispatch('name', 'namespace')`: the variant of a macro for this warehouse, or the default one.
  private func dispatch(_ call: Call) throws -> Value {
    let arguments = try call.bind(["macro_name", "macro_namespace", "packages"], required: 1)
    let name = try arguments.string(0) ?? ""
    let namespace = try arguments.string(1)
    guard !name.contains(".") else {
      let parts = name.split(separator: ".")
      let names = parts.count < 2 ? "'name', 'package'" : "'\(parts[parts.count - 1])', '\(parts[0])'"
      throw TemplateError(
        .templateRuntime, "dispatch() takes a macro's bare name, not '\(name)'",
        hints: ["name its package as the second argument: `adapter.dispatch(\(names))`"])
    }
    var attempts: [String] = []
    for package in searchOrder(namespace) {
      for prefix in prefixes {
        let variant = "\(prefix)__\(name)"
        if let entry = host.macros.entry(variant, in: package) { return .macro(Macro(entry.definition)) }
        attempts.append("\(package).\(variant)")
      }
    }
    throw TemplateError(
      .templateUndefined, "no macro was found for adapter.dispatch('\(name)')",
      notes: ["looked for \(attempts.joined(separator: ", "))"],
      hints: ["define the macro 'default__\(name)'"])
  }

  private func searchOrder(_ namespace: String?) -> [String] {
    let root = host.project.name
    guard let namespace else { return [package, root, BuiltinMacros.packageName] }
    if let order = host.project.dispatchOrder[namespace], !order.isEmpty { return order }
    return namespace == root ? [root] : [root, namespace]
  }

  // MARK: Relations

  private func kind(_ schema: String, _ name: String) throws -> String? {
    host.trace.asksData = true
    return try host.database?.kind(schema: schema, name: name)
  }

  private func find(schema: String, name: String) throws -> Value {
    guard let kind = try kind(schema, name) else { return .none }
    return .object(
      RelationObject(schema: schema, identifier: name, kind: RelationObject.Kind(rawValue: kind)))
  }

  private func getRelation(_ call: Call) throws -> Value {
    let arguments = try call.bind(["database", "schema", "identifier"])
    return try find(schema: try arguments.string(1) ?? "", name: try arguments.string(2) ?? "")
  }

  private func listRelations(_ call: Call) throws -> Value {
    let schema: String
    if case .object(let object)? = call.arguments.first, let relation = object as? RelationObject {
      schema = try relation.attribute("schema")?.text() ?? ""
    } else {
      schema = try (call.keyword("schema") ?? call.arguments.last ?? .none).text()
    }
    host.trace.asksData = true
    guard Layer(rawValue: schema) != nil, let database = host.database else { return .list([Value]()) }
    let rows = try database.connection.rows(
      """
      select name, type from \(SQLIdentifier(schema)).sqlite_schema where type in ('table', 'view') \
      and name not like 'sqlite\\_%' escape '\\' and name <> '_relations' order by name
      """)
    return .list(
      rows.compactMap { row in
        guard case .text(let name) = row[0], case .text(let type) = row[1] else { return nil }
        return .object(
          RelationObject(schema: schema, identifier: name, kind: RelationObject.Kind(rawValue: type)))
      })
  }

  private func columns(_ value: Value) throws -> [ColumnObject] {
    let relation = try Self.relation(value)
    host.trace.asksData = true
    guard let database = host.database else { return [] }
    return try database.columns(of: relation).map { ColumnObject(name: $0.name, type: $0.type) }
  }

  /// The relation in the warehouse that an argument is.
  static func relation(_ value: Value) throws -> Relation {
    if case .object(let object) = value, let relation = (object as? RelationObject)?.relation {
      return relation
    }
    throw TemplateError(
      .templateRuntime, "a relation is wanted, not \(value.shortDescription)",
      hints: ["ref(), source(), this or api.Relation.create() give relations"])
  }
}

/// `api.Relation`.
final class RelationFactory: TemplateObject {
  var typeName: String { "Relation" }
  var attributeNames: [String] { ["create"] }

  func attribute(_ name: String) throws -> Value? {
    switch name {
    case "Table": "table"
    case "View": "view"
    case "CTE": "cte"
    default: nil
    }
  }

  func callMethod(_ name: String, _ call: Call) throws -> Value? {
    guard name == "create" else { return nil }
    let arguments = try call.bind(["database", "schema", "identifier", "type", "quote_policy", "path"])
    return .object(
      RelationObject(
        schema: try arguments.string(1), identifier: try arguments.string(2),
        kind: try arguments.string(3).flatMap(RelationObject.Kind.init(rawValue:))))
  }
}

/// A column as templates see it.
final class ColumnObject: TemplateObject {
  let name: String
  let type: String

  init(name: String, type: String) {
    self.name = name
    self.type = type
  }

  var typeName: String { "Column" }
  var text: String { "<Column \(name) (\(type))>" }
  var attributeNames: [String] { ["name", "column", "dtype", "data_type", "quoted"] }
  private var columnType: ColumnType? { ColumnType(declared: type) }

  func attribute(_ name: String) throws -> Value? {
    switch name {
    case "name", "column": .string(self.name)
    case "dtype", "data_type": .string(type)
    case "quoted": .string(SQLIdentifier(self.name).quoted)
    case "char_size", "numeric_precision", "numeric_scale": Value.none
    default: nil
    }
  }

  func callMethod(_ name: String, _ call: Call) throws -> Value? {
    switch name {
    case "is_string": .bool(columnType == .text)
    case "is_number": .bool(columnType == .integer || columnType == .real)
    case "is_numeric", "is_float": .bool(columnType == .real)
    case "is_integer": .bool(columnType == .integer)
    case "string_size": .int(256)
    default: nil
    }
  }
}

/// `api.Column`.
final class ColumnFactory: TemplateObject {
  var typeName: String { "Column" }
  var isCallable: Bool { true }

  func call(_ call: Call) throws -> Value {
    let arguments = try call.bind(["column", "dtype", "char_size"], required: 1)
    return .object(
      ColumnObject(name: try arguments.string(0) ?? "", type: try arguments.string(1) ?? ""))
  }

  func callMethod(_ name: String, _ call: Call) throws -> Value? {
    switch name {
    case "create": try self.call(call)
    case "translate_type": call.arguments.first
    case "string_type": "text"
    case "numeric_type": "numeric"
    default: nil
    }
  }
}
