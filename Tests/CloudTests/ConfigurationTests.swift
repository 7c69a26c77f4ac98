import Cloud
import Diagnostics
import TestSupport
import Testing

@Suite struct ConfigurationTests {
  private static let config = """
    # a comment
    [default]
    region = us-east-2
    [profile work]
    region = eu-west-1   ; of the office
    services = local
    endpoint_url = http://all:1
    [services local]
    s3 =
      endpoint_url = http://store:2
      addressing_style = path
    glue =
      endpoint_url = http://catalog:3
    """
  private static let credentials = """
    [default]
    aws_access_key_id=D1
    aws_secret_access_key = ds
    [work]
    aws_access_key_id = W1
    aws_secret_access_key = ws/+=
    aws_session_token = wt
    [half]
    aws_access_key_id = H1
    """

  private func load(
    _ environment: [String: String] = [:], _ overrides: AWSConfiguration.Overrides = .init(),
    config: String = Self.config, credentials: String = Self.credentials
  ) throws -> AWSConfiguration {
    let folder = try TemporaryFolder()
    try folder.write(config, to: ".aws/config")
    try folder.write(credentials, to: ".aws/credentials")
    return try AWSConfiguration(
      environment: ["HOME": folder.path].merging(environment) { $1 }, overrides: overrides)
  }

  private func key(_ configuration: AWSConfiguration) throws -> String {
    try configuration.credentials.credentials(at: .now()).accessKeyID
  }

  @Test("without anything said, the default profile speaks")
  func defaults() throws {
    let configuration = try load()
    #expect(configuration.region == "us-east-2")
    #expect(try key(configuration) == "D1")
  }

  @Test("AWS_PROFILE chooses, and both files make one profile")
  func profile() throws {
    let configuration = try load(["AWS_PROFILE": "work"])
    #expect(configuration.region == "eu-west-1")
    let credentials = try configuration.credentials.credentials(at: .now())
    #expect(
      credentials
        == Credentials(accessKeyID: "W1", secretAccessKey: Secret("ws/+="), sessionToken: Secret("wt")))
  }

  @Test("keys of the environment go before a profile of AWS_PROFILE, not before a configured one")
  func order() throws {
    let variables = [
      "AWS_PROFILE": "work", "AWS_ACCESS_KEY_ID": "E1", "AWS_SECRET_ACCESS_KEY": "es", "AWS_REGION": "a-1",
    ]
    let ofEnvironment = try load(variables)
    #expect(try key(ofEnvironment) == "E1")
    #expect(ofEnvironment.region == "a-1")
    var overrides = AWSConfiguration.Overrides()
    overrides.profile = "work"
    overrides.region = "b-2"
    let configured = try load(variables, overrides)
    #expect(try key(configured) == "W1")
    #expect(configured.region == "b-2")
  }

  @Test("a profile that is not there is told with the nearest and the places")
  func missingProfile() throws {
    let told = try #require(diagnostic { _ = try load(["AWS_PROFILE": "wrk"]) })
    #expect(told.code == .cloudConfigurationInvalid)
    #expect(told.message == "there is no profile 'wrk', which AWS_PROFILE names")
    #expect(told.hints == ["did you mean 'work'?"])
    #expect(told.notes.first?.contains("/.aws/config") == true)
  }

  @Test("half of a pair of keys is told, wherever it stands")
  func half() throws {
    for variables in [["AWS_ACCESS_KEY_ID": "E"], ["AWS_SECRET_ACCESS_KEY": "E"], ["AWS_PROFILE": "half"]] {
      let configuration = try load(variables)
      #expect(diagnostic { _ = try key(configuration) }?.code == .credentialsMissing)
    }
  }

  @Test("no credentials anywhere: the error lists where it was looked")
  func nothing() throws {
    let configuration = try load(config: "", credentials: "")
    let told = try #require(diagnostic { _ = try key(configuration) })
    #expect(told.code == .credentialsMissing)
    #expect(told.notes.first?.contains("AWS_ACCESS_KEY_ID") == true)
  }

  @Test("no region: the error lists where it was looked")
  func noRegion() throws {
    let told = try #require(diagnostic { _ = try S3Client(try load(config: "")) })
    #expect(told.code == .cloudConfigurationInvalid)
    #expect(told.notes.first?.contains("AWS_DEFAULT_REGION") == true)
  }

  @Test(
    "the nearest endpoint wins",
    arguments: [
      ([:], "http://store:2"), (["AWS_ENDPOINT_URL": "http://any:4"], "http://any:4"),
      (["AWS_ENDPOINT_URL": "http://any:4", "AWS_ENDPOINT_URL_S3": "http://three:5"], "http://three:5"),
      (["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"], "https://s3.eu-west-1.amazonaws.com"),
    ] as [([String: String], String)])
  func endpoint(variables: [String: String], expected: String) throws {
    let configuration = try load(["AWS_PROFILE": "work"].merging(variables) { $1 })
    #expect(try S3Client(configuration).endpoint.hasPrefix(expected))
  }

  @Test(
    "a damaged file is told with its line, and no line of it is shown",
    arguments: ["[default\nx = y", "[default]\nsecretvalue", "key = secretvalue"])
  func damaged(_ text: String) throws {
    let told = try #require(diagnostic { _ = try load(credentials: text) })
    #expect(told.code == .cloudConfigurationInvalid)
    #expect(told.message.contains("in line \(text.hasPrefix("[default]\n") ? 2 : 1)"))
    #expect(!"\(told)".contains("secretvalue"))
  }
}
