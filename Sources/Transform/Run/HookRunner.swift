import Diagnostics
import Jinja
import SQLite
import Storage

/// Runs hooks: those of nodes within their transaction, those of the project before and after a whole run.
final class HookRunner {
  private let connection: Connection
  private let compiler: NodeCompiler
  /// Tables that hooks have written to.
  private(set) var touched: Set<Relation> = []

  init(connection: Connection, compiler: NodeCompiler) {
    self.connection = connection
    self.compiler = compiler
  }

  /// Runs the hooks of a node, within its transaction.
  func run(_ hooks: [String], of node: Node) throws {
    for hook in hooks {
      let sql = try allowingChanges { try compiler.renderHook(hook, of: node) }
      try execute(sql, "a hook of '\(node.name)'", at: node.location)
    }
  }

  /// Runs the hooks of the project and its packages, each in a transaction of its own.
  func runProjectHooks(
    _ hooks: KeyPath<ProjectFile, [String]>, _ name: String, _ manifest: Manifest, results: [RunResult]
  ) throws {
    for package in manifest.packages {
      let location = SourceLocation(path: package.displayPath(ProjectFile.fileName))
      for hook in package.file[keyPath: hooks] {
        try connection.transaction {
          let sql = try allowingChanges {
            try compiler.renderHook(hook, of: package.name, at: location, values: Self.values(results))
          }
          try execute(sql, "a hook of \(name)", at: location)
        }
      }
    }
  }

  /// Templates of hooks may change data, which those of models may not.
  private func allowingChanges(_ render: () throws -> String) throws -> String {
    let database = compiler.host.database
    database?.allowsChanges = true
    defer {
      database?.allowsChanges = false
      touched.formUnion(database?.touched ?? [])
    }
    return try render()
  }

  private func execute(_ sql: String, _ what: String, at location: SourceLocation) throws {
    // A hook that ended the transaction would take away what makes it safe.
    connection.authorize { [unowned self] action in
      switch action {
      case .transaction: return false
      case .change(_, let table?, _, let database?):
        if let layer = Layer(rawValue: database) { touched.insert(Relation(layer: layer, name: table)) }
        return true
      default: return true
      }
    }
    defer { connection.removeAuthorizer() }
    do {
      try connection.execute(sql)
    } catch {
      throw Diagnostic(
        .hookFailed, "\(what) failed: \(error.reason)", at: location,
        notes: ["the hook's SQL is: \(sql.trimmed)"],
        hints: [
          error.isRefused
            ? "hooks run in a transaction, and may not begin or end one" : "mend the hook, or what it reads"
        ])
    }
  }

  /// What dbt shows to hooks at the end of a run.
  private static func values(_ results: [RunResult]) -> [String: Value] {
    let schemas = Set(results.compactMap { $0.node.relation?.layer.schemaName }).sorted()
    return [
      "results": .list(
        results.map { result in
          .dict([
            ("status", .string(result.status.rawValue)), ("node", NodeScopes.model(result.node)),
            ("unique_id", .string(result.node.uniqueID)),
            ("message", result.message.map { .string($0) } ?? .none),
            ("failures", result.failures.map { .int($0) } ?? .none),
            ("execution_time", .double(result.executionSeconds)), ("thread_id", "Thread-1"),
          ])
        }),
      "schemas": .list(schemas.map { .string($0) }),
      "database_schemas": .list(schemas.map { .tuple([.string(Target.databaseName), .string($0)]) }),
    ]
  }
}
