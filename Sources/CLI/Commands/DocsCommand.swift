import ArgumentParser
import Diagnostics
import Files
import Storage
import Transform

struct DocsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "docs", abstract: "Make the documentation of the project.",
    discussion: """
      Example:
        reelhouse docs generate
        python3 -m http.server -d target
      """,
    subcommands: [DocsGenerateCommand.self, DocsServeCommand.self])
}

struct DocsGenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Write target/catalog.json, manifest.json and index.html.",
    discussion: """
      The catalog has the relations of the draft. index.html shows both files; so does dbt's own docs site.

      Examples:
        reelhouse docs generate
        reelhouse docs generate --static     one file that needs no server
      """)

  @Flag(inversion: .prefixedNo, help: "Whether nodes are compiled first.")
  var compile = true

  @Flag(help: "Write a catalog of nothing, without looking at the draft.")
  var emptyCatalog = false

  @Flag(help: "Write static_index.html too, which holds all it shows.")
  var `static` = false

  @OptionGroup var selection: SelectionOptions
  @OptionGroup var project: ProjectOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(global)
    let console = session.console
    console.log("Running with reelhouse=\(Reelhouse.version)", .report)
    let project = try session.project(project)
    console.log(RunReport().found(project.manifest), .found)
    let selected = try NodeSelection(selection, project, session).resolve()
    if compile {
      for id in project.graph.order where selected.contains(id) {
        guard let node = project.manifest.nodes[id], [.model, .test].contains(node.resourceType) else {
          continue
        }
        try project.writeCompiled(try project.compile(node))
      }
    }
    let artifacts = try Artifacts(project, session, compiled: compile ? nil : [], isWritten: true)
    try artifacts.write()
    console.log("Building catalog", LogEvent(name: "BuildingCatalog", code: "E044"))
    let catalog = JSONWriter.bytes(try catalog(project, selected, session))
    let path = Path.join(project.targetPath, "catalog.json")
    try FileSystem.write(catalog, to: path, isDurable: false)
    try FileSystem.write(
      DocsPage.linked.utf8, to: Path.join(project.targetPath, "index.html"), isDurable: false)
    if `static`, let manifest = artifacts.files["manifest.json"] {
      try FileSystem.write(
        DocsPage.embedding(manifest: manifest, catalog: catalog).utf8,
        to: Path.join(project.targetPath, "static_index.html"), isDurable: false)
    }
    console.log("Catalog written to \(path)", .catalog)
  }

  private func catalog(_ project: Project, _ selected: Set<String>, _ session: Session) throws -> JSONValue {
    let artifact = CatalogArtifact(project.manifest)
    let warehouse = try session.warehouse()
    guard !emptyCatalog, warehouse.hasDraft else {
      return try artifact.json(
        nil, selected: [], generatedAt: .now(), invocationID: session.invocationID)
    }
    let reader = try WarehouseReader(warehouse, .draft)
    return try artifact.json(
      reader.connection, selected: selected, generatedAt: .now(), invocationID: session.invocationID)
  }
}

struct DocsServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Not there: any web server serves the target folder.",
    shouldDisplay: false)

  @OptionGroup var project: ProjectOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    throw Diagnostic(
      .unsupportedFeature, "'docs serve' is not there in this version",
      hints: [
        "`python3 -m http.server -d target` serves what `docs generate` wrote",
        "`reelhouse docs generate --static` writes one file that needs no server",
      ])
  }
}
