import Cloud
import Diagnostics
import Storage
import Sync
import Synchronization
import TestSupport
import Testing

/// Every statement that a first push sends, in order, to a Snowflake that knows nothing but what it is told here.
@Suite struct MirrorConversationTests {
  private let fixture: RemoteFixture
  private let remote: Remote

  init() throws {
    fixture = try RemoteFixture()
    remote = fixture.remote()
    try fixture.publish(RemoteFixture.plain, second: 1)
    try fixture.push()
  }

  private func plan(_ server: ScriptedSnowflake) throws -> MirrorPlan {
    let move = try remote.requiredRef("prod").ref.current
    let few = Relation(layer: .staged, name: "few")
    let models = MirrorModels(
      models: [
        few: MirrorModels.Model(isView: true, description: "It's few", columnDescriptions: ["i": "Number"])
      ],
      query: { _, place in
        "select i, name, i * 0.5 as half from \(place(Relation(layer: .staged, name: "many")).sql)"
      })
    return try MirrorPlan(
      MirrorDatabase(server.client(), source: "the test"), remote.manifest(move),
      manifestSHA256: move.manifestSHA256, models, environment: "prod")
  }

  private func runner(_ server: ScriptedSnowflake) -> MirrorRunner {
    var options = MirrorRunner.Options(pushID: ScriptedSnowflake.pushID)
    options.author = "ann@machine"
    options.threadCount = 1
    options.settlingSeconds = 0.1
    options.now = Timestamp(microseconds: 1_795_331_730_000_000)
    return MirrorRunner(remote, options)
  }

  @Test("a first push makes the places, views, proves, and publishes in one request")
  func firstPush() throws {
    let move = try remote.requiredRef("prod").ref.current
    let server = try ScriptedSnowflake(remote.manifest(move))
    let report = try runner(server).run(plan(server))
    #expect(report == MirrorReport(provenCount: 4, exchangedCount: 3, stepCount: 4))
    let text = server.statements.joined(separator: "\n\n").replacing(move.build, with: "BUILD")
      .replacing(move.manifestSHA256, with: "MANIFEST")
    try Golden(beside: #filePath).check(text, "first_push.sql")
  }

  @Test("a hash that is not the build's ends it before anything is published")
  func mismatch() throws {
    let move = try remote.requiredRef("prod").ref.current
    let server = try ScriptedSnowflake(remote.manifest(move), wrong: "COUNTS")
    let told = try #require(diagnostic { _ = try runner(server).run(plan(server)) })
    #expect(told.code == .mirrorDiffers && told.message.contains("'main.counts'"))
    #expect(server.statements.last == #"drop table if exists "MAIN__NEXT"."COUNTS""#)
    #expect(!server.statements.contains { $0.contains("begin") })
  }

  @Test("a lost answer to the transaction is settled by the record")
  func lostAnswer() throws {
    let move = try remote.requiredRef("prod").ref.current
    let lost = try ScriptedSnowflake(remote.manifest(move), transaction: .reset)
    #expect(try runner(lost).run(plan(lost)) != nil)
    let other = try ScriptedSnowflake(remote.manifest(move), transaction: .reset, holder: "another")
    #expect(diagnostic { _ = try runner(other).run(plan(other)) }?.code == .mirrorConflict)
    let nobody = try ScriptedSnowflake(remote.manifest(move), transaction: .reset, holder: "")
    let told = diagnostic { _ = try runner(nobody).run(plan(nobody)) }
    #expect(
      told?.notes.contains { $0.contains("the next push looks") } == true, "\(String(describing: told))")
  }
}

/// Snowflake's SQL API as far as a push asks it: an empty database, hashes as a build has them, and who holds the mirror.
final class ScriptedSnowflake: Sendable {
  static let pushID = "push-of-this-test"

  private let seen = Mutex<[String]>([])
  private let server = Mutex<LoopbackServer?>(nil)
  private let hashes: [String: String]
  private let transaction: LoopbackServer.Reply?
  private let holder: String

  /// - Parameters:
  ///   - wrong: a name in Snowflake whose hash is another.
  ///   - transaction: what is answered to it; nil for success.
  ///   - holder: the push that the lock row has.
  init(
    _ manifest: RemoteManifest, wrong: String? = nil, transaction: LoopbackServer.Reply? = nil,
    holder: String = pushID
  ) throws {
    hashes = Dictionary(
      manifest.tables.map { table in
        let place = MirrorPlace(table.relation, isNext: true)
        return (place.sql, place.name == wrong ? "1:2" : table.contentHash ?? "")
      }, uniquingKeysWith: { first, _ in first })
    self.transaction = transaction
    self.holder = holder
    let server = try LoopbackServer { [weak self] request, _ in self?.reply(request) ?? .answer(500) }
    self.server.withLock { $0 = server }
  }

  deinit { server.withLock { $0?.stop() } }

  var statements: [String] { seen.withLock { $0 } }

  func client() throws -> SnowflakeClient {
    var policy = RetryPolicy()
    policy.baseSeconds = 0.001
    policy.maximumAttemptCount = 2
    return try SnowflakeClient(
      SnowflakeConnection(
        account: "MYORG-MYACCOUNT", user: "SVC", authentication: .accessToken(Secret("hidden")),
        database: "FILMS",
        endpoint: HTTPURL(endpoint: server.withLock { $0?.endpoint ?? "" }, from: "the test")),
      http: HTTPClient(), retryPolicy: policy)
  }

  private struct Body: Decodable { var statement: String }

  private func reply(_ request: LoopbackServer.Request) -> LoopbackServer.Reply {
    guard request.method == "POST", let sql = try? JSON.decode(Body.self, from: request.body).statement else {
      return .answer(200, [:], Self.result(["text"], [["done"]]))
    }
    let isRepeated = request.target.contains("retry=true")
    if !isRepeated { seen.withLock { $0.append(sql) } }
    if sql.hasPrefix("begin") {
      if let transaction { return transaction }
      let handles = (0..<sql.split(separator: "\n;\n").count).map { "\"01b2-\($0)\"" }.joined(separator: ",")
      return .answer(
        200, [:],
        Self.result(["text"], [["done"]]).dropLast() + #","statementHandles":[\#(handles)]}"#)
    }
    if sql.contains("information_schema") { return .answer(200, [:], Self.result(["text"], [])) }
    if sql.hasPrefix("select held") {
      return .answer(
        200, [:],
        Self.result(Array(repeating: "text", count: 8), [[holder] + Array(repeating: nil, count: 7)]))
    }
    if sql.hasPrefix("select count(*)"),
      let hash = hashes.first(where: { sql.contains("from \($0.key))") })?.value
    {
      let parts = hash.split(separator: ":").map(String.init)
      return .answer(200, [:], Self.result(["fixed", "text"], [[parts[0], parts[1]]]))
    }
    return .answer(200, [:], Self.result(["text"], [["done"]]))
  }

  private static func result(_ types: [String], _ rows: [[String?]]) -> String {
    let columns = types.enumerated().map {
      #"{"name":"C\#($0.offset)","type":"\#($0.element)","scale":0,"nullable":true}"#
    }
    let data = (try? JSON.text(rows)) ?? "[]"
    return
      #"{"code":"090001","sqlState":"00000","statementHandle":"01b2-h","message":"done","resultSetMetaData":{"numRows":\#(rows.count),"format":"jsonv2","rowType":[\#(columns.joined(separator: ","))],"partitionInfo":[{"rowCount":\#(rows.count)}]},"data":\#(data)}"#
  }
}
