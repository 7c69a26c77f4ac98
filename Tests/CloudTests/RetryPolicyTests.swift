import Cloud
import Diagnostics
import Synchronization
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct RetryPolicyTests {
  @Test(
    "trouble of the service is tried again", arguments: [500, 502, 503, 504, 429])
  func status(_ status: Int) throws {
    let fixture = try CloudFixture { _, number in
      number < 3 ? .answer(status) : .answer(200, ["ETag": "\"1\""])
    }
    try fixture.s3.putObject("bucket", "key", .bytes([1]))
    #expect(fixture.server.requests.count == 3)
    #expect(fixture.server.requests.allSatisfy { $0.body == [1] })
  }

  @Test(
    "a code that means too much to do is tried again",
    arguments: ["SlowDown", "ThrottlingException", "RequestTimeout"])
  func code(_ code: String) throws {
    let fixture = try CloudFixture { _, number in
      number == 1 ? .answer(400, [:], CloudFixture.error(code)) : .answer(200, ["ETag": "\"1\""])
    }
    try fixture.s3.putObject("bucket", "key", .bytes([1]))
    #expect(fixture.server.requests.count == 2)
  }

  @Test("a broken connection is tried again")
  func reset() throws {
    let fixture = try CloudFixture { _, number in number < 3 ? .reset : .answer(200, ["ETag": "\"1\""]) }
    try fixture.s3.putObject("bucket", "key", .bytes([1]))
    #expect(fixture.server.requests.count >= 3)
  }

  @Test(
    "a refusal is not tried again",
    arguments: [
      (403, "AccessDenied"), (403, "SignatureDoesNotMatch"), (400, "InvalidArgument"),
      (412, "PreconditionFailed"),
      (409, "ConditionalRequestConflict"), (404, "NoSuchBucket"), (403, "RequestTimeTooSkewed"),
    ])
  func refusal(status: Int, code: String) throws {
    let fixture = try CloudFixture { _, _ in .answer(status, [:], CloudFixture.error(code)) }
    let fault = CloudFixture.fault { try fixture.s3.putObject("bucket", "key", .bytes([1])) }
    #expect(fault?.serviceCode == code)
    #expect(fault?.attemptCount == 1)
    #expect(fixture.server.requests.count == 1)
  }

  @Test("it is tried as often as allowed, and the error says how often")
  func limit() throws {
    let fixture = try CloudFixture(attempts: 4) { _, _ in .answer(503, [:], CloudFixture.error("SlowDown")) }
    let fault = CloudFixture.fault { try fixture.s3.putObject("bucket", "key", .bytes([1])) }
    #expect(fixture.server.requests.count == 4)
    #expect(fault?.attemptCount == 4)
    let told = try #require(fault?.diagnostic)
    #expect(told.code == .serviceUnavailable)
    #expect(told.message == "S3 PutObject s3://bucket/key: SlowDown: no (status 503)")
    #expect(told.notes == ["request id: R-1", "tried 4 times"])
  }

  @Test("all calls together stop at their budget, and successes fill it again")
  func budget() throws {
    let isHealthy = Atomic(false)
    let fixture = try CloudFixture(attempts: 4, budget: 20) { _, _ in
      isHealthy.load(ordering: .relaxed) ? .answer(200, ["ETag": "\"1\""]) : .answer(500)
    }
    func put() { _ = CloudFixture.fault { try fixture.s3.putObject("bucket", "key", .bytes([1])) } }
    // 20 pays for four retries: 1 + 3, then 1 + 1, then none.
    for expected in [4, 6, 7] {
      put()
      #expect(fixture.server.requests.count == expected)
    }
    isHealthy.store(true, ordering: .relaxed)
    for _ in 0..<5 { put() }
    isHealthy.store(false, ordering: .relaxed)
    put()
    #expect(fixture.server.requests.count == 7 + 5 + 2)
  }

  @Test("Retry-After is waited for")
  func retryAfter() throws {
    let fixture = try CloudFixture { _, number in
      number == 1 ? .answer(503, ["Retry-After": "1"]) : .answer(200, ["ETag": "\"1\""])
    }
    let start = ContinuousClock.now
    try fixture.s3.putObject("bucket", "key", .bytes([1]))
    #expect(ContinuousClock.now - start >= .seconds(1))
  }

  @Test("a Retry-After of hours is told, not waited for")
  func longRetryAfter() throws {
    let fixture = try CloudFixture { _, _ in .answer(503, ["Retry-After": "7200"]) }
    let fault = CloudFixture.fault { try fixture.s3.putObject("bucket", "key", .bytes([1])) }
    #expect(fault?.service?.retryAfterSeconds == 7200)
    #expect(fixture.server.requests.count == 1)
  }

  @Test("a wait ends when somebody asks to stop")
  func cancelledWait() throws {
    let fixture = try CloudFixture { _, _ in .answer(503, ["Retry-After": "100"]) }
    let stopper = BackgroundThread { [server = fixture.server, cancellation = fixture.cancellation] in
      while server.requests.isEmpty { usleep(10_000) }
      cancellation.cancel()
    }
    let fault = CloudFixture.fault { try fixture.s3.putObject("bucket", "key", .bytes([1])) }
    try stopper.join()
    #expect(fault?.cause == .cancelled)
  }

  @Test("waits grow by two, up to a limit, and jitter shortens them")
  func backoff() {
    var policy = RetryPolicy()
    policy.baseSeconds = 1
    policy.maximumSeconds = 6
    let waits = Mutex<[Double]>([])
    policy.jitter = {
      waits.withLock { $0.append(0) }
      return 0.5
    }
    let fault = CloudError(.service(ServiceFault(status: 500, code: "500")), "x")
    #expect((1...5).map { policy.wait(after: fault, attempt: $0) } == [0.5, 1, 2, 3, 3])
  }

  @Test("what may not be done twice is tried again only if it surely was not done")
  func idempotence() throws {
    func attempts(_ error: CloudError, isIdempotent: Bool) -> Int {
      var policy = RetryPolicy()
      policy.maximumAttemptCount = 2
      policy.baseSeconds = 0
      var count = 0
      _ = CloudFixture.fault {
        try policy.run(isIdempotent: isIdempotent, cancellation: CancellationToken()) { _ in
          count += 1
          throw error
        }
      }
      return count
    }
    let cases: [(CloudError.Cause, once: Int, idempotent: Int)] = [
      (.service(ServiceFault(status: 500, code: "500")), 1, 2),
      (.service(ServiceFault(status: 400, code: "ThrottlingException")), 2, 2),
      (.transport(TransportFault(.interrupted, mayHaveArrived: true)), 1, 2),
      (.transport(TransportFault(.unreachable, mayHaveArrived: false)), 2, 2),
      (.transport(TransportFault(.insecure, mayHaveArrived: false)), 1, 1),
      (.cancelled, 1, 1), (.credentials, 1, 1), (.response, 1, 1),
    ]
    for (cause, once, idempotent) in cases {
      #expect(attempts(CloudError(cause, "x"), isIdempotent: false) == once, "\(cause)")
      #expect(attempts(CloudError(cause, "x"), isIdempotent: true) == idempotent, "\(cause)")
    }
  }
}
