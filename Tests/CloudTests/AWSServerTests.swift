import Cloud
import Diagnostics
import Files
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Against moto, whose place `make test-cloud` puts into the environment: its crawlers crawl, and its job runs run.
@Suite(.enabled(if: StandIn.aws != nil)) struct AWSServerTests {
  private let standIn: StandIn
  private let glue: GlueClient

  init() throws {
    standIn = try #require(StandIn.aws)
    glue = try GlueClient(standIn.configuration())
  }

  private static func name(_ start: String) -> String {
    var random = SeededRandom.fresh()
    return "\(start)_\(random.next())"
  }

  /// Asks until the answer is there, for a minute at most.
  private func wait<Answer>(_ ask: () throws -> Answer?) throws -> Answer {
    for _ in 0..<600 {
      if let answer = try ask() { return answer }
      usleep(100_000)
    }
    throw CloudError(.response, "nothing has changed within a minute")
  }

  @Test("databases are made, changed, listed and deleted")
  func databases() throws {
    let name = Self.name("db")
    try glue.createDatabase(GlueDatabase(name: name, description: "ours"))
    #expect(try glue.getDatabase(name).description == "ours")
    #expect(
      CloudFixture.fault { try glue.createDatabase(GlueDatabase(name: name)) }?.isConditionFailed == true)
    try glue.updateDatabase(GlueDatabase(name: name, description: "changed"))
    #expect(try glue.getDatabases().first { $0.name == name }?.description == "changed")
    try glue.deleteDatabase(name)
    #expect(CloudFixture.fault { _ = try glue.getDatabase(name) }?.isNotFound == true)
  }

  @Test("tables are made, changed from the version that was read, and deleted")
  func tables() throws {
    let database = Self.name("db")
    try glue.createDatabase(GlueDatabase(name: database))
    #expect(try glue.getTable(database, "films") == nil)
    let storage = GlueStorage.parquet(
      columns: [GlueColumn("id", "bigint"), GlueColumn("title", "string", comment: "as on the poster")],
      location: "s3://b/films/")
    let input = GlueTableInput(name: "films", storage: storage, parameters: ["reelhouse_build": "1"])
    try glue.createTable(database, input)
    var table = try #require(try glue.getTable(database, "films"))
    #expect(table.input.storage == storage)
    #expect(table.input.parameters == ["reelhouse_build": "1"])
    let first = table.versionID
    table.input.parameters?["reelhouse_build"] = "2"
    try glue.updateTable(database, table.input, versionID: first)
    let second = try #require(try glue.getTable(database, "films"))
    #expect(second.input.parameters == ["reelhouse_build": "2"])
    #expect(second.versionID != first)
    let fault = CloudFixture.fault { try glue.updateTable(database, table.input, versionID: first) }
    #expect(fault?.isConditionFailed == true)
    for number in 0..<3 {
      try glue.createTable(database, GlueTableInput(name: "t\(number)", storage: storage))
    }
    #expect(try glue.getTables(database).map(\.name).sorted() == ["films", "t0", "t1", "t2"])
    #expect(try glue.batchDeleteTable(database, ["t0", "t1", "absent"]).map(\.name) == ["absent"])
    try glue.deleteTable(database, "t2")
    #expect(try glue.getTables(database).map(\.name) == ["films"])
  }

  @Test("a crawler reads the files and makes their table")
  func crawler() throws {
    try glue.startCrawler("crawler")
    let crawler = try wait {
      try glue.getCrawler("crawler").state == .ready ? try glue.getCrawler("crawler") : nil
    }
    #expect(crawler.lastCrawl?.status == "SUCCEEDED")
    #expect(try glue.listCrawls("crawler").first?.state == "COMPLETED")
    let table = try #require(try glue.getTable("crawled", "films"))
    #expect(table.input.storage?.columns == [GlueColumn("id", "bigint"), GlueColumn("name", "string")])
    #expect(CloudFixture.fault { try glue.startCrawler("absent") }?.isNotFound == true)
    #expect(CloudFixture.fault { try glue.stopCrawler("crawler") } != nil)
  }

  @Test("job runs end as their script ends")
  func jobs() throws {
    #expect(try glue.getJob("job").command?.name == "glueetl")
    func end(_ id: String) throws -> GlueJobRun {
      try wait {
        let run = try glue.getJobRun("job", id)
        return run.hasEnded ? run : nil
      }
    }
    let good = try glue.startJobRun("job", arguments: ["--outcome": "good"])
    let bad = try glue.startJobRun("job", arguments: ["--outcome": "fail"])
    let long = try glue.startJobRun("job", arguments: ["--seconds": "300"])
    #expect(try end(good).state == .succeeded)
    let failed = try end(bad)
    #expect(failed.state == .failed)
    #expect(failed.errorMessage == "this run was asked to fail")
    #expect(try glue.getJobRun("job", long).state == .running)
    #expect(try glue.batchStopJobRun("job", [long, good]).map(\.name) == [good])
    #expect(try end(long).state == .stopped)
    #expect(CloudFixture.fault { _ = try glue.startJobRun("absent") }?.isNotFound == true)
  }

  @Test("secrets are read, changed and described")
  func secrets() throws {
    let secrets = try SecretsManagerClient(standIn.configuration())
    let first = try secrets.getSecretValue("secret")
    #expect(first.text.reveal() == "first")
    let version = try secrets.putSecretValue("secret", Secret("second"))
    let second = try secrets.getSecretValue("secret")
    #expect(second.text.reveal() == "second")
    #expect(second.versionID == version)
    #expect(try secrets.getSecretValue("secret", versionStage: "AWSPREVIOUS").text.reveal() == "first")
    #expect(try secrets.describeSecret("secret").versionStages?[version] == ["AWSCURRENT"])
    #expect(CloudFixture.fault { _ = try secrets.getSecretValue("absent") }?.isNotFound == true)
  }

  @Test("a role that is taken on signs what follows")
  func role() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      [profile base]
      aws_access_key_id = \(standIn.variables["AWS_ACCESS_KEY_ID"] ?? "")
      aws_secret_access_key = \(standIn.variables["AWS_SECRET_ACCESS_KEY"] ?? "")
      [profile role]
      role_arn = \(standIn.role)
      source_profile = base
      role_session_name = session
      """, to: ".aws/config")
    let variables = [
      "HOME": folder.path, "AWS_PROFILE": "role", "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "",
      "AWS_SECRET_ACCESS_KEY": "",
    ]
    let configuration = try standIn.configuration(variables)
    let identity = try STSClient(configuration).getCallerIdentity()
    #expect(identity.arn.contains("assumed-role/tester/session"), "\(identity.arn)")
    _ = try GlueClient(configuration).getDatabases()
    let base = try standIn.configuration(variables.merging(["AWS_PROFILE": "base"]) { $1 })
    #expect(try STSClient(base).getCallerIdentity().arn.contains("user/tester"))
  }

  @Test("a wrong secret and an unknown key are told as such")
  func refused() throws {
    for change in [["AWS_SECRET_ACCESS_KEY": "wrong"], ["AWS_ACCESS_KEY_ID": "AKIAUNKNOWN"]] {
      let told = diagnostic { _ = try GlueClient(standIn.configuration(change)).getDatabases() }
      #expect(told?.code == .credentialsRefused, "\(told?.message ?? "")")
    }
  }
}
