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
    try Artifacts(project, [], 0, session.invocation).write()
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
    let selected = try NodeSelection(project, session.console).resolve(selection)
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
    let compiled = try compiled(project, session.console)
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

  private func compiled(_ project: Project, _ console: Console) throws -> CompiledNode {
    if let inline { return try project.compile(inline: inline) }
    let selected = try NodeSelection(project, console).resolve(selection)
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

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List the nodes of the project.",
    discussion: """
      Examples:
        reelhouse ls --resource-type model
        reelhouse ls --select +movies_by_year --output path
        reelhouse ls --output json --output-keys name resource_type depends_on
      """,
    aliases: ["list"])

  enum OutputForm: String, CaseIterable, ExpressibleByArgument {
    case selector
    case name
    case path
    case json
  }

  @Option(help: "The form of a line: selector, name, path or json.")
  var output: OutputForm = .selector

  @Option(parsing: .upToNextOption, help: ArgumentHelp("The keys of JSON lines.", valueName: "key"))
  var outputKeys: [String] = [
    "alias", "name", "package_name", "depends_on", "tags", "config", "resource_type", "source_name",
    "original_file_path", "unique_id",
  ]

  @OptionGroup var selection: SelectionOptions
  @OptionGroup var project: ProjectOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(global)
    let project = try session.project(project)
    let selected = try NodeSelection(project, session.console).resolve(selection)
    let nodes = selected.sorted().compactMap { project.manifest.nodes[$0] }
    if nodes.isEmpty { session.console.remark("No nodes selected!") }
    let artifact = ManifestArtifact(project)
    for node in nodes { session.console.data(try line(node, artifact)) }
  }

  private func line(_ node: Node, _ artifact: ManifestArtifact) throws -> String {
    switch output {
    case .name: return node.source.map { "\($0.name).\(node.name)" } ?? node.name
    case .path: return node.filePath
    case .selector:
      let name = node.fqn.joined(separator: ".")
      return node.resourceType == .source ? "source:\(name)" : name
    case .json:
      guard case .object(let fields) = artifact.node(node) else { return "{}" }
      let keys = Set(outputKeys.flatMap { $0.split(separator: " ").map(String.init) })
      var shown = fields.filter { keys.contains($0.key) }
      // Readers of this output count on a list being there.
      if keys.contains("depends_on"), shown["depends_on"] == nil {
        shown["depends_on"] = ["nodes": [], "macros": []]
      }
      return try JSON.text(JSONValue.object(shown))
    }
  }
}
