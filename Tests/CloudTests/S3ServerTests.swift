import Cloud
import Diagnostics
import Synchronization
import TestSupport
import Testing

/// Against a real S3 server, whose place `make test-cloud` puts into the environment.
@Suite(.enabled(if: StandIn.s3 != nil)) struct S3ServerTests {
  private static let counter = Atomic(0)
  private let s3: S3Client
  private let bucket: String
  /// Before the keys of one test.
  private let prefix: String

  init() throws {
    let standIn = try #require(StandIn.s3)
    bucket = standIn.bucket
    s3 = try S3Client(standIn.configuration())
    var random = SeededRandom.fresh()
    prefix = "t\(random.next())-\(Self.counter.add(1, ordering: .relaxed).newValue)/"
  }

  private func read(_ key: String, range: Range<Int>? = nil) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try s3.getObject(bucket, key, range: range) { bytes += $0 }
    return bytes
  }

  @Test("an object comes back as it was written, whole and in parts", arguments: [0, 1, 100_000, 5_000_001])
  func roundTrip(_ count: Int) throws {
    var random = SeededRandom(seed: 5)
    let bytes = random.bytes(count)
    let folder = try TemporaryFolder()
    let path = try folder.write(bytes, to: "f")
    let key = prefix + "a folder/ü+&=?#%41 é'(*)~"
    var options = S3PutOptions()
    options.contentType = "application/vnd.apache.parquet"
    options.metadata = ["sha256": PayloadHash.sha256(bytes)]
    let put = try s3.putObject(bucket, key, .file(FileRange(path, byteCount: count)), options)
    let head = try #require(try s3.headObject(bucket, key))
    #expect(head.byteCount == count)
    #expect(head.eTag == put.eTag)
    #expect(head.contentType == "application/vnd.apache.parquet")
    #expect(head.metadata == options.metadata)
    #expect(try read(key) == bytes)
    if count > 10 { #expect(try read(key, range: 3..<(count - 4)) == Array(bytes[3..<(count - 4)])) }
    #expect(try s3.listObjectsV2(bucket, prefix: prefix).objects.map(\.key) == [key])
  }

  @Test("a write that must be the first is refused the second time")
  func ifAbsent() throws {
    var options = S3PutOptions()
    options.condition = .ifAbsent
    try s3.putObject(bucket, prefix + "k", .bytes([1]), options)
    let fault = CloudFixture.fault { try s3.putObject(bucket, prefix + "k", .bytes([2]), options) }
    #expect(fault?.isConditionFailed == true)
    #expect(try read(prefix + "k") == [1])
  }

  @Test("a write over a certain object is refused when there is another")
  func ifMatch() throws {
    let first = try s3.putObject(bucket, prefix + "k", .bytes([1]))
    var options = S3PutOptions()
    options.condition = .ifMatch(first.eTag)
    let second = try s3.putObject(bucket, prefix + "k", .bytes([2]), options)
    #expect(second.eTag != first.eTag)
    let fault = CloudFixture.fault { try s3.putObject(bucket, prefix + "k", .bytes([3]), options) }
    #expect(fault?.isConditionFailed == true)
    #expect(try read(prefix + "k") == [2])
    #expect(
      CloudFixture.fault { try s3.getObject(bucket, prefix + "k", ifMatch: first.eTag) { _ in } }?
        .isConditionFailed
        == true)
  }

  @Test("of many writers that must be the first, one wins")
  func race() throws {
    let wins = Atomic(0)
    let threads = (0..<6).map { number in
      BackgroundThread { [s3, bucket, prefix] in
        var options = S3PutOptions()
        options.condition = .ifAbsent
        do {
          try s3.putObject(bucket, prefix + "k", .bytes([UInt8(number)]), options)
          wins.add(1, ordering: .relaxed)
        } catch let error as CloudError where error.isConditionFailed {}
      }
    }
    for thread in threads { try thread.join() }
    #expect(wins.load(ordering: .relaxed) == 1)
  }

  @Test("an upload in parts goes on after an interruption")
  func multipart() throws {
    var random = SeededRandom(seed: 6)
    let bytes = random.bytes((5 << 20) + 1000)
    let folder = try TemporaryFolder()
    let path = try folder.write(bytes, to: "f")
    let key = prefix + "big"
    let id = try s3.createMultipartUpload(bucket, key)
    _ = try s3.uploadPart(bucket, key, uploadID: id, number: 1, .file(FileRange(path, byteCount: 5 << 20)))
    // Another process would find the upload and its parts again.
    let found = try #require(try s3.listMultipartUploads(bucket, prefix: prefix).first)
    #expect(found.key == key)
    #expect(found.id == id)
    let listed = try s3.listParts(bucket, key, uploadID: id)
    #expect(listed.map(\.number) == [1])
    #expect(listed.map(\.byteCount) == [5 << 20])
    let hash = PayloadHash.base64(hex: PayloadHash.sha256(Array(bytes[..<(5 << 20)])))
    #expect(listed.allSatisfy { $0.checksumSHA256 == nil || $0.checksumSHA256 == hash })
    var parts = listed.map { S3Part(number: 1, eTag: $0.eTag, byteCount: $0.byteCount, checksumSHA256: hash) }
    parts.append(
      try s3.uploadPart(
        bucket, key, uploadID: id, number: 2, .file(FileRange(path, offset: 5 << 20, byteCount: 1000))))
    try s3.completeMultipartUpload(bucket, key, uploadID: id, parts: parts, condition: .ifAbsent)
    #expect(try read(key) == bytes)
    #expect(try s3.listMultipartUploads(bucket, prefix: prefix).isEmpty)
  }

  @Test("an upload that is given up leaves nothing")
  func abort() throws {
    let id = try s3.createMultipartUpload(bucket, prefix + "k")
    _ = try s3.uploadPart(bucket, prefix + "k", uploadID: id, number: 1, .bytes([1, 2]))
    try s3.abortMultipartUpload(bucket, prefix + "k", uploadID: id)
    try s3.abortMultipartUpload(bucket, prefix + "k", uploadID: id)
    #expect(try s3.listMultipartUploads(bucket, prefix: prefix).isEmpty)
    #expect(try s3.headObject(bucket, prefix + "k") == nil)
  }

  @Test("bytes that are not those of their checksum are refused")
  func damaged() throws {
    var options = S3PutOptions()
    options.sha256 = PayloadHash.sha256([9])
    let fault = CloudFixture.fault { try s3.putObject(bucket, prefix + "k", .bytes([1, 2, 3]), options) }
    #expect(fault?.service?.status == 400)
    #expect(try s3.headObject(bucket, prefix + "k") == nil)
  }

  @Test("listings are read page by page, in order, and deleted")
  func listing() throws {
    let keys = (0..<25).map { "\(prefix)\($0 % 2 == 0 ? "even/" : "")k\(100 + $0)" }.sorted()
    for key in keys { try s3.putObject(bucket, key, .bytes([])) }
    var listed: [String] = []
    var token: String?
    repeat {
      let page = try s3.listObjectsV2(bucket, prefix: prefix, continuationToken: token, maximumCount: 7)
      #expect(page.objects.count <= 7)
      listed += page.objects.map(\.key)
      token = page.continuationToken
    } while token != nil
    #expect(listed == keys)
    let grouped = try s3.listObjectsV2(bucket, prefix: prefix, delimiter: "/")
    #expect(grouped.commonPrefixes == [prefix + "even/"])
    #expect(grouped.objects.count == 12)
    #expect(
      try s3.listObjectsV2(bucket, prefix: prefix, startAfter: keys[20]).objects.map(\.key)
        == Array(keys[21...]))
    try s3.deleteObject(bucket, keys[0])
    #expect(try s3.deleteObjects(bucket, keys) == [])
    #expect(try s3.listObjectsV2(bucket, prefix: prefix).objects.isEmpty)
  }

  @Test("a signed address serves whoever has it")
  func presigned() throws {
    try s3.putObject(bucket, prefix + "a b", .bytes(Array("hello".utf8)))
    let text = try s3.presignedURL(.get, bucket: bucket, key: prefix + "a b", expiresSeconds: 60)
    let curl = try #require(Tool("curl"))
    #expect(try curl.run(["-s", text]).output == "hello\n")
    #expect(try curl.run(["-s", "-o", "/dev/null", "-w", "%{http_code}", text + "0"]).output == "403\n")
  }

  @Test("a bucket that is not there is told")
  func missingBucket() throws {
    try s3.headBucket(bucket)
    #expect(CloudFixture.fault { try s3.headBucket("no-such-bucket-here") }?.isNotFound == true)
    #expect(
      CloudFixture.fault { try s3.putObject("no-such-bucket-here", "k", .bytes([])) }?.serviceCode
        == "NoSuchBucket")
  }

  @Test("a wrong secret, an unknown key and a wrong clock are told apart")
  func refused() throws {
    let standIn = try #require(StandIn.s3)
    func code(_ change: [String: String], clockShift: Int = 0) throws -> DiagnosticCode? {
      let s3 = try S3Client(standIn.configuration(change, clockShift: clockShift))
      return diagnostic { _ = try s3.listObjectsV2(bucket) }?.code
    }
    #expect(try code(["AWS_SECRET_ACCESS_KEY": "wrong"]) == .credentialsRefused)
    #expect(try code(["AWS_ACCESS_KEY_ID": "unknown"]) == .credentialsRefused)
    #expect(try code([:], clockShift: -3600) == .clockSkewed)
    #expect(try code([:], clockShift: 3600) == .clockSkewed)
  }
}
