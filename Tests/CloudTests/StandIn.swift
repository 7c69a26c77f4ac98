import Cloud
import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A server that stands in for AWS, started by `make test-cloud`, which says by variables where it listens.
struct StandIn: Sendable {
  let variables: [String: String]
  let bucket: String
  /// A role that may be taken on.
  let role: String

  /// The S3 server.
  static let s3 = StandIn("REELHOUSE_TEST_S3")
  /// Glue, Secrets Manager, STS.
  static let aws = StandIn("REELHOUSE_TEST_AWS")
  /// The S3 server behind a proxy that breaks connections.
  static let proxy = StandIn("REELHOUSE_TEST_S3", endpoint: "REELHOUSE_TEST_PROXY")
  /// Requests that botocore has signed.
  static let signatures = value("REELHOUSE_TEST_SIGNATURES")

  static func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  private init?(_ name: String, endpoint: String? = nil) {
    guard let address = Self.value(endpoint ?? name) else { return nil }
    variables = [
      "AWS_ENDPOINT_URL": address, "AWS_ACCESS_KEY_ID": Self.value("\(name)_KEY") ?? "",
      "AWS_SECRET_ACCESS_KEY": Self.value("\(name)_SECRET") ?? "", "AWS_REGION": "us-east-1",
      "HOME": "/nonexistent",
    ]
    bucket = Self.value("\(name)_BUCKET") ?? ""
    role = Self.value("\(name)_ROLE") ?? ""
  }

  /// - Parameter clockShift: seconds by which the clock is wrong.
  func configuration(
    _ change: [String: String] = [:], clockShift: Int = 0, stallSeconds: Double = 30
  ) throws -> AWSConfiguration {
    var options = HTTPOptions()
    options.stallSeconds = stallSeconds
    var policy = RetryPolicy()
    policy.baseSeconds = 0.01
    return try AWSConfiguration(
      environment: variables.merging(change) { $1 }, http: HTTPClient(options), retryPolicy: policy,
      clock: { AWSTime(seconds: AWSTime.now().seconds + clockShift) })
  }

  /// Tells the proxy what to do with the connections that come.
  static func setFault(_ fault: String) throws {
    guard let path = value("REELHOUSE_TEST_PROXY_CONTROL") else { return }
    try FileSystem.write(fault.utf8, to: path, isDurable: false)
  }
}
