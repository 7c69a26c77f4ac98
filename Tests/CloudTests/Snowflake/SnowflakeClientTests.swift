import Cloud
import Diagnostics
import Synchronization
import TestSupport
import Testing

@Suite struct SnowflakeClientTests {
  private static let columns = [
    ResultSet.Column(name: "N", type: "fixed"), ResultSet.Column(name: "T", type: "text"),
  ]

  @Test("a statement goes with all that it needs, and its values beside it")
  func request() throws {
    let fixture = try SnowflakeFixture(change: {
      $0.role = "SVC_ROLE"
      $0.warehouse = "WH"
      $0.database = "FILMS"
      $0.schema = "RAW"
      $0.queryTag = "push 1"
    }) { _, _ in ResultSet("h", Self.columns, partitions: [[["1", "a"]]]).reply }
    let result = try fixture.client.run(
      SnowflakeStatement(
        "select ?, ?, ?, ?, ?, ?, ? ; \n",
        [
          .integer(-7), .decimal("12345678901234567890.5"), .real(0.1), .text("it's"), .boolean(true), .null,
          .binary([0, 0xAB]),
        ], timeoutSeconds: 60))
    #expect(result.rows == [[.integer(1), .text("a")]])
    #expect(result.columnIndex("t") == 1)
    let request = try #require(fixture.server.requests.first)
    #expect(request.method == "POST")
    #expect(request.path == "/api/v2/statements")
    #expect(request["Content-Type"] == "application/json")
    #expect(request["Accept"] == "application/json")
    #expect(request["Accept-Encoding"] == "gzip")
    #expect(request["User-Agent"] == "reelhouse")
    #expect(request.query["async"] == nil && request.query["retry"] == nil)
    #expect(request.query["requestId"]?.utf8.count == 36)
    let sent = try #require(request.sent)
    #expect(sent.statement == "select ?, ?, ?, ?, ?, ?, ?")
    #expect(sent.timeout == 60)
    #expect([sent.role, sent.warehouse, sent.database, sent.schema] == ["SVC_ROLE", "WH", "FILMS", "RAW"])
    #expect(sent.parameters == ["timezone": "UTC", "query_tag": "push 1"])
    #expect(
      sent.bindings == [
        "1": .init(type: "FIXED", value: "-7"), "2": .init(type: "FIXED", value: "12345678901234567890.5"),
        "3": .init(type: "REAL", value: "0.1"), "4": .init(type: "TEXT", value: "it's"),
        "5": .init(type: "BOOLEAN", value: "true"), "6": .init(type: "TEXT", value: nil),
        "7": .init(type: "BINARY", value: "00AB"),
      ])
    #expect(String(decoding: request.body, as: UTF8.self).contains("\"value\":null"))
  }

  @Test("what nobody set is not sent")
  func omissions() throws {
    let fixture = try SnowflakeFixture { _, _ in ResultSet().reply }
    #expect(try fixture.client.run("select 1").singleValue == .integer(1))
    let text = String(decoding: try #require(fixture.server.requests.first).body, as: UTF8.self)
    #expect(text == #"{"parameters":{"timezone":"UTC"},"statement":"select 1"}"#)
  }

  @Test("a statement that takes long is asked after until it has ended")
  func polling() throws {
    let fixture = try SnowflakeFixture { request, number in
      number < 6 ? .running("h-1") : ResultSet("h-1").reply
    }
    let result = try fixture.client.run("select 1")
    #expect(result.handle == "h-1")
    #expect(result.singleValue == .integer(1))
    let requests = fixture.server.requests
    #expect(requests.map(\.method) == ["POST", "GET", "GET", "GET", "GET", "GET"])
    #expect(requests.dropFirst().allSatisfy { $0.path == "/api/v2/statements/h-1" })
    #expect(Set(requests.map { $0.query["requestId"] }).count == 6)
  }

  @Test("a long statement is begun and asked after")
  func long() throws {
    let fixture = try SnowflakeFixture { _, number in number == 1 ? .running() : ResultSet().reply }
    _ = try fixture.client.run(SnowflakeStatement("call long()", isLong: true))
    #expect(fixture.server.requests.first?.query["async"] == "true")
  }

  @Test("partitions come one after the other, compressed")
  func partitions() throws {
    let rows: [[[String?]]] = [[["1"], ["2"]], [["3"], [nil], ["4"]], [], [["5"]]]
    let packed = try rows.map { try gzipped(json(["data": $0])) }
    let fixture = try SnowflakeFixture { request, _ in
      guard request.method == "GET" else { return ResultSet(partitions: rows).reply }
      let partition = request.query["partition"].flatMap(Int.init) ?? 0
      guard let bytes = packed[partition] else { return .answer(200, [:], json(["data": rows[partition]])) }
      return .bytes(200, ["Content-Encoding": "gzip", "Content-Type": "application/json"], bytes)
    }
    let result = try fixture.client.run("select n from t")
    #expect(result.rows.map { $0[0] } == [1, 2, 3].map { .integer($0) } + [.null, .integer(4), .integer(5)])
    #expect(result.rowCount == 6)
    #expect(fixture.server.requests.dropFirst().map { $0.query["partition"] } == ["1", "2", "3"])
    var seen = 0
    let streamed = try fixture.client.forEachRow(of: "select n from t") { _ in seen += 1 }
    #expect(seen == 6)
    #expect(streamed.rows.isEmpty && streamed.rowCount == 6)
  }

  @Test("a partition that is cut off is fetched again")
  func cutPartition() throws {
    let rows: [[[String?]]] = [[["1"]], [["2"]]]
    let fixture = try SnowflakeFixture { request, number in
      guard request.method == "GET" else { return ResultSet(partitions: rows).reply }
      let body = json(["data": rows[1]])
      return number == 2 ? .cut(200, [:], body, after: 7) : .answer(200, [:], body)
    }
    #expect(try fixture.client.run("select n from t").rows.count == 2)
    #expect(fixture.server.requests.count == 3)
  }

  @Test("compressed bytes that are damaged are fetched again")
  func damagedGzip() throws {
    let rows: [[[String?]]] = [[["1"]], [["2"]]]
    let packed = try #require(try gzipped(json(["data": rows[1]])))
    let fixture = try SnowflakeFixture { request, number in
      guard request.method == "GET" else { return ResultSet(partitions: rows).reply }
      let bytes = number == 2 ? packed.map { $0 ^ 0x55 } : packed
      return .bytes(200, ["Content-Encoding": "gzip"], bytes)
    }
    #expect(try fixture.client.run("select n from t").rows.count == 2)
    #expect(fixture.server.requests.count == 3)
  }

  @Test("a wish to stop ends the statement in Snowflake, too")
  func cancellation() throws {
    let token = Mutex<CancellationToken?>(nil)
    let fixture = try SnowflakeFixture { request, number in
      if request.path.hasSuffix("/cancel") { return .answer(200, [:], json(["code": "000604"])) }
      if number == 4 { token.withLock { $0?.cancel() } }
      return .running("h-9")
    }
    token.withLock { $0 = fixture.cancellation }
    let told = diagnostic { _ = try fixture.client.run("call long()") }
    #expect(told?.code == .transferCancelled)
    #expect(told?.notes.contains { $0.contains("was ended in Snowflake") && $0.contains("h-9") } == true)
    let last = try #require(fixture.server.requests.last)
    #expect(last.method == "POST" && last.path == "/api/v2/statements/h-9/cancel")
  }

  @Test("whoever stops learns when Snowflake did not hear of it")
  func cancellationUnheard() throws {
    let token = Mutex<CancellationToken?>(nil)
    let fixture = try SnowflakeFixture(attempts: 2) { request, _ in
      if request.path.hasSuffix("/cancel") { return .answer(503) }
      if request.method == "GET" { token.withLock { $0?.cancel() } }
      return .running("h-9")
    }
    token.withLock { $0 = fixture.cancellation }
    let told = diagnostic { _ = try fixture.client.run("call long()") }
    #expect(told?.notes.contains { $0.contains("may still run") && $0.contains("h-9") } == true)
  }

  // MARK: Several statements

  @Test("several statements are one request, each with a result of its own")
  func together() throws {
    let fixture = try SnowflakeFixture { request, number in
      switch (request.method, request.path) {
      case ("POST", _): return .running("all")
      case (_, "/api/v2/statements/all"):
        return number < 4 ? .running("all") : ResultSet.together("all", ["a", "b", "c"]).reply
      case (_, "/api/v2/statements/b"):
        var answer = ResultSet(
          "b", [ResultSet.Column(name: "number of rows inserted", type: "fixed")], partitions: [[["3"]]])
        answer.stats = ResultSet.Statistics(numRowsInserted: 3)
        return answer.reply
      default: return ResultSet(String(request.path.split(separator: "/").last ?? "")).reply
      }
    }
    var last = SnowflakeStatement("commit")
    last.isResultWanted = false
    let results = try fixture.client.runTogether(
      ["begin;", "insert into t select 1 -- with a comment", last], timeoutSeconds: 100)
    #expect(results.map(\.handle) == ["a", "b", "c"])
    #expect(results[1].changes == SnowflakeResult.Changes(insertedRowCount: 3))
    #expect(results[1].singleValue == .integer(3))
    let requests = fixture.server.requests
    #expect(requests[0].query["async"] == "true")
    #expect(requests.filter { $0.method == "POST" }.count == 1)
    #expect(!requests.contains { $0.path == "/api/v2/statements/c" })
    let sent = try #require(requests[0].sent)
    #expect(sent.statement == "begin\n;\ninsert into t select 1 -- with a comment\n;\ncommit")
    #expect(sent.parameters?["MULTI_STATEMENT_COUNT"] == "3")
    #expect(sent.timeout == 100)
  }

  @Test("several statements have no bindings, and need as many results")
  func togetherFaults() throws {
    let fixture = try SnowflakeFixture { _, _ in ResultSet.together("all", ["a"]).reply }
    let bound = diagnostic {
      _ = try fixture.client.runTogether([
        "begin", SnowflakeStatement("insert into t values (?)", [.integer(1)]),
      ])
    }
    #expect(bound?.code == .cloudConfigurationInvalid)
    #expect(fixture.server.requests.isEmpty)
    #expect(diagnostic { _ = try fixture.client.runTogether(["begin", "commit"]) }?.code == .answerInvalid)
    #expect(try fixture.client.runTogether([]).isEmpty)
  }

  @Test("names and texts are quoted so that nothing gets out of them")
  func quoting() {
    #expect(SnowflakeSQL.path("A", "b\"c", "ü") == "\"A\".\"b\"\"c\".\"ü\"")
    #expect(SnowflakeSQL.literal(#"it's \ here"#) == #"'it''s \\ here'"#)
    #expect(SnowflakeSQL.literal(#"\'"#) == #"'\\'''"#)
    let stored = ["analyst", "Wh_1$", "\"analyst\"", "\"a\"\"b\"", "my role", "1a", "ÄB", "\""].map(
      SnowflakeSQL.storedName)
    #expect(stored == ["ANALYST", "WH_1$", "analyst", "a\"b", "my role", "1a", "ÄB", "\""])
  }
}
