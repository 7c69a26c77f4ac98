/// The places where credentials are looked for, in the SDKs' order: the environment, then the profile.
///
/// A profile that the configuration names, rather than AWS_PROFILE, is taken at its word: the environment is passed over.
package struct CredentialChain: CredentialSource {
  private let variables: Hidden<[String: String]>
  private let files: ProfileFiles
  private let profileName: String
  private let isChosen: Bool

  init(environment: [String: String], files: ProfileFiles, profileName: String, isChosen: Bool) {
    variables = Hidden(environment)
    self.files = files
    self.profileName = profileName
    self.isChosen = isChosen
  }

  package func credentials(at time: AWSTime) throws -> Credentials {
    if !isChosen, let found = try ofEnvironment() { return found }
    if let profile = files.profile(profileName), let found = try ofProfile(profile) { return found }
    throw CloudError(
      .credentials, "there are no credentials for AWS",
      notes: [
        "looked at: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; profile '\(profileName)' in \(files.credentialsPath) and \(files.configPath)"
      ], hints: ["`aws configure` or `aws sso login` sets them, and AWS_PROFILE chooses among profiles"])
  }

  package func renew() -> Bool { false }

  private var environment: [String: String] { variables.reveal() }

  private func ofEnvironment() throws -> Credentials? {
    let id = environment["AWS_ACCESS_KEY_ID"]
    let secret = environment["AWS_SECRET_ACCESS_KEY"]
    if id == nil, secret == nil { return nil }
    guard let id, let secret else {
      throw CloudError(
        .credentials,
        "\(id == nil ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY") is not set, but its partner is",
        hints: ["set both, or neither"])
    }
    return Credentials(
      accessKeyID: id, secretAccessKey: Secret(secret),
      sessionToken: environment["AWS_SESSION_TOKEN"].map(Secret.init))
  }

  private func ofProfile(_ profile: [String: String]) throws -> Credentials? {
    guard let id = profile["aws_access_key_id"] else { return nil }
    guard let secret = profile["aws_secret_access_key"] else {
      throw CloudError(
        .credentials, "profile '\(profileName)' has an aws_access_key_id without an aws_secret_access_key",
        hints: ["`aws configure --profile \(profileName)` sets both"])
    }
    return Credentials(
      accessKeyID: id, secretAccessKey: Secret(secret),
      sessionToken: profile["aws_session_token"].map(Secret.init))
  }
}
