import Diagnostics
import Files
import Ingest
import Parquet
import SQLite
import Storage
import Testing

@Suite struct ParquetLoadTests {
  private let fixture: IngestFixture

  init() throws {
    fixture = try IngestFixture()
  }

  private func oneColumn(
    _ type: ColumnType, isNotNull: Bool = false, onSchemaChange: OnSchemaChange = .fail
  ) -> SourceTable {
    IngestFixture.table(
      "t", [ColumnSchema(name: "v", type: type, isNotNull: isNotNull)], onSchemaChange: onSchemaChange)
  }

  @Test("a Parquet file gives the table that a CSV file of the same rows gives, beside other CSV files")
  func equalTables() throws {
    let tables = [IngestFixture.movies, IngestFixture.actors]
    try fixture.ingest(
      tables, fixture.zip(["movies.csv": IngestFixture.moviesText, "actors.csv": IngestFixture.actorsText]))
    let before = try fixture.exactHashes()
    _ = try fixture.file("mixed/movies.parquet", bytes: ParquetFile.movies())
    _ = try fixture.file("mixed/deep/actors.csv", IngestFixture.actorsText)
    let report = try fixture.ingest(tables, Path.join(fixture.path, "mixed"), isForced: true)
    #expect(report.loaded.count == 2 && report.rowsRead == 4 && report.rowsLoaded == 4)
    #expect(try fixture.exactHashes() == before)
  }

  @Test(
    "a member of a zip is read, deflated or stored; damage is found before any row is stored",
    arguments: [true, false])
  func zipped(isDeflated: Bool) throws {
    let bytes = try ParquetFile.movies()
    let archive = try fixture.zip(
      bytes: ["deep/Movies.PARQUET": bytes], compression: isDeflated ? .deflate(level: 6) : .stored)
    var damaged = try FileSystem.read(archive)
    damaged[60] ^= 0x55
    let other = try fixture.file("damaged.zip", bytes: damaged)
    let fault = try #require(fixture.faults([IngestFixture.movies], other).first)
    #expect([.archiveChecksum, .archiveDamaged, .archiveTruncated].contains(fault.code))
    #expect(try fixture.exactHashes().isEmpty)
    let report = try fixture.ingest([IngestFixture.movies], archive)
    #expect(report.tables.first?.origin.hasSuffix("archive.zip!deep/Movies.PARQUET") == true)
    #expect(report.byteCount == bytes.count)
    #expect(
      try fixture.rows("select * from movies") == [
        [1_000_001, "Barbie", .real(3.86)], [1_000_002, "Parasite", .real(4.56)],
      ])
  }

  @Test("an unchanged file is not loaded again, another one is")
  func unchanged() throws {
    let file = try fixture.file("movies.parquet", bytes: ParquetFile.movies())
    try fixture.ingest([IngestFixture.movies], file)
    #expect(try fixture.ingest([IngestFixture.movies], file).tables.map(\.isSkipped) == [true])
    var properties = WriterProperties()
    properties.compression = Compression(.gzip)
    _ = try fixture.file("movies.parquet", bytes: ParquetFile.movies(properties))
    #expect(try fixture.ingest([IngestFixture.movies], file).tables.map(\.isSkipped) == [false])
    _ = try fixture.file("movies.csv", IngestFixture.moviesText)
    #expect(
      try fixture.ingest([IngestFixture.movies], Path.join(fixture.path, "movies.csv")).loaded.count == 1)
  }

  @Test("a table whose file is there in both forms is refused")
  func ambiguous() throws {
    _ = try fixture.file("both/movies.parquet", bytes: ParquetFile.movies())
    _ = try fixture.file("both/movies.csv", IngestFixture.moviesText)
    let fault = try #require(fixture.faults([IngestFixture.movies], Path.join(fixture.path, "both")).first)
    #expect(fault.code == .archiveMemberAmbiguous)
    #expect(fault.notes.first?.contains("'movies.csv'") == true)
  }

  private static let acceptedCases: [(Column, ParquetFile.Value, ColumnType, SQLiteValue)] = [
    (Column("v", .int32), .integer(-7), .integer, -7),
    (Column("v", .int64), .integer(.min), .integer, .integer(.min)),
    (Column("v", .int32, .integer(bitWidth: 32, isSigned: false)), .integer(-1), .integer, 4_294_967_295),
    (Column("v", .int64, .integer(bitWidth: 64, isSigned: false)), .integer(5), .integer, 5),
    (Column("v", .double), .real(2023), .integer, 2023),
    (Column("v", .double), .real(2e15), .integer, 2_000_000_000_000_000),
    (Column("v", .byteArray, .string), .text(" 12 "), .integer, 12),
    (Column("v", .int32, .decimal(precision: 9, scale: 2)), .integer(1200), .integer, 12),
    (Column("v", .float), .real(0.5), .real, .real(0.5)),
    (Column("v", .int64), .integer(3), .real, .real(3)),
    (Column("v", .int64, .decimal(precision: 18, scale: 2)), .integer(-1), .real, .real(-0.01)),
    (Column("v", .byteArray, .decimal(precision: 20, scale: 3)), .bytes([0xFE, 0x0C]), .real, .real(-0.5)),
    (
      Column("v", .fixedLengthByteArray(16), .decimal(precision: 38, scale: 0)),
      .bytes([0x80] + [UInt8](repeating: 0, count: 15)), .text, "-170141183460469231731687303715884105728"
    ),
    (Column("v", .byteArray, .string), .text(""), .text, ""),
    (Column("v", .byteArray), .text("Жé"), .text, "Жé"),
    (Column("v", .int64), .integer(12), .text, "12"),
    (
      Column("v", .fixedLengthByteArray(16), .uuid), .bytes((0..<16).map { $0 * 16 + $0 }), .text,
      "00112233-4455-6677-8899-aabbccddeeff"
    ),
    (Column("v", .int32, .date), .integer(-719_162), .date, "0001-01-01"),
    (
      Column("v", .int64, .timestamp(.milliseconds, isUTC: true)), .integer(1_709_164_800_000), .date,
      "2024-02-29"
    ),
    (Column("v", .byteArray, .string), .text("2024-02-29"), .date, "2024-02-29"),
    (Column("v", .boolean), .boolean(true), .boolean, 1),
    (Column("v", .int32), .integer(0), .boolean, 0),
    (Column("v", .byteArray, .string), .text("False"), .boolean, 0),
    (
      Column("v", .int64, .timestamp(.microseconds, isUTC: false)), .integer(-1), .timestamp,
      "1969-12-31 23:59:59.999999"
    ),
    (
      Column("v", .int64, .timestamp(.nanoseconds, isUTC: false)), .integer(1_500_000_000), .timestamp,
      "1970-01-01 00:00:01.5"
    ),
    (Column("v", .int32, .date), .integer(0), .timestamp, "1970-01-01 00:00:00"),
  ]

  @Test("values of other types are taken where a CSV file's text of them would be", arguments: acceptedCases)
  func accepted(column: Column, value: ParquetFile.Value, type: ColumnType, stored: SQLiteValue) throws {
    let file = try fixture.file("t.parquet", bytes: ParquetFile.bytes([(column, [.null, value])]))
    try fixture.ingest([oneColumn(type)], file)
    #expect(try fixture.rows("select v from t") == [[.null], [stored]])
  }

  private static let refusedCases: [(Column, ParquetFile.Value, ColumnType, String)] = [
    (Column("v", .double), .real(0.5), .integer, "'0.5' in the column 'v' is no integer of 64 bits"),
    (Column("v", .double), .real(.nan), .real, "'nan' in the column 'v' is no finite number"),
    (Column("v", .float), .real(.infinity), .real, "'inf' in the column 'v' is no finite number"),
    (
      Column("v", .int64, .integer(bitWidth: 64, isSigned: false)), .integer(-1), .integer,
      "'18446744073709551615' in the column 'v' is no integer of 64 bits"
    ),
    (Column("v", .byteArray), .bytes([0x41, 0xFF]), .text, "the text in the column 'v' is not UTF-8"),
    (Column("v", .int32), .integer(2), .boolean, "'2' in the column 'v' is no boolean"),
    (Column("v", .int64), .integer(20_240_229), .date, "'20240229' in the column 'v' is no date"),
    (Column("v", .int32, .date), .integer(2_932_897), .date, "in the column 'v' is no date"),
    (
      Column("v", .int64, .timestamp(.microseconds, isUTC: true)), .integer(1), .date,
      "'1970-01-01 00:00:00.000001' in the column 'v' is no date"
    ),
    (
      Column("v", .int64, .timestamp(.milliseconds, isUTC: true)), .integer(.max), .timestamp,
      "in the column 'v' is no point in time"
    ),
    (Column("v", .byteArray, .string), .text(""), .integer, "'' in the column 'v' is no integer"),
  ]

  @Test("a value that is none of its type is refused with its place", arguments: refusedCases)
  func refused(column: Column, value: ParquetFile.Value, type: ColumnType, message: String) throws {
    let file = try fixture.file("t.parquet", bytes: ParquetFile.bytes([(column, [.null, value])]))
    let fault = try #require(fixture.faults([oneColumn(type)], file).first)
    #expect(fault.message.contains(message), "\(fault.message)")
    #expect(fault.notes.first == "it is row 2 of the file, in row group 0", "\(fault.notes)")
    #expect(fault.location?.description == "\(file) (byte 4)")
    #expect(fault.hints.contains { $0.contains("--max-rejects") })
  }

  @Test("rejects are kept with row group, row, column, value and reason; every row is accounted for")
  func rejects() throws {
    var properties = WriterProperties()
    properties.rowGroupRowLimit = 3
    let ids: [ParquetFile.Value] = [1, 2, 0, 4, 5, 6, 7].map { $0 == 0 ? .null : .integer($0) }
    let names: [ParquetFile.Value] = [
      .text("a"), .null, .text("c\"\n"), .text("d"), .text("e"), .null, .text("g"),
    ]
    let ratings: [ParquetFile.Value] = [
      .real(1), .real(.nan), .real(3), .real(4), .null, .real(-.infinity), .real(7),
    ]
    let file = try fixture.file(
      "movies.parquet",
      bytes: ParquetFile.bytes(
        [
          (Column("rating", .double), ratings), (Column("id", .int32), ids),
          (Column("name", .byteArray, .string), names),
        ], properties))
    let report = try fixture.ingest([IngestFixture.movies], file, limit: .count(3))
    #expect(report.rowsRead == 7 && report.rowsLoaded == 4 && report.rejectCount == 3)
    #expect(try fixture.rows("select id, name from movies") == [[1, "a"], [4, "d"], [5, "e"], [7, "g"]])
    #expect(
      try fixture.rows("select row_group, line, column_name, code, reason, raw_text from _rejects") == [
        [
          0, 2, "rating", "RH1305", "'nan' in the column 'rating' is no finite number",
          #"{"id":2,"name":null,"rating":"nan"}"#,
        ],
        [
          0, 3, "id", "RH1306", "the column 'id' is empty, and it is declared as not null",
          #"{"id":null,"name":"c\"\n","rating":3.0}"#,
        ],
        [
          1, 6, "rating", "RH1305", "'-inf' in the column 'rating' is no finite number",
          #"{"id":6,"name":null,"rating":"-inf"}"#,
        ],
      ])
    let fault = try #require(fixture.faults([IngestFixture.movies], file, limit: .count(1)).first)
    #expect(fault.notes.first?.hasPrefix("\(file), row 2, row group 0: 'nan'") == true, "\(fault.notes)")
  }

  @Test("a table of rejects that an older version made gets the column for row groups")
  func olderRejects() throws {
    try fixture.ingest([IngestFixture.movies], fixture.zip(["movies.csv": IngestFixture.moviesText]))
    let connection = try Connection(path: fixture.warehouse.draftFile(.raw), access: .readWrite)
    try connection.execute(
      """
      drop table _rejects;
      create table _rejects (table_name text not null, member text not null, line integer not null,
        byte_offset integer not null, column_name text, code text not null, reason text not null,
        raw_text text not null);
      insert into _rejects values ('actors', 'actors.csv', 2, 10, null, 'RH1304', 'r', 'x');
      """)
    let file = try fixture.file(
      "movies.parquet",
      bytes: ParquetFile.bytes([
        (Column("id", .int64), [.null, .integer(1)]), (Column("name", .byteArray, .string), [.null, .null]),
      ]))
    try fixture.ingest([IngestFixture.movies], file, limit: .count(1))
    #expect(
      try fixture.rows("select table_name, row_group from _rejects order by rowid") == [
        ["actors", .null], ["movies", 0],
      ])
  }

  @Test("undeclared columns are refused, left out, or added with the type that they have")
  func schemaChange() throws {
    let bytes = try ParquetFile.bytes([
      (Column("w", .int32, .date), [.integer(1)]), (Column("V", .int64), [.integer(1)]),
      (Column("clock", .int64, .time(.microseconds, isUTC: false)), [.integer(1)]),
    ])
    let file = try fixture.file("t.parquet", bytes: bytes)
    #expect(
      fixture.faults([oneColumn(.integer)], file).map(\.code) == [.columnUndeclared, .columnUndeclared])
    try fixture.ingest([oneColumn(.integer, onSchemaChange: .ignore)], file)
    #expect(try fixture.rows("select * from t") == [[1]])
    let fault = try #require(fixture.faults([oneColumn(.integer, onSchemaChange: .append)], file).first)
    #expect(fault.code == .parquetUnsupported && fault.message.contains("'clock'"), "\(fault)")
    let flat = try ParquetFile.bytes([
      (Column("w", .int32, .date), [.integer(1)]), (Column("V", .int64), [.integer(1)]),
    ])
    _ = try fixture.file("t.parquet", bytes: flat)
    try fixture.ingest([oneColumn(.integer, onSchemaChange: .append)], file)
    #expect(try fixture.rows("select v, w from t") == [[1, "1970-01-02"]])
    #expect(try fixture.rows("select type from pragma_table_info('t')") == [["INTEGER"], ["DATE"]])
  }

  @Test(
    "a column that must be there and is not is refused, any other is NULL; a file with none of them is refused"
  )
  func missingColumns() throws {
    let file = try fixture.file(
      "movies.parquet", bytes: ParquetFile.bytes([(Column("name", .byteArray, .string), [.text("a")])]))
    #expect(fixture.faults([IngestFixture.movies], file).map(\.code) == [.columnMissing])
    _ = try fixture.file(
      "movies.parquet", bytes: ParquetFile.bytes([(Column("ID", .int64), [.integer(1)])]))
    try fixture.ingest([IngestFixture.movies], file)
    #expect(try fixture.rows("select * from movies") == [[1, .null, .null]])
    _ = try fixture.file(
      "movies.parquet", bytes: ParquetFile.bytes([(Column("other", .int64), [.integer(1)])]))
    let fault = try #require(fixture.faults([IngestFixture.movies], file).first)
    #expect(fault.code == .headerInvalid && fault.hints.first?.contains("inspect") == true)
  }

  @Test("a file that is cut off, damaged or no Parquet file ends the load and changes nothing")
  func damaged() throws {
    try fixture.ingest([IngestFixture.movies], fixture.zip(["movies.csv": IngestFixture.moviesText]))
    let before = try fixture.rawBytes()
    let bytes = try ParquetFile.movies()
    var flipped = bytes
    flipped[40] ^= 0xFF
    let cases: [([UInt8], DiagnosticCode)] = [
      (Array(bytes.dropLast(9)), .parquetDamaged), (flipped, .parquetChecksum),
      (Array("id,name,rating\n1,a,2\n".utf8), .parquetNotParquet), ([], .parquetNotParquet),
    ]
    for (bytes, code) in cases {
      let file = try fixture.file("movies.parquet", bytes: bytes)
      let fault = try #require(fixture.faults([IngestFixture.movies], file).first)
      #expect(fault.code == code, "\(fault)")
      #expect(fault.location?.path == file || fault.message.contains(file), "\(fault)")
    }
    #expect(try fixture.rawBytes() == before)
  }

  @Test("many row groups and batches are loaded in order, whatever the threads")
  func large() throws {
    var properties = WriterProperties()
    properties.rowGroupRowLimit = 10_000
    let count = 25_001
    let text = String(repeating: "x", count: 300)
    let bytes = try ParquetFile.bytes(
      [
        (Column("id", .int64), (0..<count).map { .integer(Int64($0)) }),
        (
          Column("name", .byteArray, .string),
          (0..<count).map { $0 % 3 == 0 ? .null : .text("\($0)\($0 % 1000 == 1 ? text : "")") }
        ),
        (Column("rating", .double), (0..<count).map { .real(Double($0) / 2) }),
      ], properties)
    let file = try fixture.file("movies.parquet", bytes: bytes)
    let named = (0..<count).filter { $0 % 3 != 0 }
    let letters = named.reduce(0) { $0 + "\($1)".count + ($1 % 1000 == 1 ? 300 : 0) }
    let numbers = [count, 0, count - 1, named.count, letters, count, named.count]
    let expected = numbers.map { SQLiteValue.integer(Int64($0)) }
    for processors in [1, 4] {
      let plan = try fixture.plan([IngestFixture.movies], IngestOptions(archivePath: file, isForced: true))
      let report = try fixture.run(plan, processorCount: processors)
      #expect(report.rowsLoaded == count)
      #expect(
        try fixture.rows(
          """
          select count(*), min(id), max(id), count(name), sum(length(name)), sum(id + 1 = rowid),
            sum(name like id || '%') from movies
          """) == [expected])
      #expect(try fixture.rows("select count(*) from movies where rating is not id / 2.0") == [[0]])
    }
  }
}
