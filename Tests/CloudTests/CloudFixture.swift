import Cloud
import Synchronization
import TestSupport

/// A client of S3 whose service is a loopback server that does what the test says.
final class CloudFixture {
  let server: LoopbackServer
  let cancellation = CancellationToken()
  let s3: S3Client
  let configuration: AWSConfiguration

  /// - Parameter attempts: how often the policy tries, without long waits.
  init(
    attempts: Int = 4, stallSeconds: Double = 30, budget: Int? = nil, environment: [String: String] = [:],
    _ handler: @escaping @Sendable (LoopbackServer.Request, Int) -> LoopbackServer.Reply
  ) throws {
    server = try LoopbackServer(handler)
    var policy = RetryPolicy()
    policy.maximumAttemptCount = attempts
    policy.baseSeconds = 0.001
    if let budget { policy.budget = RetryBudget(capacity: budget) }
    var options = HTTPOptions()
    options.stallSeconds = stallSeconds
    let variables = [
      "AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "hidden", "AWS_REGION": "eu-central-1",
      "AWS_ENDPOINT_URL": server.endpoint, "HOME": "/nonexistent",
    ].merging(environment) { $1 }
    configuration = try AWSConfiguration(
      environment: variables, http: HTTPClient(options), cancellation: cancellation, retryPolicy: policy)
    s3 = try S3Client(configuration)
  }

  deinit {
    server.stop()
  }

  static func error(_ code: String, _ message: String = "no") -> String {
    "<?xml version=\"1.0\"?><Error><Code>\(code)</Code><Message>\(message)</Message><RequestId>R-1</RequestId></Error>"
  }

  /// The error that `body` throws.
  static func fault(_ body: () throws -> Void) -> CloudError? {
    do {
      try body()
      return nil
    } catch {
      return error as? CloudError
    }
  }
}
