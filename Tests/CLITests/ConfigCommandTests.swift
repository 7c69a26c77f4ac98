import Files
import TestSupport
import Testing

@Suite struct ConfigCommandTests {
  private static func outputs(url: String = "s3://films-example", publisher: String = "glue") -> String {
    """
    {"secret_name": {"value": "key"}, "reelhouse": {"sensitive": false, "value": {"version": 1,
     "remote": {"url": "\(url)", "region": "us-east-1", "snowflake": "prod",
      "glue": {"database": "films_db", "crawler": "films", "job": "publish"}},
     "profile": {"type": "snowflake", "account": "MYORG-MYACCOUNT", "user": "SVC", "role": "SVC_ROLE", "threads": 4,
      "private_key_path": "{{ env_var('SNOWFLAKE_PRIVATE_KEY_PATH') }}", "database": "FILMS"},
     "publisher": "\(publisher)", "stage": "FILMS.RAW__NEXT.STAGE", "roles": {"push": "arn"}}}}
    """
  }

  private func text(_ name: String, _ workspace: Workspace) throws -> String {
    try FileSystem.readText(Path.join(workspace.projectPath, name))
  }

  @Test("what Terraform made becomes a remote and an output of a profile, once")
  func imported() throws {
    let workspace = try SmallProject.workspace(["models/one.sql": "select 1 as n"])
    try workspace.project("archive: a.zip # mine\n", to: "reelhouse.yml")
    let first = try workspace.run("config", "import", input: Self.outputs())
    first.expectSuccess()
    let remote = try text("reelhouse.yml", workspace)
    #expect(remote.hasPrefix("archive: a.zip # mine\nremotes:\n  prod:\n    url: \"s3://films-example\"\n"))
    #expect(remote.contains("\n      job: publish\n"))
    let profile = try text("profiles.yml", workspace)
    #expect(profile.contains("  target: local\n") && profile.contains("      type: snowflake\n"))
    #expect(profile.contains("env_var('SNOWFLAKE_PRIVATE_KEY_PATH')"))
    // What was written is what other commands read, and models are still built here.
    let debug = try workspace.run("debug")
    debug.expectSuccess()
    #expect(debug.output.contains("target: local"), "\(debug)")
    let second = try workspace.run("config", "import", input: Self.outputs())
    second.expectSuccess()
    #expect(second.errors.contains("already"))
    #expect(try text("reelhouse.yml", workspace) == remote)
  }

  @Test("another remote of that name is replaced only when it is said; nothing is half done")
  func replaced() throws {
    let workspace = try SmallProject.workspace(["models/one.sql": "select 1 as n"])
    try workspace.run("config", "import", input: Self.outputs()).expectSuccess()
    let before = try (text("reelhouse.yml", workspace), text("profiles.yml", workspace))
    let refused = try workspace.run("config", "import", input: Self.outputs(url: "s3://other-films"))
    #expect(refused.status == 2 && refused.errors.contains("--force"), "\(refused)")
    #expect(try text("reelhouse.yml", workspace) == before.0 && text("profiles.yml", workspace) == before.1)
    let dry = try workspace.run(
      "config", "import", "--force", "--dry-run", input: Self.outputs(url: "s3://other-films"))
    #expect(dry.output.contains("s3://other-films"))
    #expect(try text("reelhouse.yml", workspace) == before.0)
    try workspace.run(
      "config", "import", "--force", input: Self.outputs(url: "s3://other-films", publisher: "copy")
    )
    .expectSuccess()
    let after = try text("reelhouse.yml", workspace)
    #expect(after.contains("s3://other-films") && !after.contains("s3://films-example"))
    #expect(after.contains("publisher: copy") && after.contains("stage: FILMS.RAW__NEXT.STAGE"))
  }

  @Test(
    "what is no output of this project's terraform is refused",
    arguments: [
      ("{}", "no output 'reelhouse'"), ("{\"reelhouse\": {\"value\": {\"version\": 2}}}", "another version"),
      ("{\"reelhouse\": {\"value\": {\"version\": 1}}}", "no whole"), ("x", "standard input"),
    ])
  func refused(text: String, message: String) throws {
    let workspace = try SmallProject.workspace(["models/one.sql": "select 1 as n"])
    let result = try workspace.run("config", "import", input: text)
    #expect(result.status == 2 && result.errors.contains(message), "\(result)")
    #expect(!FileSystem.exists(Path.join(workspace.projectPath, "profiles.yml")))
  }
}
