import Diagnostics
import Files
import Ingest
import SQLite
import Storage
import Testing

@Suite struct SeedFileTests {
  private let fixture: IngestFixture

  init() throws {
    fixture = try IngestFixture()
  }

  @Test(
    "the type of a column is the first that all its values have",
    arguments: [
      (["1", "-2", ""], .integer), (["1", "2.5"], .real), (["2023.0"], .real),
      (["2023-01-01", "null"], .date),
      (["2023-01-01", "2023-01-01 10:00:00"], .timestamp), (["2023-01-01T10:00:00Z"], .timestamp),
      (["true", "False"], .boolean), (["t"], .text), (["1", "a"], .text), (["1", "2023-01-01"], .text),
      ([""], .integer),
      (["99999999999999999999"], .real), (["2023-02-30"], .text), ([], .integer),
    ] as [([String], ColumnType)])
  func inference(values: [String], type: ColumnType) throws {
    let file = try fixture.file("seed.csv", "id,value\n" + values.map { "1,\($0)\n" }.joined())
    #expect(
      try SeedFile(path: file).inferColumns() == [
        ColumnSchema(name: "id", type: .integer), ColumnSchema(name: "value", type: type),
      ])
  }

  @Test("a declared type is taken for the one in the data")
  func declared() throws {
    let file = try fixture.file("seed.csv", "Zip,n\n007,1\n")
    #expect(try SeedFile(path: file).inferColumns(declared: ["zip": .text]).map(\.type) == [.text, .integer])
  }

  @Test("rows become a table of their own")
  func loads() throws {
    let path = try fixture.file("seed.csv", "id;name;flag\n1;\"a;b\";true\n2;NULL;\n3;\"\";false\n")
    let seed = SeedFile(path: path, delimiter: UInt8(ascii: ";"))
    let columns = try seed.inferColumns()
    let database = Path.join(fixture.path, "seed.db")
    var file = try DatabaseFileWriter(path: database)
    let summary = try seed.load(columns, into: file.makeTable(try definition(columns)))
    try file.finish()
    #expect(summary.rowCount == 3)
    #expect(
      try Connection(path: database, access: .readOnly).rows("select * from seed") == [
        [1, "a;b", 1], [2, .null, .null], [3, .null, 0],
      ])
  }

  @Test("a row that does not fit is an error at its place, named as the caller names the file")
  func faults() throws {
    let path = try fixture.file("seed.csv", "id,name\n1,a\nx,b\n")
    let columns = [ColumnSchema(name: "id", type: .integer), ColumnSchema(name: "name", type: .text)]
    var file = try DatabaseFileWriter(path: Path.join(fixture.path, "seed.db"))
    let writer = file.makeTable(try definition(columns))
    var error: IngestError?
    do {
      _ = try SeedFile(path: path, displayPath: "seeds/seed.csv").load(columns, into: writer)
    } catch let fault as IngestError {
      error = fault
    }
    #expect(error?.diagnostic.location?.description == "seeds/seed.csv:3:1 (byte 12)")
    #expect(error?.diagnostic.hints.contains { $0.contains("--max-rejects") } == false)
  }

  private func definition(_ columns: [ColumnSchema]) throws -> TableDefinition {
    try TableDefinition(
      sql: TableSchema(name: "seed", columns: columns).createStatement(qualifiedName: "\"seed\""))
  }

  @Test("a seed that is not there is said so")
  func absent() throws {
    let error = #expect(throws: FileError.self) {
      try SeedFile(path: Path.join(fixture.path, "none.csv")).inferColumns()
    }
    #expect(error?.code == .fileNotFound)
  }
}
