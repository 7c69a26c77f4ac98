import Cloud
import Files
import Storage
import Sync
import TestSupport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A server that stands in for AWS, where `make test-cloud` says by variables that there is one.
struct CloudServer: Sendable {
  private let variables: [String: String]
  let bucket: String

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

  func configuration() throws -> AWSConfiguration { try AWSConfiguration(environment: variables) }
}

extension DestinationUnderTest {
  /// A prefix of its own in the bucket of a real S3 server.
  static let s3: DestinationUnderTest? = CloudServer("REELHOUSE_TEST_S3").map { server in
    DestinationUnderTest(testDescription: "S3") { _ in
      let prefix = "conformance/\(String(UInt64.random(in: 0 ... .max), radix: 36))"
      return S3Destination(try S3Client(server.configuration()), bucket: server.bucket, prefix: prefix)
    }
  }
}
