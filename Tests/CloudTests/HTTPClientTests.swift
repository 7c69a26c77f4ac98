import Cloud
import Diagnostics
import TestSupport
import Testing

@Suite struct HTTPClientTests {
  private func request(
    _ server: LoopbackServer, _ method: HTTPRequest.Method = .get, _ body: HTTPBody = .bytes([])
  ) throws -> HTTPRequest {
    HTTPRequest(method, try HTTPURL(endpoint: server.endpoint, from: "the test"), body: body)
  }

  @Test("an answer has its status, its fields and its body")
  func answer() throws {
    let server = try LoopbackServer { _, _ in .answer(404, ["X-One": "a: b"], "gone") }
    defer { server.stop() }
    let response = try HTTPClient().send(try request(server))
    #expect(response.status == 404)
    #expect(response.headers["x-one"] == "a: b")
    #expect(String(decoding: response.body, as: UTF8.self) == "gone")
  }

  @Test("a second request uses the connection of the first")
  func reuse() throws {
    let server = try LoopbackServer { _, _ in .answer(200, [:], "x") }
    defer { server.stop() }
    let client = HTTPClient()
    for _ in 0..<5 { _ = try client.send(try request(server)) }
    #expect(server.requests.map(\.connection) == [1, 1, 1, 1, 1])
  }

  @Test("threads send side by side, each over a connection of its own")
  func parallel() throws {
    let server = try LoopbackServer { request, _ in .answer(200, [:], "answer to \(request.target)") }
    defer { server.stop() }
    let client = HTTPClient()
    let threads = (0..<4).map { thread in
      BackgroundThread {
        for number in 0..<25 {
          var request = HTTPRequest(.get, try HTTPURL(endpoint: server.endpoint, from: "the test"))
          request.url.encodedPath = "/\(thread)-\(number)"
          let response = try client.send(request)
          #expect(String(decoding: response.body, as: UTF8.self) == "answer to /\(thread)-\(number)")
        }
      }
    }
    for thread in threads { try thread.join() }
    #expect(server.requests.count == 100)
    #expect(Set(server.requests.map(\.connection)).count <= 4)
  }

  @Test("a body is streamed out of a part of a file", arguments: [HTTPRequest.Method.put, .post])
  func fileBody(_ method: HTTPRequest.Method) throws {
    let server = try LoopbackServer { _, _ in .answer(200) }
    defer { server.stop() }
    let folder = try TemporaryFolder()
    var random = SeededRandom(seed: 3)
    let bytes = random.bytes(3_000_000)
    let path = try folder.write(bytes, to: "body")
    _ = try HTTPClient().send(
      try request(server, method, .file(FileRange(path, offset: 1000, byteCount: 2_500_000))))
    let received = try #require(server.requests.first)
    #expect(received.method == method.rawValue)
    #expect(received["Content-Length"] == "2500000")
    #expect(received.body == Array(bytes[1000..<2_501_000]))
  }

  @Test("an empty body says so")
  func emptyBody() throws {
    let server = try LoopbackServer { _, _ in .answer(200) }
    defer { server.stop() }
    _ = try HTTPClient().send(try request(server, .put))
    #expect(server.requests.first?["Content-Length"] == "0")
  }

  @Test("a file that became shorter ends the transfer")
  func shortFile() throws {
    let server = try LoopbackServer { _, _ in .answer(200) }
    defer { server.stop() }
    let folder = try TemporaryFolder()
    let path = try folder.write("short", to: "body")
    let told = diagnostic {
      _ = try HTTPClient().send(try request(server, .put, .file(FileRange(path, byteCount: 100))))
    }
    #expect(told?.code == .fileAccess)
    #expect(told?.message.contains("shorter than it was") == true)
  }

  @Test("a body is handed on as it comes, and only that of a good answer")
  func consumer() throws {
    let text = String(repeating: "0123456789", count: 100_000)
    let server = try LoopbackServer { request, _ in
      request.target == "/good" ? .answer(200, [:], text) : .answer(403, [:], "no")
    }
    defer { server.stop() }
    var asked = try request(server)
    asked.url.encodedPath = "/good"
    var received: [UInt8] = []
    var pieceCount = 0
    let good = try HTTPClient().send(asked) { head, bytes in
      #expect(head.status == 200)
      received += bytes
      pieceCount += 1
    }
    #expect(good.body.isEmpty)
    #expect(received == Array(text.utf8))
    #expect(pieceCount > 1)
    asked.url.encodedPath = "/bad"
    let bad = try HTTPClient().send(asked) { _, _ in Issue.record("the body of a refusal was handed on") }
    #expect(String(decoding: bad.body, as: UTF8.self) == "no")
  }

  private struct Full: Error {}

  @Test("what the taker of a body throws is thrown on")
  func consumerError() throws {
    let server = try LoopbackServer { _, _ in .answer(200, [:], "bytes") }
    defer { server.stop() }
    #expect(throws: Full.self) { try HTTPClient().send(try request(server)) { _, _ in throw Full() } }
  }

  @Test("nobody listens: the error says where, and what to do")
  func unreachable() throws {
    let server = try LoopbackServer { _, _ in .reset }
    let asked = try request(server)
    server.stop()
    let told = diagnostic { _ = try HTTPClient().send(asked) }
    #expect(told?.code == .networkFailed)
    #expect(told?.message.hasPrefix("127.0.0.1:\(server.port) cannot be reached: ") == true)
    #expect(told?.hints.isEmpty == false)
  }

  @Test("a transfer that stands still is given up")
  func stall() throws {
    let server = try LoopbackServer { _, _ in .silence }
    defer { server.stop() }
    var options = HTTPOptions()
    options.stallSeconds = 1
    let fault = CloudFixture.fault { _ = try HTTPClient(options).send(try request(server)) }
    #expect(fault?.cause == .transport(TransportFault(.timedOut, mayHaveArrived: false)))
  }

  @Test("a transfer ends soon after somebody asks to stop")
  func cancellation() throws {
    let cancellation = CancellationToken()
    let server = try LoopbackServer { _, _ in
      cancellation.cancel()
      return .silence
    }
    defer { server.stop() }
    let told = diagnostic { _ = try HTTPClient().send(try request(server), cancellation: cancellation) }
    #expect(told?.code == .transferCancelled)
    let again = diagnostic { _ = try HTTPClient().send(try request(server), cancellation: cancellation) }
    #expect(again?.code == .transferCancelled)
    #expect(server.requests.count == 1)
  }

  @Test("an answer that ends among its fields is none", arguments: 1...60)
  func cutHead(_ count: Int) throws {
    let server = try LoopbackServer { _, _ in
      .cutHead(200, ["ETag": "\"e\"", "X-Long": "0123456789"], after: count)
    }
    defer { server.stop() }
    let fault = CloudFixture.fault { _ = try HTTPClient().send(try request(server)) }
    #expect(fault?.cause == .transport(TransportFault(.interrupted, mayHaveArrived: true)))
  }

  @Test("a line break in a field is refused, not sent", arguments: ["a\r\nX-Evil: 1", "a\nb", "a\u{0}"])
  func injection(_ value: String) throws {
    let server = try LoopbackServer { _, _ in .answer(200) }
    defer { server.stop() }
    var asked = try request(server)
    asked.headers["X-Field"] = value
    #expect(diagnostic { _ = try HTTPClient().send(asked) }?.code == .cloudConfigurationInvalid)
    #expect(server.requests.isEmpty)
  }

  @Test("a proxy of the environment's kind is used")
  func proxy() throws {
    let proxy = try LoopbackServer { request, _ in .answer(200, [:], request.target) }
    defer { proxy.stop() }
    var options = HTTPOptions()
    options.proxy = proxy.endpoint
    let url = HTTPURL(scheme: "http", host: "reelhouse.invalid", encodedPath: "/there")
    let response = try HTTPClient(options).send(HTTPRequest(.get, url))
    #expect(String(decoding: response.body, as: UTF8.self) == "http://reelhouse.invalid/there")
  }

  @Test(
    "an endpoint is read in its parts",
    arguments: [
      ("http://127.0.0.1:18333", "http", "127.0.0.1", 18333, ""),
      ("https://s3.example.com", "https", "s3.example.com", nil, ""),
      ("HTTPS://h/a/b/", "https", "h", nil, "/a/b"), ("http://[::1]:9000", "http", "[::1]", 9000, ""),
      ("http://[::1]", "http", "[::1]", nil, ""),
    ] as [(String, String, String, Int?, String)])
  func endpoint(text: String, scheme: String, host: String, port: Int?, path: String) throws {
    let url = try HTTPURL(endpoint: text, from: "the test")
    #expect(url == HTTPURL(scheme: scheme, host: host, port: port, encodedPath: path))
  }

  @Test(
    "an endpoint that is none is refused by name",
    arguments: [
      "localhost:9000", "ftp://x", "http://", "http://h:0", "http://h:x", "http://h?a=b", "http://a b",
      "http://u:p@h",
    ])
  func endpointFault(_ text: String) {
    let told = diagnostic { _ = try HTTPURL(endpoint: text, from: "AWS_ENDPOINT_URL") }
    #expect(told?.code == .cloudConfigurationInvalid)
    #expect(told?.message.contains("AWS_ENDPOINT_URL") == true)
    #expect(told?.message.contains("u:p") == false)
  }
}
