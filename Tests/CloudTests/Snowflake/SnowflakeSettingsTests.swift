import Cloud
import CryptoExtras
import Diagnostics
import Files
import TestSupport
import Testing

@Suite struct SnowflakeSettingsTests {
  private static let token = ["authenticator": "oauth", "token": "hidden-token"]
  private static let account = ["account": "MYORG-MYACCOUNT", "user": "svc"]

  private func connection(_ settings: [String: String], home: String? = nil) throws -> SnowflakeConnection {
    try SnowflakeConnection(
      SnowflakeSettings(Self.account.merging(settings) { $1 }, from: "the output 'prod'"), home: home)
  }

  @Test("names are those that Snowflake stores")
  func names() throws {
    let read = try connection(
      Self.token.merging([
        "role": "svc_role", "warehouse": "\"Small wh\"", "database": "films", "schema": "RAW",
        "query_tag": "Push",
      ]) { $1 })
    #expect(
      [read.role, read.warehouse, read.database, read.schema] == ["SVC_ROLE", "Small wh", "FILMS", "RAW"])
    #expect(read.queryTag == "Push")
    #expect(read.endpoint.text == "https://myorg-myaccount.snowflakecomputing.com/")
    #expect(read.authentication.title == "OAuth token")
  }

  @Test("another server is named by host, port and protocol, without TLS on this machine alone")
  func endpoint() throws {
    let local = ["host": "127.0.0.1", "port": "8084", "protocol": "http"]
    #expect(try connection(Self.token.merging(local) { $1 }).endpoint.text == "http://127.0.0.1:8084/")
    let named = Self.token.merging(["host": "proxy.example.com"]) { $1 }
    #expect(try connection(named).endpoint.text == "https://proxy.example.com/")
    for host in ["localhost", "[::1]", "127.1.2.3"] {
      _ = try connection(Self.token.merging(["host": host, "protocol": "http"]) { $1 })
    }
    for host in ["10.0.0.1", "example.com", "127.0.0.1.example.com", "127.0.0", "0.0.0.0", "128.0.0.1"] {
      let told = diagnostic {
        _ = try connection(Self.token.merging(["host": host, "protocol": "http"]) { $1 })
      }
      #expect(told?.code == .cloudConfigurationInvalid)
      #expect(told?.message.contains("without TLS") == true)
    }
    for change in [["port": "x"], ["host": "a/b"], ["protocol": "ftp"], ["host": "u:p@h"]] {
      #expect(diagnostic { _ = try connection(Self.token.merging(change) { $1 }) } != nil)
    }
  }

  @Test("each way in has its own words, in any case")
  func authenticators() throws {
    let pem = try SnowflakeFixture.key.get().pkcs8PEMRepresentation
    for (settings, title) in [
      (["private_key": pem], "key pair"),
      (["private_key": pem, "authenticator": "SNOWFLAKE_JWT"], "key pair"),
      (["private_key_raw": pem, "authenticator": "snowflake"], "key pair"),
      (["token": "t", "authenticator": "PROGRAMMATIC_ACCESS_TOKEN"], "programmatic access token"),
      (["token": " t\n", "authenticator": "OAuth"], "OAuth token"),
      (["token": "t", "authenticator": "jwt"], "OAuth token"),
    ] {
      #expect(try connection(settings).authentication.title == title)
    }
  }

  @Test("a key and a token may lie in files")
  func files() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(try SnowflakeFixture.key.get().pkcs8PEMRepresentation, to: "key.p8")
    _ = try folder.write("file-token\n", to: "token")
    let chmod = try #require(Tool("chmod"))
    _ = try chmod.run(["600", Path.join(folder.path, "key.p8"), Path.join(folder.path, "token")])
    for path in ["~/key.p8", Path.join(folder.path, "key.p8")] {
      #expect(
        try connection(["private_key_path": path], home: folder.path).authentication.title == "key pair")
    }
    let settings = ["authenticator": "oauth", "token_file_path": "~/token"]
    _ = try connection(settings, home: folder.path)
    _ = try chmod.run(["640", Path.join(folder.path, "token")])
    #expect(diagnostic { _ = try connection(settings, home: folder.path) }?.code == .credentialsMissing)
    #expect(diagnostic { _ = try connection(settings, home: "/nowhere") }?.code == .cloudConfigurationInvalid)
  }

  @Test("what does not let anybody in is refused with the reason and the way out")
  func refusals() throws {
    let refusals: [(settings: [String: String], message: String, hint: String)] = [
      (["password": "pw-1"], "has a password", "private_key_path"),
      (["password": "pw-1", "authenticator": "snowflake"], "has a password", "programmatic_access_token"),
      (["authenticator": "externalbrowser"], "who types or clicks", "private_key_path"),
      (["authenticator": "username_password_mfa", "password": "pw-1"], "who types or clicks", "token"),
      (["authenticator": "https://acme.okta.com"], "does not know", "snowflake_jwt"),
      (["token": "pw-1"], "of which kind", "authenticator"),
      ([:], "neither a private key nor a token", "token"),
      (["authenticator": "oauth"], "has no 'token'", "env_var"),
      (["authenticator": "oauth", "token": "a\u{7}b"], "characters", "again"),
      (
        ["authenticator": "oauth", "token": "pw-1", "oauth_client_id": "c", "oauth_client_secret": "pw-2"],
        "refresh token", "access token"
      ),
      (["private_key": "pw-1", "private_key_path": "k"], "both", "take one"),
      (["account": ""], "has no 'account'", "account"),
    ]
    for refusal in refusals {
      let told = diagnostic { _ = try connection(refusal.settings) }
      #expect(told?.message.contains(refusal.message) == true, "\(String(describing: told))")
      #expect(told?.hints.contains { $0.contains(refusal.hint) } == true, "\(String(describing: told))")
      #expect("\(String(describing: told))".contains("pw-") == false)
    }
    let missing = diagnostic {
      _ = try SnowflakeConnection(SnowflakeSettings(["acount": "x", "token": "t"], from: "it"), home: nil)
    }
    #expect(missing?.hints == ["did you mean 'acount'?"])
    let nobody = diagnostic {
      let pem = try SnowflakeFixture.key.get().pkcs8PEMRepresentation
      let settings = SnowflakeSettings(["account": "a", "private_key": pem], from: "it")
      _ = try SnowflakeClient(SnowflakeConnection(settings, home: nil))
    }
    #expect(nobody?.message.contains("no 'user'") == true)
  }
}
