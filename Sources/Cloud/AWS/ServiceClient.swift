/// Sends the requests of one service: signed, tried again where that helps, with errors that say what the service said.
package struct ServiceClient: Sendable {
  package let service: AWSService
  package let region: String
  package let endpoint: HTTPURL
  /// Whether the endpoint is AWS's own.
  package let isAWS: Bool
  private let credentials: any CredentialSource
  private let http: HTTPClient
  private let cancellation: CancellationToken
  private let retryPolicy: RetryPolicy
  private let clock: @Sendable () -> AWSTime
  let signature: SignatureV4

  package init(_ service: AWSService, _ configuration: AWSConfiguration) throws(CloudError) {
    self.service = service
    region = try configuration.requiredRegion(for: service)
    let own = try configuration.endpoint(of: service)
    endpoint = own ?? service.endpoint(region: region)
    isAWS = own == nil
    credentials = configuration.credentials
    http = configuration.http
    cancellation = configuration.cancellation
    retryPolicy = configuration.retryPolicy
    clock = configuration.clock
    signature = SignatureV4(service: service.signingName, region: region)
  }

  /// What is asked of a service.
  struct Call {
    /// As the service's reference has it: `PutObject`.
    let operation: String
    /// What it is done to, for errors: `s3://bucket/key`.
    let target: String
    /// Whether it may be done twice.
    var isIdempotent = true
    /// The SHA-256 of the body where it is known.
    var payloadHash: String?
    /// Some services answer a call without who asks it.
    var isSigned = true
  }

  /// - Parameter request: makes the request for each attempt, so that a later one may go on where an earlier one ended.
  /// - Parameter check: finds errors in answers of status 200.
  func send(
    _ call: Call, consume: ((HTTPResponse, UnsafeRawBufferPointer) throws -> Void)? = nil,
    check: (HTTPResponse) -> ServiceFault? = { _ in nil }, _ request: () throws -> HTTPRequest
  ) throws -> HTTPResponse {
    do {
      return try retryPolicy.run(isIdempotent: call.isIdempotent, cancellation: cancellation) { _ in
        do {
          return try attempt(call, consume, check, request())
        } catch let error as CloudError where error.serviceCode.map(ServiceFaultKinds.isExpiry) == true {
          // The token ran out earlier than was known: once with new ones.
          guard try credentials.renew() else { throw error }
          return try attempt(call, consume, check, request())
        }
      }
    } catch var error as CloudError {
      if error.operation == nil { error.operation = "\(service.title) \(call.operation) \(call.target)" }
      throw error
    }
  }

  private func attempt(
    _ call: Call, _ consume: ((HTTPResponse, UnsafeRawBufferPointer) throws -> Void)?,
    _ check: (HTTPResponse) -> ServiceFault?, _ request: HTTPRequest
  ) throws -> HTTPResponse {
    var request = request
    request.isSentOnce = !call.isIdempotent
    if call.isSigned {
      let hash = try call.payloadHash ?? PayloadHash.sha256(of: request.body)
      if service == .s3 { request.headers["X-Amz-Content-Sha256"] = hash }
      request = signature.sign(
        request, payloadHash: hash, credentials: try credentials.credentials(at: clock()), time: clock())
    }
    let response = try http.send(request, cancellation: cancellation, consume: consume)
    if response.isSuccess {
      if let fault = check(response) { throw CloudError(fault, response, region: region, now: clock()) }
      return response
    }
    throw CloudError(ServiceFault(response, now: clock()), response, region: region, now: clock())
  }

  /// The address by which anybody may do what the request says, for so many seconds.
  func presign(_ request: HTTPRequest, expiresSeconds: Int) throws -> HTTPURL {
    signature.presign(
      request, credentials: try credentials.credentials(at: clock()), time: clock(),
      expiresSeconds: expiresSeconds)
  }
}
