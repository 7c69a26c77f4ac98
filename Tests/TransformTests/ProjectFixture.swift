import Diagnostics
import Files
import SQLite
import Storage
import TestSupport
import Transform

/// A project in a folder of its own, with a warehouse beside it.
struct ProjectFixture {
  let folder: TemporaryFolder
  var projectPath: String { folder.file("project") }
  var warehouse: Warehouse { Warehouse(path: folder.file("warehouse")) }

  /// - Parameter files: texts by path; `dbt_project.yml` is there unless it is among them.
  init(_ files: [String: String] = [:]) throws {
    folder = try TemporaryFolder()
    try write("dbt_project.yml", Self.projectFile)
    for (path, text) in files { try write(path, text) }
  }

  static let projectFile = """
    name: shop
    profile: shop
    models:
      shop:
        +schema: staged
        +materialized: table
    seeds:
      shop:
        +schema: staged
    """

  func write(_ path: String, _ text: String) throws {
    let file = Path.join(projectPath, path)
    try FileSystem.createDirectory(Path.parent(of: file))
    try FileSystem.write(text.utf8, to: file, isDurable: false)
  }

  func project(vars: String = "{}", environment: [String: String] = [:], target: String? = nil) throws
    -> Project
  {
    try Project(
      Project.Options(
        path: projectPath, targetName: target, vars: try Project.vars(parsing: vars), environment: environment
      ))
  }

  /// All that is wrong with the project, in the parse and in the check of its queries.
  func faults() throws -> [Diagnostic] {
    do {
      let project = try project()
      return try Preflight(project, seedLoader: PlainSeedLoader()).run(Set(project.manifest.nodes.keys))
    } catch {
      return Diagnostic.all(of: error)
    }
  }

  /// Runs a verb over the draft.
  @discardableResult
  func run(
    _ verb: RunPlan.Verb, select: [String] = [], failsFast: Bool = false, isFullRefresh: Bool = false,
    ignoresFormerResults: Bool = false, shufflesInputs: Bool = false, threadCount: Int = 3,
    leastProvenRowCount: Int = 20_000,
    project given: Project? = nil, onEvent: (RunEvent) -> Void = { _ in }
  ) throws -> [RunResult] {
    let project = try given ?? project()
    let spec = select.isEmpty ? nil : try SelectionSpec(parsing: select)
    let selected = try Selector(project.manifest, project.graph).select(spec, exclude: nil)
    let plan = RunPlan(verb, selected: selected, manifest: project.manifest, graph: project.graph)
    let draft = try draft()
    let runner = try Runner(
      project: project, draft: draft, plan: plan, seedLoader: PlainSeedLoader(),
      options: Runner.Options(
        failsFast: failsFast, isFullRefresh: isFullRefresh, ignoresFormerResults: ignoresFormerResults,
        shufflesInputs: shufflesInputs, threadCount: threadCount, leastProvenRowCount: leastProvenRowCount))
    return try runner.run(plan, onEvent: onEvent)
  }

  func draft() throws -> Draft {
    try Draft(WarehouseLock(warehouse, command: "test", timeoutSeconds: 5))
  }

  /// The rows of a query over the draft.
  func rows(_ sql: String) throws -> [[SQLiteValue]] {
    try WarehouseReader(warehouse, .draft).connection.rows(sql)
  }
}

/// Loads seeds of plain fields, so that the engine's tests do not need the ingest.
struct PlainSeedLoader: SeedLoading {
  func load(
    path: String, displayPath: String, delimiter: UInt8, columnTypes: [String: ColumnType], name: String,
    makeTable: (TableDefinition) throws -> TableWriter
  ) throws -> TableSummary {
    let lines = try FileSystem.readText(path).split(separator: "\n")
    let columns = lines[0].split(separator: ",").map { column in
      ColumnDefinition(String(column), (columnTypes[String(column)] ?? .text).sqliteName)
    }
    var writer = try makeTable(try TableDefinition(name, columns))
    for line in lines.dropFirst() {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      try writer.append([fields.map { $0.isEmpty ? SQLiteValue.null : .text(String($0)) }])
    }
    return try writer.finish()
  }

  func columnNames(path: String, displayPath: String, delimiter: UInt8) throws -> [String] {
    let header = try FileSystem.readText(path).split(separator: "\n").first ?? ""
    return header.split(separator: ",").map(String.init)
  }
}
