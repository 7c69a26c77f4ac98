/// The credentials of the machine's role, by the second version of EC2's metadata service.
struct InstanceCredentials: CredentialSource {
  private let configuration: AWSConfiguration
  private let endpoint: HTTPURL

  init(_ configuration: AWSConfiguration) throws(CloudError) {
    self.configuration = configuration
    let name = "AWS_EC2_METADATA_SERVICE_ENDPOINT"
    if configuration.environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() == "true" {
      throw CloudError(
        .credentials, "the machine's role is wanted, but AWS_EC2_METADATA_DISABLED forbids to ask for it",
        hints: ["unset it, or choose another profile"])
    }
    endpoint = try HTTPURL(endpoint: configuration.environment[name] ?? "http://169.254.169.254", from: name)
  }

  func renew() -> Bool { true }

  func credentials(at time: AWSTime) throws -> Credentials {
    var open = HTTPRequest(.put, url("/latest/api/token"))
    open.headers["X-aws-ec2-metadata-token-ttl-seconds"] = "300"
    let token = text(try send(open))
    let role = text(try send(asked("/latest/meta-data/iam/security-credentials/", token)))
    guard let name = role.split(whereSeparator: \.isNewline).first else {
      throw CloudError(.credentials, "the machine has no role", hints: ["give it an instance profile"])
    }
    let document: CredentialDocument = try CredentialEndpoint(configuration).get(
      asked("/latest/meta-data/iam/security-credentials/\(PercentEncoding.encode(String(name)))", token),
      what: Self.what, refusalHint: Self.hint)
    guard let credentials = document.credentials else {
      throw CloudError(.response, "the machine's credentials have no time of expiry that can be read")
    }
    return credentials
  }

  private static let what = "the machine's credentials"
  private static let hint = "check the machine's instance profile"

  private func send(_ request: HTTPRequest) throws -> [UInt8] {
    try CredentialEndpoint(configuration).send(request, what: Self.what, refusalHint: Self.hint)
  }

  private func asked(_ path: String, _ token: String) -> HTTPRequest {
    var request = HTTPRequest(.get, url(path))
    request.headers["X-aws-ec2-metadata-token"] = token
    return request
  }

  private func url(_ path: String) -> HTTPURL {
    var url = endpoint
    url.encodedPath += path
    return url
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
