import Crypto
import Files

/// The credentials of a role that IAM Identity Center gives to whoever has signed in with `aws sso login`, whose token
/// lies in `~/.aws/sso/cache`. Source: AWS SDKs and Tools Reference Guide, "IAM Identity Center credential provider".
struct SSOCredentials: CredentialSource {
  private let configuration: AWSConfiguration
  private let profileName: String
  private let account: String
  private let role: String
  private let region: String
  /// Of the session or, in the older form, the start page: by it the token's file is named.
  private let cacheKey: String

  /// Nil where the profile does not speak of single sign-on.
  init?(_ profile: [String: String], named name: String, _ configuration: AWSConfiguration) throws(CloudError)
  {
    guard profile["sso_session"] != nil || profile["sso_start_url"] != nil else { return nil }
    var settings = profile
    if let session = profile["sso_session"] {
      guard let values = configuration.files.ssoSession(session) else {
        throw CloudError(
          .configuration, "there is no section [sso-session \(session)], which profile '\(name)' names",
          notes: ["looked at: \(configuration.files.configPath)"], hints: ["`aws configure sso` writes it"])
      }
      settings.merge(values) { $1 }
    }
    func value(_ key: String) throws(CloudError) -> String {
      if let value = settings[key] { return value }
      throw CloudError(
        .configuration, "profile '\(name)' lacks \(key) for single sign-on",
        hints: ["`aws configure sso` sets it"])
    }
    account = try value("sso_account_id")
    role = try value("sso_role_name")
    region = try value("sso_region")
    cacheKey = if let session = profile["sso_session"] { session } else { try value("sso_start_url") }
    profileName = name
    self.configuration = configuration
  }

  func renew() -> Bool { true }

  func credentials(at time: AWSTime) throws -> Credentials {
    let token = try cachedToken(at: time)
    struct Answer: Decodable {
      struct RoleCredentials: Decodable {
        var accessKeyId: String
        var secretAccessKey: String
        var sessionToken: String
        /// Milliseconds since 1970.
        var expiration: Int
      }
      var roleCredentials: RoleCredentials
    }
    let endpoint =
      try configuration.environment["AWS_ENDPOINT_URL_SSO"].map { text throws(CloudError) in
        try HTTPURL(endpoint: text, from: "AWS_ENDPOINT_URL_SSO")
      } ?? HTTPURL(host: "portal.sso.\(region).amazonaws.com", encodedPath: "")
    var url = endpoint
    url.encodedPath += "/federation/credentials"
    url.query = [.init("role_name", role), .init("account_id", account)]
    var request = HTTPRequest(.get, url)
    request.headers["x-amz-sso_bearer_token"] = token.reveal()
    let answer: Answer = try CredentialEndpoint(configuration).get(
      request, what: "SSO GetRoleCredentials \(role)", refusalHint: signIn)
    return Credentials(
      accessKeyID: answer.roleCredentials.accessKeyId,
      secretAccessKey: Secret(answer.roleCredentials.secretAccessKey),
      sessionToken: Secret(answer.roleCredentials.sessionToken),
      expiration: AWSTime(seconds: answer.roleCredentials.expiration / 1000))
  }

  private var signIn: String { "sign in: `aws sso login --profile \(profileName)`" }

  private func cachedToken(at time: AWSTime) throws(CloudError) -> Secret {
    let name = Hex.text(Insecure.SHA1.hash(data: Array(cacheKey.utf8)))
    let path = "\(configuration.environment["HOME"] ?? "")/.aws/sso/cache/\(name).json"
    struct Token: Decodable {
      var accessToken: String
      var expiresAt: String
    }
    guard FileSystem.exists(path) else {
      throw CloudError(
        .credentials, "profile '\(profileName)' has not signed in", notes: ["looked at: \(path)"],
        hints: [signIn])
    }
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try FileSystem.read(path)
    } catch {
      throw CloudError(error)
    }
    guard let token = try? AWSJSON.decode(Token.self, bytes), let expiry = AWSTime(extended: token.expiresAt)
    else {
      throw CloudError(
        .credentials, "the token of profile '\(profileName)' cannot be read", notes: ["looked at: \(path)"],
        hints: [signIn])
    }
    guard expiry > time else {
      throw CloudError(
        .credentials, "the session of profile '\(profileName)' ended at \(expiry.extended)", hints: [signIn])
    }
    return Secret(token.accessToken)
  }
}
