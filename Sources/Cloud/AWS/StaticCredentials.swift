/// Keys that were given, and stay.
package struct StaticCredentials: CredentialSource {
  private let credentials: Credentials

  package init(_ credentials: Credentials) {
    self.credentials = credentials
  }

  package func credentials(at time: AWSTime) -> Credentials { credentials }

  package func renew() -> Bool { false }

  /// The keys of the environment, or nil where it has none.
  static func ofEnvironment(_ environment: [String: String]) throws(CloudError) -> StaticCredentials? {
    let id = environment["AWS_ACCESS_KEY_ID"]
    let secret = environment["AWS_SECRET_ACCESS_KEY"]
    if id == nil, secret == nil { return nil }
    guard let id, let secret else {
      throw CloudError(
        .credentials,
        "\(id == nil ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY") is not set, but its partner is",
        hints: ["set both, or neither"])
    }
    return StaticCredentials(
      Credentials(
        accessKeyID: id, secretAccessKey: Secret(secret),
        sessionToken: environment["AWS_SESSION_TOKEN"].map(Secret.init)))
  }

  /// The keys of a profile, or nil where it has none.
  static func ofProfile(_ profile: [String: String], named name: String) throws(CloudError)
    -> StaticCredentials?
  {
    guard let id = profile["aws_access_key_id"] else { return nil }
    guard let secret = profile["aws_secret_access_key"] else {
      throw CloudError(
        .credentials, "profile '\(name)' has an aws_access_key_id without an aws_secret_access_key",
        hints: ["`aws configure --profile \(name)` sets both"])
    }
    return StaticCredentials(
      Credentials(
        accessKeyID: id, secretAccessKey: Secret(secret),
        sessionToken: profile["aws_session_token"].map(Secret.init)))
  }
}
