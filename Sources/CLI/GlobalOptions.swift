import ArgumentParser

/// Options that every command takes, before or after its name.
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
  var logFormat: Console.LogFormat = .text

  @Flag(inversion: .prefixedNo, help: "Colours on a terminal. NO_COLOR turns them off too.")
  var useColors = true
}

extension Console.LogFormat: ExpressibleByArgument {}

/// Options of commands that read the project.
struct ProjectOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The folder of profiles.yml.", valueName: "folder"))
  var profilesDir: String?

  @Option(help: ArgumentHelp("The profile; else the one that dbt_project.yml names.", valueName: "name"))
  var profile: String?

  @Option(name: [.short, .long], help: ArgumentHelp("The profile's output.", valueName: "name"))
  var target: String?

  @Option(help: ArgumentHelp("Variables of the project, as a YAML mapping.", valueName: "yaml"))
  var vars: String = "{}"

  @Option(help: ArgumentHelp("Accepted for dbt's sake: models run one after the other.", valueName: "n"))
  var threads: Int?

  @Flag(inversion: .prefixedNo, help: "Accepted for dbt's sake: projects are parsed anew, in milliseconds.")
  var partialParse = true
}
