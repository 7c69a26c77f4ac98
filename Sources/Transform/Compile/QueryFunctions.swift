import Diagnostics
import Jinja
import SQLite
import Storage

/// Queries that templates run while they are rendered: `run_query`, `statement`, `load_result`.
struct QueryFunctions {
  private let host: TemplateHost

  init(_ host: TemplateHost) {
    self.host = host
  }

  func add(to scope: Scope) {
    let host = host
    scope["run_query"] = .function("run_query") { [unowned host] call in
      let sql = try call.bind(["sql"], required: 1).value(0).text()
      return try QueryFunctions(host).run(sql, call).map { .object($0) } ?? .none
    }
    scope["statement"] = .function("statement") { [unowned host] call in
      try QueryFunctions(host).statement(call)
    }
    scope["load_result"] = .function("load_result") { [unowned host] call in
      host.results[try call.bind(["name"], required: 1).string(0) ?? ""] ?? .none
    }
    scope["store_result"] = .function("store_result") { [unowned host] call in
      let arguments = try call.bind(["name", "response", "agate_table"], required: 1)
      host.results[try arguments.string(0) ?? ""] = .dict([
        ("response", arguments.value(1)), ("data", .list([Value]())), ("table", arguments.value(2)),
      ])
      return .string("")
    }
  }

  /// Whether the template is rendered to be run, rather than parsed.
  private func isExecuting(_ call: Call) throws -> Bool {
    try call.renderer.scope.lookup("execute")?.isTrue ?? false
  }

  /// The rows of a statement; nil where nothing can be asked.
  private func run(_ sql: String, _ call: Call) throws -> QueryTable? {
    guard try isExecuting(call) else { return nil }
    host.trace.asksData = true
    guard let database = host.database else {
      throw TemplateError(
        .templateRuntime, "the template runs a query, and there is no draft to run it on",
        hints: ["`reelhouse ingest` and `reelhouse build` make one"])
    }
    // A model's text may not change data while it is rendered; hooks and operations may.
    do {
      return try database.watching { try Self.rows(of: sql, database.connection) }
    } catch let error as SQLiteError {
      throw TemplateError(
        error.code == .sqlReadOnly ? .sqlReadOnly : .sqlError,
        "a query of the template failed: \(error.reason)",
        notes: ["its SQL is: \(sql.trimmed)"],
        hints: error.isRefused ? ["a model's template may only read: put changes into a hook"] : [])
    }
  }

  /// The rows of the last of several statements.
  private static func rows(of sql: String, _ connection: Connection) throws -> QueryTable {
    var table = QueryTable(names: [], rows: [])
    var rest = sql[...]
    while let statement = try connection.prepareFirst(of: &rest) {
      let names = statement.columnNames
      var rows: [[Value]] = []
      while try statement.step() {
        rows.append(statement.row.map(Value.init))
        guard rows.count <= rowLimit else {
          throw TemplateError(
            .templateLimit, "a query of the template has more than \(rowLimit) rows",
            hints: ["let SQL do the work: aggregate or limit it"])
        }
      }
      table = QueryTable(names: names, rows: rows)
    }
    return table
  }

  private static let rowLimit = 1_000_000

  /// `{% call statement('name', fetch_result=true) %} … {% endcall %}`
  private func statement(_ call: Call) throws -> Value {
    let arguments = try call.bind(
      ["name", "fetch_result", "auto_begin", "language", "caller"], required: 0)
    let name = try arguments.string(0)
    guard let caller = arguments[4] else {
      throw TemplateError(
        .templateRuntime, "statement() is called by a call block: `{% call statement('name') %}`")
    }
    let sql = try call.renderer.call(caller).text()
    guard let table = try run(sql, call) else { return .string("") }
    if let name {
      host.results[name] = .dict([
        ("response", "OK"), ("data", .list(table.rows.map { .tuple($0.values) })), ("table", .object(table)),
      ])
    }
    return .string("")
  }

  /// `adapter.execute(sql, fetch=true)`: a response and a table.
  func adapterExecute(_ call: Call) throws -> Value {
    let arguments = try call.bind(["sql", "auto_begin", "fetch", "limit"], required: 1)
    guard let table = try run(try arguments.value(0).text(), call) else { return .tuple(["", .none]) }
    return .tuple(["OK", .object(table)])
  }

  /// `adapter.drop_relation` and its like.
  func change(_ name: String, _ call: Call) throws -> Value {
    let relations = try call.arguments.map(AdapterObject.relation)
    guard let first = relations.first else {
      throw TemplateError(.templateRuntime, "\(name)() needs a relation")
    }
    switch name {
    case "drop_relation":
      guard let database = host.database, try isExecuting(call), let kind = try database.kind(of: first)
      else {
        return .none
      }
      _ = try run("drop \(kind) \(first.sql)", call)
    case "truncate_relation": _ = try run("delete from \(first.sql)", call)
    default:
      guard relations.count == 2 else {
        throw TemplateError(.templateRuntime, "\(name)() needs two relations")
      }
      _ = try run("alter table \(first.sql) rename to \(relations[1].unqualifiedSQL)", call)
    }
    return .none
  }
}

extension Value {
  /// A value of SQLite as templates see it.
  init(_ value: SQLiteValue) {
    switch value {
    case .null: self = .none
    case .integer(let number): self = .int(Int(number))
    case .real(let number): self = .double(number)
    case .text(let text): self = .string(text)
    case .blob(let bytes): self = .string(String(decoding: bytes, as: UTF8.self))
    }
  }
}
