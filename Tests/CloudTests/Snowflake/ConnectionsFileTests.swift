import Cloud
import Diagnostics
import Files
import TestSupport
import Testing

@Suite struct ConnectionsFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ text: String, _ name: String = "connections.toml", mode: String = "600") throws {
    let path = try folder.write(text, to: ".snowflake/\(name)")
    _ = try Tool("chmod")?.run([mode, path])
  }

  private func load(_ environment: [String: String] = [:]) throws -> ConnectionsFile {
    try ConnectionsFile(environment: ["HOME": folder.path].merging(environment) { $1 })
  }

  private func account(_ settings: SnowflakeSettings?) throws -> String? {
    try settings.map { try SnowflakeConnection($0, home: nil).account }
  }

  private static let text = """
    [default]
    account = "acme-one"   # the first
    authenticator = "oauth"
    token = "t1"

    [dev]
    account = 'acme-two'
    authenticator = "oauth"
    token = "t2"
    port = 443
    insecure_mode = false
    """

  @Test("connections are found by name, and the default one without")
  func names() throws {
    try write(Self.text)
    let file = try load()
    #expect(file.names == ["default", "dev"])
    #expect(try account(file.defaultSettings) == "acme-one")
    #expect(try account(file.settings("dev")) == "acme-two")
    #expect(file.settings("prod") == nil)
    #expect(diagnostic { _ = try file.required("dve") }?.hints == ["did you mean 'dev'?"])
    let chosen = try load(["SNOWFLAKE_DEFAULT_CONNECTION_NAME": "dev"])
    #expect(try account(chosen.defaultSettings) == "acme-two")
  }

  @Test("variables go before the file, and make connections by themselves")
  func variables() throws {
    try write(Self.text)
    let file = try load([
      "SNOWFLAKE_CONNECTIONS_DEV_ACCOUNT": "acme-three", "SNOWFLAKE_CONNECTIONS_CI_ACCOUNT": "acme-four",
      "SNOWFLAKE_CONNECTIONS_CI_AUTHENTICATOR": "oauth", "SNOWFLAKE_CONNECTIONS_CI_TOKEN": "t",
      "SNOWFLAKE_CONNECTIONS_DEFAULT_ACCOUNT": "",
    ])
    #expect(try account(file.settings("dev")) == "acme-three")
    #expect(try account(file.settings("ci")) == "acme-four")
    #expect(try account(file.defaultSettings) == "acme-one")
  }

  @Test("config.toml serves where there is no connections.toml, and names the default")
  func config() throws {
    let text = """
      default_connection_name = "dev"
      [cli.logs]
      save_logs = true
      [connections.dev]
      account = "acme-five"
      authenticator = "oauth"
      token = "t"
      """
    try write(text, "config.toml")
    #expect(try account(load().defaultSettings) == "acme-five")
    #expect(try load().names == ["dev"])
    try write(Self.text)
    #expect(try account(load().defaultSettings) == "acme-two")
  }

  @Test("SNOWFLAKE_HOME names the folder; no file is no fault")
  func home() throws {
    try write(Self.text)
    let moved = try load(["HOME": "/nowhere", "SNOWFLAKE_HOME": Path.join(folder.path, ".snowflake")])
    #expect(moved.names == ["default", "dev"])
    #expect(try load(["HOME": "/nowhere"]).defaultSettings == nil)
  }

  @Test("a file that others may read is refused", arguments: ["640", "604", "622", "644"])
  func permissions(_ mode: String) throws {
    try write(Self.text, mode: mode)
    let told = diagnostic { _ = try load() }
    #expect(told?.code == .credentialsMissing)
    #expect(told?.hints.first?.hasPrefix("chmod 600") == true)
  }

  @Test("strings are read in all their forms")
  func strings() throws {
    try write(
      #"""
      [a]
      account = "tab\t quote\" backslash\\ \u00e9 \U0001F600"
      user = 'C:\raw "text"'
      "role" = ""
      schema = """
      one
      two \
         still two""""
      warehouse = '''it's'''
      database.name = "x"
      numbers = -1_000.5
      [ "b c" . d ]
      account="x"
      """#)
    let file = try load()
    #expect(file.names == ["a", "a.database", "b c.d"])
    #expect(try settingsText(file, "a", "account") == "tab\t quote\" backslash\\ é 😀")
    #expect(try settingsText(file, "a", "user") == "C:\\raw \"text\"")
    #expect(try settingsText(file, "a", "schema") == "one\ntwo still two\"")
    #expect(try settingsText(file, "a", "warehouse") == "it's")
  }

  /// A setting, seen through an error that shows it as an account.
  private func settingsText(_ file: ConnectionsFile, _ name: String, _ key: String) throws -> String? {
    try #require(file.settings(name))[key]
  }

  @Test(
    "what is no TOML, or more than is read, is refused with its line",
    arguments: [
      ("[a", 1), ("[a]\nx", 2), ("[a]\nx = ", 2), ("[a]\n\nx = y", 3), ("[a]\nx = \"y", 2),
      ("[a]\nx = \"y\n\"", 2),
      ("[a]\nx = [1]", 2), ("[a]\nx = {b = 1}", 2), ("[[a]]", 1), ("[a]\nx = 1\nx = 2", 3),
      ("[a]\n[b]\n[a]", 3),
      ("[a]\nx = \"\\q\"", 2), ("[a]\nx = \"\\uD800\"", 2), ("[a]\nx = \"y\" z", 2), ("= 1", 1),
      ("[a]\nx = 1979-05-27", 2),
      ("[a]\nx = \"\"\"\n\n", 4), ("[a]\nx = \"\u{1}\"", 2), ("[]", 1), ("[a.]", 1),
      ("a = 1 # c\n b.. = 2", 2),
    ])
  func faults(_ text: String, _ line: Int) throws {
    try write(text)
    let told = diagnostic { _ = try load() }
    #expect(told?.code == .cloudConfigurationInvalid)
    #expect(told?.message.hasSuffix("in line \(line)") == true, "\(told?.message ?? "nothing")")
  }

  @Test("random bytes are a fault or none, and no trap")
  func random() throws {
    var random = SeededRandom(seed: 5)
    let alphabet = Array("[]=\"'\\#\n\r\t .,_-au01{}é".unicodeScalars)
    for _ in 0..<300 {
      var text = ""
      for _ in 0..<Int.random(in: 0...60, using: &random) {
        text.unicodeScalars.append(alphabet.randomElement(using: &random) ?? "a")
      }
      try write(text)
      do {
        _ = try load()
      } catch {
        #expect(error is CloudError)
      }
    }
  }
}
