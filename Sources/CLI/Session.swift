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
  /// The random UUID of this invocation.
  let invocationID: String
  /// What the project says of options that nobody gave.
  let flags: ProjectFlags

  init(_ options: GlobalOptions, context: CommandContext = .current) {
    self.options = options
    environment = context.environment
    invocation = context.invocation
    invocationID = context.invocationID
    flags = Self.flags(options, context.environment)
    console = Self.console(options, context, flags)
  }

  private static func flags(_ options: GlobalOptions, _ environment: [String: String]) -> ProjectFlags {
    let named = options.projectDir ?? environment.setting("DBT_PROJECT_DIR")
    let folder = named.map { Path.absolute($0) } ?? (try? ProjectFile.folder(from: Path.workingDirectory))
    return folder.map { ProjectFlags(ofProjectIn: $0) } ?? ProjectFlags()
  }

  private static func console(
    _ options: GlobalOptions, _ context: CommandContext, _ flags: ProjectFlags
  ) -> Console {
    let environment = context.environment
    var console = Console(
      environment: environment,
      allowsColor: options.useColors ?? environment.flag("DBT_USE_COLORS") ?? flags.usesColors ?? true)
    console.isQuiet = options.quiet || environment.flag("DBT_QUIET") ?? false
    console.logFormat =
      options.logFormat ?? environment.setting("DBT_LOG_FORMAT").flatMap(Console.LogFormat.init)
      ?? flags.logFormat.flatMap(Console.LogFormat.init) ?? .text
    console.level =
      options.logLevel ?? environment.setting("DBT_LOG_LEVEL").flatMap(Console.Level.init)
      ?? flags.logLevel.flatMap(Console.Level.init) ?? .info
    console.allowsPrinting =
      options.print ?? environment.flag("DBT_PRINT") ?? !(environment.flag("DBT_NO_PRINT") ?? false)
    console.invocationID = context.invocationID
    if let folder = options.logPath ?? environment.setting("DBT_LOG_PATH") {
      do {
        console.logFile = try LogFile(inFolder: Path.absolute(folder))
      } catch {
        console.report(error)
      }
    }
    return console
  }

  /// Whether the first failure ends a run.
  var failsFast: Bool { options.failFast ?? environment.flag("DBT_FAIL_FAST") ?? flags.failsFast ?? false }

  /// Whether artifacts are written.
  ///
  /// - Parameter option: what --write-json says.
  func writesJSON(_ option: Bool?) -> Bool {
    option ?? environment.flag("DBT_WRITE_JSON") ?? flags.writesJSON ?? true
  }

  func warningPolicy() throws -> WarningPolicy {
    let isStrict = options.warnError ?? environment.flag("DBT_WARN_ERROR")
    let text = options.warnErrorOptions ?? environment.setting("DBT_WARN_ERROR_OPTIONS")
    if isStrict != nil || text != nil { return try WarningPolicy(isStrict: isStrict ?? false, options: text) }
    return try WarningPolicy(
      isStrict: flags.takesWarningsForErrors ?? false, flags.warnErrorOptions, "warn_error",
      "warn_error_options")
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

  /// Tells that a selection has nothing to run; throws it where warnings are errors.
  func warn(nothingToDo message: String) throws {
    let diagnostic = Diagnostic(.selectorMatchesNothing, message, severity: .warning)
    switch try warningPolicy().verdict(on: diagnostic) {
    case .warn: console.log(message, level: .warn, .nothingToDo)
    case .silence, .error: try warn(diagnostic)
    }
  }

  /// Tells a warning; throws it where warnings are errors.
  func warn(_ diagnostic: Diagnostic) throws {
    switch try warningPolicy().verdict(on: diagnostic) {
    case .warn: console.report(diagnostic)
    case .silence: return
    case .error:
      var fault = diagnostic
      fault.severity = .error
      throw fault
    }
  }

  // MARK: Opening

  /// The project, for a command that runs nodes.
  func project(_ options: ProjectOptions, verb: String, _ run: RunOptions) throws -> Project {
    try project(
      options,
      Invocation(
        id: invocationID, verb: verb, isFullRefresh: run.isFullRefresh(self),
        storesFailures: run.storeFailures ?? environment.flag("DBT_STORE_FAILURES") ?? false,
        readsNothing: run.readsNothing(self)))
  }

  func project(_ options: ProjectOptions, _ invocation: Invocation? = nil) throws -> Project {
    let console = console
    var environment = environment
    if let folder = options.targetPath { environment["DBT_TARGET_PATH"] = folder }
    let project = try Project(
      Project.Options(
        path: try projectPath(), profilesDirectory: options.profilesDir,
        profileName: options.profile ?? environment.setting("DBT_PROFILE"),
        targetName: options.target ?? environment.setting("DBT_TARGET"),
        vars: try Project.vars(parsing: options.vars), environment: environment,
        invocation: invocation ?? Invocation(id: invocationID)),
      onMessage: { console.remark($0) }, onPrint: { console.printed($0) })
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
  let invocationID: String

  /// Set by the entry point before any command runs.
  @TaskLocal static var current = CommandContext(
    environment: [:], invocation: "reelhouse", invocationID: "")
}

extension [String: String] {
  /// The value of an environment variable that is a yes or a no; nil where it is neither.
  func flag(_ name: String) -> Bool? {
    switch setting(name)?.lowercased() {
    case "1", "true", "t", "yes", "y", "on": true
    case "0", "false", "f", "no", "n", "off": false
    default: nil
    }
  }
}
