import Cloud
import Diagnostics
import Synchronization
import TestSupport
import Testing

@Suite struct UploadTests {
  /// An S3 that knows uploads in parts and nothing else.
  private final class Store: Sendable {
    let parts = Mutex<[Int: Int]>([:])
    let completion: LoopbackServer.Reply
    let listedParts: String

    init(listedParts: String = "", completion: LoopbackServer.Reply? = nil) {
      self.listedParts = listedParts
      self.completion =
        completion
        ?? .answer(
          200, [:],
          "<CompleteMultipartUploadResult><ETag>&quot;whole&quot;</ETag></CompleteMultipartUploadResult>")
    }

    func reply(_ request: LoopbackServer.Request) -> LoopbackServer.Reply {
      let target = request.target
      switch request.method {
      case "PUT":
        let number =
          target.split(separator: "partNumber=").last.flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
        parts.withLock { $0[number] = request.body.count }
        return .answer(200, ["ETag": "\"p\(number)\""])
      case "POST" where target.contains("uploads="):
        return .answer(
          200, [:], "<InitiateMultipartUploadResult><UploadId>new</UploadId></InitiateMultipartUploadResult>")
      case "POST": return completion
      case "GET" where target.contains("uploads="):
        let upload = listedParts.isEmpty ? "" : "<Upload><Key>key</Key><UploadId>old</UploadId></Upload>"
        return .answer(200, [:], "<ListMultipartUploadsResult>\(upload)</ListMultipartUploadsResult>")
      case "GET": return .answer(200, [:], "<ListPartsResult>\(listedParts)</ListPartsResult>")
      case "HEAD": return .answer(200, ["ETag": "\"there\"", "Content-Length": "11"])
      default: return .answer(204)
      }
    }
  }

  private func upload(
    _ store: Store, _ text: String = "aaaaabbbbbc", condition: S3WriteCondition = .always
  ) throws -> (CloudFixture, Result<S3PutResult, any Error>) {
    let fixture = try CloudFixture { request, _ in store.reply(request) }
    let folder = try TemporaryFolder()
    let path = try folder.write(text, to: "f")
    var options = S3UploadOptions()
    options.singlePutLimit = 5
    options.partByteCount = 5
    options.threadCount = 3
    var put = S3PutOptions()
    put.condition = condition
    // Parts of 5 bytes, not of 5 MiB: this server takes them.
    let result = Result {
      try fixture.s3.uploadFile("bucket", "key", FileRange(path, byteCount: text.utf8.count), put, options)
    }
    return (fixture, result)
  }

  @Test("a large file goes in parts, which are listed in their order")
  func parts() throws {
    let store = Store()
    let (fixture, result) = try upload(store, condition: .ifAbsent)
    #expect(try result.get().eTag == "\"whole\"")
    #expect(store.parts.withLock { $0 } == [1: 5, 2: 5, 3: 1])
    let completion = try #require(fixture.server.requests.last)
    #expect(completion.target == "/bucket/key?uploadId=new")
    #expect(completion["If-None-Match"] == "*")
    let body = String(decoding: completion.body, as: UTF8.self)
    #expect(
      body.split(separator: "<PartNumber>").dropFirst().map { $0.prefix { $0.isNumber } } == ["1", "2", "3"])
    #expect(body.split(separator: "<ChecksumSHA256>").count == 4)
  }

  @Test(
    "a file of many parts gets larger ones, and all of it is in a part",
    arguments: [1, 5 << 20, (16 << 20) + 1, 5 << 40])
  func split(_ byteCount: Int) {
    let parts = S3UploadOptions().parts(of: FileRange("f", offset: 7, byteCount: byteCount))
    #expect(parts.count <= 10_000)
    #expect(parts.first?.offset == 7)
    #expect(parts.map(\.byteCount).reduce(0, +) == byteCount)
    #expect(zip(parts, parts.dropFirst()).allSatisfy { $0.offset + $0.byteCount == $1.offset })
    #expect(parts.dropLast().allSatisfy { $0.byteCount >= 5 << 20 && $0.byteCount <= 5 << 30 })
  }

  @Test("a small file goes in one piece")
  func small() throws {
    let (fixture, _) = try upload(Store(), "abc")
    #expect(fixture.server.requests.map(\.method) == ["PUT"])
  }

  @Test("parts that S3 has already are not sent, but one of other bytes is")
  func resume() throws {
    func part(_ number: Int, _ content: String, _ size: Int = 5) -> String {
      let hash = PayloadHash.base64(hex: PayloadHash.sha256(Array(content.utf8))) ?? ""
      return
        "<Part><PartNumber>\(number)</PartNumber><ETag>&quot;e&quot;</ETag><Size>\(size)</Size><ChecksumSHA256>\(hash)</ChecksumSHA256></Part>"
    }
    let store = Store(listedParts: part(1, "aaaaa") + part(2, "xxxxx") + part(9, "zzzzz"))
    let (fixture, result) = try upload(store)
    _ = try result.get()
    #expect(store.parts.withLock { $0 } == [2: 5, 3: 1])
    #expect(fixture.server.requests.last?.target == "/bucket/key?uploadId=old")
  }

  @Test("a part without a checksum is known by its MD5")
  func resumeByETag() throws {
    // The MD5 of "aaaaa".
    let listed =
      "<Part><PartNumber>1</PartNumber><ETag>\"594f803b380a41396ed63dca39503542\"</ETag><Size>5</Size></Part>"
    let store = Store(listedParts: listed)
    _ = try upload(store).1.get()
    #expect(store.parts.withLock { $0 } == [2: 5, 3: 1])
  }

  @Test("where the object is there already, the parts are thrown away")
  func conflict() throws {
    let store = Store(completion: .answer(412, [:], CloudFixture.error("PreconditionFailed")))
    let (fixture, result) = try upload(store, condition: .ifAbsent)
    #expect(CloudFixture.fault { _ = try result.get() }?.isConditionFailed == true)
    #expect(fixture.server.requests.last?.method == "DELETE")
    #expect(fixture.server.requests.last?.target == "/bucket/key?uploadId=new")
  }

  @Test("a completion whose answer was lost is found to have happened")
  func lostCompletion() throws {
    let store = Store()
    let completions = Atomic(0)
    let fixture = try CloudFixture { request, _ in
      guard request.method == "POST", request.target.contains("uploadId=") else {
        return store.reply(request)
      }
      return completions.add(1, ordering: .relaxed).newValue == 1
        ? .reset : .answer(404, [:], CloudFixture.error("NoSuchUpload"))
    }
    let folder = try TemporaryFolder()
    let path = try folder.write("aaaaabbbbbc", to: "f")
    var options = S3UploadOptions()
    options.singlePutLimit = 5
    options.partByteCount = 5
    let result = try fixture.s3.uploadFile(
      "bucket", "key", FileRange(path, byteCount: 11), S3PutOptions(), options)
    #expect(result.eTag == "\"there\"")
  }
}
