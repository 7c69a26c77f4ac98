import Cloud
import Testing

@Suite struct SignatureV4Tests {
  static let time = AWSTime(seconds: 1_440_938_160)  // 2015-08-30T12:36:00Z

  @Test("a signature in a header is that of AWS's test suite", arguments: SignatureFact.all)
  func header(_ fact: SignatureFact) throws {
    let request = try Self.request(fact, isPresigned: false)
    let signed = SignatureV4(service: "service", region: "us-east-1", pathRules: fact.rules)
      .sign(
        request, payloadHash: PayloadHash.sha256(Array(fact.body.utf8)), credentials: Self.credentials(fact),
        time: Self.time)
    let authorization = try #require(signed.headers["Authorization"])
    #expect(authorization.hasSuffix("Signature=\(fact.headerSignature)"), "\(authorization)")
    #expect(
      authorization.hasPrefix(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "))
  }

  @Test("a signature in an address is that of AWS's test suite", arguments: SignatureFact.all)
  func query(_ fact: SignatureFact) throws {
    let url = SignatureV4(service: "service", region: "us-east-1", pathRules: fact.rules)
      .presign(
        try Self.request(fact, isPresigned: true), payloadHash: PayloadHash.sha256(Array(fact.body.utf8)),
        credentials: Self.credentials(fact), time: Self.time, expiresSeconds: 3600)
    #expect(url.query.last == HTTPURL.QueryItem("X-Amz-Signature", fact.presignedSignature))
  }

  private static func request(_ fact: SignatureFact, isPresigned: Bool) throws -> HTTPRequest {
    let method = try #require(HTTPRequest.Method(rawValue: fact.method))
    var request = HTTPRequest(
      method, HTTPURL(host: "example.amazonaws.com", encodedPath: fact.path, query: fact.query),
      body: .bytes(Array(fact.body.utf8)))
    for (name, value) in fact.headers { request.headers.add(name, value) }
    if fact.signsBodyHash, !isPresigned {
      request.headers["X-Amz-Content-Sha256"] = PayloadHash.sha256(Array(fact.body.utf8))
    }
    return request
  }

  private static func credentials(_ fact: SignatureFact) -> Credentials {
    Credentials(
      accessKeyID: "AKIDEXAMPLE", secretAccessKey: Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
      sessionToken: fact.token.map(Secret.init))
  }

  /// The examples of the S3 API reference, "Signature Calculations for the Authorization Header".
  struct S3Fact: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var method: HTTPRequest.Method = .get
    var key: String?
    var query: [HTTPURL.QueryItem] = []
    var headers: [(String, String)] = []
    var body = ""
    var signature: String
  }

  static let s3Facts = [
    S3Fact(
      testDescription: "GET with a range", key: "test.txt", headers: [("Range", "bytes=0-9")],
      signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
    S3Fact(
      testDescription: "PUT", method: .put, key: "test$file.text",
      headers: [("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")],
      body: "Welcome to Amazon S3.",
      signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
    S3Fact(
      testDescription: "a query without a value", query: [.init("lifecycle", "")],
      signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
    S3Fact(
      testDescription: "a listing", query: [.init("max-keys", "2"), .init("prefix", "J")],
      signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
  ]

  static let s3Credentials = Credentials(
    accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"))
  static let s3Time = AWSTime(seconds: 1_369_353_600)  // 2013-05-24T00:00:00Z

  @Test("a request to S3 is signed as its reference shows", arguments: s3Facts)
  func s3(_ fact: S3Fact) throws {
    let path = "/" + (fact.key.map { PercentEncoding.encode($0, keepingSlashes: true) } ?? "")
    var request = HTTPRequest(
      fact.method, HTTPURL(host: "examplebucket.s3.amazonaws.com", encodedPath: path, query: fact.query))
    for (name, value) in fact.headers { request.headers.add(name, value) }
    let hash = PayloadHash.sha256(Array(fact.body.utf8))
    request.headers["x-amz-content-sha256"] = hash
    let signed = SignatureV4(service: "s3", region: "us-east-1")
      .sign(request, payloadHash: hash, credentials: Self.s3Credentials, time: Self.s3Time)
    #expect(try #require(signed.headers["Authorization"]).hasSuffix("Signature=\(fact.signature)"))
  }

  @Test("an address for others is that of S3's reference")
  func s3Presigned() {
    let url = SignatureV4(service: "s3", region: "us-east-1")
      .presign(
        HTTPRequest(.get, HTTPURL(host: "examplebucket.s3.amazonaws.com", encodedPath: "/test.txt")),
        credentials: Self.s3Credentials, time: Self.s3Time, expiresSeconds: 86_400)
    #expect(
      url.text == "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
        + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
        + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
  }

  @Test("a secret prints as stars, in any way")
  func secret() {
    let credentials = Credentials(
      accessKeyID: "AK", secretAccessKey: Secret("hidden-1"), sessionToken: Secret("hidden-2"))
    var dumped = ""
    dump(credentials, to: &dumped)
    for text in ["\(credentials)", String(reflecting: credentials), dumped] {
      #expect(!text.contains("hidden"), "\(text)")
      #expect(text.contains("***"))
    }
    #expect(credentials.secretAccessKey.reveal() == "hidden-1")
  }
}
