/// What AWS's codes mean to us. Sources: the services' API references; for throttling, the AWS SDKs' common list.
enum ServiceFaultKinds {
  static func kind(status: Int, code: String) -> ServiceFault.Kind {
    if let known = byCode[code] { return known }
    return switch status {
    case 404: .notFound
    case 409, 412: .conditionFailed
    case 401: .credentialsRefused
    case 403: .accessDenied
    case 429: .throttled
    case 500...: .unavailable
    default: .invalid
    }
  }

  private static let byCode: [String: ServiceFault.Kind] = {
    let table: [(ServiceFault.Kind, [String])] = [
      (
        .throttled,
        [
          "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
          "TooManyRequestsException", "ProvisionedThroughputExceededException",
          "TransactionInProgressException",
          "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "RequestThrottled",
          "SlowDown", "PriorRequestNotComplete", "EC2ThrottledException",
        ]
      ),
      (
        .unavailable,
        [
          "RequestTimeout", "RequestTimeoutException", "InternalError", "InternalFailure",
          "ServiceUnavailable",
          "InternalServiceError", "InternalServiceException", "OperationTimeoutException",
          "IDPCommunicationError",
        ]
      ),
      (
        .credentialsRefused,
        [
          "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "ExpiredTokenException",
          "InvalidToken",
          "InvalidClientTokenId", "UnrecognizedClientException", "InvalidSignatureException",
          "IncompleteSignature",
          "AuthFailure", "MissingAuthenticationToken", "MissingAuthenticationTokenException",
          "TokenRefreshRequired",
        ]
      ),
      (.accessDenied, ["AccessDenied", "AccessDeniedException", "AllAccessDisabled", "NotAuthorized"]),
      (.clockSkewed, ["RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"]),
      (
        .notFound,
        [
          "NoSuchBucket", "NoSuchKey", "NoSuchUpload", "NoSuchVersion", "NotFound", "EntityNotFoundException",
          "ResourceNotFoundException",
        ]
      ),
      (
        .conditionFailed,
        [
          "PreconditionFailed", "ConditionalRequestConflict", "OperationAborted", "AlreadyExistsException",
          "ConcurrentModificationException", "VersionMismatchException", "ResourceExistsException",
          "ConcurrentRunsExceededException", "CrawlerRunningException", "BucketAlreadyExists",
          "BucketAlreadyOwnedByYou",
        ]
      ),
      (
        .damaged, ["BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch"]
      ),
    ]
    return Dictionary(uniqueKeysWithValues: table.flatMap { kind, codes in codes.map { ($0, kind) } })
  }()

  /// Whether new credentials may help: the old ones were right, but have run out.
  static func isExpiry(_ code: String) -> Bool {
    ["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"].contains(code)
  }
}
