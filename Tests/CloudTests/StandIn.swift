import Cloud

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A server that stands in for AWS, started by `make test-cloud`, which says by variables where it listens.
struct StandIn: Sendable {
  let variables: [String: String]
  let bucket: String

  /// The S3 server: `REELHOUSE_TEST_S3`, its address; `…_KEY`, `…_SECRET`, `…_BUCKET`.
  static let s3 = StandIn("REELHOUSE_TEST_S3")

  init?(_ name: String) {
    func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
    guard let endpoint = value(name) else { return nil }
    variables = [
      "AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": value("\(name)_KEY") ?? "",
      "AWS_SECRET_ACCESS_KEY": value("\(name)_SECRET") ?? "", "AWS_REGION": "us-east-1",
      "HOME": "/nonexistent",
    ]
    bucket = value("\(name)_BUCKET") ?? ""
  }

  /// - Parameter clockShift: seconds by which the clock is wrong.
  func configuration(_ change: [String: String] = [:], clockShift: Int = 0) throws -> AWSConfiguration {
    try AWSConfiguration(
      environment: variables.merging(change) { $1 },
      clock: { AWSTime(seconds: AWSTime.now().seconds + clockShift) })
  }
}
