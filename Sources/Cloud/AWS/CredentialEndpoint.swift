/// Asks an endpoint that gives credentials without a signature: single sign-on, a container's, a machine's.
struct CredentialEndpoint: Sendable {
  private let configuration: AWSConfiguration

  init(_ configuration: AWSConfiguration) {
    self.configuration = configuration
  }

  /// The body of the answer.
  func send(_ request: HTTPRequest, what: String, refusalHint: String) throws -> [UInt8] {
    do {
      return try configuration.retryPolicy.run(isIdempotent: true, cancellation: configuration.cancellation) {
        _ in
        let response = try configuration.http.send(request, cancellation: configuration.cancellation)
        if response.isSuccess { return response.body }
        let fault = ServiceFault(response, now: configuration.clock())
        guard fault.kind == .throttled || fault.kind == .unavailable else {
          throw CloudError(
            .credentials, "no credentials are given: \(fault.code) (status \(fault.status))",
            hints: [refusalHint])
        }
        throw CloudError(fault, response, region: "", now: configuration.clock())
      }
    } catch var error as CloudError {
      error.operation = what
      throw error
    }
  }

  func get<Answer: Decodable>(_ request: HTTPRequest, what: String, refusalHint: String) throws -> Answer {
    let bytes = try send(request, what: what, refusalHint: refusalHint)
    guard let answer = try? AWSJSON.decode(Answer.self, bytes) else {
      throw CloudError(.response, "\(what): the answer has no credentials")
    }
    return answer
  }
}

/// Credentials as containers, machines and processes write them.
struct CredentialDocument: Decodable {
  var AccessKeyId: String
  var SecretAccessKey: String
  var Token: String?
  var SessionToken: String?
  var Expiration: String?

  /// Nil where the time of expiry cannot be understood.
  var credentials: Credentials? {
    let expiry = Expiration.flatMap(AWSTime.init(extended:))
    if Expiration != nil, expiry == nil { return nil }
    return Credentials(
      accessKeyID: AccessKeyId, secretAccessKey: Secret(SecretAccessKey),
      sessionToken: (SessionToken ?? Token).map(Secret.init), expiration: expiry)
  }
}
