import Files

/// The credentials that ECS and EKS give to a container, at an endpoint that variables name.
struct ContainerCredentials: CredentialSource {
  private let configuration: AWSConfiguration
  private let url: HTTPURL

  /// Nil where no variable names an endpoint.
  init?(_ configuration: AWSConfiguration) throws(CloudError) {
    let environment = configuration.environment
    if let path = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] {
      url = try HTTPURL(
        endpoint: "http://169.254.170.2\(path.hasPrefix("/") ? "" : "/")\(path)",
        from: "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
    } else if let text = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] {
      url = try HTTPURL(endpoint: text, from: "AWS_CONTAINER_CREDENTIALS_FULL_URI")
      // Over a plain connection only to this machine and its neighbours of ECS and EKS, as in the SDKs.
      let isNear =
        url.host.hasPrefix("127.")
        || ["localhost", "[::1]", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"].contains(url.host)
      guard url.scheme == "https" || isNear else {
        throw CloudError(
          .configuration, "AWS_CONTAINER_CREDENTIALS_FULL_URI names '\(url.host)' without https",
          hints: ["credentials are only asked for over https, or of this machine"])
      }
    } else {
      return nil
    }
    self.configuration = configuration
  }

  func renew() -> Bool { true }

  func credentials(at time: AWSTime) throws -> Credentials {
    var request = HTTPRequest(.get, url)
    if let token = try token() { request.headers["Authorization"] = token.reveal() }
    let document: CredentialDocument = try CredentialEndpoint(configuration).get(
      request, what: "the container's credentials", refusalHint: "check the role of the task")
    guard let credentials = document.credentials else {
      throw CloudError(.response, "the container's credentials have no time of expiry that can be read")
    }
    return credentials
  }

  private func token() throws(CloudError) -> Secret? {
    guard let path = configuration.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] else {
      return configuration.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"].map(Secret.init)
    }
    do throws(FileError) {
      return Secret(String(try FileSystem.readText(path).filter { !$0.isNewline }))
    } catch {
      throw CloudError(error)
    }
  }
}
