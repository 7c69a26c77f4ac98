import ArgumentParser

/// Options that every command takes, before or after its name. What is nil here may be said by the environment.
struct GlobalOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The project's folder; else the nearest upward with a dbt_project.yml.", valueName: "folder"))
  var projectDir: String?

  @Option(
    help: ArgumentHelp(
      "The warehouse's folder; else REELHOUSE_WAREHOUSE, reelhouse.yml, or <project>/warehouse.",
      valueName: "folder"))
  var warehouse: String?

  @Option(help: ArgumentHelp("How long to wait for another command that writes.", valueName: "seconds"))
  var lockTimeout: Double = 600

  @Flag(name: .shortAndLong, help: "Say nothing but data, faults and failures.")
  var quiet = false

  @Option(help: ArgumentHelp("How lines are written: text or json.", valueName: "format"))
  var logFormat: Console.LogFormat?

  @Option(
    help: ArgumentHelp("The least level that is told: debug, info, warn, error or none.", valueName: "level"))
  var logLevel: Console.Level?

  @Option(help: ArgumentHelp("A folder in which dbt.log gets every line, too.", valueName: "folder"))
  var logPath: String?

  @Flag(inversion: .prefixedNo, help: "Colours on a terminal. NO_COLOR turns them off too.")
  var useColors: Bool?

  @Flag(inversion: .prefixedNo, help: "Whether templates may print.")
  var print: Bool?

  @Flag(name: [.customShort("x"), .long], inversion: .prefixedNo, help: "End a run at the first failure.")
  var failFast: Bool?

  @Flag(inversion: .prefixedNo, help: "Take warnings for errors.")
  var warnError: Bool?

  @Option(
    help: ArgumentHelp(
      "Which warnings are errors or are silent: '{error: all, warn: [RH2206], silence: […]}'.",
      valueName: "yaml"))
  var warnErrorOptions: String?

  @OptionGroup(visibility: .hidden) var accepted: AcceptedOptions
}

/// dbt's options that mean nothing here: taken so that command lines written for dbt go on to work.
struct AcceptedOptions: ParsableArguments {
  private static let reason: ArgumentHelp = "Accepted for dbt's sake: it has no effect."

  @Flag(inversion: .prefixedNo, help: reason) var sendAnonymousUsageStats = false
  @Flag(inversion: .prefixedNo, help: reason) var versionCheck = true
  @Flag(inversion: .prefixedNo, help: reason) var staticParser = true
  @Flag(inversion: .prefixedNo, help: reason) var useExperimentalParser = false
  @Flag(inversion: .prefixedNo, help: reason) var cacheSelectedOnly = false
  @Flag(inversion: .prefixedNo, help: reason) var populateCache = true
  @Flag(inversion: .prefixedNo, help: reason) var introspect = true
  @Flag(inversion: .prefixedNo, help: reason) var logCacheEvents = false
  @Flag(inversion: .prefixedNo, help: reason) var macroDebugging = false
  @Flag(inversion: .prefixedNo, help: reason) var partialParseFileDiff = true
  @Flag(inversion: .prefixedNo, help: reason) var showAllDeprecations = false
  @Flag(inversion: .prefixedNo, help: reason) var singleThreaded = false
  @Flag(inversion: .prefixedNo, help: reason) var useColorsFile = false
  @Flag(inversion: .prefixedNo, help: reason) var useFastTestEdges = false
  @Flag(name: [.customShort("d"), .customLong("debug")], inversion: .prefixedNo, help: reason) var debug =
    false
  @Option(help: reason) var printerWidth: Int?
  @Option(help: reason) var logFormatFile: String?
  @Option(help: reason) var logLevelFile: String?
  @Option(help: reason) var logFileMaxBytes: Int?
  @Option(name: [.customShort("r"), .long], help: reason) var recordTimingInfo: String?
}

extension Console.LogFormat: ExpressibleByArgument {}
extension Console.Level: ExpressibleByArgument {}

/// Options of commands that read the project.
struct ProjectOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The folder of profiles.yml.", valueName: "folder"))
  var profilesDir: String?

  @Option(help: ArgumentHelp("The profile; else the one that dbt_project.yml names.", valueName: "name"))
  var profile: String?

  @Option(name: [.short, .long], help: ArgumentHelp("The profile's output.", valueName: "name"))
  var target: String?

  @Option(
    help: ArgumentHelp("The folder of artifacts; else the project's target-path.", valueName: "folder"))
  var targetPath: String?

  @Option(help: ArgumentHelp("Variables of the project, as a YAML mapping.", valueName: "yaml"))
  var vars: String = "{}"

  @Option(
    help: ArgumentHelp(
      "How many nodes run at a time; else what the profile says, or as many as there are processors.",
      valueName: "n"))
  var threads: Int?

  @Flag(inversion: .prefixedNo, help: "Accepted for dbt's sake: projects are parsed anew, in milliseconds.")
  var partialParse = true

  @Flag(inversion: .prefixedNo, help: "Whether artifacts are written.")
  var writeJson: Bool?
}
