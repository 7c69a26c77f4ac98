import ArgumentParser
import Storage
import Sync
import Transform

/// What commands take that work on what a build holds: names of its layers, tables and views, or dbt's selectors.
struct RelationOptions: ParsableArguments {
  @Option(
    name: [.short, .long], parsing: .upToNextOption,
    help: ArgumentHelp(
      "What to take: a layer, layer.name or name, with * for any letters; else nodes as dbt selects them.",
      valueName: "selector"))
  var select: [String] = []

  @Option(
    parsing: .upToNextOption, help: ArgumentHelp("What to leave out, named likewise.", valueName: "selector"))
  var exclude: [String] = []

  @Option(
    help: ArgumentHelp("A selection that selectors.yml defines, in place of --select.", valueName: "name"))
  var selector: String?

  @Option(
    help: ArgumentHelp(
      "A folder with the artifacts of an earlier run, for state:, result: and source_status:.",
      valueName: "folder"))
  var state: String?

  func validate() throws {
    if selector != nil, !select.isEmpty {
      throw ValidationError("--selector and --select exclude each other")
    }
  }
}

/// Turns names and selectors into relations of a build. The project is only read where a word is no name of the build's.
struct RelationSelection {
  private let options: RelationOptions
  private let catalog: ExportCatalog
  private let session: Session
  private let project: ProjectOptions

  init(
    _ options: RelationOptions, in catalog: ExportCatalog, _ project: ProjectOptions, _ session: Session
  ) {
    self.options = options
    self.catalog = catalog
    self.session = session
    self.project = project
  }

  func resolve() throws -> Set<Relation> {
    var nodes = NodeWords(self)
    var chosen =
      try options.selector.map { try relations(of: nodes.selected(by: $0), named: $0) }
      ?? (options.select.isEmpty ? catalog.relations : meaning(of: options.select, &nodes))
    chosen.subtract(try meaning(of: options.exclude, &nodes))
    return chosen
  }

  private func meaning(of texts: [String], _ nodes: inout NodeWords) throws -> Set<Relation> {
    var chosen: Set<Relation> = []
    for word in texts.flatMap({ $0.split(whereSeparator: \.isWhitespace) }).map(String.init) {
      let named = catalog.relations(matching: word)
      chosen.formUnion(
        try named.isEmpty ? relations(of: nodes.selected(byWord: word), named: word) : named)
    }
    return chosen
  }

  private func relations(of uniqueIDs: Set<String>, named word: String) throws -> Set<Relation> {
    let found = catalog.entries.filter { uniqueIDs.contains($0.uniqueID) }.map(\.relation)
    if found.isEmpty { session.console.remark("'\(word)' selects no table or view that is here") }
    return Set(found)
  }

  /// The engine's selection, over a project that is read when it is first asked.
  private struct NodeWords {
    private let selection: RelationSelection
    private var loaded: (project: Project, selector: Selector)?

    init(_ selection: RelationSelection) {
      self.selection = selection
    }

    private mutating func load() throws -> (project: Project, selector: Selector) {
      if let loaded { return loaded }
      let session = selection.session
      let project = try session.project(selection.project)
      let state = try session.previousState(selection.options.state, of: project)
      let made = (project, Selector(project.manifest, project.graph, state: state))
      loaded = made
      return made
    }

    /// The nodes of a criterion; a word that means none of the project's is an error.
    mutating func selected(byWord word: String) throws -> Set<String> {
      let catalog = selection.catalog
      // A plain name needs no project to be known as wrong.
      if !word.contains(where: { ":+@,".contains($0) }), (try? selection.session.projectPath()) == nil {
        throw catalog.unknown(word)
      }
      let (project, selector) = try load()
      let found = try selector.select(SelectionSpec(parsing: [word], indirectSelection: .empty)).uniqueIDs
      if found.isEmpty { throw catalog.unknown(word, among: project.manifest.nodes.values.map(\.name)) }
      return found
    }

    /// The nodes of a selection that `selectors.yml` defines.
    mutating func selected(by name: String) throws -> Set<String> {
      let (project, selector) = try load()
      return try selector.select(project.selectors(indirectSelection: .empty).spec(named: name)).uniqueIDs
    }
  }
}
