import Diagnostics
import Files
import Ingest
import Storage
import Testing

@Suite struct IngestPlannerTests {
  private let fixture: IngestFixture
  private let tables = [IngestFixture.movies, IngestFixture.actors]

  init() throws {
    fixture = try IngestFixture()
  }

  @Test("all members that are missing are named, with what there is and what may be meant")
  func missing() throws {
    let fault = try #require(
      fixture.faults(tables, try fixture.zip(["movis.csv": "x", "posters/1.jpg": "x"])).first)
    #expect(fault.code == .archiveMemberMissing)
    #expect(fault.message.hasSuffix("has no 'movies.csv' and 'actors.csv'"))
    #expect(fault.notes == ["it has 'movis.csv'"])
    #expect(fault.hints == ["did you mean 'movis.csv' for 'movies.csv'?"])
    #expect(!FileSystem.exists(fixture.warehouse.draftPath))
  }

  @Test("a base name that occurs twice is ambiguous")
  func ambiguous() throws {
    let archive = try fixture.zip(["v1/movies.csv": "x", "v2/movies.csv": "y", "actors.csv": "z"])
    let fault = try #require(fixture.faults(tables, archive).first)
    #expect(fault.code == .archiveMemberAmbiguous)
    #expect(fault.notes == ["there are 'v1/movies.csv' and 'v2/movies.csv'"])
  }

  @Test("the exact name is preferred to one that differs in case")
  func exact() throws {
    let archive = try fixture.zip(["Movies.csv": "x", "movies.csv": IngestFixture.moviesText])
    #expect(try fixture.ingest([IngestFixture.movies], archive).rowsLoaded == 2)
  }

  @Test("a file that belongs to no table is refused with the nearest name")
  func foreignFile() throws {
    let fault = try #require(fixture.faults(tables, try fixture.file("actor.csv", "id\n1\n")).first)
    #expect(fault.code == .sourceUndeclared)
    #expect(fault.hints == ["did you mean 'actors.csv'?"])
  }

  @Test("an archive that is not there is said so", arguments: ["none.zip", "none.csv"])
  func absent(name: String) throws {
    #expect(fixture.faults(tables, Path.join(fixture.path, name)).map(\.code) == [.fileNotFound])
  }

  @Test(
    "a header that does not fit is refused before anything is written",
    arguments: [
      ("", .headerInvalid), ("\n\n", .headerInvalid), ("id,name,ID\n", .headerInvalid),
      ("id,,name\n", .headerInvalid),
      ("a,b\n", .headerInvalid), ("id;name;rating\n", .headerInvalid), ("name,rating\n", .columnMissing),
      ("id,name,rating,extra\n", .columnUndeclared), ("id,\"name\n", .quoteUnterminated),
    ] as [(String, DiagnosticCode)])
  func headers(text: String, code: DiagnosticCode) throws {
    let faults = fixture.faults([IngestFixture.movies], try fixture.zip(["movies.csv": text]))
    #expect(faults.map(\.code) == [code])
    #expect(!FileSystem.exists(fixture.warehouse.draftPath))
  }

  @Test("a header with other separators names them, an undeclared column its nearest name")
  func hints() throws {
    let separated = fixture.faults(
      [IngestFixture.movies], try fixture.zip(["movies.csv": "id;name;rating\n"]))
    #expect(separated.first?.hints.first?.contains("';'") == true)
    let misspelt = fixture.faults(
      [IngestFixture.movies], try fixture.zip(["movies.csv": "id,name,ratings\n"]))
    #expect(misspelt.first?.hints.first == "did you mean 'rating'?")
    #expect(misspelt.first?.notes == ["the table is declared at models/sources.yml:10"])
  }

  @Test("the faults of all headers are told at once")
  func allHeaders() throws {
    let archive = try fixture.zip(["movies.csv": "name,x\n", "actors.csv": "id,y\n"])
    #expect(
      fixture.faults(tables, archive).map(\.code) == [.columnMissing, .columnUndeclared, .columnUndeclared])
  }

  @Test("the plan says in words what will be done and why")
  func explanation() throws {
    let archive = try fixture.zip(["movies.csv": IngestFixture.moviesText, "actors.csv": "id,name\n"])
    let first = try fixture.plan(tables, IngestOptions(archivePath: archive))
    #expect(
      first.explanation == """
        load raw.movies from \(archive)!movies.csv: 60 bytes, not loaded yet
        load raw.actors from \(archive)!actors.csv: 8 bytes, not loaded yet
          columns that the file has not, NULL: role
        """)
    try fixture.run(first)
    let second = try fixture.plan([IngestFixture.movies], IngestOptions(archivePath: archive))
    #expect(second.explanation == "keep raw.movies: unchanged, 2 rows\nkeep raw.actors")
  }

  @Test("a table is loaded again when its bytes, its declaration or the will of the user is another")
  func reasons() throws {
    let file = try fixture.file("movies.csv", IngestFixture.moviesText)
    func why(_ table: SourceTable, isForced: Bool = false) throws -> String? {
      let plan = try fixture.plan([table], IngestOptions(archivePath: file, isForced: isForced))
      if case .load(let why) = plan.items.first?.action { return why }
      return nil
    }
    try fixture.ingest([IngestFixture.movies], file)
    #expect(try why(IngestFixture.movies) == nil)
    #expect(try why(IngestFixture.movies, isForced: true) == "loading is forced")
    var table = IngestFixture.movies
    table.columns[1].isNotNull = true
    #expect(try why(table) == "the declaration has changed")
    table = IngestFixture.movies
    table.onSchemaChange = .ignore
    #expect(try why(table) == "the declaration has changed")
    // As many bytes as before, so that the checksum must tell.
    _ = try fixture.file("movies.csv", IngestFixture.moviesText.replacing("Barbie", with: "Ken II"))
    #expect(try why(IngestFixture.movies) == "the file has changed")
  }
}
