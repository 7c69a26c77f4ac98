import Crypto

/// AWS Signature Version 4. Source: IAM User Guide, "Create a signed AWS API request", and the S3 API reference,
/// "Authenticating Requests". No I/O and no clock.
package struct SignatureV4: Sendable {
  /// How the path is written into what is signed.
  package enum PathRules: Sendable {
    /// S3: as it goes over the wire.
    case verbatim
    /// All others: without `.`, `..` and empty segments, and each segment encoded once more.
    case normalized
    /// Encoded once more only.
    case encoded
  }

  package static let unsignedPayload = "UNSIGNED-PAYLOAD"
  private static let algorithm = "AWS4-HMAC-SHA256"

  package let service: String
  package let region: String
  package let pathRules: PathRules

  package init(service: String, region: String, pathRules: PathRules? = nil) {
    self.service = service
    self.region = region
    self.pathRules = pathRules ?? (service == "s3" ? .verbatim : .normalized)
  }

  /// The request with `X-Amz-Date`, `X-Amz-Security-Token`, `Host` and `Authorization`. All fields that it has are signed.
  ///
  /// - Parameter payloadHash: the SHA-256 of the body in hex, or `unsignedPayload`.
  package func sign(
    _ request: HTTPRequest, payloadHash: String, credentials: Credentials, time: AWSTime
  ) -> HTTPRequest {
    var signed = request
    if signed.headers["Host"] == nil { signed.headers["Host"] = request.url.authority }
    signed.headers["X-Amz-Date"] = time.basic
    if let token = credentials.sessionToken { signed.headers["X-Amz-Security-Token"] = token.reveal() }
    let canonical = canonicalRequest(signed, payloadHash: payloadHash)
    signed.headers["Authorization"] =
      "\(Self.algorithm) Credential=\(credentials.accessKeyID)/\(scope(time)), "
      + "SignedHeaders=\(canonical.signedHeaders), Signature="
      + signature(of: stringToSign(canonical.text, time), credentials, time)
    return signed
  }

  /// The address by which anybody may do what the request says, for so many seconds.
  package func presign(
    _ request: HTTPRequest, payloadHash: String = unsignedPayload, credentials: Credentials, time: AWSTime,
    expiresSeconds: Int
  ) -> HTTPURL {
    var signed = request
    if signed.headers["Host"] == nil { signed.headers["Host"] = request.url.authority }
    signed.url.query += [
      .init("X-Amz-Algorithm", Self.algorithm),
      .init("X-Amz-Credential", "\(credentials.accessKeyID)/\(scope(time))"),
      .init("X-Amz-Date", time.basic), .init("X-Amz-Expires", String(expiresSeconds)),
      .init("X-Amz-SignedHeaders", Self.canonicalHeaders(signed.headers).signed),
    ]
    if let token = credentials.sessionToken {
      signed.url.query.append(.init("X-Amz-Security-Token", token.reveal()))
    }
    let canonical = canonicalRequest(signed, payloadHash: payloadHash)
    var url = signed.url
    url.query.append(
      .init("X-Amz-Signature", signature(of: stringToSign(canonical.text, time), credentials, time)))
    return url
  }

  // MARK: The steps

  func canonicalRequest(
    _ request: HTTPRequest, payloadHash: String
  ) -> (text: String, signedHeaders: String) {
    let headers = Self.canonicalHeaders(request.headers)
    let text = [
      request.method.rawValue, canonicalPath(request.url.encodedPath), Self.canonicalQuery(request.url.query),
      headers.lines, headers.signed, payloadHash,
    ].joined(separator: "\n")
    return (text, headers.signed)
  }

  func stringToSign(_ canonicalRequest: String, _ time: AWSTime) -> String {
    [Self.algorithm, time.basic, scope(time), PayloadHash.sha256(Array(canonicalRequest.utf8))]
      .joined(separator: "\n")
  }

  private func signature(of text: String, _ credentials: Credentials, _ time: AWSTime) -> String {
    var key = SymmetricKey(data: Array("AWS4\(credentials.secretAccessKey.reveal())".utf8))
    for part in [time.day, region, service, "aws4_request"] {
      key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key))
    }
    return Hex.text(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key))
  }

  private func scope(_ time: AWSTime) -> String { "\(time.day)/\(region)/\(service)/aws4_request" }

  private func canonicalPath(_ wirePath: String) -> String {
    let path = wirePath.isEmpty ? "/" : wirePath
    switch pathRules {
    case .verbatim: return path
    case .encoded: return PercentEncoding.encode(path, keepingSlashes: true)
    case .normalized: return PercentEncoding.encode(Self.withoutDots(path), keepingSlashes: true)
    }
  }

  /// RFC 3986, section 5.2.4, and without empty segments.
  private static func withoutDots(_ path: String) -> String {
    var kept: [Substring] = []
    let segments = path.split(separator: "/")
    for segment in segments where segment != "." {
      if segment == ".." { _ = kept.popLast() } else { kept.append(segment) }
    }
    let isFolder = path.hasSuffix("/") || segments.last == "." || segments.last == ".."
    return "/" + kept.joined(separator: "/") + (isFolder && !kept.isEmpty ? "/" : "")
  }

  private static func canonicalQuery(_ items: [HTTPURL.QueryItem]) -> String {
    items.map { (PercentEncoding.encode($0.name), PercentEncoding.encode($0.value)) }
      .sorted {
        $0.0 == $1.0
          ? $0.1.utf8.lexicographicallyPrecedes($1.1.utf8) : $0.0.utf8.lexicographicallyPrecedes($1.0.utf8)
      }
      .map { "\($0.0)=\($0.1)" }
      .joined(separator: "&")
  }

  /// Names in lower case and sorted; values trimmed, runs of spaces one, those of one name joined in their order.
  private static func canonicalHeaders(_ headers: HTTPHeaders) -> (lines: String, signed: String) {
    var values: [String: [String]] = [:]
    for field in headers.fields {
      let trimmed = field.value.split { $0 == " " || $0.isNewline || $0 == "\t" }.joined(separator: " ")
      values[field.name.lowercased(), default: []].append(trimmed)
    }
    let names = values.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let lines = names.map { "\($0):\(values[$0, default: []].joined(separator: ","))\n" }
    return (lines.joined(), names.joined(separator: ";"))
  }
}
