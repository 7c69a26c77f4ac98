import Diagnostics
import Files
import Ingest
import SQLite
import Storage
import Testing

@Suite struct IngestRunnerTests {
  private let fixture: IngestFixture

  init() throws {
    fixture = try IngestFixture()
  }

  @Test("an archive becomes tables, each recorded with where it came from")
  func loads() throws {
    let archive = try fixture.zip([
      "movies.csv": IngestFixture.moviesText, "actors.csv": IngestFixture.actorsText,
    ])
    let report = try fixture.ingest([IngestFixture.movies, IngestFixture.actors], archive)
    #expect(report.tables.map(\.rowsLoaded) == [2, 2])
    #expect(report.rowsRead == 4 && report.rowsLoaded == 4 && report.rejectCount == 0)
    #expect(
      try fixture.rows("select * from movies order by id") == [
        [1_000_001, "Barbie", .real(3.86)], [1_000_002, "Parasite", .real(4.56)],
      ])
    #expect(try fixture.rows("select count(*) from actors") == [[2]])
    let records = try IngestPlanner.records(in: fixture.warehouse)
    #expect(
      records.map(\.uniqueID) == [
        "source.letterboxd.letterboxd.actors", "source.letterboxd.letterboxd.movies",
      ])
    let load = try #require(records.last?.load)
    #expect(load.archive == archive && load.member == "movies.csv")
    #expect(load.byteCount == IngestFixture.moviesText.utf8.count)
    #expect(load.rowsRead == 2 && load.rowsLoaded == 2 && load.rejectCount == 0)
    #expect(try fixture.rows("pragma integrity_check") == [["ok"]])
    #expect(try fixture.leftovers().isEmpty)
  }

  @Test(
    "however the lines end, the rows are the same",
    arguments: ["\n", "\r\n"], ["", "\u{FEFF}"])
  func lineEndings(ending: String, mark: String) throws {
    let text = mark + ["id,name,rating", "1,a,", "2,\"b\(ending)c\",1.5", ""].joined(separator: ending)
    try fixture.ingest([IngestFixture.movies], fixture.zip(["movies.csv": text]))
    #expect(
      try fixture.rows("select * from movies") == [[1, "a", .null], [2, .text("b\(ending)c"), .real(1.5)]])
  }

  @Test("members are found at any depth, whatever the case, and hidden ones are passed by")
  func depth() throws {
    let archive = try fixture.zip([
      "data/v2/Movies.CSV": IngestFixture.moviesText, "__MACOSX/data/v2/._movies.csv": "x",
      "__MACOSX/movies.csv": "x", "data/.movies.csv": "x", "posters/1.jpg": "x",
    ])
    #expect(try fixture.ingest([IngestFixture.movies], archive).rowsLoaded == 2)
  }

  @Test("a folder is searched at any depth")
  func folder() throws {
    _ = try fixture.file("in/a/b/movies.csv", IngestFixture.moviesText)
    _ = try fixture.file("in/actors.csv", IngestFixture.actorsText)
    let report = try fixture.ingest(
      [IngestFixture.movies, IngestFixture.actors], Path.join(fixture.path, "in"))
    #expect(report.rowsLoaded == 4)
  }

  @Test("a single file replaces its own table and leaves the others")
  func singleFile() throws {
    let tables = [IngestFixture.movies, IngestFixture.actors]
    try fixture.ingest(
      tables, fixture.zip(["movies.csv": IngestFixture.moviesText, "actors.csv": IngestFixture.actorsText]))
    let file = try fixture.file("movies.csv", "id,name,rating\n7,Seven,4\n")
    let report = try fixture.ingest(tables, file)
    #expect(report.tables.map(\.relation.name) == ["movies"])
    #expect(try fixture.rows("select * from movies") == [[7, "Seven", .real(4)]])
    #expect(try fixture.rows("select count(*) from actors") == [[2]])
    #expect(try IngestPlanner.records(in: fixture.warehouse).map(\.relation.name) == ["actors", "movies"])
  }

  @Test("one changed member is loaded, the others are copied as they are, rejects and indexes too")
  func oneChanged() throws {
    let tables = [IngestFixture.movies, IngestFixture.actors]
    let bad = IngestFixture.actorsText + "x,y,z\r\n"
    try fixture.ingest(
      tables, fixture.zip(["movies.csv": IngestFixture.moviesText + "bad,b,\r\n", "actors.csv": bad]),
      limit: .count(1))
    do {
      let connection = try Connection(path: fixture.warehouse.draftFile(.raw), access: .readWrite)
      try connection.execute(
        "create index actors_by_name on actors(name); create view named as select name from actors")
    }
    let report = try fixture.ingest(
      tables, fixture.zip(["movies.csv": IngestFixture.moviesText, "actors.csv": bad]), limit: .count(1))
    #expect(report.tables.map(\.isSkipped) == [false, true])
    #expect(try fixture.rows("select count(*) from movies") == [[2]])
    #expect(
      try fixture.rows("select rowid, name from actors order by rowid") == [
        [1, "Margot Robbie"], [2, "Ryan Gosling"],
      ])
    #expect(try fixture.rows("select table_name, raw_text from _rejects") == [["actors", "x,y,z"]])
    let others =
      "select name from sqlite_schema where type in ('index', 'view') and sql is not null order by 1"
    #expect(try fixture.rows(others) == [["actors_by_name"], ["named"]])
    #expect(try fixture.rows("pragma integrity_check") == [["ok"]])
  }

  @Test("an unchanged archive is not read, and the layer's file not touched")
  func unchanged() throws {
    let archive = try fixture.zip(["movies.csv": IngestFixture.moviesText])
    try fixture.ingest([IngestFixture.movies], archive)
    let before = try fixture.rawBytes()
    let report = try fixture.ingest([IngestFixture.movies], archive)
    #expect(report.tables.map(\.isSkipped) == [true])
    #expect(report.tables.map(\.rowsLoaded) == [2])
    #expect(report.rowsLoaded == 0)
    #expect(try fixture.rawBytes() == before)
    #expect(try fixture.ingest([IngestFixture.movies], archive, isForced: true).rowsLoaded == 2)
  }

  @Test("both versions of actors load: without a role it is NULL")
  func versions() throws {
    let text = "id,name\r\n1,A\r\n1,B\r\n"
    try fixture.ingest([IngestFixture.actors], fixture.zip(["actors.csv": text]))
    #expect(try fixture.rows("select * from actors") == [[1, "A", .null], [1, "B", .null]])
    try fixture.ingest([IngestFixture.actors], fixture.zip(["actors.csv": IngestFixture.actorsText]))
    #expect(try fixture.rows("select role from actors") == [["Barbie"], ["Ken"]])
  }

  @Test("columns come in any order, and empty lines between rows do not count")
  func order() throws {
    let text = "rating, Name ,ID\n\n4.5,a,1\n\r\n,b,2\n\n"
    let report = try fixture.ingest([IngestFixture.movies], fixture.zip(["movies.csv": text]))
    #expect(report.rowsRead == 2)
    #expect(try fixture.rows("select * from movies") == [[1, "a", .real(4.5)], [2, "b", .null]])
  }

  @Test("a file of a header alone is an empty table", arguments: ["id,name,rating", "id,name,rating\r\n"])
  func headerOnly(text: String) throws {
    #expect(try fixture.ingest([IngestFixture.movies], fixture.zip(["movies.csv": text])).rowsRead == 0)
    #expect(try fixture.rows("select count(*) from movies") == [[0]])
  }

  @Test("in a file of one column an empty line is a row that is NULL")
  func oneColumn() throws {
    let table = IngestFixture.table("names", [ColumnSchema(name: "name", type: .text)])
    try fixture.ingest([table], fixture.zip(["names.csv": "name\na\n\n\"\"\n"]))
    #expect(try fixture.rows("select * from names") == [["a"], [.null], [""]])
  }

  @Test("an undeclared column is loaded as text where the declaration says append, and left out with ignore")
  func undeclared() throws {
    var table = IngestFixture.movies
    let archive = try fixture.zip(["movies.csv": "extra,id,name,rating\nx,1,a,2\n"])
    table.onSchemaChange = .append
    try fixture.ingest([table], archive)
    #expect(try fixture.rows("select id, extra from movies") == [[1, "x"]])
    table.onSchemaChange = .ignore
    try fixture.ingest([table], archive)
    #expect(try fixture.rows("select * from movies") == [[1, "a", .real(2)]])
  }

  @Test("a load of many batches keeps the file's order")
  func manyBatches() throws {
    let count = 60_000
    let long = String(repeating: "word ", count: 8)
    let text =
      "id,name,rating\n" + (1...count).map { "\($0),\"\(long)\"\"\($0)\"\"\",\($0 % 50).5\n" }.joined()
    let report = try fixture.ingest([IngestFixture.movies], fixture.zip(["movies.csv": text]))
    #expect(report.rowsLoaded == count)
    #expect(
      try fixture.rows("select count(*), sum(id = rowid), sum(name = '\(long)\"' || id || '\"') from movies")
        == [
          [.integer(Int64(count)), .integer(Int64(count)), .integer(Int64(count))]
        ])
  }

  @Test("progress ends at the sum of all files")
  func progress() throws {
    let archive = try fixture.zip([
      "movies.csv": IngestFixture.moviesText, "actors.csv": IngestFixture.actorsText,
    ])
    let plan = try fixture.plan(
      [IngestFixture.movies, IngestFixture.actors], IngestOptions(archivePath: archive))
    var last: IngestProgress?
    do {
      let draft = try Draft(WarehouseLock(fixture.warehouse, command: "test", timeoutSeconds: 5))
      var runner = IngestRunner(plan)
      runner.didProgress = { last = $0 }
      _ = try runner.run(in: draft)
    }
    #expect(last?.bytesDone == plan.byteCount && last?.bytesTotal == plan.byteCount)
    #expect(last?.rowsRead == 4)
  }

  @Test("a stop between batches ends the load and changes nothing")
  func cancellation() throws {
    try fixture.ingest([IngestFixture.movies], fixture.zip(["movies.csv": IngestFixture.moviesText]))
    let before = try fixture.rawBytes()
    let archive = try fixture.zip(["movies.csv": IngestFixture.moviesText + "3,c,\r\n"])
    let plan = try fixture.plan([IngestFixture.movies], IngestOptions(archivePath: archive))
    #expect(throws: CancellationError.self) { try fixture.run(plan, shouldStop: { true }) }
    #expect(try fixture.rawBytes() == before)
    #expect(try fixture.leftovers().isEmpty)
  }
}
