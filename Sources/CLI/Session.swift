import Diagnostics
import Files
import Storage
import Transform

/// What a command works with: the console, the places of project and warehouse, and what is opened on demand.
struct Session {
  let console: Console
  let environment: [String: String]
  let options: GlobalOptions
  /// The command line, without the values of variables, for the lock and for artifacts.
  let invocation: String

  init(_ options: GlobalOptions, context: CommandContext = .current) {
    self.options = options
    environment = context.environment
    invocation = context.invocation
    var console = Console(environment: context.environment, allowsColor: options.useColors)
    console.isQuiet = options.quiet
    console.logFormat = options.logFormat
    self.console = console
  }

  // MARK: Places

  /// The project's folder, absolute.
  func projectPath() throws -> String {
    if let folder = options.projectDir ?? environment.setting("DBT_PROJECT_DIR") {
      let path = Path.absolute(folder)
      guard FileSystem.exists(Path.join(path, ProjectFile.fileName)) else {
        throw Diagnostic(
          .projectNotFound, "there is no \(ProjectFile.fileName) in '\(path)'",
          hints: ["--project-dir names the folder that holds it"])
      }
      return path
    }
    return try ProjectFile.folder(from: Path.workingDirectory)
  }

  /// The warehouse: named by option, environment or reelhouse.yml, else in the project.
  func warehouse() throws -> Warehouse {
    let isNamed = options.projectDir != nil || environment.setting("DBT_PROJECT_DIR") != nil
    let project = isNamed ? try projectPath() : try? projectPath()
    let file = try project.map { try ReelhouseFile(inFolder: $0) }
    let kept = file?.keptBuildCount ?? 5
    if let folder = options.warehouse ?? environment.setting("REELHOUSE_WAREHOUSE") {
      return Warehouse(path: Path.absolute(folder), keptBuildCount: kept)
    }
    guard let project else {
      throw Diagnostic(
        .settingMissing, "it is not said where the warehouse is",
        notes: [
          "looked for --warehouse, REELHOUSE_WAREHOUSE, and a \(ProjectFile.fileName) in "
            + "'\(Path.workingDirectory)' and above"
        ],
        hints: ["go to the project's folder, or name the warehouse with --warehouse"])
    }
    return Warehouse(path: Path.join(project, file?.warehouse ?? "warehouse"), keptBuildCount: kept)
  }

  /// The value of an environment variable that stands for an option; one that has no such value is a fault.
  func setting<Value>(_ name: String, _ parse: (String) -> Value?) throws -> Value? {
    guard let text = environment.setting(name) else { return nil }
    if let value = parse(text) { return value }
    throw Diagnostic(
      .invalidArgument, "the environment variable \(name) is '\(text)', which is no value of that option",
      hints: ["correct it, or unset it"])
  }

  /// Tells a warning.
  func warn(_ diagnostic: Diagnostic) throws {
    console.report(diagnostic)
  }

  // MARK: Opening

  func project(_ options: ProjectOptions, _ invocation: Invocation = Invocation()) throws -> Project {
    let console = console
    let project = try Project(
      Project.Options(
        path: try projectPath(), profilesDirectory: options.profilesDir, profileName: options.profile,
        targetName: options.target, vars: try Project.vars(parsing: options.vars), environment: environment,
        invocation: invocation),
      onMessage: { console.remark($0) })
    for warning in project.manifest.warnings { try warn(warning) }
    return project
  }

  /// The draft, once no other command holds it.
  func draft() throws -> Draft {
    let console = console
    let lock = try WarehouseLock(
      try warehouse(), command: invocation, timeoutSeconds: options.lockTimeout,
      onWait: { console.remark("waiting for the warehouse's lock, held by \($0)") })
    let draft = try Draft(lock)
    for notice in draft.notices { console.report(notice) }
    return draft
  }
}

/// What the process was given, read once at the start.
struct CommandContext: Sendable {
  let environment: [String: String]
  let invocation: String

  /// Set by the entry point before any command runs.
  @TaskLocal static var current = CommandContext(environment: [:], invocation: "reelhouse")
}
