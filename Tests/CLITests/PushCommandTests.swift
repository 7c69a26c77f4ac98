import Files
import Storage
import TestSupport
import Testing

/// `push`, `pull`, `remote` and `diff` against a remote in a folder, as users type them.
@Suite struct PushCommandTests {
  private static let model = "select n, word, n % 3 as rest from {{ source('numbers', 'numbers') }}"
  private static let properties = """
    models: [{name: words, columns: [{name: n, data_tests: [unique, not_null]}]}]
    """

  /// A small project, loaded and built, and a remote's folder that its file names.
  private func workspace(_ files: [String: String] = [:]) throws -> Workspace {
    var all = ["models/words.sql": Self.model, "models/words.yml": Self.properties]
    all.merge(files) { $1 }
    let workspace = try SmallProject.workspace(all)
    try workspace.project(
      "remotes: {shared: {path: '\(workspace.folder.file("shared"))'}}\ndefault_remote: shared\n",
      to: "reelhouse.yml")
    try workspace.succeed("ingest", SmallProject.numbers(20, in: workspace))
    try workspace.succeed("build")
    return workspace
  }

  @Test("a push is planned, made, found done, and pulled by another machine")
  func wholeWay() throws {
    let workspace = try workspace()
    let plan = try workspace.run("push", "--dry-run", "--detailed-exitcode")
    #expect(plan.status == 2, "\(plan)")
    #expect(plan.output.contains("+ main.words") && plan.output.contains("20 rows"), "\(plan)")
    #expect(!FileSystem.exists(workspace.folder.file("shared/refs")))

    let push = try workspace.succeed("push", "-o", "json")
    #expect(push.output.contains("\"published\": true"), "\(push)")
    let again = try workspace.run("push", "--detailed-exitcode", "-o", "json")
    #expect(again.status == 0 && again.output.contains("\"nothing_to_do\": true"), "\(again)")
    #expect(again.output.contains("\"data_objects_to_send\": 0"), "\(again)")
    #expect(try workspace.succeed("remote", "verify").output.contains("sound"))

    let other = workspace.folder.file("other")
    let pull = try CommandRun(
      ["pull", "--project-dir", workspace.projectPath, "--warehouse", other], environment: [:]
    ).finish()
    #expect(pull.status == 0 && pull.output.contains("Pulled build"), "\(pull)")
    let query = try CommandRun(
      [
        "query", "-o", "csv", "select sum(n), count(*) from words", "--project-dir", workspace.projectPath,
        "--warehouse", other,
      ], environment: [:]
    ).finish()
    #expect(query.outputLines.last == "210,20", "\(query)")
    // The same project over the pulled build has nothing to do.
    let build = try CommandRun(
      ["build", "--project-dir", workspace.projectPath, "--warehouse", other],
      environment: ["DBT_TARGET_PATH": workspace.folder.file("target2")]
    ).finish()
    #expect(build.status == 0 && build.output.contains("Nothing to publish"), "\(build)")
  }

  @Test("a changed model is one table, whose rows are told by their key")
  func rowDifference() throws {
    let workspace = try workspace()
    try workspace.succeed("push")
    try workspace.project(
      "select n, case n when 4 then 'four' else word end as word, n % 3 as rest from {{ source('numbers', 'numbers') }}"
        + " where n <> 7", to: "models/words.sql")
    try workspace.succeed("build")
    let plan = try workspace.succeed("push", "--dry-run")
    #expect(plan.output.contains("~ main.words") && plan.output.contains("20 → 19 rows"), "\(plan)")
    #expect(plan.output.contains("+0 -1 ~1 rows, 18 the same (by n)"), "\(plan)")
    #expect(plan.output.contains("~ n=4: word 'w4' → 'four'"), "\(plan)")
    #expect(plan.output.contains("Plan: 0 to add, 1 to change, 0 to drop, 2 unchanged"), "\(plan)")

    let difference = try workspace.run("diff", "current", "prod", "--remote", "shared")
    #expect(difference.status == 1, "\(difference)")
    #expect(difference.output.contains("~ main.words  +1 -0 ~1 rows, 18 the same (by n)"), "\(difference)")
    let push = try workspace.succeed("push", "-o", "json")
    #expect(push.output.contains("\"data_objects_sent\": 1"), "\(push)")
    let equal = try workspace.run("diff", "--remote", "shared")
    #expect(equal.status == 0 && equal.errors.contains("are equal in 2 relations"), "\(equal)")

    let rollback = try workspace.succeed("remote", "rollback")
    #expect(rollback.output.contains("again"), "\(rollback)")
    let log = try workspace.succeed("remote", "log")
    #expect(log.outputLines.count == 3 && log.outputLines[0].contains("rollback"), "\(log)")
    #expect(try workspace.run("diff", "--remote", "shared").status == 1)
    let collection = try workspace.succeed("remote", "gc", "--keep", "1", "--grace", "0")
    #expect(collection.output.contains("Removed 1 builds and"), "\(collection)")
    #expect(try workspace.succeed("remote", "verify").output.contains("sound"))
  }

  @Test("a column that changes its type needs leave")
  func schemaChange() throws {
    let workspace = try workspace()
    try workspace.succeed("push", "--env", "dev")
    try workspace.project(
      "select n, word, n * 0.5 as rest from {{ source('numbers', 'numbers') }}", to: "models/words.sql")
    try workspace.succeed("build")
    let refused = try workspace.run("push", "--env", "dev")
    #expect(refused.status == 2 && refused.codes == ["RH1708"], "\(refused)")
    #expect(refused.errors.contains("main.words.rest: integer → real"), "\(refused)")
    let counted = try workspace.run("push", "--env", "dev", "--detailed-exitcode")
    #expect(counted.status == 1 && counted.codes == ["RH1708"], "\(counted)")
    try workspace.succeed("push", "--env", "dev", "--allow-schema-change")
  }

  @Test(
    "what is wrong with a remote is told with its place and the remedy",
    arguments: [
      ("remotes: {a: {path: x, url: 's3://bucket/y'}}", "RH2004", "both"),
      ("remotes: {a: {}}", "RH2005", "neither"),
      ("remotes:\n  a:\n    pfad: x", "RH2003", "reelhouse.yml:3:5"),
      ("remotes: {a: {url: 'http://x'}}", "RH2004", "s3://bucket/prefix"),
      ("remotes: {a: {path: x, region: eu}}", "RH2004", "region"),
      ("default_remote: nowhere", "RH2004", "nowhere"),
      ("remotes: {a: {path: x}}\ndefault_remote: b", "RH2004", "'b'"),
      ("remotes: {a: {url: 's3://bucket/x', glue: {crawler: c}}}", "RH2005", "database"),
      ("remotes: {a: {path: x}}\nenv: x", "RH2003", "env"),
    ])
  func configuration(text: String, code: String, word: String) throws {
    let workspace = try SmallProject.workspace(["reelhouse.yml": text])
    let result = try workspace.run("remote", "log")
    #expect(result.status == 2 && result.codes.contains(code), "\(result)")
    #expect(result.errors.contains(word), "\(result)")
  }

  @Test(
    "what cannot be done says why and what to do",
    arguments: [
      (["push", "--remote", "nowhere"], "RH1701"), (["pull"], "RH1702"), (["remote", "log"], "RH1702"),
      (["remote", "rollback"], "RH1702"), (["push", "--env", "a/b"], "RH1001"),
      (["push", "--build", "2020"], "RH1110"), (["pull", "--build", "2020"], "RH1702"),
      (["remote", "verify"], "RH1702"), (["diff", "--remote", "shared"], "RH1702"),
    ])
  func refusals(arguments: [String], code: String) throws {
    let result = try Self.shared.start(arguments).finish()
    #expect(result.status == 2 && result.codes == [code], "\(result)")
  }

  private static let shared: Workspace = {
    do {
      let made = try PushCommandTests().workspace()
      return made
    } catch {
      fatalError("\(error)")
    }
  }()

  @Test("nothing that was not published is pushed")
  func unpublished() throws {
    let workspace = try SmallProject.workspace(["models/words.sql": Self.model])
    try workspace.succeed("ingest", SmallProject.numbers(3, in: workspace))
    let result = try workspace.run("push")
    #expect(result.status == 2 && result.codes == ["RH1109"], "\(result)")
  }
}
