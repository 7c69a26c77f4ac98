import Files
import Storage
import TestSupport
import Testing

/// dbt's verbs beside build and its kin, and dbt's global options and environment variables.
@Suite struct DbtCommandTests {
  private func workspace(_ files: [String: String] = [:]) throws -> Workspace {
    let standard = [
      "models/kept.sql": "select n from {{ source('numbers', 'numbers') }}",
      "models/after.sql": "select n from {{ ref('kept') }}",
    ]
    let workspace = try SmallProject.workspace(standard.merging(files) { $1 })
    try workspace.succeed("ingest", try SmallProject.numbers(3, in: workspace))
    return workspace
  }

  // MARK: retry

  @Test("retry runs what failed and what was skipped, and publishes a whole build that now goes well")
  func retry() throws {
    let workspace = try workspace(["checks/few.sql": "select n from {{ ref('kept') }} where n > 2"])
    let failed = try workspace.run("build")
    #expect(failed.status == 1 && failed.output.contains("SKIP=1"), "\(failed)")
    try workspace.project("select n from {{ ref('kept') }} where n > 3", to: "checks/few.sql")
    let result = try workspace.run("retry")
    #expect(result.status == 0, "\(result)")
    #expect(result.output.contains("PASS=2") && result.output.contains("Published build"), "\(result)")
    let again = try workspace.run("retry")
    #expect(again.status == 0 && again.output.contains("Nothing to do"), "\(again)")
  }

  @Test("retry without a run before it says what is missing")
  func retryWithoutRun() throws {
    let workspace = try workspace()
    let result = try workspace.run("retry")
    #expect(result.status == 2 && result.codes == ["RH1101"], "\(result)")
  }

  // MARK: source freshness

  @Test(
    "source freshness judges the newest row, and ends with 1 where it is too old",
    arguments: [
      (
        "{warn_after: {count: 1, period: minute}}", "'2026-01-01 00:00:00'", 0,
        "WARN freshness of numbers.numbers", "warn"
      ),
      (
        "{error_after: {count: 1, period: hour}}", "'2026-01-01T00:00:00Z'", 1, "ERROR STALE freshness",
        "error"
      ),
      ("{error_after: {count: 90000, period: day}}", "0", 0, "PASS freshness of numbers.numbers", "pass"),
      ("{error_after: {count: 1, period: day}, filter: n > 5}", "'2099-01-01'", 1, "ERROR STALE", "error"),
      ("{warn_after: {count: 1, period: day}}", "'soon'", 1, "ERROR freshness", "runtime error"),
      ("{warn_after: {count: 1, period: day}}", "missing", 1, "ERROR freshness", "runtime error"),
    ])
  func freshness(_ freshness: String, _ field: String, _ status: Int32, _ line: String, _ told: String) throws
  {
    let workspace = try workspace()
    let sources = SmallProject.sources.replacing(
      "schema: raw", with: "schema: raw\n    freshness: \(freshness)\n    loaded_at_field: \"\(field)\"")
    try workspace.project(sources, to: "models/sources.yml")
    let result = try workspace.run("source", "freshness")
    #expect(result.status == status, "\(result)")
    #expect(result.output.contains(line), "\(result)")
    let artifact = try FileSystem.readText(workspace.folder.file("target/sources.json"))
    #expect(artifact.contains("\"status\": \"\(told)\""), "\(artifact)")
  }

  @Test("without a loaded_at_field the age is that of the load")
  func loadTime() throws {
    let workspace = try workspace()
    try workspace.project(
      SmallProject.sources.replacing(
        "schema: raw", with: "schema: raw\n    freshness: {error_after: {count: 1, period: day}}"),
      to: "models/sources.yml")
    #expect(try workspace.succeed("source", "freshness").output.contains("PASS freshness"))
  }

  // MARK: run-operation and deps

  @Test("what an operation or a hook's template changes is seen by the next run")
  func changesAreSeen() throws {
    let workspace = try workspace([
      "macros/spoil.sql":
        "{% macro spoil() %}{% do run_query('update main.kept set n = null where n = 1') %}{% endmacro %}",
      "models/tests.yml": "models:\n  - name: kept\n    columns: [{name: n, data_tests: [not_null]}]",
    ])
    try workspace.succeed("build")
    #expect(try workspace.run("test").output.contains("REUSED"))
    try workspace.succeed("run-operation", "spoil")
    let spoiled = try workspace.run("test")
    #expect(spoiled.status == 1 && spoiled.output.contains("FAIL 1"), "\(spoiled)")
  }

  @Test("run-operation calls a macro with its arguments, in one transaction; what it prints is data")
  func operation() throws {
    let workspace = try workspace([
      "macros/fill.sql": """
      {% macro fill(name, count=2) %}
      {% do run_query("create table main." ~ name ~ " (n)") %}
      {% for n in range(count) %}{% do run_query("insert into main." ~ name ~ " values (" ~ n ~ ")") %}{% endfor %}
      {{ print(name ~ " has " ~ run_query("select count(*) from main." ~ name).columns[0].values()[0]) }}
      {% endmacro %}
      {% macro breaks() %}{% do run_query("create table main.half (n)") %}{% do run_query("select bogus") %}{% endmacro %}
      """
    ])
    let result = try workspace.run("run-operation", "fill", "--args", "{name: filled, count: 3}", "--quiet")
    #expect(result.status == 0 && result.output == "filled has 3\n", "\(result)")
    let broken = try workspace.run("run-operation", "breaks")
    #expect(broken.status == 1 && broken.errors.contains("bogus"), "\(broken)")
    #expect(try workspace.query("select name from main.sqlite_schema where name = 'half'", "--draft") == [])
    let unknown = try workspace.run("run-operation", "fil")
    #expect(unknown.status == 1 && unknown.errors.contains("did you mean 'fill'"), "\(unknown)")
    #expect(try workspace.run("run-operation", "fill", "--args", "[1]").status == 2)
  }

  @Test("deps says which packages are used, and refuses what would have to be downloaded")
  func deps() throws {
    let workspace = try workspace()
    #expect(try workspace.succeed("deps").output.contains("No packages were found"))
    try workspace.project("name: tools\n", to: "tools/dbt_project.yml")
    try workspace.project("packages: [{local: tools}]", to: "packages.yml")
    #expect(
      try workspace.succeed("deps").output.contains("Installed tools from \(workspace.projectPath)/tools"))
    try workspace.project("packages: [{package: dbt-labs/dbt_utils, version: 1.3.0}]", to: "packages.yml")
    let missing = try workspace.run("deps")
    #expect(missing.status == 2 && missing.errors.contains("downloads nothing"), "\(missing)")
  }

  // MARK: docs

  @Test("docs generate writes a catalog with types and counts, and pages that show it")
  func docs() throws {
    let workspace = try workspace()
    try workspace.succeed("build")
    let result = try workspace.succeed("docs", "generate", "--static")
    let target = workspace.folder.file("target")
    #expect(result.output.contains("Catalog written to \(target)/catalog.json"), "\(result)")
    let catalog = try FileSystem.readText(Path.join(target, "catalog.json"))
    #expect(catalog.contains("\"type\": \"INTEGER\""))
    #expect(catalog.contains("\"label\": \"# Rows\", \"value\": 3"))
    #expect(try FileSystem.readText(Path.join(target, "index.html")).contains("fetch(n)"))
    let page = try FileSystem.readText(Path.join(target, "static_index.html"))
    #expect(page.contains("\"model.small.kept\"") && !page.contains("fetch(n)"))
    try workspace.succeed("docs", "generate", "--empty-catalog", "--no-compile")
    #expect(try FileSystem.readText(Path.join(target, "catalog.json")).contains("\"nodes\": {}"))
  }

  @Test(
    "verbs that are not there are refused by name, with what to do instead",
    arguments: [
      (["docs", "serve"], "http.server"), (["--quiet", "clone"], "rollback"),
      (["init"], "by hand"),
    ])
  func refused(_ words: [String], _ hint: String) throws {
    let workspace = try workspace()
    let result = try workspace.start(words).finish()
    #expect(result.status == 2 && result.codes == ["RH2009"], "\(result)")
    #expect(result.errors.contains(hint), "\(result)")
  }

  // MARK: debug and clean

  @Test("debug says what is used, and ends with 1 where it is not sound")
  func debug() throws {
    let workspace = try workspace()
    let sound = try workspace.succeed("debug")
    #expect(sound.output.contains("All checks passed!") && sound.output.contains("2 models"), "\(sound)")
    try workspace.project("models: [", to: "models/broken.yml")
    let broken = try workspace.run("debug")
    #expect(broken.status == 1 && broken.codes == ["RH2002"], "\(broken)")
  }

  @Test("clean removes what clean-targets names, and nothing outside of the project or that is not made anew")
  func clean() throws {
    let workspace = try workspace()
    func project(_ targets: String) throws {
      let text = try FileSystem.readText(Path.join(workspace.projectPath, "dbt_project.yml"))
      let lines = text.split(separator: "\n").filter { !$0.hasPrefix("clean-targets") }
      try workspace.project(
        lines.joined(separator: "\n") + "\nclean-targets: [\(targets)]\n", to: "dbt_project.yml")
    }
    try workspace.project("x", to: "target/x.txt")
    try project("target")
    try workspace.succeed("clean")
    #expect(!FileSystem.exists(Path.join(workspace.projectPath, "target")))
    for targets in ["../elsewhere", "models", "."] {
      try project(targets)
      #expect(try workspace.run("clean").codes == ["RH1001"], "\(targets)")
    }
    #expect(FileSystem.exists(Path.join(workspace.projectPath, "models/kept.sql")))
  }

  // MARK: defer

  @Test("--defer takes what a run reads and the draft lacks from a build")
  func deferred() throws {
    let workspace = try workspace()
    try workspace.succeed("build")
    let build = try #require(try workspace.warehouse.currentBuild()).path
    let other = try Workspace(project: TemporaryFolder())
    try Workspace.copyTree(workspace.projectPath + "/.", to: other.projectPath)
    try other.succeed("ingest", try SmallProject.numbers(2, in: other))
    let alone = try other.run("run", "--select", "after")
    #expect(alone.status != 0, "\(alone)")
    let result = try other.run("run", "--select", "after", "--defer", "--state", build)
    #expect(result.status == 0 && result.output.contains("Deferred main.kept"), "\(result)")
    #expect(try other.query("select count(*) from main.after", "--draft") == ["3"])
    #expect(try other.run("run", "--select", "after", "--defer").codes == ["RH1001"])
  }

  // MARK: Warnings

  @Test(
    "warnings become errors, or silent, as --warn-error and its options say",
    arguments: [
      ([], 0, ["RH2206"]), (["--warn-error"], 2, ["RH2206"]),
      (["--warn-error-options", "{error: all}"], 2, ["RH2206"]),
      (["--warn-error-options", "{include: [NoNodesForSelectionCriteria]}"], 2, ["RH2206"]),
      (["--warn-error-options", "{error: all, warn: [RH2206]}"], 0, ["RH2206"]),
      (["--warn-error-options", "{silence: [RH2206]}"], 0, []),
      (["--warn-error-options", "{quiet: all}"], 2, ["RH1001"]),
    ] as [([String], Int32, [String])])
  func warnings(_ options: [String], _ status: Int32, _ codes: [String]) throws {
    let workspace = try workspace()
    let result = try workspace.start(["ls", "--select", "nothing"] + options).finish()
    #expect(result.status == status && result.codes == codes, "\(result)")
  }

  @Test("with --warn-error a test that would warn fails")
  func strictTests() throws {
    let workspace = try workspace([
      "checks/some.sql": "{{ config(severity='warn') }} select n from {{ ref('kept') }}"
    ])
    #expect(try workspace.run("build").output.contains("WARN=1"))
    let strict = try workspace.run("test", "--warn-error")
    #expect(strict.status == 1 && strict.output.contains("ERROR=1"), "\(strict)")
  }

  @Test("with --empty models have their columns and no rows, and nothing is published")
  func empty() throws {
    let workspace = try workspace()
    let result = try workspace.succeed("build", "--empty")
    #expect(!result.output.contains("Publish"), "\(result)")
    #expect(try workspace.query("select count(*) from after", "--draft") == ["0"])
    #expect(try workspace.succeed("build").output.contains("Published build"))
    #expect(try workspace.query("select count(*) from after") == ["3"])
  }

  @Test("with --store-failures the failing rows of a test stay in a table")
  func storeFailures() throws {
    let workspace = try workspace(["checks/few.sql": "select n from {{ ref('kept') }} where n > 1"])
    let result = try workspace.run("build", "--store-failures")
    #expect(result.status == 1 && result.errors.contains("all of them are in"), "\(result)")
  }

  // MARK: Environment

  @Test(
    "dbt's environment variables stand for options",
    arguments: [
      (["DBT_QUIET": "1"], ["parse"], "", 0),
      (["DBT_LOG_FORMAT": "json"], ["parse"], "\"name\": \"FoundStats\"", 0),
      (["DBT_LOG_LEVEL": "error"], ["parse"], "", 0), (["DBT_TARGET": "nowhere"], ["parse"], "", 2),
      (["DBT_PROFILE": "nowhere"], ["parse"], "", 2),
      (["DBT_WARN_ERROR": "true"], ["ls", "--select", "x"], "", 2),
      (["DBT_INDIRECT_SELECTION": "empty"], ["ls", "--output", "name", "-s", "kept"], "kept\n", 0),
      (["DBT_INDIRECT_SELECTION": "some"], ["ls"], "", 2), (["DBT_STATE": "nowhere"], ["ls"], "", 2),
      (["DBT_RESOURCE_TYPES": "source"], ["ls"], "source:small.numbers.numbers\n", 0),
      (["DBT_EXCLUDE_RESOURCE_TYPES": "model test"], ["ls"], "source:small.numbers.numbers\n", 0),
    ] as [([String: String], [String], String, Int32)])
  func environment(_ variables: [String: String], _ words: [String], _ output: String, _ status: Int32) throws
  {
    let workspace = try workspace()
    let result = try workspace.start(words, environment: variables.mapValues { $0 }).finish()
    #expect(result.status == status, "\(result)")
    #expect(output.isEmpty ? result.output.isEmpty : result.output.contains(output), "\(result)")
  }

  @Test("every line goes to dbt.log in the folder of --log-path")
  func logFile() throws {
    let workspace = try workspace()
    try workspace.succeed("build", "--quiet", "--log-path", workspace.folder.file("logs"))
    #expect(try FileSystem.readText(workspace.folder.file("logs/dbt.log")).contains("[info] Done. PASS="))
  }

  @Test("lines as JSON have the fields of dbt's logs")
  func structuredLog() throws {
    let workspace = try workspace()
    let output = try workspace.succeed("build", "--log-format", "json").output
    for name in [
      "MainReportVersion", "FoundStats", "LogStartLine", "LogModelResult", "LogTestResult", "EndOfRunSummary",
      "StatsLine",
    ] {
      #expect(output.contains("\"name\": \"\(name)\""), "\(name)")
    }
    #expect(output.contains("\"unique_id\": \"model.small.kept\""))
    #expect(output.contains("\"invocation_id\": \""))
  }

  @Test("every global option may stand before the command")
  func order() throws {
    let command = try #require(try CommandHelp.dump().verbs.first { $0.commandName == "parse" })
    let workspace = try workspace()
    for argument in command.arguments ?? [] where argument.kind != "positional" {
      for flag in argument.longFlags
      where !["--help", "--version", "--project-dir", "--warehouse"].contains(flag) {
        let values: [String: String] = [
          "--lock-timeout": "1", "--log-format": "text", "--log-level": "info", "--vars": "{}",
          "--threads": "1",
          "--log-path": workspace.folder.file("logs"), "--target-path": workspace.folder.file("other"),
          "--warn-error-options": "{}", "--printer-width": "80", "--log-file-max-bytes": "1",
          "--target": "local",
          "--profiles-dir": workspace.folder.file("none"), "--profile": "other",
        ]
        let words = argument.kind == "option" ? [flag, values[flag] ?? "text"] : [flag]
        let result = try workspace.start(words + ["parse"]).finish()
        // A profile that is not there is refused as such: the option was understood.
        #expect(result.status == 0 || result.codes == ["RH2008"], "\(result)")
      }
    }
  }

  // MARK: compile and show

  @Test("compile and show have dbt's JSON")
  func json() throws {
    let workspace = try workspace()
    try workspace.succeed("build")
    let compiled = try workspace.succeed("compile", "--select", "after", "--output", "json").output
    #expect(
      compiled == "{\"compiled\": \"select n from \\\"kept\\\"\", \"node\": \"after\"}\n"
        || compiled.contains("\"node\": \"after\""))
    let inline = try workspace.succeed("compile", "--inline", "select {{ 1 + 1 }}", "--output", "json").output
    #expect(inline == "{\"compiled\": \"select 2\"}\n")
    let shown = try workspace.succeed("show", "--select", "after", "--limit", "1", "--output", "json").output
    #expect(shown.hasPrefix("{\"node\": \"after\", \"show\": [") && shown.hasSuffix("]\n}\n"), "\(shown)")
  }
}
