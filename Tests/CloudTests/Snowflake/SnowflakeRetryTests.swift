import Cloud
import Diagnostics
import Synchronization
import TestSupport
import Testing

@Suite struct SnowflakeRetryTests {
  /// A server that knows requests again by their ids, as Snowflake does, and counts what it ran.
  private final class Engine: Sendable {
    private struct State {
      var runs: [String: Int] = [:]
      var known: Set<String> = []
      /// Requests that came again and did not say so.
      var strayCount = 0
    }

    private let state = Mutex(State())

    func take(_ request: LoopbackServer.Request) {
      guard request.method == "POST", let id = request.query["requestId"] else { return }
      state.withLock { state in
        let isKnown = !state.known.insert(id).inserted
        if isKnown, request.query["retry"] == "true" { return }
        if isKnown { state.strayCount += 1 }
        state.runs[request.sent?.statement ?? "", default: 0] += 1
      }
    }

    var runs: [String: Int] { state.withLock { $0.runs } }
    var strayCount: Int { state.withLock { $0.strayCount } }
  }

  private enum Fault: CaseIterable {
    case refusedBefore, brokenBefore, brokenAfter, cutAfter, cutHeadAfter, throttled, unavailableBefore
    case unavailableAfter
  }

  @Test("no statement runs twice, whatever breaks between", arguments: [1, 2, 3])
  func onceOnly(_ seed: UInt64) throws {
    let engine = Engine()
    let random = Mutex(SeededRandom(seed: seed))
    let fixture = try SnowflakeFixture(attempts: 200) { request, _ in
      let fault = random.withLock { random -> Fault? in
        UInt8.random(in: 0..<3, using: &random) == 0 ? nil : Fault.allCases.randomElement(using: &random)
      }
      switch fault {
      case .refusedBefore: return .reset
      case .brokenBefore: return .cutHead(200, after: 5)
      case .throttled: return .refusal(429, "390999", headers: ["Retry-After": "0"])
      case .unavailableBefore: return .answer(503, [:], "<html>try later</html>")
      default: break
      }
      engine.take(request)
      switch fault {
      case .brokenAfter: return .reset
      case .cutAfter: return .cut(200, [:], json(ResultSet()), after: 40)
      case .cutHeadAfter: return .cutHead(200, after: 20)
      case .unavailableAfter: return .answer(504)
      default: return ResultSet().reply
      }
    }
    for number in 0..<40 {
      _ = try fixture.client.run(SnowflakeStatement("insert into t values (\(number))"))
    }
    #expect(engine.runs.count == 40)
    #expect(engine.runs.values.allSatisfy { $0 == 1 })
    #expect(engine.strayCount == 0)
    #expect(fixture.server.requests.count > 60)
  }

  @Test("a lost answer is asked for again with the same id, body and a word that it is so")
  func lostAnswer() throws {
    let fixture = try SnowflakeFixture { _, number in number < 3 ? .reset : ResultSet().reply }
    _ = try fixture.client.run(SnowflakeStatement("insert into t values (?)", [.integer(1)]))
    let requests = fixture.server.requests
    #expect(Set(requests.map { $0.query["requestId"] }).count == 1)
    #expect(requests.map { $0.query["retry"] } == [nil, "true", "true"])
    #expect(Set(requests.map(\.body)).count == 1)
  }

  @Test("an answer that never comes ends in an error that says what is not known")
  func lostForEver() throws {
    let fixture = try SnowflakeFixture(attempts: 3) { _, _ in .reset }
    let told = diagnostic { _ = try fixture.client.run("insert into t values (1)") }
    #expect(told?.code == .networkFailed)
    #expect(told?.notes.contains { $0.contains("whether it ran is not known: request id ") } == true)
    #expect(told?.notes.contains("statement: insert into t values (1)") == true)
    #expect(told?.notes.contains("tried 3 times") == true)
  }

  @Test("Retry-After is heeded, as far as patience goes")
  func throttled() throws {
    let patient = try SnowflakeFixture { _, number in
      number == 1 ? .refusal(429, "390999", headers: ["Retry-After": "0"]) : ResultSet().reply
    }
    _ = try patient.client.run("select 1")
    #expect(patient.server.requests.count == 2)
    let hopeless = try SnowflakeFixture { _, _ in .refusal(429, "390999", headers: ["Retry-After": "4000"]) }
    #expect(diagnostic { _ = try hopeless.client.run("select 1") }?.code == .serviceUnavailable)
    #expect(hopeless.server.requests.count == 1)
  }

  @Test("a statement that Snowflake refuses is not tried again")
  func refused() throws {
    let fixture = try SnowflakeFixture { _, _ in .refusal(422, "001003", "syntax error line 1") }
    #expect(diagnostic { _ = try fixture.client.run("selec 1") }?.code == .requestRefused)
    #expect(fixture.server.requests.count == 1)
  }
}
