import Cloud
import Diagnostics
import Files
import SQLite
import Storage
import Sync
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A remote in a folder, and a mirror in a database of its own of the server that stands in for Snowflake.
///
/// The job is stood in for: the tables that a plan asks for are written from the build, as the job would write them.
struct MirrorFixture {
  let builds: RemoteFixture
  let database: MirrorDatabase
  /// In words of Snowflake's, by relation; what is not here is a table.
  var views: [Relation: ((Relation) -> MirrorPlace) -> String] = [
    Relation(layer: .staged, name: "few"): { place in
      "select i, name, i * 0.5 as half from \(place(Relation(layer: .staged, name: "many")).sql) where i <= 3"
    }
  ]
  static let few = Relation(layer: .staged, name: "few")
  static let many = Relation(layer: .staged, name: "many")
  static let movies = Relation(layer: .raw, name: "movies")
  static let counts = Relation(layer: .main, name: "counts")

  static func value(_ name: String) -> String? {
    getenv("REELHOUSE_TEST_SNOWFLAKE\(name)").map { String(cString: $0) }
  }
  static var isThere: Bool { value("") != nil }

  init() throws {
    builds = try RemoteFixture()
    let name = "LETTERBOXD_TEST_\(UInt64.random(in: 0 ... .max))"
    let schemas = #"["RAW","STAGED","MAIN","RAW__NEXT","STAGED__NEXT","MAIN__NEXT"]"#
    let made = try #require(Tool("curl")).run([
      "-sf", "-X", "POST", try #require(Self.value("_CONTROL")), "-d",
      #"{"databases":{"\#(name)":\#(schemas)}}"#,
    ])
    #expect(made.status == 0)
    database = try MirrorDatabase(Self.client(name), source: "the test")
  }

  private static func client(_ database: String) throws -> SnowflakeClient {
    let connection = try SnowflakeConnection(
      SnowflakeSettings(
        [
          "account": value("_ACCOUNT") ?? "", "user": value("_USER") ?? "",
          "private_key_path": value("_KEY") ?? "",
          "role": value("_ROLE") ?? "", "warehouse": value("_WAREHOUSE") ?? "", "database": database,
          "host": "127.0.0.1", "protocol": "http",
          "port": String((value("") ?? "").split(separator: ":").last ?? ""),
        ], from: "the test"), home: nil)
    return try SnowflakeClient(connection)
  }

  // MARK: Pushing

  func plan(_ environment: String = "prod", isAnew: Bool = false) throws -> MirrorPlan {
    let remote = builds.remote()
    let move = try remote.requiredRef(environment).ref.current
    let views = views
    let models = MirrorModels(
      models: views.mapValues { _ in MirrorModels.Model(isView: true, description: "A view") },
      query: { relation, place in
        guard let text = views[relation] else { throw Diagnostic(.unknownRef, "no view '\(relation)'") }
        return text(place)
      })
    return try MirrorPlan(
      database, remote.manifest(move), manifestSHA256: move.manifestSHA256, models, environment: environment,
      isAnew: isAnew)
  }

  func runner(_ id: String = InvocationName.next(), shouldStop: @escaping @Sendable () -> Bool = { false })
    -> MirrorRunner
  {
    var options = MirrorRunner.Options(pushID: id)
    options.threadCount = 1
    options.settlingSeconds = 1
    options.shouldStop = shouldStop
    return MirrorRunner(builds.remote(), options)
  }

  /// The whole way behind a ref that was moved.
  @discardableResult
  func mirror(_ environment: String = "prod", isAnew: Bool = false) throws -> MirrorReport? {
    let plan = try plan(environment, isAnew: isAnew)
    try runner().makePlaces(plan)
    try writeNext(plan)
    return try runner().run(plan)
  }

  /// What the job does: the tables of the plan, from the build.
  func writeNext(_ plan: MirrorPlan) throws {
    let build = try #require(try builds.warehouse.builds().first { $0.id == plan.build })
    let reader = try WarehouseReader(builds.warehouse, .build(id: build.id))
    for relation in plan.written {
      let table = try #require(plan.tables.first { $0.relation == relation })
      let place = MirrorPlace(relation, isNext: true).sql
      let columns = table.columns.map { "\(MirrorName.quoted($0.name)) \($0.type.snowflakeName)" }
      if plan.state.kinds[MirrorPlace(relation, isNext: true)] == .view { try run("drop view \(place)") }
      try run("create or replace transient table \(place) (\(columns.joined(separator: ", ")))")
      let rows = try reader.connection.rows("select * from \(relation.sql)")
      for start in stride(from: 0, to: rows.count, by: 1000) {
        let texts = rows[start..<min(start + 1000, rows.count)].map { row in
          "(" + row.map(Self.literal).joined(separator: ", ") + ")"
        }
        try run("insert into \(place) values \(texts.joined(separator: ", "))")
      }
    }
  }

  private static func literal(_ value: SQLiteValue) -> String {
    switch value {
    case .null: "null"
    case .integer(let number): String(number)
    case .real(let number): "\(number)::float"
    case .text(let text): SnowflakeSQL.literal(text)
    case .blob(let bytes):
      "to_binary('\(bytes.map { String($0, radix: 16).count == 1 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined())', 'HEX')"
    }
  }

  // MARK: Looking

  @discardableResult
  func run(_ sql: String) throws -> [[SnowflakeValue]] {
    try database.client.run(SnowflakeStatement(sql)).rows
  }

  func count(_ relation: Relation, isNext: Bool = false) throws -> Int64? {
    try run("select count(*) from \(MirrorPlace(relation, isNext: isNext).sql)").first?.first?.integer
  }

  func verify(_ environment: String = "prod") throws -> MirrorVerification {
    let remote = builds.remote()
    return try MirrorVerifier(database, threadCount: 1).run(
      remote.manifest(remote.requiredRef(environment).ref.current), environment: environment)
  }
}
