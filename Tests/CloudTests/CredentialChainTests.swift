import Cloud
import Diagnostics
import Files
import Synchronization
import TestSupport
import Testing

@Suite struct CredentialChainTests {
  private static let now = AWSTime(seconds: 1_800_000_000)

  /// A configuration in a home of its own, whose services are a loopback server.
  private final class Home {
    let folder: TemporaryFolder
    let server: LoopbackServer

    init(
      config: String = "", credentials: String = "",
      _ handler: @escaping @Sendable (LoopbackServer.Request, Int) -> LoopbackServer.Reply = { _, _ in
        .answer(500)
      }
    ) throws {
      folder = try TemporaryFolder()
      try folder.write(config, to: ".aws/config")
      try folder.write(credentials, to: ".aws/credentials")
      server = try LoopbackServer(handler)
    }

    deinit { server.stop() }

    func configuration(
      _ variables: [String: String] = [:],
      clock: @escaping @Sendable () -> AWSTime = { CredentialChainTests.now }
    ) throws -> AWSConfiguration {
      var policy = RetryPolicy()
      policy.maximumAttemptCount = 2
      policy.baseSeconds = 0.001
      return try AWSConfiguration(
        environment: [
          "HOME": folder.path, "AWS_ENDPOINT_URL": server.endpoint, "AWS_ENDPOINT_URL_SSO": server.endpoint,
          "AWS_REGION": "eu-central-1",
        ].merging(variables) { $1 }, retryPolicy: policy, clock: clock)
    }

    func credentials(_ variables: [String: String] = [:]) throws -> Credentials {
      try configuration(variables).credentials.credentials(at: CredentialChainTests.now)
    }

    func fault(_ variables: [String: String] = [:]) -> Diagnostic? {
      TestSupport.diagnostic { _ = try credentials(variables) }
    }
  }

  /// STS's answer with credentials whose key is `id`.
  private static func role(_ operation: String, _ id: String, expires: String = "2027-01-15T09:00:00Z")
    -> String
  {
    "<\(operation)Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><\(operation)Result><Credentials>"
      + "<AccessKeyId>\(id)</AccessKeyId><SecretAccessKey>s-\(id)</SecretAccessKey><SessionToken>t-\(id)</SessionToken>"
      + "<Expiration>\(expires)</Expiration></Credentials></\(operation)Result></\(operation)Response>"
  }

  /// The key that a request was signed with.
  private static func signer(_ request: LoopbackServer.Request) -> Substring? {
    request["Authorization"]?.split(separator: "Credential=").last?.prefix { $0 != "/" }
  }

  private static func form(_ request: LoopbackServer.Request) -> [String: String] {
    let pairs = String(decoding: request.body, as: UTF8.self).split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1).map { PercentEncoding.decode($0) ?? "" }
      return (parts[0], parts.count > 1 ? parts[1] : "")
    }
    return Dictionary(uniqueKeysWithValues: pairs)
  }

  @Test("a role is taken on with the keys of its source profile")
  func assumeRole() throws {
    let home = try Home(
      config: """
        [profile base]
        region = us-east-1
        [profile work]
        role_arn = arn:aws:iam::1:role/r
        source_profile = base
        external_id = ex & co
        role_session_name = me
        duration_seconds = 1800
        """, credentials: "[base]\naws_access_key_id = B\naws_secret_access_key = bs"
    ) { _, _ in .answer(200, [:], Self.role("AssumeRole", "R")) }
    let credentials = try home.credentials(["AWS_PROFILE": "work"])
    #expect(credentials.accessKeyID == "R")
    #expect(credentials.secretAccessKey.reveal() == "s-R")
    #expect(credentials.sessionToken?.reveal() == "t-R")
    #expect(credentials.expiration?.extended == "2027-01-15T09:00:00Z")
    let asked = try #require(home.server.requests.first)
    #expect(Self.signer(asked) == "B")
    #expect(
      Self.form(asked) == [
        "Action": "AssumeRole", "Version": "2011-06-15", "RoleArn": "arn:aws:iam::1:role/r",
        "RoleSessionName": "me", "ExternalId": "ex & co", "DurationSeconds": "1800",
      ])
  }

  @Test("a role is taken on through another role")
  func chained() throws {
    let home = try Home(
      config: """
        [profile a]
        role_arn = arn:a
        source_profile = b
        [profile b]
        role_arn = arn:b
        source_profile = b
        """, credentials: "[b]\naws_access_key_id = B\naws_secret_access_key = bs"
    ) { request, _ in
      .answer(200, [:], Self.role("AssumeRole", Self.form(request)["RoleArn"] == "arn:b" ? "RB" : "RA"))
    }
    #expect(try home.credentials(["AWS_PROFILE": "a"]).accessKeyID == "RA")
    #expect(home.server.requests.map(Self.signer) == ["B", "RB"])
    #expect(home.server.requests.last?["X-Amz-Security-Token"] == "t-RB")
  }

  @Test(
    "a profile that makes no sense is told",
    arguments: [
      (
        "role_arn = r\nsource_profile = q\n[profile q]\nrole_arn = s\nsource_profile = p",
        "leads back to itself: p → q → p"
      ),
      ("role_arn = r\nsource_profile = nobody", "there is no profile 'nobody'"),
      (
        "role_arn = r\nsource_profile = q\n[profile q]\nregion = x",
        "profile 'q', the source_profile of 'p', has no credentials"
      ),
      ("role_arn = r", "no source_profile"),
      (
        "role_arn = r\nsource_profile = p\ncredential_source = Environment",
        "both source_profile and credential_source"
      ),
      ("role_arn = r\ncredential_source = Moon", "unknown credential_source 'Moon'"),
      ("role_arn = r\ncredential_source = Environment", "the environment, which has none"),
      ("role_arn = r\ncredential_source = EcsContainer", "the container, which names no endpoint"),
      ("role_arn = r\nsource_profile = p\nmfa_serial = m", "wants a code of a device"),
      ("sso_session = s", "there is no section [sso-session s]"),
      ("sso_session = s\n[sso-session s]\nsso_region = x", "lacks sso_account_id"),
    ])
  func senseless(profile: String, message: String) throws {
    let home = try Home(config: "[profile p]\n\(profile)")
    let told = try #require(home.fault(["AWS_PROFILE": "p"]))
    #expect(told.message.contains(message), "\(told.message)")
    #expect([.cloudConfigurationInvalid, .credentialsMissing].contains(told.code))
    #expect(!told.hints.isEmpty)
    #expect(home.server.requests.isEmpty)
  }

  @Test("a refused role is told with what STS says")
  func refusedRole() throws {
    let home = try Home(
      config:
        "[profile p]\nrole_arn = arn:r\nsource_profile = p\naws_access_key_id = B\naws_secret_access_key = bs"
    ) { _, _ in
      .answer(
        403, [:],
        "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not you</Message></Error>"
          + "<RequestId>R-9</RequestId></ErrorResponse>")
    }
    let told = try #require(home.fault(["AWS_PROFILE": "p"]))
    #expect(told.code == .remoteAccessDenied)
    #expect(told.message == "STS AssumeRole arn:r: AccessDenied: not you (status 403)")
    #expect(told.notes == ["request id: R-9"])
  }

  @Test("a token of another identity provider is exchanged, unsigned", arguments: [true, false])
  func webIdentity(_ isInProfile: Bool) throws {
    let home = try Home { _, _ in .answer(200, [:], Self.role("AssumeRoleWithWebIdentity", "W")) }
    let token = try home.folder.write("the.token\n", to: "token")
    let profile = "[profile p]\nrole_arn = arn:w\nweb_identity_token_file = \(token)"
    try home.folder.write(profile, to: ".aws/config")
    let variables =
      isInProfile ? ["AWS_PROFILE": "p"] : ["AWS_WEB_IDENTITY_TOKEN_FILE": token, "AWS_ROLE_ARN": "arn:w"]
    #expect(try home.credentials(variables).accessKeyID == "W")
    let asked = try #require(home.server.requests.first)
    #expect(asked["Authorization"] == nil)
    #expect(Self.form(asked)["WebIdentityToken"] == "the.token")
  }

  @Test("the token of a session of single sign-on is exchanged for a role's credentials")
  func sso() throws {
    let home = try Home(
      config: """
        [profile p]
        sso_session = corp
        sso_account_id = 123
        sso_role_name = Reader
        [sso-session corp]
        sso_region = eu-west-1
        sso_start_url = https://corp.awsapps.com/start
        """
    ) { _, _ in
      .answer(
        200, [:],
        #"{"roleCredentials":{"accessKeyId":"S","secretAccessKey":"ss","sessionToken":"st","expiration":1800003600000}}"#
      )
    }
    #expect(home.fault(["AWS_PROFILE": "p"])?.hints == ["sign in: `aws sso login --profile p`"])
    // The SHA-1 of "corp".
    let file = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json"
    try home.folder.write(#"{"accessToken":"bearer","expiresAt":"2027-01-15T08:00:01Z"}"#, to: file)
    let credentials = try home.credentials(["AWS_PROFILE": "p"])
    #expect(credentials.accessKeyID == "S")
    #expect(credentials.expiration == AWSTime(seconds: 1_800_003_600))
    let asked = try #require(home.server.requests.first)
    #expect(asked.target == "/federation/credentials?role_name=Reader&account_id=123")
    #expect(asked["x-amz-sso_bearer_token"] == "bearer")
    try home.folder.write(#"{"accessToken":"bearer","expiresAt":"2027-01-15T07:59:59UTC"}"#, to: file)
    let told = try #require(home.fault(["AWS_PROFILE": "p"]))
    #expect(told.message == "the session of profile 'p' ended at 2027-01-15T07:59:59Z")
  }

  @Test("a process of the profile writes credentials")
  func process() throws {
    let home = try Home()
    let output =
      #"{"Version":1,"AccessKeyId":"P","SecretAccessKey":"ps","SessionToken":"pt","Expiration":"2027-01-15T09:00:00Z"}"#
    let path = try home.folder.write(output, to: "a file.json")
    try home.folder.write("[profile p]\ncredential_process = cat '\(path)'", to: ".aws/config")
    let credentials = try home.credentials(["AWS_PROFILE": "p"])
    #expect(credentials.accessKeyID == "P")
    #expect(credentials.sessionToken?.reveal() == "pt")
    #expect(credentials.expiration?.extended == "2027-01-15T09:00:00Z")
  }

  @Test(
    "a process that gives none is told, and nothing that it writes",
    arguments: [
      ("echo topsecret; exit 3", "failed with status 3"),
      ("echo '{\"Version\":2,\"AccessKeyId\":\"topsecret\"}'", "version 1"),
      ("echo topsecret", "version 1"), ("yes topsecret", "writes without end"),
      ("kill -9 $$", "failed with status 137"),
      (
        "echo '{\"Version\":1,\"AccessKeyId\":\"P\",\"SecretAccessKey\":\"topsecret\",\"Expiration\":\"2020-01-01T00:00:00Z\"}'",
        "ran out at 2020-01-01T00:00:00Z"
      ),
    ])
  func badProcess(command: String, message: String) throws {
    let home = try Home(config: "[profile p]\ncredential_process = \(command)")
    let told = try #require(home.fault(["AWS_PROFILE": "p"]))
    #expect(told.code == .credentialsMissing)
    #expect(told.message.contains(message), "\(told.message)")
    #expect(!"\(told)".contains("topsecret"))
  }

  @Test("the container's endpoint is asked where a variable names it, with its token")
  func container() throws {
    let home = try Home { _, _ in
      .answer(
        200, [:],
        #"{"AccessKeyId":"C","SecretAccessKey":"cs","Token":"ct","Expiration":"2027-01-15T09:00:00Z"}"#)
    }
    let token = try home.folder.write("auth\n", to: "token")
    let credentials = try home.credentials([
      "AWS_CONTAINER_CREDENTIALS_FULL_URI": home.server.endpoint + "/v1/credentials",
      "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": token,
    ])
    #expect(credentials.accessKeyID == "C")
    #expect(credentials.sessionToken?.reveal() == "ct")
    #expect(home.server.requests.first?.target == "/v1/credentials")
    #expect(home.server.requests.first?["Authorization"] == "auth")
    let told = home.fault(["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/x"])
    #expect(told?.code == .cloudConfigurationInvalid)
  }

  @Test("the machine's role is asked for by a profile alone, with a session of the metadata service")
  func instance() throws {
    let home = try Home(
      config: "[profile p]\nrole_arn = arn:r\ncredential_source = Ec2InstanceMetadata"
    ) { request, _ in
      switch (request.method, request.target) {
      case ("PUT", "/latest/api/token"): .answer(200, [:], "session")
      case ("GET", "/latest/meta-data/iam/security-credentials/"): .answer(200, [:], "my-role\n")
      case ("GET", "/latest/meta-data/iam/security-credentials/my-role"):
        .answer(200, [:], #"{"Code":"Success","AccessKeyId":"I","SecretAccessKey":"is","Token":"it"}"#)
      default: .answer(200, [:], Self.role("AssumeRole", "R"))
      }
    }
    let variables = ["AWS_EC2_METADATA_SERVICE_ENDPOINT": home.server.endpoint]
    #expect(try home.credentials(variables.merging(["AWS_PROFILE": "p"]) { $1 }).accessKeyID == "R")
    #expect(home.server.requests.map { $0["X-aws-ec2-metadata-token"] } == [nil, "session", "session", nil])
    #expect(home.server.requests.last.flatMap(Self.signer) == "I")
    // Without the profile nobody asks the machine.
    #expect(home.fault(variables)?.code == .credentialsMissing)
    #expect(home.server.requests.count == 4)
  }

  @Test(
    "credentials are kept, and renewed before they run out; until then old ones serve if there are no new ones"
  )
  func refresh() throws {
    let time = Mutex(Self.now)
    let isBroken = Atomic(false)
    let home = try Home(
      config:
        "[profile p]\nrole_arn = arn:r\nsource_profile = p\naws_access_key_id = B\naws_secret_access_key = bs"
    ) { _, number in
      isBroken.load(ordering: .relaxed)
        ? .answer(400, [:], CloudFixture.error("ValidationError"))
        : .answer(200, [:], Self.role("AssumeRole", "R\(number)"))  // runs out an hour after `now`
    }
    let configuration = try home.configuration(["AWS_PROFILE": "p"])
    func key(after seconds: Int) throws -> String {
      time.withLock { $0 = AWSTime(seconds: Self.now.seconds + seconds) }
      return try configuration.credentials.credentials(at: time.withLock { $0 }).accessKeyID
    }
    #expect(try key(after: 0) == "R1")
    #expect(try key(after: 3299) == "R1")
    #expect(try key(after: 3300) == "R2")
    isBroken.store(true, ordering: .relaxed)
    #expect(try key(after: 3400) == "R2")
    #expect(throws: CloudError.self) { try key(after: 3600) }
  }

  @Test("a token that ran out earlier than was known is renewed, once")
  func expiredEarly() throws {
    let home = try Home(
      config:
        "[profile p]\nrole_arn = arn:r\nsource_profile = p\naws_access_key_id = B\naws_secret_access_key = bs"
    ) { request, number in
      if request.method == "POST" { return .answer(200, [:], Self.role("AssumeRole", "R\(number)")) }
      return Self.signer(request) == "R1"
        ? .answer(400, [:], CloudFixture.error("ExpiredToken")) : .answer(204)
    }
    let s3 = try S3Client(try home.configuration(["AWS_PROFILE": "p"]))
    try s3.deleteObject("bucket", "key")
    #expect(home.server.requests.map(Self.signer) == ["B", "R1", "B", "R3"])
  }

  @Test("keys that do not change are not tried again when they have run out")
  func expiredStatic() throws {
    let fixture = try CloudFixture(environment: ["AWS_SESSION_TOKEN": "t"]) { _, _ in
      .answer(400, [:], CloudFixture.error("ExpiredToken"))
    }
    let told = try #require(diagnostic { try fixture.s3.deleteObject("bucket", "key") })
    #expect(told.code == .credentialsRefused)
    #expect(told.hints == ["the credentials have run out: sign in again (`aws sso login`), or set new ones"])
    #expect(fixture.server.requests.count == 1)
    #expect(fixture.server.requests.first?["X-Amz-Security-Token"] == "t")
  }
}
