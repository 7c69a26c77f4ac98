import Cloud
import Diagnostics
import TestSupport
import Testing

/// Over a network that breaks: a real S3 server behind the proxy of `make test-cloud`. One after the other, since there is
/// one proxy.
@Suite(.enabled(if: StandIn.proxy != nil), .serialized) struct FaultTests {
  private let standIn: StandIn
  private let bytes: [UInt8]
  private let key: String

  init() throws {
    standIn = try #require(StandIn.proxy)
    var random = SeededRandom.fresh()
    bytes = random.bytes(300_000)
    key = "fault-\(random.next())"
    try StandIn.setFault("")
  }

  /// A client with no connection yet.
  private func client(stallSeconds: Double = 30) throws -> S3Client {
    try S3Client(standIn.configuration(stallSeconds: stallSeconds))
  }

  private func read(_ s3: S3Client) throws -> [UInt8] {
    var received: [UInt8] = []
    try s3.getObject(standIn.bucket, key) { received += $0 }
    return received
  }

  static let places = [1, 50, 200, 600, 1_000, 20_000, 150_000, 299_000]

  @Test("a write that is cut anywhere arrives whole", arguments: places, [true, false])
  func cutUp(_ place: Int, isReset: Bool) throws {
    try StandIn.setFault(
      #"{"kind":"cut","direction":"up","bytes":\#(place),"reset":\#(isReset),"times":2,"id":"\#(key)"}"#)
    try client().putObject(standIn.bucket, key, .bytes(bytes))
    try StandIn.setFault("")
    #expect(try read(client()) == bytes)
  }

  @Test("a write whose answer is lost is known for one's own", arguments: [0, 1, 60])
  func lostAnswer(_ place: Int) throws {
    try StandIn.setFault(
      #"{"kind":"cut","direction":"down","bytes":\#(max(1, place)),"times":1,"id":"\#(key)"}"#)
    var options = S3PutOptions()
    options.condition = .ifAbsent
    let fault = CloudFixture.fault { try client().putObject(standIn.bucket, key, .bytes(bytes), options) }
    // The first attempt has written it, so the second finds it there, and says that it was the second.
    #expect(fault == nil || fault?.isConditionFailed == true && fault?.attemptCount ?? 0 > 1)
    try StandIn.setFault("")
    #expect(try read(client()) == bytes)
  }

  @Test("a read that is cut anywhere goes on there", arguments: places, [true, false])
  func cutDown(_ place: Int, isReset: Bool) throws {
    try StandIn.setFault("")
    try client().putObject(standIn.bucket, key, .bytes(bytes))
    try StandIn.setFault(
      #"{"kind":"cut","direction":"down","bytes":\#(place),"reset":\#(isReset),"times":3,"id":"\#(key)"}"#)
    #expect(try read(client()) == bytes)
  }

  @Test("connections that are reset are made again")
  func reset() throws {
    try StandIn.setFault(#"{"kind":"reset","times":3,"id":"\#(key)"}"#)
    try client().putObject(standIn.bucket, key, .bytes(bytes))
    #expect(try read(client()) == bytes)
  }

  @Test("a network that resets for ever is told, after as many tries as allowed")
  func resetForEver() throws {
    try StandIn.setFault(#"{"kind":"reset","id":"\#(key)"}"#)
    let fault = CloudFixture.fault { try client().putObject(standIn.bucket, key, .bytes(bytes)) }
    #expect(fault?.attemptCount == 5)
    #expect(fault?.diagnostic.code == .networkFailed)
  }

  @Test("a transfer that stands still is made again", arguments: ["up", "down"])
  func stall(_ direction: String) throws {
    try StandIn.setFault("")
    try client().putObject(standIn.bucket, key, .bytes(bytes))
    try StandIn.setFault(
      #"{"kind":"stall","direction":"\#(direction)","bytes":\#(direction == "up" ? 300 : 100_000),"times":1,"id":"\#(key)"}"#
    )
    #expect(try read(client(stallSeconds: 1)) == bytes)
  }

  @Test(
    "a service in trouble is asked again",
    arguments: [
      "HTTP/1.1 500 Internal Server Error\\r\\nContent-Length: 0\\r\\n\\r\\n",
      "HTTP/1.1 503 Slow Down\\r\\nContent-Length: 40\\r\\n\\r\\n<Error><Code>SlowDown</Code></Error>    ",
      "HTTP/1.1 503 Service Unavailable\\r\\nRetry-After: 1\\r\\nContent-Length: 0\\r\\n\\r\\n",
    ])
  func trouble(_ answer: String) throws {
    try StandIn.setFault(#"{"kind":"answer","text":"\#(answer)","times":2,"id":"\#(key)"}"#)
    let start = ContinuousClock.now
    try client().putObject(standIn.bucket, key, .bytes(bytes))
    if answer.contains("Retry-After") { #expect(ContinuousClock.now - start >= .seconds(2)) }
    try StandIn.setFault("")
    #expect(try read(client()) == bytes)
  }

  @Test("an upload in parts is resumed after its network broke, and sends only what is missing")
  func resumedUpload() throws {
    var random = SeededRandom(seed: 8)
    let large = random.bytes((5 << 20) * 3 + 77)
    let folder = try TemporaryFolder()
    let file = FileRange(try folder.write(large, to: "f"), byteCount: large.count)
    var upload = S3UploadOptions()
    upload.singlePutLimit = 5 << 20
    upload.partByteCount = 5 << 20
    upload.threadCount = 1
    // The first connection serves for the listing, the creation and two parts; then all break.
    try StandIn.setFault(#"{"kind":"cut","direction":"up","bytes":12000000,"reset":true,"id":"\#(key)"}"#)
    let fault = CloudFixture.fault {
      try client().uploadFile(standIn.bucket, key, file, S3PutOptions(), upload)
    }
    try StandIn.setFault("")
    guard fault != nil else {
      // Each attempt got on by so much that it arrived after all: that is as good.
      #expect(try read(client()) == large)
      return
    }
    let s3 = try client()
    let id = try #require(try s3.listMultipartUploads(standIn.bucket, prefix: key).first?.id)
    #expect(!(try s3.listParts(standIn.bucket, key, uploadID: id)).isEmpty)
    try s3.uploadFile(standIn.bucket, key, file, S3PutOptions(), upload)
    #expect(try read(s3) == large)
    #expect(try s3.listMultipartUploads(standIn.bucket, prefix: key).isEmpty)
  }
}
