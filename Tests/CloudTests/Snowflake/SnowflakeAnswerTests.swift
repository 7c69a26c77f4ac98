import Cloud
import Diagnostics
import TestSupport
import Testing

@Suite struct SnowflakeAnswerTests {
  private func value(_ type: String, _ cell: String?, scale: Int = 0) throws -> SnowflakeValue {
    let fixture = try SnowflakeFixture { _, _ in
      ResultSet("h", [ResultSet.Column(name: "C", type: type, scale: scale)], partitions: [[[cell]]]).reply
    }
    return try #require(try fixture.client.run("select c").singleValue)
  }

  @Test("each type comes exactly")
  func types() throws {
    let cases: [(String, Int, String?, SnowflakeValue)] = [
      ("fixed", 0, "9223372036854775807", .integer(.max)),
      ("fixed", 0, "-9223372036854775808", .integer(.min)),
      ("fixed", 0, "9223372036854775808", .decimal("9223372036854775808")),
      (
        "fixed", 0, "99999999999999999999999999999999999999",
        .decimal("99999999999999999999999999999999999999")
      ),
      ("fixed", 2, "12.30", .decimal("12.30")), ("fixed", 2, "-0.05", .decimal("-0.05")),
      ("NUMBER", 0, "0", .integer(0)), ("decfloat", 0, "1.5e-300", .decimal("1.5e-300")),
      ("real", 0, "0.1", .real(0.1)), ("real", 0, "-1e308", .real(-1e308)),
      ("real", 0, "inf", .real(.infinity)),
      ("text", 0, "it's ü\n\u{0}", .text("it's ü\n\u{0}")), ("text", 0, "", .text("")),
      ("text", 0, nil, .null),
      ("boolean", 0, "true", .boolean(true)), ("boolean", 0, "0", .boolean(false)),
      ("date", 0, "-141427", .date(days: -141_427)), ("date", 0, "2932896", .date(days: 2_932_896)),
      ("time", 9, "86399.999999999", .time(nanoseconds: 86_399_999_999_999)),
      ("time", 0, "0", .time(nanoseconds: 0)),
      (
        "timestamp_ntz", 9, "1616173619.000000001",
        .timestamp(SnowflakeTimestamp(seconds: 1_616_173_619, nanoseconds: 1))
      ),
      (
        "timestamp_ntz", 6, "-1.500000",
        .timestamp(SnowflakeTimestamp(seconds: -2, nanoseconds: 500_000_000))
      ),
      (
        "timestamp_ltz", 9, "-0.000000001",
        .timestamp(SnowflakeTimestamp(seconds: -1, nanoseconds: 999_999_999))
      ),
      (
        "timestamp_tz", 9, "1616173619.000000000 960",
        .timestamp(SnowflakeTimestamp(seconds: 1_616_173_619, nanoseconds: 0, offsetMinutes: -480))
      ),
      ("binary", 0, "00ABff", .binary([0, 0xAB, 0xFF])), ("binary", 0, "", .binary([])),
      ("variant", 0, "{\"a\": 1}", .text("{\"a\": 1}")), ("fixed", 0, nil, .null),
    ]
    for (type, scale, cell, expected) in cases {
      let got = try value(type, cell, scale: scale)
      #expect(got == expected, "\(type) \(cell ?? "null")")
    }
  }

  @Test("a value that is not of its type is refused by its column")
  func wrongTypes() throws {
    for (type, cell) in [
      ("fixed", "x"), ("fixed", ""), ("fixed", "-"), ("fixed", "."), ("fixed", "1e5"), ("fixed", "1.2.3"),
      ("decfloat", "1e"), ("real", "x"), ("boolean", "yes"), ("date", "2020-01-01"),
      ("date", "99999999999999999999"), ("time", "86400"), ("time", "-1"), ("timestamp_ntz", "1."),
      ("timestamp_ntz", "--1"), ("timestamp_ntz", "1.1234567890"), ("timestamp_ntz", "99999999999999999999"),
      ("timestamp_tz", "1.0"), ("timestamp_tz", "1.0 9999"), ("binary", "0"), ("binary", "0G"),
    ] {
      let told = diagnostic { _ = try value(type, cell) }
      #expect(told?.code == .answerInvalid, "\(type) \(cell)")
      #expect(told?.message.contains("column 'C'") == true)
    }
  }

  @Test("an answer that cannot be is an error, and no trap")
  func hostile() throws {
    let meta = #""resultSetMetaData":{"numRows":1,"rowType":[{"name":"A","type":"fixed"}]"#
    for body in [
      "", "null", "[]", "{}", "<html>", "{\"statementHandle\":1}", "{\"statementHandle\":\"../../x\"}",
      "{\"statementHandle\":\"\"}", "{\"statementHandle\":\"h\",\"data\":[[1]]}",
      "{\"statementHandle\":\"h\",\"data\":[[\"1\"]]}", "{\"statementHandle\":\"h\",\(meta)}}",
      "{\"statementHandle\":\"h\",\"data\":[[\"1\"],[\"2\"]],\(meta)}}",
      "{\"statementHandle\":\"h\",\"data\":[[\"1\",\"2\"]],\(meta)}}",
      "{\"statementHandle\":\"h\",\"data\":[[]],\(meta)}}",
      "{\"statementHandle\":\"h\",\"data\":[[\"1\"]],\(meta),\"partitionInfo\":[{\"rowCount\":2}]}}",
      "{\"statementHandle\":\"h\",\"data\":[[\"1\"]],\(meta),\"partitionInfo\":[{\"rowCount\":-1}]}}",
      "{\"statementHandle\":\"h\",\"data\":[[\"1\"]],\(meta),\"partitionInfo\":[{},{}]}}",
      "{\"statementHandle\":\"h\",\"data\":" + String(repeating: "[", count: 100_000),
      "{\"statementHandle\":\"h\",\"resultSetMetaData\":{\"numRows\":1e400,\"rowType\":[]}}",
    ] {
      let fixture = try SnowflakeFixture { request, _ in
        request.method == "GET" ? .answer(200, [:], "{}") : .answer(200, [:], body)
      }
      let told = diagnostic { _ = try fixture.client.run("select a") }
      #expect(told?.code == .answerInvalid, "\(body.prefix(100))")
    }
  }

  @Test("an answer with bytes turned is a result or an error, and no trap", arguments: [11, 12])
  func mutations(_ seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let types = [
      "fixed", "real", "text", "date", "time", "timestamp_ntz", "timestamp_tz", "binary", "boolean",
    ]
    let cells: [String?] = ["1", "1.5", "x", "18000", "1.5", "-1.5", "1.0 1440", "AB", "true"]
    let whole = Array(
      json(
        ResultSet(
          "h", zip(types, types).map { ResultSet.Column(name: $0, type: $1) }, partitions: [[cells], [cells]])
      ).utf8)
    for _ in 0..<150 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = bytes.indices.randomElement(using: &random) ?? 0
        bytes[place] = UInt8.random(in: 0x20...0x7E, using: &random)
      }
      if UInt8.random(in: 0..<8, using: &random) == 0 {
        bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
      }
      let sent = bytes
      let fixture = try SnowflakeFixture(attempts: 1) { request, _ in
        request.method == "GET" ? .answer(200, [:], json(["data": [cells]])) : .bytes(200, [:], sent)
      }
      do {
        _ = try fixture.client.run("select a")
      } catch {
        #expect(error is CloudError)
      }
    }
  }

  @Test("an answer without end is given up")
  func tooLong() throws {
    let body = json(ResultSet("h", partitions: [(0..<50_000).map { [String($0)] }]))
    let packed = try #require(try gzipped(body))
    let fixture = try SnowflakeFixture { _, _ in .bytes(200, ["Content-Encoding": "gzip"], packed) }
    var client = fixture.client
    #expect(try client.run("select n from t").rowCount == 50_000)
    client.answerByteLimit = body.utf8.count - 1
    #expect(diagnostic { _ = try client.run("select n from t") }?.code == .answerInvalid)
  }

  @Test("a result that is too large for memory is refused, and can be taken row by row")
  func tooLarge() throws {
    let rows = (0..<100).map { [String($0)] as [String?] }
    let fixture = try SnowflakeFixture { request, _ in
      request.method == "GET"
        ? .answer(200, [:], json(["data": rows])) : ResultSet(partitions: [rows, rows, rows]).reply
    }
    var client = fixture.client
    client.answerByteLimit = 1500
    let told = diagnostic { _ = try client.run("select n from t") }
    #expect(told?.message.contains("is larger than") == true)
    #expect(try client.forEachRow(of: "select n from t") { _ in }.rowCount == 300)
  }

  @Test(
    "a refusal says what it means, and what to do",
    arguments: [
      (401, "390144", DiagnosticCode.credentialsRefused, "fingerprint"),
      (401, "390318", .credentialsRefused, "run out"), (401, "390303", .credentialsRefused, "key or token"),
      (403, "390422", .remoteAccessDenied, "network policy"),
      (403, "390186", .remoteAccessDenied, "grant the role"), (422, "002003", .remoteNotFound, "privilege"),
      (422, "2003", .remoteNotFound, "privilege"), (422, "003001", .remoteAccessDenied, "grant"),
      (422, "000606", .requestRefused, "warehouse"), (422, "090073", .requestRefused, "resource monitor"),
      (408, "000630", .requestRefused, "larger warehouse"), (422, "000625", .remoteConflict, "transaction"),
      (404, "000709", .remoteNotFound, "24 hours"), (500, "390001", .serviceUnavailable, "later"),
    ] as [(Int, String, DiagnosticCode, String)])
  func faults(status: Int, code: String, diagnosticCode: DiagnosticCode, hint: String) throws {
    let fixture = try SnowflakeFixture(attempts: 1) { _, _ in
      .refusal(status, code, "SQL compilation error:\nObject 'T' does not exist.", sqlState: "02000")
    }
    let sql = "select  *\nfrom t -- " + String(repeating: "x", count: 500)
    let told = try #require(diagnostic { _ = try fixture.client.run(SnowflakeStatement(sql)) })
    #expect(told.code == diagnosticCode)
    #expect(told.message.contains("(02000): SQL compilation error: Object 'T'"))
    #expect(told.message.hasPrefix("Snowflake: \(code.utf8.count == 4 ? "00" : "")\(code)"))
    #expect(told.hints.contains { $0.contains(hint) }, "\(told.hints)")
    #expect(told.notes.contains("query id: 01b2-h1"))
    #expect(told.notes.contains { $0.hasPrefix("statement: select * from t") && $0.count < 230 })
  }

  @Test("a refusal that is no JSON is told by its status")
  func plainRefusal() throws {
    let fixture = try SnowflakeFixture(attempts: 1) { _, _ in .answer(403, [:], "<html>Forbidden</html>") }
    let told = diagnostic { _ = try fixture.client.run("select 1") }
    #expect(told?.code == .remoteAccessDenied)
    #expect(told?.message == "Snowflake: status 403")
  }
}
