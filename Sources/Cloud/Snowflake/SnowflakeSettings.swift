import Diagnostics
import Files

/// The settings of a connection by their names, as a profile of dbt or `connections.toml` has them.
package struct SnowflakeSettings: Sendable {
  private let values: Hidden<[String: String]>
  /// Where they are from, for errors: `the output 'prod' of profiles.yml`.
  package let source: String
  /// The names that are set, sorted; for errors.
  let names: [String]

  /// - Parameter values: those that are empty count as not set.
  package init(_ values: [String: String], from source: String) {
    let set = values.filter { !$0.value.isEmpty }
    self.values = Hidden(
      Dictionary(set.map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first }))
    names = set.keys.map { $0.lowercased() }.sorted()
    self.source = source
  }

  /// The value under the first of some names that is set.
  package subscript(_ names: String...) -> String? {
    names.lazy.compactMap { values.reveal()[$0] }.first
  }

  func secret(_ names: String...) -> Secret? {
    names.lazy.compactMap { values.reveal()[$0] }.first.map(Secret.init)
  }

  func fault(_ what: String, hint: String) -> CloudError {
    CloudError(.configuration, "\(source) \(what)", hints: [hint])
  }

  func required(_ name: String) throws(CloudError) -> String {
    if let value = self[name] { return value }
    throw fault("has no '\(name)'", hint: Suggestion.hint(for: name, in: names) ?? "set `\(name)`")
  }
}

extension SnowflakeConnection {
  private static let ways =
    "take a key pair (`private_key_path`), a programmatic access token or an OAuth token (`token` with `authenticator`)"

  /// Reads a connection out of settings.
  ///
  /// - Parameter home: for paths that begin with `~/`.
  package init(_ settings: SnowflakeSettings, home: String?) throws(CloudError) {
    try self.init(
      account: settings.required("account"), user: settings["user"],
      authentication: Self.authentication(settings, home: home),
      role: settings["role"].map(SnowflakeSQL.storedName),
      warehouse: settings["warehouse"].map(SnowflakeSQL.storedName),
      database: settings["database", "dbname"].map(SnowflakeSQL.storedName),
      schema: settings["schema"].map(SnowflakeSQL.storedName), queryTag: settings["query_tag"],
      endpoint: Self.endpoint(settings))
  }

  /// The server that host, port and protocol name; nil where they name none.
  private static func endpoint(_ settings: SnowflakeSettings) throws(CloudError) -> HTTPURL? {
    let parts = (host: settings["host"], port: settings["port"], scheme: settings["protocol"])
    guard parts.host != nil || parts.port != nil || parts.scheme != nil else { return nil }
    var host = parts.host ?? ""
    if host.isEmpty { host = try SnowflakeAccount(settings.required("account")).host }
    let text = "\(parts.scheme ?? "https")://\(host)" + (parts.port.map { ":\($0)" } ?? "")
    let url = try HTTPURL(endpoint: text, from: settings.source)
    guard url.encodedPath.isEmpty else {
      throw settings.fault("has a 'host' with a path", hint: "write the name of the host alone")
    }
    return url
  }

  private static func authentication(
    _ settings: SnowflakeSettings, home: String?
  ) throws(CloudError) -> SnowflakeAuthentication {
    let named = settings["authenticator"]
    switch named?.lowercased() {
    case nil, "snowflake", "snowflake_jwt":
      if let key = try privateKey(settings, home: home) { return .keyPair(key) }
      if settings["password"] != nil {
        throw settings.fault(
          "has a password, with which Snowflake's SQL API lets nobody in",
          hint:
            "\(ways); if the password is such a token, name it `token`, with `authenticator: programmatic_access_token`"
        )
      }
      if settings["token", "token_file_path"] != nil {
        throw settings.fault(
          "has a token, and does not say of which kind",
          hint: "set `authenticator` to programmatic_access_token or oauth")
      }
      throw CloudError(
        .credentials, "\(settings.source) has neither a private key nor a token",
        notes: ["it has \(settings.names.isEmpty ? "nothing" : settings.names.joined(separator: ", "))"],
        hints: [ways])
    case "programmatic_access_token": return .accessToken(try token(settings, home: home))
    case "oauth", "jwt":
      if settings["oauth_client_id", "oauth_client_secret"] != nil {
        throw settings.fault(
          "has a refresh token of OAuth, which is not exchanged here",
          hint:
            "give an access token as `token`, without oauth_client_id and oauth_client_secret, or a key pair")
      }
      return .oauth(try token(settings, home: home))
    case "username_password_mfa", "externalbrowser", "oauth_authorization_code", "id_token":
      throw settings.fault(
        "has the authenticator '\(named ?? "")', which needs somebody who types or clicks", hint: ways)
    default:
      throw settings.fault(
        "has the authenticator '\(CloudError.printable(named ?? ""))', which Snowflake's SQL API does not know",
        hint: "take snowflake_jwt, programmatic_access_token or oauth")
    }
  }

  private static func privateKey(
    _ settings: SnowflakeSettings, home: String?
  ) throws(CloudError) -> SnowflakePrivateKey? {
    let passphrase = settings.secret("private_key_passphrase", "private_key_file_pwd")
    let path = settings["private_key_path", "private_key_file"]
    let key = settings.secret("private_key", "private_key_raw")
    switch (path, key) {
    case (_?, _?):
      throw settings.fault("has both 'private_key' and 'private_key_path'", hint: "take one of them out")
    case (let path?, nil): return try SnowflakePrivateKey(path: expand(path, home), passphrase: passphrase)
    case (nil, let key?): return try SnowflakePrivateKey(key, passphrase: passphrase, from: settings.source)
    case (nil, nil): return nil
    }
  }

  private static func token(_ settings: SnowflakeSettings, home: String?) throws(CloudError) -> Secret {
    var text = settings.secret("token")
    if text == nil, let path = settings["token_file_path"].map({ expand($0, home) }) {
      text = try PrivateFile.read(path, title: "the file of a token")
      if text == nil {
        throw settings.fault("names a file for the token that is not there: '\(path)'", hint: "write it")
      }
    }
    let trimmed = text?.reveal().filter { !$0.isWhitespace } ?? ""
    guard !trimmed.isEmpty else {
      throw settings.fault(
        "has no 'token'", hint: "set it, best from a variable: token: \"{{ env_var('SNOWFLAKE_TOKEN') }}\"")
    }
    guard trimmed.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw settings.fault("has a 'token' with characters that no token has", hint: "copy it again")
    }
    return Secret(trimmed)
  }

  private static func expand(_ path: String, _ home: String?) -> String {
    path.hasPrefix("~/") ? (home ?? "") + path.dropFirst() : path
  }
}
