import ArgumentParser
import Diagnostics
import Files
import Storage
import Transform

struct SourceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "source", abstract: "Look after sources.",
    discussion: """
      Example:
        reelhouse source freshness --select source:letterboxd
      """,
    subcommands: [FreshnessCommand.self])
}

struct FreshnessCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "freshness", abstract: "Judge how old the rows of sources are; write target/sources.json.",
    discussion: """
      The age is that of the newest `loaded_at_field`, or of the load where a source names none. Ends with 1 where a \
      source is older than its `error_after`.

      Example:
        reelhouse source freshness --select source:letterboxd
      """,
    aliases: ["snapshot-freshness"])

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The file to write, if not target/sources.json.", valueName: "file"))
  var output: String?

  @OptionGroup var selection: SelectionOptions
  @OptionGroup var project: ProjectOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let stopwatch = Stopwatch()
    let session = Session(global)
    let console = session.console
    let options = project
    console.log("Running with reelhouse=\(Reelhouse.version)", .report)
    let project = try session.project(options)
    let selected = try NodeSelection(selection, project, session).resolve()
    let nodes = FreshnessCheck.candidates(in: project.manifest, selected: selected)
    guard !nodes.isEmpty else {
      return try session.warn(nothingToDo: "Nothing to do. No selected source says how fresh it must be")
    }
    let reader = try WarehouseReader(try session.warehouse(), .draft)
    let check = FreshnessCheck(reader.connection, now: .now())
    let report = FreshnessReport(usesColor: console.usesColorOnOutput)
    var results: [FreshnessResult] = []
    console.log("")
    for (index, node) in nodes.enumerated() {
      let result = check.check(node)
      results.append(result)
      let line = report.line(result, index: index + 1, total: nodes.count)
      console.log(line, level: result.isFailure ? .error : .info, .freshness)
      if let fault = result.fault { console.report(fault) }
    }
    console.log("")
    console.log(report.finished(results, seconds: stopwatch.seconds), .finished)
    console.log("Done.", .stats)
    if session.writesJSON(options.writeJson) {
      let file = output.map(Path.absolute) ?? Path.join(project.targetPath, "sources.json")
      let artifact = FreshnessArtifact(results: results, elapsedSeconds: stopwatch.seconds)
      try FileSystem.createDirectory(Path.parent(of: file))
      try FileSystem.write(
        JSONWriter.bytes(artifact.json(generatedAt: .now(), invocationID: session.invocationID)), to: file,
        isDurable: false)
    }
    let isStrict = try session.warningPolicy().failsWarningTests
    if results.contains(where: { $0.isFailure || (isStrict && $0.status == .warn) }) {
      throw CommandOutcome.failed
    }
  }
}

extension FreshnessResult {
  fileprivate var isFailure: Bool { status == .error || status == .runtimeError }
}
