import Diagnostics
import Files
import SQLite
import Storage

/// Checks a whole project before anything runs: every model and test is prepared over empty tables in memory.
///
/// An unknown column, a wrong argument count or a syntax error anywhere is found in milliseconds, in the user's own
/// file, and nothing in the warehouse has changed.
package struct Preflight {
  private let project: Project
  private let seedLoader: any SeedLoading

  package init(_ project: Project, seedLoader: any SeedLoading) {
    self.project = project
    self.seedLoader = seedLoader
  }

  /// - Parameters:
  ///   - selected: the nodes that will run; their ancestors are checked too, since they make the tables.
  ///   - extraColumns: columns that loaded source tables have beyond the declared ones, by unique id.
  /// - Returns: all faults and warnings found; none for a sound project.
  package func run(_ selected: Set<String>, extraColumns: [String: [String]] = [:]) throws -> [Diagnostic] {
    let outer = project.database
    defer { project.database = outer }
    let connection = try Connection(path: ":memory:", access: .create)
    for layer in Layer.allCases where layer != .main {
      try connection.execute("attach ':memory:' as \(SQLIdentifier(layer.schemaName))")
    }
    project.database = TemplateDatabase(connection)
    var faults: [Diagnostic] = []
    var broken: Set<String> = []
    let needed = selected.union(project.graph.ancestors(of: selected))
    for id in project.graph.order where needed.contains(id) {
      guard let node = project.manifest.nodes[id] else { continue }
      // What reads a broken node would only repeat its fault.
      if node.dependencies.contains(where: broken.contains) {
        broken.insert(id)
        continue
      }
      switch check(node, connection, extraColumns: extraColumns[id] ?? []) {
      case .sound: continue
      case .faulty(let found):
        faults += found
        // What is only warned of breaks nothing.
        if !found.contains(where: { $0.severity == .error }) { continue }
      case .unknown: break
      }
      broken.insert(id)
    }
    return faults
  }

  private enum Verdict {
    case sound
    case faulty([Diagnostic])
    /// What the node's SQL will be depends on data that is not there yet.
    case unknown
  }

  private func check(_ node: Node, _ connection: Connection, extraColumns: [String]) -> Verdict {
    do {
      let faults = try faults(of: node, connection, extraColumns: extraColumns)
      return faults.isEmpty ? .sound : .faulty(faults)
    } catch is DependsOnData {
      return .unknown
    } catch {
      return .faulty(Diagnostic.all(of: error))
    }
  }

  private struct DependsOnData: Error {}

  /// Renders a node; one that asks the data cannot be checked before the data is there.
  private func compiled(_ node: Node, isIncremental: Bool? = nil) throws -> CompiledNode {
    let result = Result { try project.compiler.compileQualified(node, isIncremental: isIncremental) }
    if project.compiler.hasAskedData { throw DependsOnData() }
    return try result.get()
  }

  private func faults(
    of node: Node, _ connection: Connection, extraColumns: [String]
  ) throws -> [Diagnostic] {
    switch node.resourceType {
    case .exposure: return []
    case .source:
      let declared = node.columns.map(\.name)
      try createTable(node, columns: declared + extraColumns.filter { !declared.contains($0) }, connection)
      return []
    case .seed:
      let names = try seedLoader.columnNames(
        path: project.manifest.path(of: node), displayPath: node.displayPath,
        delimiter: node.config.delimiter.utf8.first ?? UInt8(ascii: ","))
      try createTable(node, columns: names, connection)
      return undeclared(node, names)
        + unknown(node.config.columnTypes.map(\.key), "the column_types of the seed", node, names)
    case .model:
      return try check(model: node, connection)
    case .snapshot:
      return try check(snapshot: node, connection)
    case .test:
      let compiled = try compiled(node)
      _ = try columnNames(of: compiled, connection)
      try refuseUndeclared(compiled, connection)
      try checkJudgement(of: compiled, connection)
      return []
    case .unitTest:
      // What it stands in for is here with all its columns, which may not be in the draft yet.
      let names = try columnNames(of: try project.compiler.recompile(node), connection)
      return unknown(
        node.unitTest?.expected.columnNames ?? [], "the expected rows of the unit test", node, names)
    }
  }

  private func check(model node: Node, _ connection: Connection) throws -> [Diagnostic] {
    // The qualified form tells the place of a fault, which SQLite does not for the inside of a view.
    let qualified = try compiled(node, isIncremental: false)
    let names = try columnNames(of: qualified, connection)
    if node.isEphemeral { return undeclared(node, names) }
    try refuseUndeclared(qualified, connection)
    let types = try connection.prepare(qualified.sql).declaredTypes
    if let fault = ContractCheck(node: node).fault(names: names, declaredTypes: types) { return [fault] }
    var faults = undeclared(node, names)
    faults += unknown(node.config.indexes.flatMap(\.columns), "an index of the model", node, names)
    let merged = (node.config.mergeUpdateColumns ?? []) + (node.config.mergeExcludeColumns ?? [])
    faults += unknown(merged, "the merge of the model", node, names)
    // A key may be an expression; one that is a bare name is a column.
    let keys = node.config.uniqueKey.filter { $0.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } }
    faults += unknown(keys, "the unique_key of the model", node, names)
    if node.materialized == "incremental" {
      try createTable(node, columns: names, connection)
      _ = try columnNames(of: try compiled(node, isIncremental: true), connection)
      return faults
    }
    let compiled = try project.compile(node)
    switch compiled.storedKind {
    case .view: try createView(compiled, connection)
    case .table: try createTable(node, columns: names, connection)
    }
    return faults
  }

  private func check(snapshot node: Node, _ connection: Connection) throws -> [Diagnostic] {
    let compiled = try compiled(node)
    let names = try columnNames(of: compiled, connection)
    try refuseUndeclared(compiled, connection)
    let settings = SnapshotSettings(node.config)
    var wanted = settings.uniqueKey + [settings.updatedAt].compactMap { $0 }
    if case .check(let columns?) = settings.strategy { wanted += columns }
    // A key or a time may be an expression; one that is a bare name is a column.
    let bare = wanted.filter { $0.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } }
    try createTable(node, columns: names + settings.columnNames, connection)
    return undeclared(node, names + settings.columnNames)
      + unknown(bare, "the configuration of the snapshot", node, names)
  }

  /// Prepares the statement that judges a test, of which `fail_calc`, `warn_if` and `error_if` are parts.
  private func checkJudgement(of compiled: CompiledNode, _ connection: Connection) throws {
    do {
      _ = try connection.prepare(TestRunner.judgement(of: compiled).sql)
    } catch {
      let config = compiled.node.config
      throw Diagnostic(
        .testQueryShape, "the test '\(compiled.node.name)' cannot be judged: \(error.reason)",
        at: compiled.node.location,
        notes: [
          "fail_calc is `\(config.failCalculation)`, warn_if `\(config.warnIf)`, error_if `\(config.errorIf)`"
        ], hints: ["`fail_calc` is an expression over the failing rows; conditions are such as `> 10`"])
    }
  }

  /// Refuses SQL that reads a table of the project which its template does not refer to.
  private func refuseUndeclared(_ compiled: CompiledNode, _ connection: Connection) throws {
    var observer = ReadObserver()
    try observer.observe(compiled.sql, connection)
    var allowed = Set([compiled.node.relation].compactMap { $0 })
    var pending = project.manifest.inputs(of: compiled.node)
    var seen: Set<String> = []
    // What a view reads is read through it.
    while let id = pending.popLast() {
      guard seen.insert(id).inserted, let input = project.manifest.nodes[id], let relation = input.relation
      else {
        continue
      }
      allowed.insert(relation)
      if input.materialized == "view" { pending += project.manifest.inputs(of: input) }
    }
    guard let relation = observer.relations.subtracting(allowed).sorted().first else { return }
    let owner = project.manifest.nodes.values.first { $0.relation == relation }
    throw UndeclaredRead.diagnostic(relation, compiled.node, owner)
  }

  /// Columns that settings name but that the node does not have.
  private func unknown(
    _ wanted: [String], _ what: String, _ node: Node, _ names: [String]
  ) -> [Diagnostic] {
    let present = Set(names.map { $0.lowercased() })
    return wanted.filter { !present.contains($0.lowercased()) }.map { column in
      Diagnostic(
        .undeclaredColumn, "\(what) '\(node.name)' names the column '\(column)', which is not there",
        at: node.location,
        hints: [
          Suggestion.hint(for: column, in: names) ?? "the columns are \(names.joined(separator: ", "))"
        ])
    }
  }

  private func columnNames(of compiled: CompiledNode, _ connection: Connection) throws -> [String] {
    do {
      let statement = try connection.prepare(compiled.sql)
      guard statement.columnCount > 0 else {
        throw Diagnostic(
          .sqlError, "the SQL of '\(compiled.node.name)' is no query", at: compiled.node.location,
          hints: ["a model or test is one SELECT, without a semicolon"])
      }
      return statement.columnNames
    } catch let error as SQLiteError {
      var diagnostic = compiled.diagnostic(for: error)
      if let hint = columnHint(error, compiled.node, connection) ?? tableHint(error) {
        diagnostic.hints.append(hint)
      }
      throw diagnostic
    }
  }

  /// How a table of the project is to be named that SQL names directly.
  private func tableHint(_ error: SQLiteError) -> String? {
    let opening = "no such table: "
    guard error.reason.hasPrefix(opening) else { return nil }
    let name = error.reason.dropFirst(opening.count).split(separator: ".").last.map { $0.lowercased() } ?? ""
    let owner = project.manifest.nodes.values.filter { $0.relation?.name.lowercased() == name }
      .min { $0.uniqueID < $1.uniqueID }
    guard let owner else { return nil }
    let words = owner.source.map { "source('\($0.name)', '\(owner.name)')" } ?? "ref('\(owner.name)')"
    return "write `{{ \(words) }}` in its place: the order of the run and the freshness of rows depend on it"
  }

  /// What may have been meant by a column that none of the node's tables has.
  private func columnHint(_ error: SQLiteError, _ node: Node, _ connection: Connection) -> String? {
    let opening = "no such column: "
    guard error.reason.hasPrefix(opening) else { return nil }
    let name = error.reason.dropFirst(opening.count).split(separator: ".").last.map(String.init) ?? ""
    let relations = node.dependencies.compactMap { project.manifest.nodes[$0]?.relation }
    let columns = relations.flatMap { relation in
      (try? connection.prepare("select * from \(relation.sql)").columnNames) ?? []
    }
    return Suggestion.hint(for: name, in: columns)
  }

  /// Makes the view as it will be stored.
  private func createView(_ compiled: CompiledNode, _ connection: Connection) throws {
    guard let relation = compiled.node.relation else { return }
    let head = "create view \(relation.sql) as\n"
    do {
      try connection.drop(relation)
      try connection.run(head + compiled.sql)
      _ = try connection.prepare("select * from \(relation.sql)")
    } catch {
      throw compiled.diagnostic(for: error, prefix: head.utf8.count)
    }
  }

  private func createTable(_ node: Node, columns: [String], _ connection: Connection) throws {
    guard let relation = node.relation else { return }
    let types = Dictionary(
      node.declaredColumns.map { ($0.name.lowercased(), $0.type.sqliteName) },
      uniquingKeysWith: { first, _ in first })
    let names =
      columns.isEmpty
      ? ["\"\""]
      : columns.map { name in
        SQLIdentifier(name).quoted + (types[name.lowercased()].map { " \($0)" } ?? "")
      }
    do {
      // A source may name what a seed or model makes.
      try connection.drop(relation)
      try connection.execute("create table \(relation.sql) (\(names.joined(separator: ", ")))")
    } catch {
      throw Diagnostic(
        .sqlError, "the columns of '\(node.name)' make no table: \(error.reason)", at: node.location,
        hints: ["every column needs a name of its own"])
    }
  }

  /// Columns that are declared but that the node does not have.
  private func undeclared(_ node: Node, _ names: [String]) -> [Diagnostic] {
    let present = Set(names.map { $0.lowercased() })
    return node.columns.filter { !present.contains($0.name.lowercased()) }.map { column in
      Diagnostic(
        .undeclaredColumn, "the \(node.resourceType.rawValue) '\(node.name)' has no column '\(column.name)'",
        // dbt takes such a declaration without a word, so projects have them.
        severity: .warning, at: column.location,
        hints: [
          Suggestion.hint(for: column.name, in: names) ?? "its columns are \(names.joined(separator: ", "))"
        ])
    }
  }
}
