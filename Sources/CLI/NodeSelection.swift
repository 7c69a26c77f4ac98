import ArgumentParser
import Diagnostics
import Files
import Transform

/// Which nodes a command is about.
struct SelectionOptions: ParsableArguments {
  @Option(
    name: [.customShort("s"), .long], parsing: .upToNextOption,
    help: ArgumentHelp(
      "Nodes to take, such as stg_movies, +movies_by_year or tag:nightly.", valueName: "selector"))
  var select: [String] = []

  @Option(
    name: [.customShort("m"), .customLong("models")], parsing: .upToNextOption,
    help: ArgumentHelp("The same as --select; `ls` lists models only.", valueName: "selector"))
  var models: [String] = []

  @Option(parsing: .upToNextOption, help: ArgumentHelp("Nodes to leave out.", valueName: "selector"))
  var exclude: [String] = []

  @Option(
    help: ArgumentHelp("A selection that selectors.yml defines, in place of the above.", valueName: "name"))
  var selector: String?

  @Option(
    help: ArgumentHelp(
      "Which tests come along with what they test: eager (any of it is selected), cautious (all), buildable, empty.",
      valueName: "mode"))
  var indirectSelection: IndirectSelection?

  @Option(
    name: [.customLong("resource-type"), .customLong("resource-types")], parsing: .upToNextOption,
    help: ArgumentHelp("Kinds of nodes to take: model, seed, test, source, …", valueName: "type"))
  var resourceType: [String] = []

  @Option(
    name: [.customLong("exclude-resource-type"), .customLong("exclude-resource-types")],
    parsing: .upToNextOption,
    help: ArgumentHelp("Kinds of nodes to leave out.", valueName: "type"))
  var excludeResourceType: [String] = []

  @Option(
    help: ArgumentHelp(
      "A folder with the artifacts of an earlier run, for state:, result: and source_status:.",
      valueName: "folder"))
  var state: String?

  @Flag(
    inversion: .prefixedNo,
    help: "Take tables that are read and not made, and that the draft lacks, from --state.")
  var `defer`: Bool?

  @Flag(inversion: .prefixedNo, help: "With --defer, take them even if the draft has them.")
  var favorState: Bool?

  @Option(help: ArgumentHelp("The folder for --defer, if it is not that of --state.", valueName: "folder"))
  var deferState: String?
}

extension IndirectSelection: ExpressibleByArgument {}

/// Turns the options of a selection into unique ids.
struct NodeSelection {
  private let project: Project
  private let session: Session
  private let options: SelectionOptions

  init(_ options: SelectionOptions, _ project: Project, _ session: Session) {
    self.options = options
    self.project = project
    self.session = session
  }

  /// Whether nothing is selected by name, so that the command is about the whole project.
  var isWhole: Bool {
    get throws {
      try select.isEmpty && options.exclude.isEmpty && options.selector == nil && wantedTypes == nil
        && unwantedTypes.isEmpty && selectorFile().defaultEntry == nil
    }
  }

  private var select: [String] { options.select + options.models }

  private var indirectSelection: IndirectSelection {
    get throws {
      if let mode = options.indirectSelection { return mode }
      return try session.setting("DBT_INDIRECT_SELECTION", IndirectSelection.init(rawValue:))
        ?? session.flags.indirectSelection ?? .eager
    }
  }

  /// `selectors.yml`, with templates evaluated.
  func selectorFile() throws -> SelectorFile { try project.selectors(indirectSelection: indirectSelection) }

  func resolve() throws -> Set<String> {
    let selection = try Selector(project.manifest, project.graph, state: state()).select(spec())
    for text in selection.unmatched { try warn(ofUnmatched: text) }
    let wanted = try wantedTypes
    let unwanted = try unwantedTypes
    return selection.uniqueIDs.filter { id in
      guard let type = project.manifest.nodes[id]?.resourceType.rawValue else { return false }
      return (wanted?.contains(type) ?? true) && !unwanted.contains(type)
    }
  }

  private func spec() throws -> SelectionSpec {
    let selectors = try selectorFile()
    if let name = options.selector { return try selectors.spec(named: name) }
    if select.isEmpty, options.exclude.isEmpty, let standard = selectors.defaultEntry { return standard.spec }
    return try SelectionSpec(
      select: select, exclude: options.exclude, indirectSelection: indirectSelection)
  }

  /// The earlier artifacts that `--state` names.
  ///
  /// - Parameter other: a folder that stands before it.
  func state(_ other: String? = nil) throws -> PreviousState? {
    try session.previousState(other ?? options.state, of: project)
  }

  // MARK: Kinds

  /// Nil for all.
  private var wantedTypes: Set<String>? {
    get throws {
      let types = options.resourceType.isEmpty ? words("DBT_RESOURCE_TYPES") : options.resourceType
      if types.isEmpty || types.contains("all") || types.contains("default") { return nil }
      return try checked(types)
    }
  }

  private var unwantedTypes: Set<String> {
    get throws {
      let types =
        options.excludeResourceType.isEmpty
        ? words("DBT_EXCLUDE_RESOURCE_TYPES") : options.excludeResourceType
      return try checked(types)
    }
  }

  private func words(_ variable: String) -> [String] {
    session.environment.setting(variable).map { $0.split(separator: " ").map(String.init) } ?? []
  }

  private func checked(_ types: [String]) throws -> Set<String> {
    let types = types.flatMap { $0.split(separator: " ").map(String.init) }
    for type in types where !Self.types.contains(type) {
      throw Diagnostic(
        .selectorInvalid, "'\(type)' is no kind of node",
        hints: [
          Suggestion.hint(for: type, in: Self.types) ?? "the kinds are \(Self.types.joined(separator: ", "))"
        ])
    }
    return Set(types)
  }

  private static let types = [
    "model", "seed", "snapshot", "test", "unit_test", "source", "exposure", "metric", "semantic_model",
    "saved_query", "analysis", "function",
  ]

  private func warn(ofUnmatched text: String) throws {
    let names = project.manifest.nodes.values.map(\.name)
    try session.warn(
      Diagnostic(
        .selectorMatchesNothing, "the selector '\(text)' matches no node", severity: .warning,
        hints: Suggestion.hint(for: text, in: names).map { [$0] } ?? []))
  }
}

extension Session {
  /// The earlier artifacts in a folder, else in the one that the environment names; nil where neither is said.
  func previousState(_ folder: String?, of project: Project) throws -> PreviousState? {
    guard let folder = folder ?? environment.setting("DBT_STATE") else { return nil }
    let path = Path.join(project.path, folder)
    guard FileSystem.isDirectory(path) else {
      throw Diagnostic(
        .fileNotFound, "the folder '\(path)' of --state does not exist",
        hints: ["name a folder that holds manifest.json, such as a copy of target or a build's folder"])
    }
    return try PreviousState(inFolder: path, targetPath: project.targetPath)
  }
}
