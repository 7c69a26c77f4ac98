/// When and how often something is tried again, and by whom: by nobody else.
///
/// Exponential backoff with full jitter (Amazon Builders' Library, "Timeouts, retries and backoff with jitter").
package struct RetryPolicy: Sendable {
  package var maximumAttemptCount = 5
  /// The longest first wait; each is at most twice the one before.
  package var baseSeconds = 0.2
  package var maximumSeconds = 20.0
  /// A `Retry-After` that asks for more ends the tries.
  package var maximumRetryAfterSeconds = 120.0
  /// A number between 0 and 1, by which a wait is shortened.
  package var jitter: @Sendable () -> Double = { Double.random(in: 0...1) }

  /// How much all calls that share this policy may try again together.
  package var budget = RetryBudget()

  package init() {}

  /// Runs `attempt` until it succeeds, or trying again makes no sense or is not allowed.
  ///
  /// - Parameter isIdempotent: whether it may be done twice. Else only what surely was not done is tried again.
  package func run<Result>(
    isIdempotent: Bool, cancellation: CancellationToken, _ attempt: (Int) throws -> Result
  ) throws -> Result {
    var number = 1
    while true {
      do {
        let result = try attempt(number)
        budget.refund(afterAttempts: number)
        return result
      } catch var error as CloudError {
        error.attemptCount = number
        guard error.isRetryable(isIdempotent: isIdempotent), number < maximumAttemptCount,
          let seconds = wait(after: error, attempt: number), budget.take(for: error)
        else { throw error }
        cancellation.wait(seconds: seconds)
        if cancellation.isCancelled { throw CloudError.cancelled }
        number += 1
      }
    }
  }

  /// How long to wait before the next attempt; nil: the service asks for more patience than there is.
  package func wait(after error: CloudError, attempt: Int) -> Double? {
    let highest = min(maximumSeconds, baseSeconds * Double(1 << min(attempt - 1, 30)))
    let own = highest * jitter()
    guard let asked = error.service?.retryAfterSeconds else { return own }
    return asked <= maximumRetryAfterSeconds ? asked + baseSeconds * jitter() : nil
  }
}

extension CloudError {
  /// Whether another attempt may succeed and does no harm.
  func isRetryable(isIdempotent: Bool) -> Bool {
    switch cause {
    case .transport(let fault):
      switch fault.kind {
      case .unreachable, .timedOut, .interrupted: isIdempotent || !fault.mayHaveArrived
      case .insecure, .permanent: false
      }
    case .service(let fault):
      switch fault.kind {
      // What was throttled was not done.
      case .throttled: true
      case .unavailable: isIdempotent
      // The bytes were damaged on their way, and refused.
      case .damaged: true
      case .notFound, .conditionFailed, .accessDenied, .credentialsRefused, .clockSkewed, .invalid: false
      }
    case .checksum: isIdempotent
    case .library, .configuration, .credentials, .response, .file, .cancelled: false
    }
  }
}
