import Cloud
import Diagnostics
import Files
import TestSupport
import Testing

/// Beside a server that stands in for Snowflake, which says by variables where it listens.
@Suite(.enabled(if: SnowflakeServer.isThere), .serialized) struct SnowflakeServerTests {
  @Test("the server takes a signed token, and gives each type exactly")
  func types() throws {
    let client = try SnowflakeServer.client()
    let result = try client.run(
      SnowflakeStatement(
        """
        select ?::number(19,0) as i, 12.50::number(10,2) as d, 0.1::float as r, ? as t, true as b,
          '1600-02-29'::date as day, '2001-02-03 04:05:06.789012'::timestamp_ntz(6) as at, null::varchar as nothing
        """, [.integer(-9_007_199_254_740_993), .text("it's ü")]))
    #expect(
      result.rows == [
        [
          .integer(-9_007_199_254_740_993), .decimal("12.50"), .real(0.1), .text("it's ü"), .boolean(true),
          .date(days: -135_081),
          .timestamp(SnowflakeTimestamp(seconds: 981_173_106, nanoseconds: 789_012_000)), .null,
        ]
      ])
  }

  @Test("tokens and encrypted keys let in, too")
  func otherWays() throws {
    var ways: [SnowflakeAuthentication] = []
    if let token = SnowflakeServer.value("_TOKEN") { ways.append(.accessToken(Secret(token))) }
    if let token = SnowflakeServer.value("_OAUTH_TOKEN") { ways.append(.oauth(Secret(token))) }
    if let path = SnowflakeServer.value("_ENCRYPTED_KEY"), let phrase = SnowflakeServer.value("_PASSPHRASE") {
      ways.append(.keyPair(try SnowflakePrivateKey(path: path, passphrase: Secret(phrase))))
    }
    for way in ways {
      #expect(try SnowflakeServer.client(way).run("select 1").singleValue == .integer(1), "\(way.title)")
    }
  }

  @Test("a result of many rows comes whole")
  func manyRows() throws {
    let result = try SnowflakeServer.client().run(
      "select seq4() as n from table(generator(rowcount => 25000)) order by 1")
    #expect(result.rowCount == 25_000)
    #expect(result.rows.last == [.integer(24_999)])
  }

  @Test("a transaction is one request, and what fails in it undoes it")
  func transaction() throws {
    let client = try SnowflakeServer.client()
    let table = "\"REELHOUSE_TEST_\(UInt32.random(in: 0...UInt32.max))\""
    _ = try client.run(SnowflakeStatement("create table \(table) (n number(19,0))"))
    defer { _ = try? client.run(SnowflakeStatement("drop table \(table)")) }
    let results = try client.runTogether([
      "begin", SnowflakeStatement("insert into \(table) values (1), (2)"), "commit",
      SnowflakeStatement("select count(*) from \(table)"),
    ])
    #expect(results.count == 4)
    #expect(results[3].singleValue == .integer(2))
    let told = diagnostic {
      _ = try client.runTogether([
        "begin", SnowflakeStatement("insert into \(table) values (3)"),
        SnowflakeStatement("insert into \(table) select 1 from a_table_that_is_not_there"), "commit",
      ])
    }
    #expect(told?.code == .remoteNotFound)
    #expect(told?.message.contains("does not exist or not authorized") == true)
    #expect(told?.message.contains("SYSTEM$MULTISTMT") == false)
    #expect(try client.run(SnowflakeStatement("select count(*) from \(table)")).singleValue == .integer(2))
  }

  @Test("a table that is not there, and a key that is not the user's, are told apart")
  func refusals() throws {
    let told = diagnostic { _ = try SnowflakeServer.client().run("select * from a_table_that_is_not_there") }
    #expect(told?.code == .remoteNotFound)
    let stranger = try SnowflakeServer.client(key: SnowflakeFixture.privateKey())
    #expect(diagnostic { _ = try stranger.run("select 1") }?.code == .credentialsRefused)
  }
}

enum SnowflakeServer {
  static var isThere: Bool { StandIn.value("REELHOUSE_TEST_SNOWFLAKE") != nil }

  static func client(key: SnowflakePrivateKey? = nil) throws -> SnowflakeClient {
    let own = try key ?? SnowflakePrivateKey(path: value("_KEY") ?? "", passphrase: nil)
    return try client(.keyPair(own))
  }

  static func client(_ authentication: SnowflakeAuthentication) throws -> SnowflakeClient {
    let connection = try SnowflakeConnection(
      account: value("_ACCOUNT") ?? "", user: value("_USER"), authentication: authentication,
      role: value("_ROLE"), warehouse: value("_WAREHOUSE"), database: value("_DATABASE"),
      schema: value("_SCHEMA"), endpoint: HTTPURL(endpoint: value("") ?? "", from: "the test"))
    return try SnowflakeClient(connection)
  }

  static func value(_ name: String) -> String? { StandIn.value("REELHOUSE_TEST_SNOWFLAKE\(name)") }
}
