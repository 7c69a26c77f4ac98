import Diagnostics
import Files
import Parquet
import SQLite
import Storage
import Sync
import TestSupport
import Testing

@Suite struct ExportTests {
  /// A warehouse with a table of every type, a large one, a view and one without rows.
  private final class Fixture: Sendable {
    let folder: TemporaryFolder
    let warehouse: Warehouse

    init(_ extra: String = "", isPublished: Bool = true) throws {
      folder = try TemporaryFolder()
      warehouse = Warehouse(path: folder.file("warehouse"))
      let draft = try Draft(WarehouseLock(warehouse, command: "test", timeoutSeconds: 60))
      let connection = try draft.connect(writing: Set(Layer.allCases))
      try connection.execute(
        """
        create table raw.kinds (id integer, score real, name text, born date, seen timestamp, good boolean, mix);
        insert into raw.kinds values
          (1, 0.5, 'a,"b"', '2024-02-29', '2024-02-29 12:00:00.5', 1, x'00FF'),
          (null, null, null, null, null, null, null),
          (-9223372036854775808, -1e9, '', '0001-01-01', '1969-12-31 23:59:59', 0, x'');
        create table raw.empty (a integer, b text);
        create table staged.many as
          with recursive n(i) as (select 1 union all select i + 1 from n where i < 30000)
          select i, i % 7 as seven, 'name ' || (i % 100) as name from n;
        create view staged.few as select i, name, i * 0.5 as half from many where i <= 3 order by i;
        \(extra)
        """)
      let found: [(Layer, String, RelationRecord.Kind, Int?)] = [
        (.raw, "kinds", .table, 3), (.raw, "empty", .table, 0), (.staged, "many", .table, 30_000),
        (.staged, "few", .view, nil),
      ]
      let odd = try connection.integer("select count(*) from raw.sqlite_schema where name = 'odd'")
      let records = (found + (odd > 0 ? [(.raw, "odd", .table, 1)] : [])).map { layer, name, kind, rows in
        RelationRecord(
          relation: Relation(layer: layer, name: name), uniqueID: "model.p.\(name)", kind: kind,
          fingerprint: "f",
          rowCount: rows)
      }
      let catalog = RelationCatalog(connection)
      for record in records { try catalog.record(record) }
      guard isPublished else { return }
      _ = try Publisher(draft).publish(
        Publisher.Contents(
          project: "p", reelhouseVersion: "1",
          relations: records.map { BuildRecord.RelationEntry($0, materialized: "table", columns: []) },
          testCounts: [:], artifacts: [:]), now: Timestamp(microseconds: 1_795_331_730_000_000))
    }

    func export(
      _ target: WarehouseReader.Target = .current, to name: String = "out", selection: [String] = [],
      _ adapt: (inout ExportOptions) -> Void = { _ in }
    ) throws -> ExportManifest {
      var options = ExportOptions(folder: folder.file(name))
      options.threadCount = 2
      adapt(&options)
      let reader = try WarehouseReader(warehouse, target)
      return try ExportRunner(warehouse, target, options).run(
        ExportPlan(reader, selection: selection), reader)
    }

    func text(_ name: String) throws -> String { try FileSystem.readText(folder.file(name)) }
  }

  @Test("every table and view becomes a file, which the manifest describes")
  func files() throws {
    let fixture = try Fixture()
    let manifest = try fixture.export()
    #expect(
      manifest.tables.map(\.file) == [
        "raw/empty.parquet", "raw/kinds.parquet", "staged/few.parquet", "staged/many.parquet",
      ])
    #expect(manifest.tables.map(\.rowCount) == [0, 3, 3, 30_000])
    for table in manifest.tables {
      let path = fixture.folder.file("out/\(table.file)")
      #expect(try FileSystem.status(path)?.byteCount == table.byteCount)
      #expect(try Digest.sha256(fileAt: path) == table.sha256)
      let inspection = try FileInspection(path: path, hashesContent: true)
      #expect(inspection.rowCount == table.rowCount)
      #expect(inspection.contentHash == table.contentHash, "\(table.file)")
    }
    #expect(try FileSystem.list(fixture.folder.file("out/raw")) == ["empty.parquet", "kinds.parquet"])
    #expect(try JSON.decode(ExportManifest.self, from: fixture.text("out/export.json")) == manifest)
  }

  @Test("columns have the types that they are declared with, else those of their values")
  func types() throws {
    let manifest = try Fixture().export(selection: ["kinds", "few"])
    #expect(
      manifest.tables[0].columns.map(\.type) == [
        .integer, .real, .text, .date, .timestamp, .boolean, .binary,
      ])
    #expect(manifest.tables[1].columns.map(\.type) == [.integer, .text, .real])
  }

  @Test("two exports of the same rows are equal to the byte, whatever the threads, also of a draft")
  func deterministic() throws {
    let fixture = try Fixture()
    func tables(_ target: WarehouseReader.Target, threads: Int) throws -> [ExportManifest.Table] {
      try fixture.export(target, to: "out\(threads)") {
        $0.threadCount = threads
        $0.properties.rowGroupRowLimit = 1000
      }.tables
    }
    let first = try tables(.current, threads: 1)
    let many = fixture.folder.file("out1/staged/many.parquet")
    #expect(try FileInspection(path: many, hashesContent: false).rowGroups.count == 30)
    for threads in [1, 2, 7] {
      #expect(try tables(.current, threads: threads) == first)
      #expect(try tables(.draft, threads: threads) == first)
    }
  }

  @Test("a table of many row groups is written by several threads, though it is the only one")
  func sideBySide() throws {
    let fixture = try Fixture()
    let table = try fixture.export(selection: ["many"]) {
      $0.threadCount = 4
      $0.properties.rowGroupRowLimit = 100
    }.tables[0]
    let inspection = try FileInspection(
      path: fixture.folder.file("out/\(table.file)"), hashesContent: true)
    #expect(inspection.rowGroups.map(\.rowCount) == [Int](repeating: 100, count: 300))
    #expect(inspection.contentHash == table.contentHash)
    #expect(inspection.rowGroups[299].chunks[0].maximum == "30000")
  }

  @Test("CSV tells NULL from the empty text and quotes what must be")
  func csv() throws {
    let fixture = try Fixture()
    _ = try fixture.export(selection: ["raw.kinds"]) { $0.format = .csv }
    #expect(
      try fixture.text("out/raw/kinds.csv") == """
        id,score,name,born,seen,good,mix
        1,0.5,"a,""b\"\"\",2024-02-29,2024-02-29 12:00:00.500000,true,00FF
        ,,,,,,
        -9223372036854775808,-1000000000.0,"",0001-01-01,1969-12-31 23:59:59,false,""

        """)
  }

  @Test("NDJSON has an object for each row")
  func ndjson() throws {
    let fixture = try Fixture()
    _ = try fixture.export(selection: ["f*"]) { $0.format = .ndjson }
    #expect(
      try fixture.text("out/staged/few.ndjson") == """
        {"i":1,"name":"name 1","half":0.5}
        {"i":2,"name":"name 2","half":1.0}
        {"i":3,"name":"name 3","half":1.5}

        """)
  }

  @Test(
    "a value that is not of its column's type stops the export, and leaves no file",
    arguments: [
      ("born date", "'2023-02-29'", "date and holds '2023-02-29'"),
      ("good boolean", "2", "boolean and holds 2"),
      ("n integer", "'x'", "integer and holds 'x'"), ("t text", "cast(x'C3' as text)", "text and holds"),
      ("at timestamp", "'yesterday'", "timestamp and holds 'yesterday'"),
    ])
  func misfit(column: String, value: String, message: String) throws {
    let fixture = try Fixture("create table raw.odd (\(column)); insert into raw.odd values (\(value));")
    let error = #expect(throws: SyncError.self) { try fixture.export(selection: ["odd"]) }
    #expect(error?.code == .exportMisfit)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    #expect(try FileSystem.list(fixture.folder.file("out/raw")).isEmpty)
  }

  @Test("a value without a content hash is exported all the same, and the manifest says why there is none")
  func withoutHash() throws {
    let fixture = try Fixture("create table raw.odd (x real); insert into raw.odd values (1e300);")
    let table = try fixture.export(selection: ["odd"]).tables[0]
    #expect(table.rowCount == 1 && table.contentHash == nil)
    #expect(table.contentHashFault == "a value of the column 'x' has no content hash")
  }

  @Test("an undeclared column with values of several kinds is refused by name")
  func severalKinds() throws {
    let fixture = try Fixture("create table raw.odd (a); insert into raw.odd values (1), ('x');")
    let error = #expect(throws: SyncError.self) { try fixture.export() }
    #expect(error?.message.contains("'a' of raw.odd has values of several kinds: integer, text") == true)
  }

  @Test("a name that nothing has is refused, with the nearest")
  func unknownName() throws {
    let fixture = try Fixture()
    let error = #expect(throws: SyncError.self) { try fixture.export(selection: ["kindz"]) }
    #expect(error?.code == .invalidArgument && error?.hints.first?.contains("kinds") == true)
  }
}
