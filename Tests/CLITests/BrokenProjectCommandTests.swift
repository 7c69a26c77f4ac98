import Files
import TestSupport
import Testing

/// Faults in a project as the command line tells them, with dbt's exit codes.
@Suite struct BrokenProjectCommandTests {
  private static let projectFile = """
    name: shop
    profile: shop
    models: {shop: {+schema: staged, +materialized: table}}
    seeds: {shop: {+schema: staged}}
    """

  private func folder(_ files: [String: String]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (name, text) in ["dbt_project.yml": Self.projectFile].merging(files, uniquingKeysWith: { $1 }) {
      try FileSystem.createDirectory(Path.parent(of: folder.file(name)))
      try FileSystem.write(text.utf8, to: folder.file(name), isDurable: false)
    }
    return folder
  }

  private func build(_ folder: TemporaryFolder, _ arguments: String...) throws -> CommandResult {
    try CommandRun(["build", "--no-use-colors"] + arguments, in: folder.path).finish()
  }

  @Test(
    "could not run: exit code 2, or 0 for a warning, the fault's code, its file and line",
    arguments: BrokenProject.cases)
  func isRefused(_ broken: BrokenProject) throws {
    let folder = try folder(broken.files)
    let result = try build(folder)
    #expect(result.status == (broken.isWarning ? 0 : 2), "\(result)")
    #expect(result.codes.contains(broken.told.rawValue), "\(result)")
    #expect(result.errors.contains(broken.place), "\(result)")
  }

  @Test(
    "a node failed: exit code 1, and its file",
    arguments: [
      (["models/a.sql": "select abs(-9223372036854775807 - 1) as x"], "models/a.sql", "ERROR=1"),
      (
        [
          "models/a.sql": "select 1 as x",
          "models/m.yml":
            "models:\n  - name: a\n    columns:\n      - name: x\n        data_tests: [{accepted_values: {values: [2]}}]",
        ], "models/m.yml:5", "ERROR=1"
      ),
      (
        ["models/a.sql": "select 1 as x", "tests/t.sql": "select * from {{ ref('a') }}"], "tests/t.sql",
        "ERROR=1"
      ),
    ])
  func fails(_ files: [String: String], _ place: String, _ count: String) throws {
    let folder = try folder(files)
    let result = try build(folder)
    #expect(result.status == 1, "\(result)")
    #expect((result.errors + result.output).contains(place), "\(result)")
    #expect(result.output.contains(count), "\(result)")
  }

  // MARK: flags

  private static let warning = [
    "models/a.sql": "select 1 as x",
    "models/m.yml":
      "models:\n  - name: a\n    columns: [{name: x, data_tests: [{unique: {config: {severity: warn}}}, {accepted_values: {values: [2], config: {severity: warn}}}]}]",
  ]

  @Test(
    "flags of the project stand behind the environment and the command line",
    arguments: [
      ("{}", [:], [], 0), ("{warn_error: true}", [:], [], 1),
      ("{warn_error: true}", ["DBT_WARN_ERROR": "false"], [], 0),
      ("{warn_error: true}", [:], ["--no-warn-error"], 0),
      ("{warn_error: false}", ["DBT_WARN_ERROR": "1"], [], 1),
      ("{warn_error: false}", [:], ["--warn-error"], 1),
      ("{warn_error_options: {error: all}}", [:], [], 1),
      ("{warn_error_options: {error: all, warn: [LogTestResult]}}", [:], [], 0),
      ("{warn_error_options: {error: all}}", [:], ["--warn-error-options", "{error: []}"], 0),
      (
        "{partial_parse: false, printer_width: 120, send_anonymous_usage_stats: false, whatever: 3}", [:], [],
        0
      ),
    ] as [(String, [String: String], [String], Int32)])
  func flags(_ flags: String, _ environment: [String: String], _ arguments: [String], _ status: Int32) throws
  {
    let folder = try folder(
      Self.warning.merging(["dbt_project.yml": Self.projectFile + "\nflags: \(flags)\n"]) { $1 })
    let result = try CommandRun(
      ["build"] + arguments, environment: environment.mapValues { $0 }, in: folder.path
    ).finish()
    #expect(result.status == status, "\(result)")
  }

  @Test("log_format, log_level and write_json of the project's flags are obeyed")
  func output() throws {
    let flags = "\nflags: {log_format: json, write_json: false}\n"
    let folder = try folder(Self.warning.merging(["dbt_project.yml": Self.projectFile + flags]) { $1 })
    let result = try CommandRun(["build"], in: folder.path).finish()
    #expect(result.status == 0 && result.output.hasPrefix("{"), "\(result)")
    #expect(!FileSystem.exists(folder.file("target/manifest.json")))
    let text = try CommandRun(["build", "--log-format", "text", "--write-json"], in: folder.path).finish()
    #expect(text.status == 0 && !text.output.hasPrefix("{"), "\(text)")
    #expect(FileSystem.exists(folder.file("target/manifest.json")))
    let quiet = "\nflags: {log_level: none}\n"
    try FileSystem.write(
      (Self.projectFile + quiet).utf8, to: folder.file("dbt_project.yml"), isDurable: false)
    #expect(try CommandRun(["build"], in: folder.path).finish().output.isEmpty)
  }

  @Test(
    "flags of a wrong kind are told with their place",
    arguments: ["fail_fast: often", "log_format: xml", "printer_width: wide", "warn_error_options: all"])
  func wrongFlags(_ flag: String) throws {
    let folder = try folder(
      Self.warning.merging(["dbt_project.yml": Self.projectFile + "\nflags:\n  \(flag)\n"]) { $1 })
    let result = try build(folder)
    #expect(result.status == 2 && result.errors.contains("dbt_project.yml:6"), "\(result)")
  }
}
