import Cloud
import CryptoExtras
import Diagnostics
import Synchronization
import TestSupport
import Testing

@Suite struct SnowflakeTokenTests {
  @Test("tokens that others made go as they are")
  func fixedTokens() throws {
    for (authentication, type) in [
      (SnowflakeAuthentication.accessToken(Secret("pat-1")), "PROGRAMMATIC_ACCESS_TOKEN"),
      (.oauth(Secret("pat-1")), "OAUTH"),
    ] {
      let fixture = try SnowflakeFixture(authentication: authentication) { _, _ in ResultSet().reply }
      _ = try fixture.client.run("select 1")
      let request = try #require(fixture.server.requests.first)
      #expect(request["Authorization"] == "Bearer pat-1")
      #expect(request["X-Snowflake-Authorization-Token-Type"] == type)
    }
  }

  @Test("a key pair signs a token of its account and user")
  func keyPair() throws {
    let key = try SnowflakeFixture.key.get()
    let fixture = try SnowflakeFixture(
      authentication: .keyPair(SnowflakeFixture.privateKey()), clock: { AWSTime(seconds: 1_700_000_000) }
    ) { _, _ in ResultSet().reply }
    _ = try fixture.client.run("select 1")
    let request = try #require(fixture.server.requests.first)
    #expect(request["X-Snowflake-Authorization-Token-Type"] == "KEYPAIR_JWT")
    let claims = try #require(request.claims(signedBy: key.publicKey))
    #expect(claims.sub == "MYORG-MYACCOUNT.SVC")
    #expect(claims.iss == "MYORG-MYACCOUNT.SVC.\(try SnowflakeFixture.privateKey().fingerprint)")
    #expect(claims.iat == 1_700_000_000)
    #expect((60...3600).contains(claims.exp - claims.iat))
    let head = request["Authorization"]?.dropFirst(7).prefix { $0 != "." } ?? ""
    let header = LoopbackServer.Request.base64URL(String(head)).map { String(decoding: $0, as: UTF8.self) }
    #expect(header == #"{"alg":"RS256","typ":"JWT"}"#)
    #expect(request["Authorization"]?.contains("=") == false)
  }

  @Test("no token of a long statement has run out, however long it takes")
  func longStatement() throws {
    let key = try SnowflakeFixture.key.get().publicKey
    let clock = Mutex(1_700_000_000)
    let fixture = try SnowflakeFixture(
      authentication: .keyPair(SnowflakeFixture.privateKey()),
      clock: { AWSTime(seconds: clock.withLock { $0 }) }
    ) { request, number in
      let now = clock.withLock { $0 }
      // Snowflake's rule for a login, which is the strictest: within a minute of its issue.
      guard let claims = request.claims(signedBy: key), (claims.iat...claims.iat + 60).contains(now),
        claims.exp > now
      else { return .refusal(401, "390144", "JWT token is invalid. [\(number)]") }
      clock.withLock { $0 += 2400 }
      return number < 8 ? .running() : ResultSet().reply
    }
    _ = try fixture.client.run("call long()")
    #expect(fixture.server.requests.count == 8)
    #expect(Set(fixture.server.requests.map { $0["Authorization"] }).count == 8)
  }

  @Test("a token serves for more than one request")
  func reuse() throws {
    let fixture = try SnowflakeFixture(
      authentication: .keyPair(SnowflakeFixture.privateKey()), clock: { AWSTime(seconds: 1_700_000_000) }
    ) { _, _ in ResultSet().reply }
    for _ in 0..<3 { _ = try fixture.client.run("select 1") }
    #expect(Set(fixture.server.requests.map { $0["Authorization"] }).count == 1)
  }

  @Test("a token that is refused is replaced once, for the same request")
  func renewal() throws {
    let clock = Mutex(1_700_000_000)
    let fixture = try SnowflakeFixture(
      authentication: .keyPair(SnowflakeFixture.privateKey()),
      clock: {
        AWSTime(
          seconds: clock.withLock {
            $0 += 1
            return $0
          })
      }
    ) { _, number in number == 1 ? .refusal(401, "390144", "JWT token is invalid.") : ResultSet().reply }
    _ = try fixture.client.run("select 1")
    let requests = fixture.server.requests
    #expect(requests.count == 2)
    #expect(Set(requests.map { $0.query["requestId"] }).count == 1)
    #expect(requests[1].query["retry"] == "true")
    #expect(requests[0]["Authorization"] != requests[1]["Authorization"])
  }

  @Test("a token that is refused again ends in an error with the way out")
  func refused() throws {
    let fixture = try SnowflakeFixture(authentication: .keyPair(SnowflakeFixture.privateKey())) { _, _ in
      .refusal(401, "390144", "JWT token is invalid. [0ce9eb56]")
    }
    let told = diagnostic { _ = try fixture.client.run("select 1") }
    #expect(told?.code == .credentialsRefused)
    #expect(told?.message.contains("JWT token is invalid. [0ce9eb56]") == true)
    #expect(told?.hints.contains { $0.contains("RSA_PUBLIC_KEY_FP") } == true)
    #expect(fixture.server.requests.count == 2)
    let fixed = try SnowflakeFixture { _, _ in .refusal(401, "390318", "expired") }
    #expect(diagnostic { _ = try fixed.client.run("select 1") }?.code == .credentialsRefused)
    #expect(fixed.server.requests.count == 1)
  }

  @Test("a clock that is wrong is named")
  func clock() throws {
    let fixture = try SnowflakeFixture(clock: { AWSTime(seconds: 784_111_777 + 600) }) { _, _ in
      .refusal(401, "390144", headers: ["Date": "Sun, 06 Nov 1994 08:49:37 GMT"])
    }
    let told = diagnostic { _ = try fixture.client.run("select 1") }
    #expect(told?.hints.first?.contains("1994-11-06T08:49:37Z") == true)
  }

  @Test("an account has a host, and a name in tokens")
  func accounts() throws {
    for (identifier, host, name) in [
      ("MYORG-MYACCOUNT", "myorg-myaccount.snowflakecomputing.com", "MYORG-MYACCOUNT"),
      ("myorg-my_account", "myorg-my-account.snowflakecomputing.com", "MYORG-MY-ACCOUNT"),
      ("xy12345", "xy12345.snowflakecomputing.com", "XY12345"),
      ("xy12345.eu-central-1", "xy12345.eu-central-1.snowflakecomputing.com", "XY12345"),
      (
        "xy12345.us-east-2.aws.privatelink", "xy12345.us-east-2.aws.privatelink.snowflakecomputing.com",
        "XY12345"
      ),
      ("acme-abc123.global", "acme-abc123.global.snowflakecomputing.com", "ACME"),
      ("xy12345.cn-northwest-1.aws", "xy12345.cn-northwest-1.aws.snowflakecomputing.cn", "XY12345"),
    ] {
      let account = try SnowflakeAccount(identifier)
      #expect(account.host == host)
      #expect(account.name == name)
    }
    for identifier in [
      "", "a b", "https://x.snowflakecomputing.com", "x.snowflakecomputing.com", "a/b", "a..b", ".a", "a.",
      "a@b", "a\nb", "-", "é", "a#.global",
    ] {
      #expect(diagnostic { _ = try SnowflakeAccount(identifier) }?.code == .cloudConfigurationInvalid)
    }
  }

  @Test("nothing secret is printed")
  func hidden() throws {
    let connection = try SnowflakeConnection(
      account: "a-b", user: "u", authentication: .accessToken(Secret("hidden-token")))
    let key = try SnowflakeFixture.privateKey()
    for text in ["\(connection)", String(reflecting: connection), String(reflecting: key), "\(key)"] {
      #expect(!text.contains("hidden-token") && !text.contains("PRIVATE"))
    }
    let fixture = try SnowflakeFixture(attempts: 1) { _, _ in .refusal(422, "100038", "Numeric value") }
    let told = try #require(
      diagnostic { _ = try fixture.client.run(SnowflakeStatement("select ?", [.text("bound-secret")])) })
    let text = "\(told)"
    #expect(!text.contains("hidden-token") && !text.contains("bound-secret"))
    #expect(told.notes.contains("statement: select ?"))
  }
}
