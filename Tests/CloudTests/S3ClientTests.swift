import Cloud
import Diagnostics
import TestSupport
import Testing

@Suite struct S3ClientTests {
  @Test("an interrupted read goes on where it was, of the same object")
  func resume() throws {
    let text = "0123456789abcdef"
    let fixture = try CloudFixture { request, number in
      switch number {
      case 1: .cut(200, ["ETag": "\"e\""], text, after: 6)
      case 2:
        .cut(206, ["ETag": "\"e\"", "Content-Range": "bytes 6-15/16"], String(text.dropFirst(6)), after: 4)
      default: .answer(206, ["ETag": "\"e\"", "Content-Range": "bytes 10-15/16"], String(text.dropFirst(10)))
      }
    }
    var received: [UInt8] = []
    let head = try fixture.s3.getObject("bucket", "key") { received += $0 }
    #expect(String(decoding: received, as: UTF8.self) == text)
    #expect(head.byteCount == 16)
    #expect(fixture.server.requests.map { $0["Range"] } == [nil, "bytes=6-", "bytes=10-"])
    #expect(fixture.server.requests.map { $0["If-Match"] } == [nil, "\"e\"", "\"e\""])
  }

  @Test("an interrupted read of another object is refused, not patched together")
  func changedObject() throws {
    let fixture = try CloudFixture { _, number in
      number == 1
        ? .cut(200, ["ETag": "\"e\""], "0123456789", after: 6)
        : .answer(412, [:], CloudFixture.error("PreconditionFailed"))
    }
    let fault = CloudFixture.fault { try fixture.s3.getObject("bucket", "key") { _ in } }
    #expect(fault?.isConditionFailed == true)
  }

  @Test("a server that ignores the range of a continued read is found out")
  func ignoredRange() throws {
    let fixture = try CloudFixture { _, number in
      number == 1
        ? .cut(200, ["ETag": "\"e\""], "0123456789", after: 6) : .answer(200, ["ETag": "\"e\""], "0123456789")
    }
    var received: [UInt8] = []
    let fault = CloudFixture.fault { try fixture.s3.getObject("bucket", "key") { received += $0 } }
    #expect(fault?.cause == .response)
    #expect(received.count == 6)
  }

  @Test("a range is asked for by its first and last byte")
  func range() throws {
    let fixture = try CloudFixture { _, _ in
      .answer(206, ["ETag": "\"e\"", "Content-Range": "bytes 5-9/20"], "56789")
    }
    var received: [UInt8] = []
    let head = try fixture.s3.getObject("bucket", "key", range: 5..<10, ifMatch: "\"e\"") { received += $0 }
    #expect(received == Array("56789".utf8))
    #expect(head.byteCount == 20)
    #expect(fixture.server.requests.first?["Range"] == "bytes=5-9")
    #expect(fixture.server.requests.first?["If-Match"] == "\"e\"")
  }

  @Test("a small object that is too large is not kept")
  func tooLarge() throws {
    let fixture = try CloudFixture { _, _ in .answer(200, ["ETag": "\"e\""], "0123456789") }
    #expect(
      diagnostic { _ = try fixture.s3.getObject("bucket", "key", maximumByteCount: 9) }?.code
        == .answerInvalid)
    #expect(try fixture.s3.getObject("bucket", "key", maximumByteCount: 10).bytes.count == 10)
  }

  @Test("an object is written with its checksum, its condition and its metadata")
  func put() throws {
    let fixture = try CloudFixture { _, _ in .answer(200, ["ETag": "\"e\"", "x-amz-version-id": "v"]) }
    var options = S3PutOptions()
    options.contentType = "application/json"
    options.metadata = ["build": "20261122"]
    options.condition = .ifMatch("\"old\"")
    let result = try fixture.s3.putObject("bucket", "a folder/key+ü", .bytes(Array("abc".utf8)), options)
    #expect(result.eTag == "\"e\"")
    #expect(result.versionID == "v")
    let sent = try #require(fixture.server.requests.first)
    #expect(sent.target == "/bucket/a%20folder/key%2B%C3%BC")
    #expect(sent["Content-Type"] == "application/json")
    #expect(sent["x-amz-meta-build"] == "20261122")
    #expect(sent["If-Match"] == "\"old\"")
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(sent["x-amz-content-sha256"] == hash)
    #expect(sent["x-amz-checksum-sha256"] == "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=")
    options.condition = .ifAbsent
    try fixture.s3.putObject("bucket", "key", .bytes([]), options)
    #expect(fixture.server.requests.last?["If-None-Match"] == "*")
  }

  @Test("a key that is not there is nil to a HEAD, and an error to a GET")
  func missing() throws {
    let fixture = try CloudFixture { request, _ in
      .answer(404, [:], CloudFixture.error("NoSuchKey", "not there"))
    }
    #expect(try fixture.s3.headObject("bucket", "key") == nil)
    let fault = CloudFixture.fault { try fixture.s3.getObject("bucket", "key") { _ in } }
    #expect(fault?.isNotFound == true)
    #expect(fault?.requestID == "R-1")
    #expect(fault?.diagnostic.code == .remoteNotFound)
  }

  @Test("an error in an answer that says 200 is an error")
  func errorInside() throws {
    let done = "<CompleteMultipartUploadResult><ETag>&quot;e-1&quot;</ETag></CompleteMultipartUploadResult>"
    let fixture = try CloudFixture { _, number in
      .answer(200, [:], number == 1 ? CloudFixture.error("InternalError") : done)
    }
    let result = try fixture.s3.completeMultipartUpload("bucket", "key", uploadID: "u", parts: [])
    #expect(result.eTag == "\"e-1\"")
    #expect(fixture.server.requests.count == 2)
  }

  @Test("a listing is read page by page, its keys decoded")
  func listing() throws {
    let fixture = try CloudFixture { request, _ in
      let isSecond = request.target.contains("continuation-token=t%2F1")
      let object =
        "<Contents><Key>\(isSecond ? "b%2Bc" : "a+%C3%BC")</Key><Size>3</Size><ETag>&quot;e&quot;</ETag>"
        + "<LastModified>2026-11-25T16:00:00.000Z</LastModified></Contents>"
      return .answer(
        200, [:],
        "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><EncodingType>url</EncodingType>"
          + "<IsTruncated>\(!isSecond)</IsTruncated>\(object)"
          + (isSecond ? "" : "<NextContinuationToken>t/1</NextContinuationToken>") + "</ListBucketResult>")
    }
    var keys: [String] = []
    try fixture.s3.forEachObject("bucket", prefix: "p/") { keys.append($0.key) }
    #expect(keys == ["a ü", "b+c"])
    #expect(fixture.server.requests.first?.target.contains("prefix=p%2F") == true)
  }

  @Test("a listing that does not get on ends with an error")
  func endlessListing() throws {
    let fixture = try CloudFixture { _, _ in
      .answer(
        200, [:],
        "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken></ListBucketResult>"
      )
    }
    #expect(diagnostic { try fixture.s3.forEachObject("bucket") { _ in } }?.code == .answerInvalid)
  }

  @Test("many objects are deleted a thousand at a time, and refusals are told")
  func deleteMany() throws {
    let fixture = try CloudFixture { _, number in
      .answer(
        200, [:],
        number == 1
          ? "<DeleteResult/>"
          : "<DeleteResult><Error><Key>k1500</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>"
      )
    }
    let faults = try fixture.s3.deleteObjects("bucket", (0..<1501).map { "k\($0)" })
    #expect(faults == [S3DeleteFault(key: "k1500", code: "AccessDenied", message: "no")])
    #expect(fixture.server.requests.map(\.target) == ["/bucket?delete=", "/bucket?delete="])
    #expect(
      String(decoding: fixture.server.requests[1].body, as: UTF8.self).hasPrefix(
        "<Delete><Object><Key>k1000</Key>"))
  }

  @Test(
    "names and keys that make no address are refused",
    arguments: [
      ("Bucket", "k"), ("b", "k"), ("a/b", "k"), ("a..b", "k"), ("bucket", ""), ("bucket@host", "k"),
    ])
  func names(bucket: String, key: String) throws {
    let fixture = try CloudFixture { _, _ in .answer(200) }
    #expect(diagnostic { _ = try fixture.s3.headObject(bucket, key) }?.code == .cloudConfigurationInvalid)
    #expect(fixture.server.requests.isEmpty)
  }

  @Test("the bucket stands in the host at AWS, and in the path elsewhere or with a dot in its name")
  func addressing() throws {
    let environment = [
      "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "hidden",
    ]
    let s3 = try S3Client(try AWSConfiguration(environment: environment))
    func start(_ bucket: String, _ key: String) throws -> String {
      String(try s3.presignedURL(.get, bucket: bucket, key: key, expiresSeconds: 60).prefix { $0 != "?" })
    }
    #expect(try start("bucket", "a/b c") == "https://bucket.s3.eu-central-1.amazonaws.com/a/b%20c")
    #expect(try start("my.bucket", "a") == "https://s3.eu-central-1.amazonaws.com/my.bucket/a")
  }

  @Test("the form of an address can be chosen")
  func chosenAddressing() throws {
    let environment = [
      "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "hidden",
      "AWS_ENDPOINT_URL_S3": "http://store.example.com:9000/base",
    ]
    let configuration = try AWSConfiguration(environment: environment)
    func start(_ addressing: S3Client.Addressing) throws -> String {
      let s3 = try S3Client(configuration, addressing: addressing)
      return String(
        try s3.presignedURL(.get, bucket: "bucket", key: "k", expiresSeconds: 60).prefix { $0 != "?" })
    }
    #expect(try start(.automatic) == "http://store.example.com:9000/base/bucket/k")
    #expect(try start(.virtualHost) == "http://bucket.store.example.com:9000/base/k")
  }

  @Test(
    "what S3 says of a failure has its number",
    arguments: [
      (400, "BadDigest", DiagnosticCode.transferDamaged), (400, "InvalidArgument", .requestRefused),
      (403, "AccessDenied", .remoteAccessDenied), (403, "InvalidAccessKeyId", .credentialsRefused),
      (404, "NoSuchBucket", .remoteNotFound), (409, "OperationAborted", .remoteConflict),
      (503, "SlowDown", .serviceUnavailable), (403, "RequestTimeTooSkewed", .clockSkewed),
    ])
  func codes(status: Int, code: String, expected: DiagnosticCode) throws {
    let fixture = try CloudFixture(attempts: 1) { _, _ in .answer(status, [:], CloudFixture.error(code)) }
    #expect(diagnostic { try fixture.s3.deleteObject("bucket", "key") }?.code == expected)
  }

  @Test("a bucket of another region is told by its region")
  func otherRegion() throws {
    let fixture = try CloudFixture { _, _ in .answer(301, ["x-amz-bucket-region": "us-west-2"]) }
    let told = diagnostic { try fixture.s3.headBucket("bucket") }
    #expect(told?.hints == ["the bucket is in region us-west-2, not eu-central-1: set the region"])
  }

  @Test("a wrong clock is told with both times")
  func clock() throws {
    let fixture = try CloudFixture { _, _ in
      .answer(403, ["Date": "Sun, 06 Nov 1994 08:49:37 GMT"], CloudFixture.error("RequestTimeTooSkewed"))
    }
    let told = diagnostic { try fixture.s3.deleteObject("bucket", "key") }
    #expect(told?.code == .clockSkewed)
    #expect(told?.hints.first?.contains("1994-11-06T08:49:37Z") == true)
  }

  @Test("no error and no request line holds a secret")
  func secrets() throws {
    let fixture = try CloudFixture { _, _ in .answer(403, [:], CloudFixture.error("SignatureDoesNotMatch")) }
    let fault = try #require(CloudFixture.fault { try fixture.s3.headBucket("bucket") })
    #expect(!"\(fault) \(fault.diagnostic) \(fixture.configuration)".contains("hidden"))
  }
}
