import Cloud
import Diagnostics
import Files
import Storage
import Sync
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The catalog of a remote against a server that speaks like Glue; `make test-cloud` says by variables where it listens.
@Suite(.enabled(if: CloudServer("REELHOUSE_TEST_AWS") != nil)) struct CatalogTests {
  private let glue: GlueClient
  private let database: String
  private let fixture: RemoteFixture

  init() throws {
    glue = try GlueClient(#require(CloudServer("REELHOUSE_TEST_AWS")).configuration())
    database = "films_\(String(UInt64.random(in: 0 ... .max), radix: 36))"
    fixture = try RemoteFixture()
  }

  private func plan(_ environment: String = "prod", location: String = "s3://bucket/x/") throws -> CatalogPlan
  {
    let remote = fixture.remote()
    let manifest = try remote.manifest(remote.requiredRef(environment).ref.current)
    let words = [
      Relation(layer: .raw, name: "movies"): (table: "All films", columns: ["name": "As on the poster"])
    ]
    let catalog = Catalog(glue, database: database, crawler: nil, descriptions: words)
    return try CatalogPlan(catalog, manifest, environment: environment, location: location)
  }

  @Test("a catalog is brought to a build, found up to date, and brought to the next")
  func wholeWay() throws {
    let build = try fixture.publish(RemoteFixture.plain, second: 1)
    try fixture.push()
    #expect(try plan().createdNames.sorted() == ["counts", "few", "many", "movies"])
    try CatalogRunner(fixture.remote()).run(plan())
    #expect(try plan().isNothingToDo && plan().unchangedCount == 4)
    let table = try #require(try glue.getTable(database, "movies"))
    let columns = try #require(table.input.storage?.columns)
    #expect(columns.map(\.name) == ["id", "name", "score", "born"])
    #expect(columns.map(\.type) == ["bigint", "string", "double", "date"])
    #expect(columns[1].comment == "As on the poster" && table.input.description == "All films")
    #expect(table.input.parameters?["reelhouse_build"] == build.id)
    let manifest = try #require(try fixture.remote().manifest(id: build.id)).manifest
    let key = try #require(manifest.tables.first { $0.name == "movies" }?.objects.first?.key)
    #expect(table.input.storage?.location == "s3://bucket/x/\(Path.parent(of: key))/")

    let next = try fixture.publish(
      "drop view staged.few; create table main.fresh (a integer); update main.counts set n = 1", second: 2)
    try fixture.push()
    let changes = try plan()
    #expect(changes.createdNames == ["fresh"] && changes.deletedNames == ["few"])
    try CatalogRunner(fixture.remote()).run(changes)
    #expect(try plan().isNothingToDo)
    #expect(try glue.getTable(database, "few") == nil)
    let all = try glue.getTables(database)
    #expect(all.allSatisfy { $0.input.parameters?["reelhouse_build"] == next.id })
    // A plan that others have overtaken is not carried out.
    try fixture.push(build)
    #expect(code { try CatalogRunner(fixture.remote()).run(changes) } == .remoteMoved)
  }

  @Test("a table of another environment or of somebody else is not replaced")
  func owners() throws {
    try fixture.publish(RemoteFixture.plain, second: 1)
    try fixture.push()
    try fixture.push(to: "dev")
    try CatalogRunner(fixture.remote()).run(plan())
    #expect(code { try plan("dev") } == .catalogConflict)
    #expect(code { try plan(location: "s3://other/") } == .catalogConflict)
    let other = "\(database)_other"
    try glue.createDatabase(GlueDatabase(name: other))
    let columns = GlueStorage.parquet(columns: [GlueColumn("a", "int")], location: "s3://elsewhere/")
    try glue.createTable(other, GlueTableInput(name: "movies", storage: columns))
    let remote = fixture.remote()
    let manifest = try remote.manifest(remote.requiredRef("prod").ref.current)
    let catalog = Catalog(glue, database: other, crawler: nil)
    #expect(
      code { try CatalogPlan(catalog, manifest, environment: "prod", location: "s3://bucket/x/") }
        == .catalogConflict)
  }

  @Test(
    "tables that were made empty for the crawler are filled, and equal names of two layers are told apart")
  func emptyTables() throws {
    try fixture.publish(
      RemoteFixture.plain + "create table main.movies (a integer); create table main.\"a b\" (a integer);",
      second: 1)
    try fixture.push()
    try glue.createDatabase(GlueDatabase(name: database))
    let place = GlueStorage.parquet(columns: [], location: "s3://bucket/x/data/")
    try glue.createTable(database, GlueTableInput(name: "counts", storage: place))
    let changes = try plan()
    #expect(changes.updatedNames == ["counts"])
    #expect(changes.createdNames.filter { $0.hasSuffix("movies") }.sorted() == ["main_movies", "raw_movies"])
    #expect(changes.createdNames.contains { $0.hasPrefix("xa_b_") })
    try CatalogRunner(fixture.remote()).run(changes)
    #expect(try plan().isNothingToDo)
  }
}
