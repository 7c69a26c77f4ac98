import Files

/// The credentials of a role, which STS gives to whoever may take it on.
struct AssumedRole: CredentialSource {
  enum Proof: Sendable {
    case credentials(any CredentialSource)
    /// A token of another identity provider, which is renewed in its file.
    case webIdentity(tokenFile: String)
  }

  private let configuration: AWSConfiguration
  private let request: STSClient.RoleRequest
  private let proof: Proof

  init(
    _ configuration: AWSConfiguration, role: String, sessionName: String?, externalID: String? = nil,
    durationSeconds: Int? = nil, by proof: Proof
  ) {
    self.configuration = configuration
    request = STSClient.RoleRequest(
      roleARN: role, sessionName: sessionName ?? "reelhouse-\(configuration.clock().seconds)",
      externalID: externalID,
      durationSeconds: durationSeconds)
    self.proof = proof
  }

  func credentials(at time: AWSTime) throws -> Credentials {
    switch proof {
    case .credentials(let source):
      return try STSClient(configuration.replacing(credentials: source)).assumeRole(request)
    case .webIdentity(let path):
      let token: String
      do throws(FileError) {
        token = try FileSystem.readText(path)
      } catch {
        throw CloudError(error)
      }
      let trimmed = token.split { $0.isWhitespace }.joined()
      return try STSClient(configuration).assumeRoleWithWebIdentity(request, token: Secret(trimmed))
    }
  }

  func renew() throws -> Bool {
    if case .credentials(let source) = proof { _ = try source.renew() }
    return true
  }
}
