import Cloud
import Files
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Against botocore, which has signed the requests in the file that `make test-cloud` names.
@Suite(.enabled(if: StandIn.signatures != nil)) struct SignatureComparisonTests {
  private struct Fact: Decodable {
    var service: String
    var region: String
    var method: String
    var host: String
    var key: String
    var query: [[String]]
    var headers: [[String]]
    var body: String
    var access_key: String
    var secret: String
    var token: String?
    var seconds: Int
    var expires: Int
    var authorization: String
    var presigned: String
  }

  private func facts() throws -> [Fact] {
    let bytes = try FileSystem.read(try #require(StandIn.signatures))
    return try JSONDecoder().decode([Fact].self, from: Data(bytes))
  }

  private func request(_ fact: Fact) throws -> HTTPRequest {
    let path = "/" + PercentEncoding.encode(fact.key, keepingSlashes: true)
    var request = HTTPRequest(
      try #require(HTTPRequest.Method(rawValue: fact.method)),
      HTTPURL(host: fact.host, encodedPath: path, query: fact.query.map { HTTPURL.QueryItem($0[0], $0[1]) }),
      body: .bytes(Array(fact.body.utf8)))
    for header in fact.headers { request.headers.add(header[0], header[1]) }
    return request
  }

  private func credentials(_ fact: Fact) -> Credentials {
    Credentials(
      accessKeyID: fact.access_key, secretAccessKey: Secret(fact.secret),
      sessionToken: fact.token.map(Secret.init))
  }

  @Test("signatures in headers are botocore's")
  func headers() throws {
    let facts = try facts()
    #expect(facts.count >= 100)
    for fact in facts {
      var request = try request(fact)
      let hash = PayloadHash.sha256(Array(fact.body.utf8))
      if fact.service == "s3" { request.headers["X-Amz-Content-SHA256"] = hash }
      let signed = SignatureV4(service: fact.service, region: fact.region)
        .sign(
          request, payloadHash: hash, credentials: credentials(fact), time: AWSTime(seconds: fact.seconds))
      #expect(
        signed.headers["Authorization"]?.hasSuffix("Signature=\(fact.authorization)") == true, "\(fact)")
    }
  }

  @Test("signatures in addresses are botocore's")
  func addresses() throws {
    for fact in try facts() {
      var request = try request(fact)
      request.body = .bytes([])
      let url = SignatureV4(service: fact.service, region: fact.region)
        .presign(
          request, payloadHash: fact.service == "s3" ? SignatureV4.unsignedPayload : PayloadHash.sha256([]),
          credentials: credentials(fact), time: AWSTime(seconds: fact.seconds), expiresSeconds: fact.expires)
      #expect(url.query.last?.value == fact.presigned, "\(fact)")
    }
  }
}
