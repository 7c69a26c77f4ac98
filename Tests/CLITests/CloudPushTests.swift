import Files
import Storage
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The whole way to the cloud as users type it, beside servers that stand in for it: a bucket, Glue's catalog, its job under
/// Spark, Snowflake. `make test-mirror` says by variables where they are.
@Suite(.enabled(if: CloudPlace.isThere), .serialized) struct CloudPushTests {
  private let workspace: Workspace

  init() throws {
    workspace = try SmallProject.workspace([
      "models/words.sql": Self.words("upper(word)"),
      "models/cleaned.sql": """
      {{ config(materialized='view', schema='staged') }}
      select n, {{ shout('word') }} as word from {{ source('numbers', 'numbers') }} where n % 2 = 0
      """,
      "models/models.yml": """
      models:
        - name: cleaned
          description: Even numbers
          columns: [{name: n, description: The number}]
      """,
      "macros/shout.sql": """
      {% macro shout(c) %}{{ adapter.dispatch('shout')(c) }}{% endmacro %}
      {% macro default__shout(c) %}{{ c }} || '!'{% endmacro %}
      {% macro snowflake__shout(c) %}concat({{ c }}, '!'){% endmacro %}
      """,
      "macros/names.sql": """
      {% macro generate_schema_name(custom_schema_name, node) %}{{ custom_schema_name or target.schema }}{% endmacro %}
      """,
      "reelhouse.yml": CloudPlace.remote, "profiles.yml": CloudPlace.profile,
    ])
    try workspace.succeed("ingest", SmallProject.numbers(20, in: workspace))
    try run("build")
  }

  private static func words(_ word: String) -> String {
    "select n, \(word) as word, n * 0.5 as half from {{ source('numbers', 'numbers') }} where n > 5"
  }

  @discardableResult
  private func run(
    _ arguments: String..., status: Int32 = 0, location: Testing.SourceLocation = #_sourceLocation
  ) throws -> CommandResult {
    var environment = CloudPlace.environment
    environment["DBT_PROFILES_DIR"] = workspace.projectPath
    let result = try workspace.start(arguments, environment: environment).finish()
    try #require(result.status == status, "\(result)", sourceLocation: location)
    return result
  }

  @Test("a build goes to bucket, catalog, job and mirror; back, and on")
  func wholeWay() throws {
    let plan = try run("push", "--dry-run")
    #expect(
      plan.output.contains("create table main.words") && plan.output.contains("create view staged.cleaned"),
      "\(plan)")
    let push = try run("push", "-o", "json")
    #expect(push.output.contains("\"relations_proven\": 3"), "\(push)")
    #expect(push.errors.contains("SUCCEEDED") && push.errors.contains("published"), "\(push)")
    #expect(try run("remote", "verify", "--mirror").output.contains("sound"))
    let again = try run("push", "-o", "json")
    #expect(again.output.contains("\"nothing_to_do\": true"), "\(again)")

    try workspace.project(Self.words("lower(word)"), to: "models/words.sql")
    try run("build")
    let next = try run("push")
    #expect(next.output.contains("the rows of main.words"), "\(next)")
    #expect(try run("remote", "verify", "--mirror").output.contains("sound"))

    let rollback = try run("remote", "rollback")
    #expect(rollback.output.contains("again"), "\(rollback)")
    #expect(try run("remote", "verify", "--mirror").output.contains("sound"))
    // The catalog's tables and the mirror are at the first build; the second one may go.
    let collection = try run("remote", "gc", "--keep", "1", "--grace", "0")
    #expect(collection.output.contains("Removed"), "\(collection)")
    #expect(try run("remote", "verify", "--mirror").output.contains("sound"))
    let all = [plan, push, again, next, rollback, collection].map { $0.output + $0.errors }.joined()
    for secret in CloudPlace.secrets { #expect(!all.contains(secret)) }
  }
}

/// Where the servers are, and what leads there.
enum CloudPlace {
  static func value(_ name: String) -> String {
    getenv("REELHOUSE_TEST_\(name)").map { String(cString: $0) } ?? ""
  }

  static var isThere: Bool { !value("GLUE_JOB").isEmpty }

  static var remote: String {
    """
    default_remote: cloud
    remotes:
      cloud:
        url: s3://\(value("S3_BUCKET"))
        glue: {database: "mirrored_{env}", job: \(value("GLUE_JOB"))}
        snowflake: mirror
    """
  }

  static var profile: String {
    let port = value("SNOWFLAKE").split(separator: ":").last ?? ""
    return """
      small:
        target: local
        outputs:
          local: {type: reelhouse}
          mirror:
            type: snowflake
            account: \(value("SNOWFLAKE_ACCOUNT"))
            user: \(value("SNOWFLAKE_USER"))
            private_key_path: "{{ env_var('TEST_KEY_PATH') }}"
            role: \(value("SNOWFLAKE_ROLE"))
            warehouse: \(value("SNOWFLAKE_WAREHOUSE"))
            database: \(value("SNOWFLAKE_DATABASE"))
            host: 127.0.0.1
            port: \(port)
            protocol: http
      """
  }

  static var environment: [String: String?] {
    [
      "AWS_ENDPOINT_URL": value("AWS"), "AWS_ENDPOINT_URL_S3": value("S3"),
      "AWS_ACCESS_KEY_ID": value("AWS_KEY"),
      "AWS_SECRET_ACCESS_KEY": value("AWS_SECRET"), "AWS_REGION": "us-east-1",
      "TEST_KEY_PATH": value("SNOWFLAKE_KEY"),
    ]
  }

  /// The key's own lines, and AWS's secret.
  static var secrets: [String] {
    let key = (try? FileSystem.readText(value("SNOWFLAKE_KEY"))) ?? ""
    return key.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("-") } + [value("AWS_SECRET")]
  }
}
