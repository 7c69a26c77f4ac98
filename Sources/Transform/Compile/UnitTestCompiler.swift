import Diagnostics
import Jinja
import SQLite
import Storage

/// Makes the query of a unit test: the model's own, over common table expressions of the given rows.
struct UnitTestCompiler {
  let compiler: NodeCompiler
  let manifest: Manifest
  let templates: [String: Template]

  private var host: TemplateHost { compiler.host }

  func compile(_ node: Node, _ test: UnitTest) throws -> CompiledNode {
    guard let model = manifest.nodes[test.model], let template = templates[test.model] else {
      throw Diagnostic(.unknownRef, "the unit test '\(node.name)' has no model to test", at: node.location)
    }
    let tables = CommonTables()
    let scope = try scope(of: model, node, test, tables)
    let rendered = try Renderer(environment: host.environment, scope: scope).render(template)
    let (sql, injection) = tables.inject(into: rendered.text)
    return CompiledNode(node: node, sql: sql, storedKind: .table, sourceMap: nil, injection: injection)
  }

  // MARK: Scope

  private func scope(of model: Node, _ node: Node, _ test: UnitTest, _ tables: CommonTables) throws -> Scope {
    var standIns: [String: String] = [:]
    var this: RelationObject?
    for input in test.inputs {
      let target = try target(of: input, model, node)
      let isThis = input.subject == .this
      let name =
        isThis
        ? "__dbt__cte__this__\(model.name)"
        : target.source.map { "__dbt__cte__\($0.name)__\(target.name)" } ?? target.commonTableName
      if isThis {
        this = RelationObject(commonTable: SQLIdentifier(name).quoted)
      } else {
        standIns[target.uniqueID] = name
      }
      let columns = try columns(of: target)
      try refuseUnknown(input, columns.map(\.name), node)
      tables.append(SQLIdentifier(name).quoted, UnitTestRows(columns: columns).sql(of: input.rows))
    }
    let scope = NodeScopes(host: host).compileScope(
      of: model, in: manifest,
      NodeScopes.References(
        standIn: { target in
          if let name = standIns[target.uniqueID] {
            return RelationObject(commonTable: SQLIdentifier(name).quoted)
          }
          let words =
            target.source.map { "source('\($0.name)', '\(target.name)')" } ?? "ref('\(target.name)')"
          throw Diagnostic(
            .invalidValue,
            "the unit test '\(node.name)' gives no rows for '\(target.name)', which '\(model.name)' reads",
            at: node.location, hints: ["add `- input: \(words)` under `given`, with `rows: []` for none"])
        }, this: this, addCommonTable: { _ in }))
    override(scope, of: model, test)
    return scope
  }

  /// A column that the input does not have would be given in vain.
  private func refuseUnknown(_ input: UnitTest.Input, _ names: [String], _ node: Node) throws {
    let known = Set(names.map { $0.lowercased() })
    guard !names.isEmpty, let name = input.rows.columnNames.first(where: { !known.contains($0.lowercased()) })
    else { return }
    throw Diagnostic(
      .undeclaredColumn, "the unit test '\(node.name)' gives a column '\(name)', which \(input.text) has not",
      at: node.location,
      hints: [Suggestion.hint(for: name, in: names) ?? "its columns are \(names.joined(separator: ", "))"])
  }

  private func target(of input: UnitTest.Input, _ model: Node, _ node: Node) throws -> Node {
    let found: Node? =
      switch input.subject {
      case .this: model
      case .reference(let reference): manifest.node(reference, from: node.packageName)
      case .source(let reference): manifest.node(reference, from: node.packageName)
      }
    if let found { return found }
    throw Diagnostic(
      .unknownRef, "the unit test '\(node.name)' gives rows for \(input.text), which there is not",
      at: node.location)
  }

  /// Puts the overrides of macros, variables and environment variables before what they stand for.
  private func override(_ scope: Scope, of model: Node, _ test: UnitTest) {
    var packages: [String: [String: Value]] = [:]
    var isIncremental = false
    for entry in test.macros {
      let value = Value(entry.value)
      if entry.key == "is_incremental" { isIncremental = value.isTrue }
      let function = Value.function(entry.key) { _ in value }
      let parts = entry.key.split(separator: ".", maxSplits: 1).map(String.init)
      if parts.count == 2 {
        packages[parts[0], default: [:]][parts[1]] = function
      } else {
        scope[entry.key] = function
      }
    }
    if !test.macros.contains(where: { $0.key == "is_incremental" }) {
      scope["is_incremental"] = .function("is_incremental") { _ in .bool(isIncremental) }
    }
    for (package, overrides) in packages {
      scope[package] = .object(PackageObject(host, package, overrides: overrides))
    }
    if !test.vars.isEmpty {
      scope["var"] = .object(VarObject(host, package: model.packageName, overrides: test.vars))
    }
    if !test.environment.isEmpty {
      let own = Dictionary(
        test.environment.map { ($0.key, $0.value.text ?? "") }, uniquingKeysWith: { _, new in new })
      scope["env_var"] = ContextValues.environmentFunction(
        host.processEnvironment.merging(own) { _, new in new })
    }
  }

  // MARK: Columns

  /// The columns of what rows stand in for: as they are in the data where it is there, with the declared types.
  func columns(of node: Node) throws -> [(name: String, type: ColumnType?)] {
    let declared = Dictionary(
      node.declaredColumns.map { ($0.name.lowercased(), $0.type) }, uniquingKeysWith: { first, _ in first })
    var found: [(name: String, type: String)] = []
    if let relation = node.relation { found = try host.database?.columns(of: relation) ?? [] }
    if found.isEmpty, node.isEphemeral, let database = host.database,
      let compiled = try? compiler.compileQualified(node),
      let statement = try? database.connection.prepare(compiled.sql)
    {
      found = statement.columnNames.map { ($0, "") }
    }
    if found.isEmpty { found = node.columns.map { ($0.name, "") } }
    return found.map { column in
      (column.name, declared[column.name.lowercased()] ?? ColumnType(declared: column.type))
    }
  }
}

/// Rows of a unit test as SQL.
struct UnitTestRows {
  /// The columns of the relation that the rows are of.
  let columns: [(name: String, type: ColumnType?)]

  /// A query of the rows. Columns that a row does not speak of are NULL.
  func sql(of rows: UnitTest.Rows) -> String {
    switch rows {
    case .sql(let text): return text
    case .mappings(let mappings):
      return query(mappings.map { row in row.map { ($0.key, $0.value) } })
    case .csv(let header, let lines):
      return query(
        lines.map { line in zip(header, line).map { ($0, $1.map { .string($0) } ?? .null) } }, isText: true)
    }
  }

  private func query(_ rows: [[(String, ConfigValue)]], isText: Bool = false) -> String {
    var names = columns.map(\.name)
    for (name, _) in rows.joined() where !names.contains(where: { $0.lowercased() == name.lowercased() }) {
      names.append(name)
    }
    if names.isEmpty { names = ["_"] }
    guard !rows.isEmpty else {
      return "select \(names.map { "null as \(SQLIdentifier($0))" }.joined(separator: ", ")) where 1 = 0"
    }
    return rows.map { row in
      let cells = names.map { name -> String in
        let value = row.first { $0.0.lowercased() == name.lowercased() }?.1 ?? .null
        return "\(literal(value, type(of: name), isText: isText)) as \(SQLIdentifier(name))"
      }
      return "select \(cells.joined(separator: ", "))"
    }.joined(separator: "\nunion all\n")
  }

  private func type(of name: String) -> ColumnType? {
    columns.first { $0.name.lowercased() == name.lowercased() }?.type
  }

  /// A value as SQL has it, of its column's type.
  private func literal(_ value: ConfigValue, _ type: ColumnType?, isText: Bool) -> String {
    let text: String
    switch value {
    case .null: return "null"
    case .bool(let flag) where type != .text: return flag ? "1" : "0"
    case .integer(let number) where type == nil || type == .integer || type == .boolean: return String(number)
    case .real(let number) where type == nil || type == .real: return String(number)
    case .list, .map: text = JSONValueText.text(of: value)
    default: text = value.text ?? ""
    }
    let quoted = SQLLiteral(text).description
    switch type {
    case .integer: return "cast(\(quoted) as integer)"
    case .boolean where ["true", "false"].contains(text.lowercased()):
      return text.lowercased() == "true" ? "1" : "0"
    case .boolean: return "cast(\(quoted) as integer)"
    case .real: return "cast(\(quoted) as real)"
    case .text, .date, .timestamp: return quoted
    case nil: return isText && Self.isNumber(text) ? text : quoted
    }
  }

  /// Whether a field of a CSV is a number that means the same when it stands in SQL.
  private static func isNumber(_ text: String) -> Bool {
    if let number = Int(text) { return String(number) == text }
    guard text.utf8.allSatisfy({ "0123456789.-".utf8.contains($0) }) else { return false }
    return Double(text).map { String($0) == text } ?? false
  }
}

/// A list or mapping as JSON.
enum JSONValueText {
  static func text(of value: ConfigValue) -> String {
    (try? JSON.text(JSONValue(value))) ?? ""
  }
}
