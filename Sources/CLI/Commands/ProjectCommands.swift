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
    let options = project
    let project = try session.project(options)
    try Artifacts(project, session, compiled: [], isWritten: options.writeJson).write()
    session.console.log(RunReport().found(project.manifest), .found)
    ProcessEnd.keep(project)
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
        reelhouse compile --select stg_movies --output json
        reelhouse compile --inline "select * from {{ ref('stg_movies') }}"
      """)

  enum OutputForm: String, CaseIterable, ExpressibleByArgument {
    case text
    case json
  }

  @Option(help: ArgumentHelp("A template to render instead of nodes.", valueName: "sql"))
  var inline: String?

  @Option(name: [.short, .long], help: "The form of the printed SQL: text or json.")
  var output: OutputForm = .text

  @OptionGroup var selection: SelectionOptions
  @OptionGroup var project: ProjectOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(global)
    let options = project
    let project = try session.project(options)
    if let inline { return print(try project.compile(inline: inline), nil, session.console) }
    let selected = try NodeSelection(selection, project, session).resolve()
    let nodes = project.graph.order.filter { selected.contains($0) }.compactMap { project.manifest.nodes[$0] }
      .filter { $0.resourceType == .model || $0.resourceType == .test }
    for node in nodes { try project.writeCompiled(try project.compile(node)) }
    try Artifacts(project, session, isWritten: options.writeJson).write()
    let models = nodes.filter { $0.resourceType == .model }
    let isNamed = !selection.select.isEmpty || !selection.models.isEmpty
    if isNamed, let only = models.count == 1 ? models.first : (nodes.count == 1 ? nodes[0] : nil) {
      print(try project.compile(only), only.name, session.console)
    } else {
      session.console.remark("Compiled \(nodes.count) nodes into \(project.targetPath)/compiled")
    }
  }

  /// Prints the SQL of a node, or of a text that has no name.
  private func print(_ compiled: CompiledNode, _ name: String?, _ console: Console) {
    switch output {
    case .text:
      if let name { console.remark("Compiled node '\(name)' is:") }
      console.data(compiled.sql)
    case .json:
      var fields: [String: JSONValue] = ["compiled": .string(compiled.sql)]
      if let name { fields["node"] = .string(name) }
      console.data(JSONWriter.text(.object(fields)))
    }
  }
}

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Run the query of one model or test, or of --inline, over the draft; show its rows.",
    discussion: """
      Nothing is stored. What the query reads must be in the draft. --output json has dbt's form: the rows under \
      "show", with the name of the node.

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
      let name = inline == nil ? "\"node\": \(JSONWriter.text(.string(compiled.node.name))), " : ""
      if output == .json { Console.writeData("{\(name)\"show\": ") }
      _ = try RowWriter(format: output, console: session.console).write(statement)
      if output == .json { Console.writeData("}\n") }
    } catch {
      throw compiled.diagnostic(for: error, prefix: head.utf8.count)
    }
  }

  private func compiled(_ project: Project, _ session: Session) throws -> CompiledNode {
    if let inline { return try project.compile(inline: inline) }
    let selected = try NodeSelection(selection, project, session).resolve()
    let nodes = selected.compactMap { project.manifest.nodes[$0] }
    let models = nodes.filter { [.model, .seed, .snapshot].contains($0.resourceType) }
    let candidates = models.isEmpty ? nodes.filter(\.isTest) : models
    let isNamed = !selection.select.isEmpty || !selection.models.isEmpty
    guard isNamed, candidates.count == 1, let node = candidates.first else {
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
