import Files
import TestSupport
import Testing

/// `reelhouse query`.
@Suite struct QueryCommandTests {
  private let workspace: Workspace

  init() throws { workspace = SharedWarehouse.workspace }

  /// Every kind of value, and texts that forms have trouble with.
  private static let values = """
    select 1 as id, null as none, 'plain' as text, 1.5 as real, x'00ff' as blob, 'a,b' as "with comma"
    union all select -9223372036854775808, 0, 'say "hi" | bye', 1e300, x'', ''
    union all select 9223372036854775807, 1, '映画 🎬 é', -0.25, x'7c', 'two' || char(10) || 'lines'
    union all select 3, null, char(27) || '[31mred' || char(9) || 'tab', 0.1 + 0.2, null, '\\ / '''
    """

  @Test("each form of rows is as its golden file", arguments: ["table", "json", "ndjson", "csv", "markdown"])
  func forms(form: String) throws {
    let result = try workspace.run("query", "-o", form, Self.values)
    #expect(result.status == 0 && result.errors.isEmpty, "\(result)")
    try Golden().check(result.output, "query.\(form)")
  }

  @Test("no rows are a form too", arguments: ["table", "json", "ndjson", "csv", "markdown"])
  func noRows(form: String) throws {
    let result = try workspace.run("query", "-o", form, "select 1 as a, 2 as b where 0")
    result.expectSuccess()
    let expected = [
      "table": "a  b\n─  ─\n", "json": "[]\n", "ndjson": "", "csv": "a,b\n",
      "markdown": "| a | b |\n| -: | -: |\n",
    ]
    #expect(result.output == expected[form])
  }

  @Test("all layers answer, with and without their names")
  func layers() throws {
    #expect(
      try workspace.query(
        "select (select count(*) from raw.movies) = (select count(*) from movies), "
          + "(select count(*) from staged.stg_movies) = (select count(*) from stg_movies), "
          + "(select count(*) from main.movies_by_year) = (select count(*) from movies_by_year)")
        == ["1|1|1"])
  }

  @Test("SQL may come from standard input, with or without -", arguments: [["query"], ["query", "-"]])
  func standardInput(arguments: [String]) throws {
    let result = try workspace.start(arguments + ["-o", "csv"], input: "-- why\nselect 7 as seven;\n")
      .finish()
    #expect(result.output == "seven\n7\n", "\(result)")
  }

  @Test(
    "whatever would write is refused, and nothing changes",
    arguments: [
      "delete from movies_by_year", "drop table movies_by_year", "create table x (a)", "vacuum",
      "create temp table x (a)", "insert into raw.movies values (1)", "attach 'x.db' as x", "detach raw",
      "pragma main.journal_mode = wal", "pragma writable_schema = 1", "begin", "reindex", "analyze",
      "vacuum into 'x.db'", "update movies_by_year set movies = 0",
    ])
  func refusesWrites(sql: String) throws {
    let workspace = try Workspace.published()
    let before = try workspace.publishedState()
    for options in [[], ["--draft"]] {
      let result = try workspace.start(["query", sql] + options).finish()
      #expect(result.status == 2, "\(result)")
      #expect(result.codes == ["RH1402"], "\(result)")
      #expect(result.output.isEmpty, "\(result)")
    }
    #expect(try workspace.publishedState() == before)
    #expect(try workspace.succeed("publish").output.contains("Nothing to publish"))
  }

  @Test("functions that reach the file system are refused")
  func noExtensions() throws {
    let result = try workspace.run("query", "select load_extension('x')")
    #expect(result.status == 2, "\(result)")
  }

  @Test("an error of SQL is told with its place in the statement")
  func place() throws {
    let result = try workspace.run("query", "select movies,\n  mvies\nfrom movies_by_year")
    #expect(result.status == 2 && result.codes == ["RH1401"], "\(result)")
    #expect(result.errors.contains("no such column: mvies\n  --> SQL:2:3\n"), "\(result)")
  }

  @Test("an unknown table brings the nearest names")
  func nearest() throws {
    let result = try workspace.run("query", "select * from movies_by_yaer")
    #expect(result.errors.contains("did you mean main.movies_by_year"), "\(result)")
  }

  @Test(
    "two statements, and none, are refused", arguments: ["select 1; select 2", "", "  ;", "/* nothing */"])
  func notOne(sql: String) throws {
    let result = try workspace.run("query", sql)
    #expect(result.status == 2 && result.codes == ["RH1404"], "\(result)")
  }

  @Test("an error amid the rows ends with 2")
  func errorAmidRows() throws {
    let result = try workspace.run(
      "query", "-o", "csv",
      "select abs(case when id % 2 then id else -9223372036854775807 - 1 end) from movies")
    #expect(result.status == 2 && result.codes == ["RH1401"], "\(result)")
    #expect(result.errors.contains("integer overflow"), "\(result)")
  }

  @Test("a warehouse with nothing in it says what to do")
  func empty() throws {
    let workspace = try Workspace()
    let result = try workspace.run("query", "select 1")
    #expect(result.status == 2 && result.codes == ["RH1112"], "\(result)")
    #expect(result.errors.contains("reelhouse ingest"), "\(result)")
    #expect(!FileSystem.exists(workspace.warehousePath))
  }

  @Test("while nothing is published the draft answers, and standard error says so")
  func draftFirst() throws {
    let workspace = try Workspace()
    try workspace.succeed("ingest", SharedWarehouse.archivePath)
    let result = try workspace.run("query", "-o", "csv", "select count(*) as n from raw.movies")
    #expect(result.output == "n\n300\n", "\(result)")
    #expect(result.errors == "nothing is published yet: this is the draft\n", "\(result)")
  }

  @Test("the draft, the published build and a build by its id are told apart")
  func targets() throws {
    let workspace = try Workspace.published()
    let first = try #require(try workspace.warehouse.currentBuild()).id
    try workspace.succeed("ingest", try workspace.sample(movies: 40))
    let sql = "select count(*) from raw.movies"
    #expect(try workspace.query(sql) == ["300"])
    #expect(try workspace.query(sql, "--draft") == ["40"])
    try workspace.succeed("build")
    #expect(try workspace.query(sql) == ["40"])
    #expect(try workspace.query(sql, "--build", first) == ["300"])
    #expect(try workspace.query(sql, "--build", String(first.dropLast(3))) == ["300"])
    let unknown = try workspace.run("query", sql, "--build", "20001122T000000Z-00000000")
    #expect(unknown.status == 2 && unknown.codes == ["RH1110"], "\(unknown)")
    #expect(unknown.errors.contains(first), "\(unknown)")
  }
}
