import Diagnostics

/// A fault on the way to a service, or one that a service tells of: what was asked, what was answered, what to do.
package struct CloudError: DiagnosticConvertible {
  package enum Cause: Sendable, Equatable {
    /// libcurl is not there.
    case library
    /// A region, an endpoint, a profile or an argument that makes no sense.
    case configuration
    /// No credentials, or none that can be had.
    case credentials
    /// No answer, or half of one.
    case transport(TransportFault)
    /// An answer that says no.
    case service(ServiceFault)
    /// An answer that cannot be understood.
    case response
    /// Bytes that are not those that were sent.
    case checksum
    /// A file of ours could not be read or written.
    case file(DiagnosticCode)
    /// Somebody asked to stop.
    case cancelled
  }

  package let cause: Cause
  /// What happened, without what was being done.
  package let message: String
  /// What was being done, to what: `S3 PutObject s3://bucket/key`.
  package var operation: String?
  package var notes: [String]
  package var hints: [String]
  /// How often it was tried.
  package var attemptCount = 1

  package init(_ cause: Cause, _ message: String, notes: [String] = [], hints: [String] = []) {
    self.cause = cause
    self.message = message
    self.notes = notes
    self.hints = hints
  }

  /// What the service said; nil where it said nothing.
  package var service: ServiceFault? {
    if case .service(let fault) = cause { fault } else { nil }
  }

  /// The code that the service gave: `NoSuchKey`, `002003`.
  package var serviceCode: String? { service?.code }

  /// By which the service's owners find the request.
  package var requestID: String? { service?.requestID }

  package var isNotFound: Bool { service?.kind == .notFound }

  /// Whether a condition of the request did not hold, or a concurrent change came first: 412 and 409.
  package var isConditionFailed: Bool { service?.kind == .conditionFailed }
}

extension CloudError {
  package var diagnostic: Diagnostic {
    var told = Diagnostic(code, operation.map { "\($0): \(message)" } ?? message, notes: notes, hints: hints)
    if let id = requestID { told.notes.append("request id: \(id)") }
    if let id = service?.queryID { told.notes.append("query id: \(id)") }
    if attemptCount > 1 { told.notes.append("tried \(attemptCount) times") }
    return told
  }

  private var code: DiagnosticCode {
    switch cause {
    case .library: .networkLibraryMissing
    case .configuration: .cloudConfigurationInvalid
    case .credentials: .credentialsMissing
    case .transport: .networkFailed
    case .service(let fault): fault.kind.code
    case .response: .answerInvalid
    case .checksum: .transferDamaged
    case .file(let code): code
    case .cancelled: .transferCancelled
    }
  }

  static let cancelled = CloudError(.cancelled, "stopped, as was asked")
}

/// No answer came, or not all of it.
package struct TransportFault: Sendable, Equatable {
  package enum Kind: String, Sendable {
    case unreachable
    case timedOut
    case interrupted
    /// The other side's certificate, or the lack of one to check it by.
    case insecure
    /// What trying again cannot mend.
    case permanent
  }

  package let kind: Kind
  /// Whether the request may have reached the service.
  package let mayHaveArrived: Bool

  package init(_ kind: Kind, mayHaveArrived: Bool) {
    self.kind = kind
    self.mayHaveArrived = mayHaveArrived
  }
}

/// A service's refusal.
package struct ServiceFault: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    case notFound
    /// A condition did not hold, or somebody else came first.
    case conditionFailed
    case accessDenied
    /// The credentials themselves: unknown, wrong, expired.
    case credentialsRefused
    case clockSkewed
    case throttled
    /// The service's own fault.
    case unavailable
    /// The bytes are not those of their checksum.
    case damaged
    /// Anything else that is wrong with the request.
    case invalid

    var code: DiagnosticCode {
      switch self {
      case .notFound: .remoteNotFound
      case .conditionFailed: .remoteConflict
      case .accessDenied: .remoteAccessDenied
      case .credentialsRefused: .credentialsRefused
      case .clockSkewed: .clockSkewed
      case .throttled, .unavailable: .serviceUnavailable
      case .damaged: .transferDamaged
      case .invalid: .requestRefused
      }
    }
  }

  /// HTTP's status.
  package let status: Int
  /// The service's own: `SlowDown` of AWS, `002003` of Snowflake; where it gives none, the status as a text.
  package let code: String
  package let message: String
  package let requestID: String?
  /// What `Retry-After` asks for.
  package let retryAfterSeconds: Double?
  package let kind: Kind
  /// The five characters by which databases class errors.
  package let sqlState: String?
  /// By which a database's history has the statement that failed.
  package let queryID: String?

  /// - Parameter kind: nil: what AWS's code, or else the status, says.
  package init(
    status: Int, code: String, message: String = "", requestID: String? = nil,
    retryAfterSeconds: Double? = nil, kind: Kind? = nil, sqlState: String? = nil, queryID: String? = nil
  ) {
    self.status = status
    self.code = code
    self.message = message
    self.requestID = requestID
    self.retryAfterSeconds = retryAfterSeconds
    self.kind = kind ?? ServiceFaultKinds.kind(status: status, code: code)
    self.sqlState = sqlState
    self.queryID = queryID
  }
}
