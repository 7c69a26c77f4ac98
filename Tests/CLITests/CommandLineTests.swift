import Files
import Storage
import TestSupport
import Testing

/// What holds for every command: exit codes, the two outputs, global options.
@Suite struct CommandLineTests {
  private let workspace: Workspace

  init() throws { workspace = SharedWarehouse.workspace }

  // MARK: Exit codes

  @Test(
    "what cannot be understood ends with 2, a message on standard error and nothing on standard output",
    arguments: [
      ["frobnicate"], ["query", "--frobnicate"], ["query", "-o", "xml", "select 1"], ["sample"],
      ["sample", "--movies", "many", "--out", "x.zip"], ["ingest", "a.zip", "b.zip"],
      ["ls", "--output", "xml"], ["build", "--log-format", "xml"],
      ["sample", "--movies", "0", "--out", "x.zip"],
      ["ingest", "x.zip", "--max-rejects", "some"], ["ls", "--select", "nonsense:stg_movies"],
      ["ls", "--resource-type", "exposures"], ["show", "--select", "stg_movies", "stg_crew"],
    ])
  func misuse(arguments: [String]) throws {
    let result = try workspace.start(arguments).finish()
    #expect(result.status == 2, "\(result)")
    #expect(result.output.isEmpty, "\(result)")
    #expect(!result.errors.isEmpty, "\(result)")
  }

  @Test("an unknown command and an unknown flag are named")
  func unknown() throws {
    #expect(try CommandRun(["frobnicate"]).finish().errors.contains("'frobnicate'"))
    #expect(try CommandRun(["query", "--frobnicate"]).finish().errors.contains("'--frobnicate'"))
  }

  @Test(
    "help and version go to standard output and end with 0", arguments: [["--help"], ["--version"], ["help"]])
  func help(arguments: [String]) throws {
    let result = try CommandRun(arguments).finish()
    #expect(result.status == 0, "\(result)")
    #expect(result.output.contains("reelhouse"), "\(result)")
    #expect(result.errors.isEmpty, "\(result)")
  }

  @Test("a node that fails ends with 1")
  func nodeFails() throws {
    let workspace = try SmallProject.workspace([
      "models/kept.sql": "select n from {{ source('numbers', 'numbers') }}",
      "checks/fails.sql": "select n from {{ ref('kept') }}",
    ])
    try workspace.succeed("ingest", try SmallProject.numbers(3, in: workspace))
    #expect(try workspace.run("build").status == 1)
    #expect(try workspace.run("test").status == 1)
    #expect(try workspace.run("run").status == 0)
  }

  @Test("without a project, a command that needs one says where it looked")
  func noProject() throws {
    let folder = try TemporaryFolder()
    let build = try CommandRun(["build"], in: folder.path).finish()
    #expect(build.status == 2 && build.codes == ["RH2001"], "\(build)")
    let query = try CommandRun(["query", "select 1"], in: folder.path).finish()
    #expect(query.status == 2 && query.codes == ["RH1002"], "\(query)")
    #expect(query.errors.contains("REELHOUSE_WAREHOUSE"), "\(query)")
  }

  // MARK: Outputs

  @Test("standard output of a query has the data and nothing else")
  func dataOnly() throws {
    let result = try workspace.run("query", "-o", "csv", "select 1 as one")
    #expect(result.output == "one\n1\n" && result.errors.isEmpty, "\(result)")
  }

  @Test("lines of a build carry the time of day, as dbt's do, and the last one says where the result is")
  func runLines() throws {
    let workspace = try Workspace.published()
    let result = try workspace.succeed("build")
    #expect(result.errors.isEmpty, "\(result)")
    for line in result.outputLines {
      #expect(line.wholeMatch(of: #/\d\d:\d\d:\d\d  .*/#) != nil, "\(line)")
    }
    #expect(result.output.contains("Done. PASS=0 WARN=0 ERROR=0 SKIP=0 NO-OP=112 TOTAL=112"), "\(result)")
    let last = try #require(result.outputLines.last)
    #expect(last.contains("Nothing to publish"), "\(last)")
    let forced = try workspace.succeed("build", "--no-reuse")
    #expect(forced.output.contains("Done. PASS=112 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=112"), "\(forced)")
    let place = try #require(forced.outputLines.last)
    #expect(place.contains(workspace.warehouse.buildsPath), "\(place)")
  }

  /// One line of `--log-format json`.
  private struct LogLine: Decodable {
    struct Info: Decodable {
      let level: String
      let msg: String
      let ts: String
    }
    struct Told: Decodable {
      let code: String
      let severity: String
      let message: String
    }
    let info: Info?
    let diagnostic: Told?
    let level: String?
  }

  private func jsonLines(_ text: String) throws -> [LogLine] {
    try text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { line in
      try JSON.decode(LogLine.self, from: String(line))
    }
  }

  @Test("with --log-format json every line of a run is a JSON object")
  func jsonLog() throws {
    let workspace = try Workspace.published()
    for words in [["ingest", SharedWarehouse.archivePath, "--force"], ["build"], ["publish"]] {
      let result = try workspace.start(words + ["--log-format", "json"]).finish()
      result.expectSuccess()
      let lines = try jsonLines(result.output)
      #expect(!lines.isEmpty && lines.allSatisfy { $0.info?.level == "info" }, "\(result)")
    }
  }

  @Test(
    "with --log-format json a fault is a JSON object, wherever the option stands",
    arguments: [
      ["--log-format", "json", "query", "select x"], ["query", "select x", "--log-format=json"],
      ["query", "select x", "-o", "csv", "--log-format", "json"],
    ])
  func jsonFault(arguments: [String]) throws {
    let result = try workspace.start(arguments).finish()
    #expect(result.status == 2, "\(result)")
    let lines = try jsonLines(result.errors)
    #expect(lines.map { $0.diagnostic?.code } == ["RH1401"], "\(result)")
    #expect(lines.map(\.level) == ["error"], "\(result)")
  }

  @Test("rows in JSON do not make faults JSON")
  func textFault() throws {
    let result = try workspace.run("query", "select x", "-o", "json", "--log-format", "text")
    #expect(result.codes == ["RH1401"], "\(result)")
  }

  @Test("nothing that is written to a file or a pipe has escapes in it")
  func noEscapes() throws {
    let workspace = try Workspace.published()
    for words in [
      ["build"], ["ingest", SharedWarehouse.archivePath, "--force"], ["query", "select x"], ["status"],
      ["builds"], ["--help"],
    ] {
      let result = try workspace.start(words, environment: ["TERM": "xterm-256color"]).finish()
      #expect(!(result.output + result.errors).contains("\u{1B}"), "\(result)")
    }
  }

  @Test(
    "on a terminal results have colours, unless NO_COLOR or --no-use-colors is given",
    .enabled(if: Tool.exists("python3")))
  func terminal() throws {
    let workspace = try Workspace.published()
    func run(_ variables: [String: String], _ options: [String]) throws -> String {
      let words = [ReelhouseBinary.path, "test", "--select", "stg_movies", "--project-dir", Repository.path]
      let script = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]))"
      var setting = ChildProcess.Setting()
      setting.environment = [
        "NO_COLOR": nil, "TERM": "xterm", "DBT_TARGET_PATH": workspace.folder.file("target"),
      ]
      for (name, value) in variables { setting.environment[name] = value }
      let child = try ChildProcess(
        try #require(Tool("python3")).path,
        ["-c", script] + words + ["--warehouse", workspace.warehousePath] + options, setting)
      var output = ""
      while let line = child.readLine() { output += line + "\n" }
      #expect(child.wait() == 0, "\(output)")
      #expect(output.contains("PASS"), "\(output)")
      return output
    }
    #expect(try run([:], []).contains("\u{1B}[32m"))
    #expect(try !run(["NO_COLOR": "1"], []).contains("\u{1B}[3"))
    #expect(try !run([:], ["--no-use-colors"]).contains("\u{1B}[3"))
    #expect(try !run(["TERM": "dumb"], []).contains("\u{1B}[3"))
  }

  @Test("--quiet leaves data and faults")
  func quiet() throws {
    let workspace = try Workspace.published()
    for words in [["build"], ["ingest", SharedWarehouse.archivePath], ["compile"], ["parse"], ["publish"]] {
      let result = try workspace.start(words + ["--quiet"]).finish()
      #expect(result.status == 0 && result.output.isEmpty && result.errors.isEmpty, "\(result)")
    }
    #expect(try workspace.run("-q", "query", "-o", "csv", "select 1").output == "1\n1\n")
    #expect(try workspace.run("query", "-q", "select x").codes == ["RH1401"])
    #expect(try workspace.run("ls", "-q", "--select", "stg_movies", "--resource-type", "model").output != "")
  }

  @Test("global options may stand before and after the command")
  func optionOrder() throws {
    let places = ["--project-dir", Repository.path, "--warehouse", workspace.warehousePath]
    let query = ["query", "-o", "csv", "select 1 as one"]
    for arguments in [places + query, query + places, places[..<2] + query + places[2...]] {
      #expect(try CommandRun(Array(arguments)).finish().output == "one\n1\n")
    }
    let joined = ["--quiet", "--warehouse=\(workspace.warehousePath)", "--log-format=text"]
    #expect(try CommandRun(joined + query).finish().output == "one\n1\n")
    let list = ["ls", "--resource-type", "seed", "--output", "name"]
    for options in [
      ["--vars", "{a: 1}"], ["--target", "local"], ["--threads", "4"], ["--no-partial-parse"],
    ] {
      #expect(try CommandRun(places + options + list).finish().output == "theme_groups\n", "\(options)")
      #expect(try CommandRun(list + options + places).finish().output == "theme_groups\n", "\(options)")
    }
  }

  @Test("the warehouse may come from the environment")
  func environment() throws {
    let result = try CommandRun(
      ["query", "-o", "csv", "select 1 as one"],
      environment: ["REELHOUSE_WAREHOUSE": workspace.warehousePath], in: "/"
    ).finish()
    #expect(result.output == "one\n1\n", "\(result)")
  }

  @Test("a reader of a run's lines that goes away does not end the run")
  func brokenPipe() throws {
    let workspace = try Workspace.published()
    try workspace.succeed("ingest", try workspace.sample(movies: 150, seed: 3))
    let script = "\"$0\" build --project-dir \"$1\" --warehouse \"$2\" | head -1; exit ${PIPESTATUS[0]}"
    var setting = ChildProcess.Setting()
    setting.environment = ["DBT_TARGET_PATH": workspace.folder.file("target")]
    let child = try ChildProcess(
      try #require(Tool("bash")).path,
      ["-c", script, ReelhouseBinary.path, Repository.path, workspace.warehousePath], setting)
    while child.readLine() != nil {}
    #expect(child.wait() == 0)
    #expect(try BuildCheck(workspace.warehouse).run() == 150)
  }

  @Test("data that cannot be written are an error", .enabled(if: FileSystem.exists("/dev/full")))
  func fullOutput() throws {
    let script = "\"$0\" query 'select * from raw.movies' --warehouse \"$1\" > /dev/full"
    let result = try #require(Tool("sh")).run(["-c", script, ReelhouseBinary.path, workspace.warehousePath])
    #expect(result.status == 2, "\(result)")
    #expect(result.output.contains("error[RH1103]: cannot write 'standard output'"), "\(result)")
  }

  @Test("a reader of data that goes away ends the query quietly")
  func brokenDataPipe() throws {
    let script = "\"$0\" query 'select * from raw.crew' --warehouse \"$1\" | head -1"
    let result = try #require(Tool("sh")).run(["-c", script, ReelhouseBinary.path, workspace.warehousePath])
    #expect(result.output.split(separator: "\n").count == 1, "\(result)")
  }
}
