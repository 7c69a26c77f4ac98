import ArgumentParser
import Diagnostics
import Files
import Storage
import Transform

struct RunOperationCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run-operation", abstract: "Call a macro for what it does.",
    discussion: """
      Its statements may change the draft, all of them or none. What it prints goes to standard output.

      Examples:
        reelhouse run-operation clear_rejects
        reelhouse run-operation grant_all --args '{role: reporter}'
      """)

  @Argument(help: ArgumentHelp("The macro: a name, or package.name.", valueName: "macro"))
  var macro: String

  @Option(help: ArgumentHelp("The macro's arguments, as a YAML mapping.", valueName: "yaml"))
  var args = "{}"

  @OptionGroup var project: ProjectOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(global)
    session.console.log("Running with reelhouse=\(Reelhouse.version)", .report)
    let project = try session.project(project, Invocation(id: session.invocationID, verb: "run-operation"))
    let arguments = try Project.mapping(parsing: args, option: "--args")
    let draft = try session.draft()
    do {
      try OperationRunner(project, draft).run(macro, arguments)
      try draft.synchronize()
    } catch {
      // As with dbt, an operation that fails is a node that fails.
      session.console.report(error)
      throw CommandOutcome.failed
    }
  }
}

struct DepsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deps", abstract: "Say which packages the project uses, and whether they are there.",
    discussion: """
      Local packages are read where they lie. Nothing is downloaded: others must be in dbt_packages, where dbt puts them.

      Example:
        reelhouse deps
      """)

  @OptionGroup var project: ProjectOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(global)
    let path = try session.projectPath()
    let declared = try PackageDeclaration.all(inFolder: path)
    guard !declared.isEmpty else {
      return session.console.log("Warning: No packages were found in packages.yml", .noPackages)
    }
    for package in declared {
      let place = try package.place(in: path, packagesPath: ProjectFile(inFolder: path).packagesPath)
      session.console.log(
        "Installed \(package.name) from \(place)", LogEvent(name: "DepsInstallInfo", code: "M015"))
    }
  }
}
