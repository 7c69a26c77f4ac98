/// Finds how a profile comes by its credentials, through the profiles that it names.
struct ProfileResolver: Sendable {
  private let configuration: AWSConfiguration

  init(_ configuration: AWSConfiguration) {
    self.configuration = configuration
  }

  /// Nil where there is no such profile, or it says nothing of credentials.
  func source(ofProfile name: String) throws(CloudError) -> (any CredentialSource)? {
    guard let profile = configuration.files.profile(name) else { return nil }
    return try source(profile, name, through: [])
  }

  private func source(
    _ profile: [String: String], _ name: String, through visited: [String]
  ) throws(CloudError) -> (any CredentialSource)? {
    if let role = profile["role_arn"] { return try assumed(role, profile, name, through: visited) }
    if let sso = try SSOCredentials(profile, named: name, configuration) { return sso }
    if let keys = try StaticCredentials.ofProfile(profile, named: name) { return keys }
    if let command = profile["credential_process"] { return CredentialProcess(command, profile: name) }
    return nil
  }

  private func assumed(
    _ role: String, _ profile: [String: String], _ name: String, through visited: [String]
  ) throws(CloudError) -> any CredentialSource {
    func refuse(_ why: String, _ hint: String) -> CloudError {
      CloudError(.configuration, "profile '\(name)' has a role_arn, but \(why)", hints: [hint])
    }
    if profile["mfa_serial"] != nil {
      throw refuse(
        "wants a code of a device, which cannot be asked for here",
        "get a session first (`aws sts get-session-token`), or use a profile of single sign-on")
    }
    let session = profile["role_session_name"]
    let seconds = profile["duration_seconds"].flatMap(Int.init)
    if let file = profile["web_identity_token_file"] {
      return AssumedRole(
        configuration, role: role, sessionName: session, durationSeconds: seconds,
        by: .webIdentity(tokenFile: file))
    }
    let source: any CredentialSource
    switch (profile["source_profile"], profile["credential_source"]) {
    case (let other?, nil):
      guard !visited.contains(name) else {
        throw refuse(
          "its source_profile leads back to itself: \((visited + [name]).joined(separator: " → "))",
          "one profile of the circle needs keys of its own")
      }
      let settings = try configuration.files.required(other, askedBy: "source_profile of profile '\(name)'")
      // A profile may be its own source: its keys are meant.
      let found =
        other == name
        ? try StaticCredentials.ofProfile(settings, named: other)
        : try self.source(settings, other, through: visited + [name])
      guard let found else {
        throw CloudError(
          .credentials, "profile '\(other)', the source_profile of '\(name)', has no credentials",
          hints: ["`aws configure --profile \(other)` sets keys"])
      }
      source = found
    case (nil, let place?): source = try self.source(at: place, name)
    case (nil, nil):
      throw refuse("no source_profile", "add source_profile, credential_source or web_identity_token_file")
    case (_?, _?): throw refuse("both source_profile and credential_source", "leave one of them")
    }
    return AssumedRole(
      configuration, role: role, sessionName: session, externalID: profile["external_id"],
      durationSeconds: seconds,
      by: .credentials(CredentialCache(source)))
  }

  private func source(at place: String, _ name: String) throws(CloudError) -> any CredentialSource {
    switch place {
    case "Environment":
      if let keys = try StaticCredentials.ofEnvironment(configuration.environment) { return keys }
      throw CloudError(
        .credentials, "profile '\(name)' takes its keys from the environment, which has none",
        hints: ["set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"])
    case "EcsContainer":
      if let container = try ContainerCredentials(configuration) { return container }
      throw CloudError(
        .credentials, "profile '\(name)' takes its keys from the container, which names no endpoint",
        hints: [
          "AWS_CONTAINER_CREDENTIALS_FULL_URI or …_RELATIVE_URI is set inside of containers of ECS and EKS"
        ])
    case "Ec2InstanceMetadata": return try InstanceCredentials(configuration)
    default:
      throw CloudError(
        .configuration, "profile '\(name)' has an unknown credential_source '\(place)'",
        hints: ["it is one of Environment, EcsContainer, Ec2InstanceMetadata"])
    }
  }
}
