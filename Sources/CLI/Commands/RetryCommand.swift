import ArgumentParser
import Diagnostics
import Transform

struct RetryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry", abstract: "Run again what failed or was skipped when nodes ran last.",
    discussion: """
      What that was stands in target/run_results.json. Variables are not kept there: give --vars again.

      Example:
        reelhouse retry
      """)

  @OptionGroup var run_: RetryOptions

  func run() throws {
    let session = Session(run_.global)
    let project = try session.project(run_.project)
    let folder = try NodeSelection(try run_.selection, project, session).state()?.path ?? project.targetPath
    guard let last = try PreviousResults(inFolder: folder) else {
      throw Diagnostic(
        .fileNotFound, "there is no run_results.json in '\(folder)', so nothing to run again",
        hints: ["run `reelhouse build` first, or name the folder with --state or --target-path"])
    }
    guard let verb = last.command.flatMap(RunPlan.Verb.init), verb != .compile else {
      throw Diagnostic(
        .invalidArgument, "the last command, '\(last.command ?? "unknown")', cannot be run again",
        hints: ["build, run, test and seed can"])
    }
    let failed = Set(last.statuses.filter { ["error", "fail", "skipped"].contains($0.value) }.keys)
    guard !failed.isEmpty else {
      session.console.log("Nothing to do: all that ran last went well", .nothingToDo)
      return
    }
    try NodeRun(verb, try options(last), session).start(retrying: failed)
  }

  /// The options of the last command, so that a whole build that now goes well is published.
  private func options(_ last: PreviousResults) throws -> RunOptions {
    func texts(_ key: String) -> [String] { (last.arguments[key]?.items ?? []).compactMap(\.string) }
    var options = try RunOptions.parse([])
    options.project = run_.project
    options.global = run_.global
    options.project.target = run_.project.target ?? last.arguments["target"]?.string
    options.project.profile = run_.project.profile ?? last.arguments["profile"]?.string
    options.selection.select = texts("select")
    options.selection.exclude = texts("exclude")
    options.selection.resourceType = texts("resource_types")
    options.selection.excludeResourceType = texts("exclude_resource_types")
    options.selection.selector = last.arguments["selector"]?.string
    options.fullRefresh = run_.fullRefresh || last.arguments["full_refresh"]?.bool ?? false
    return options
  }
}

/// Options of `retry`; its selection is that of the last command.
struct RetryOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The folder with run_results.json, if not target.", valueName: "folder"))
  var state: String?

  @Flag(name: [.customShort("f"), .long], help: "Make incremental models from nothing.")
  var fullRefresh = false

  @OptionGroup var project: ProjectOptions
  @OptionGroup var global: GlobalOptions

  var selection: SelectionOptions {
    get throws {
      var selection = try SelectionOptions.parse([])
      selection.state = state
      return selection
    }
  }
}
