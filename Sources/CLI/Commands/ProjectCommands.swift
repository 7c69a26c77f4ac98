import ArgumentParser
import Diagnostics
import Storage
import Transform

struct ParseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "parse", abstract: "Read the project and write target/manifest.json.",
    discussion: """
      Example:
        reelhouse parse
      """)

  @OptionGroup var project: ProjectOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(global)
    let project = try session.project(project)
    try Artifacts(project, [], 0, session.invocation, compiled: []).write()
    session.console.log(RunReport().found(project.manifest))
  }
}

struct CompileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compile", abstract: "Render models and tests to SQL, into target/compiled.",
    discussion: """
      The SQL of a single selected node, or of --inline, is printed too.

      Examples:
        reelhouse compile
        reelhouse compile --select stg_movies
        reelhouse compile --inline "select * from {{ ref('stg_movies') }}"
      """)

  @Option(help: ArgumentHelp("A template to render instead of nodes.", valueName: "sql"))
  var inline: String?

  @OptionGroup var selection: SelectionOptions
  @OptionGroup var project: ProjectOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(global)
    let project = try session.project(project)
    if let inline { return session.console.data(try project.compile(inline: inline).sql) }
    let selected = try NodeSelection(selection, project, session).resolve()
    let nodes = project.graph.order.filter { selected.contains($0) }.compactMap { project.manifest.nodes[$0] }
      .filter { $0.resourceType == .model || $0.isTest }
    for node in nodes { try project.writeCompiled(try project.compile(node)) }
    try Artifacts(project, [], 0, session.invocation).write()
    let models = nodes.filter { $0.resourceType == .model }
    if !selection.select.isEmpty,
      let only = models.count == 1 ? models.first : (nodes.count == 1 ? nodes[0] : nil)
    {
      session.console.remark("Compiled node '\(only.name)' is:")
      session.console.data(try project.compile(only).sql)
    } else {
      session.console.remark("Compiled \(nodes.count) nodes into \(project.targetPath)/compiled")
    }
  }
}

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Run the query of one model or test, or of --inline, over the draft; show its rows.",
    discussion: """
      Nothing is stored. What the query reads must be in the draft.

      Examples:
        reelhouse show --select movies_by_year --limit 20
        reelhouse show --inline "select count(*) from {{ ref('stg_movies') }}"
      """)

  @Option(help: ArgumentHelp("A template to run instead of a node.", valueName: "sql"))
  var inline: String?

  // A value that begins with a minus is not taken for an option.
  @Option(parsing: .unconditional, help: "How many rows; -1 for all.")
  var limit = 5

  @Option(name: [.short, .long], help: "The form of the rows: table, json, ndjson, csv or markdown.")
  var output: RowFormat = .table

  @OptionGroup var selection: SelectionOptions
  @OptionGroup var project: ProjectOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(global)
    let project = try session.project(project)
    let compiled = try compiled(project, session)
    let reader = try WarehouseReader(try session.warehouse(), .draft)
    let head = "select * from (\n"
    let tail = limit < 0 ? "\n)" : "\n) limit \(limit)"
    reader.connection.authorizeReadsOnly()
    do {
      let statement = try reader.connection.prepare(head + compiled.sql + tail)
      _ = try RowWriter(format: output, console: session.console).write(statement)
    } catch {
      throw compiled.diagnostic(for: error, prefix: head.utf8.count)
    }
  }

  private func compiled(_ project: Project, _ session: Session) throws -> CompiledNode {
    if let inline { return try project.compile(inline: inline) }
    let selected = try NodeSelection(selection, project, session).resolve()
    let nodes = selected.compactMap { project.manifest.nodes[$0] }
    let models = nodes.filter { $0.resourceType == .model || $0.resourceType == .seed }
    let candidates = models.isEmpty ? nodes.filter(\.isTest) : models
    guard !selection.select.isEmpty, candidates.count == 1, let node = candidates.first else {
      throw Diagnostic(
        .invalidArgument, "`show` shows one node, and the selection has \(candidates.count)",
        hints: ["name one with --select, such as `--select movies_by_year`"])
    }
    if node.resourceType == .seed {
      return try project.compile(inline: "select * from {{ ref('\(node.name)') }}")
    }
    return try project.compileQualified(node)
  }
}
