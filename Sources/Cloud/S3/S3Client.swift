/// S3, and servers that speak like it. Any number of threads may use one client at once.
///
/// Source: Amazon S3 API Reference. All faults are `CloudError`s, but what a taker of bytes throws is thrown on as it is.
package struct S3Client: Sendable {
  /// How a bucket is written into an address.
  package enum Addressing: Sendable {
    /// In the host at AWS, where the name allows it; in the path of other endpoints.
    case automatic
    case virtualHost
    case path
  }

  let service: ServiceClient
  private let addressing: Addressing

  package init(_ configuration: AWSConfiguration, addressing: Addressing = .automatic) throws(CloudError) {
    service = try ServiceClient(.s3, configuration)
    self.addressing = addressing
  }

  /// Where the requests go, for people.
  package var endpoint: String { service.endpoint.text }
  package var region: String { service.region }

  /// The address of a bucket, or of an object in it.
  func url(_ bucket: String, _ key: String? = nil, _ query: [HTTPURL.QueryItem] = []) throws(CloudError)
    -> HTTPURL
  {
    try Self.check(bucket: bucket)
    if let key, key.isEmpty || key.utf8.count > 1024 {
      throw CloudError(.configuration, "a key of S3 has 1 to 1,024 bytes, this one \(key.utf8.count)")
    }
    var url = service.endpoint
    let usesHost =
      switch addressing {
      case .automatic: service.isAWS && !bucket.contains(".")
      case .virtualHost: true
      case .path: false
      }
    if usesHost { url.host = "\(bucket).\(url.host)" } else { url.encodedPath += "/\(bucket)" }
    if let key {
      url.encodedPath += "/" + PercentEncoding.encode(key, keepingSlashes: true)
    } else if usesHost {
      url.encodedPath += "/"
    }
    url.query = query
    return url
  }

  /// The rules for names of general purpose buckets, as far as they keep an address an address.
  private static func check(bucket: String) throws(CloudError) {
    let isName =
      (3...63).contains(bucket.utf8.count) && bucket.first != "." && bucket.first != "-"
      && !bucket.contains("..")
      && bucket.utf8.allSatisfy {
        $0.isLowercaseLetter || $0.isDigit || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
      }
    guard isName else {
      throw CloudError(
        .configuration, "'\(bucket)' is no name of a bucket",
        hints: ["3 to 63 lower-case letters, digits, dots and hyphens"])
    }
  }

  func call(
    _ operation: String, _ bucket: String, _ key: String? = nil, isIdempotent: Bool = true,
    payloadHash: String? = nil
  ) -> ServiceClient.Call {
    ServiceClient.Call(
      operation: operation, target: "s3://\(bucket)" + (key.map { "/\($0)" } ?? ""),
      isIdempotent: isIdempotent,
      payloadHash: payloadHash)
  }

  /// The root element of an answer.
  static func element(_ name: String, of response: HTTPResponse) throws(CloudError) -> XMLElement {
    guard let root = XMLElement.parse(response.body), root.name == name else {
      throw CloudError(
        .response, "the answer is no \(name) in XML", hints: ["does an S3 server listen there?"])
    }
    return root
  }

  /// An address by which anybody may read, write or delete an object, for up to seven days.
  package func presignedURL(
    _ method: HTTPRequest.Method, bucket: String, key: String, expiresSeconds: Int
  ) throws -> String {
    guard (1...604_800).contains(expiresSeconds) else {
      throw CloudError(
        .configuration, "an address can be valid for 1 to 604,800 seconds, not \(expiresSeconds)")
    }
    return try service.presign(HTTPRequest(method, url(bucket, key)), expiresSeconds: expiresSeconds).text
  }
}
