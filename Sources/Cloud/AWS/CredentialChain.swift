/// The places where credentials are looked for, in the SDKs' order: the environment's keys; a role that a profile or the
/// environment names; single sign-on; the profile's keys; its process; the container's endpoint.
///
/// A profile that the configuration names, rather than AWS_PROFILE, is taken at its word: the environment is passed over.
/// Endpoints of a container or a machine are only asked where a variable or a profile says so.
package struct CredentialChain: CredentialSource {
  private let configuration: AWSConfiguration
  private let isProfileChosen: Bool

  /// - Parameter configuration: for the services that give credentials; its own credentials are not used.
  init(_ configuration: AWSConfiguration, isProfileChosen: Bool) {
    self.configuration = configuration
    self.isProfileChosen = isProfileChosen
  }

  package func credentials(at time: AWSTime) throws -> Credentials {
    try source().credentials(at: time)
  }

  /// Whatever the source: it is asked again. What does not change is not worth a second request.
  package func renew() throws -> Bool {
    switch try source() {
    case is StaticCredentials: false
    default: true
    }
  }

  private var environment: [String: String] { configuration.environment }

  private func source() throws(CloudError) -> any CredentialSource {
    if !isProfileChosen {
      if let keys = try StaticCredentials.ofEnvironment(environment) { return keys }
      if let file = environment["AWS_WEB_IDENTITY_TOKEN_FILE"], let role = environment["AWS_ROLE_ARN"] {
        return AssumedRole(
          configuration, role: role, sessionName: environment["AWS_ROLE_SESSION_NAME"],
          by: .webIdentity(tokenFile: file))
      }
    }
    let resolver = ProfileResolver(configuration)
    if let source = try resolver.source(ofProfile: configuration.profileName) { return source }
    if !isProfileChosen, let container = try ContainerCredentials(configuration) { return container }
    let files = configuration.files
    throw CloudError(
      .credentials, "there are no credentials for AWS",
      notes: [
        "looked at: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN; "
          + "profile '\(configuration.profileName)' in \(files.credentialsPath) and \(files.configPath); "
          + "AWS_CONTAINER_CREDENTIALS_FULL_URI and …_RELATIVE_URI"
      ], hints: ["`aws configure` or `aws sso login` sets them, and AWS_PROFILE chooses among profiles"])
  }
}
