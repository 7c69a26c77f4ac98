import Files
import SQLite
import Storage
import Testing

@Suite struct LayerWriterTests {
  private let fixture: WarehouseFixture
  private var warehouse: Warehouse { fixture.warehouse }
  private let raw: String

  init() throws {
    fixture = try WarehouseFixture()
    raw = fixture.warehouse.draftFile(.raw)
  }

  private struct Stop: Error {}

  private static let numbers = Relation(layer: .raw, name: "numbers")

  private func definition(_ name: String = "numbers") throws -> TableDefinition {
    try TableDefinition(
      name, [ColumnDefinition("n", "integer"), ColumnDefinition("t", "text")],
      indexes: [IndexDefinition("\(name)_by_t", on: ["t"])])
  }

  /// Writes a table of so many rows through `writer` and makes it visible.
  private func write(
    _ count: Int, of name: String = "numbers", _ writer: consuming LayerWriter,
    through connection: Connection? = nil, then: () throws -> Void = {}
  ) throws {
    let definition = try definition(name)
    var table = writer.makeTable(definition)
    try table.append((0..<count).map { [.integer(Int64($0)), .text("text \($0)")] })
    let summary = try table.finish()
    try writer.commit(through: connection) { connection, schema in
      try RelationCatalog(connection).record(
        RelationRecord(
          Relation(layer: .raw, name: name), uniqueID: "model.p.\(name)", fingerprint: "f",
          definition: definition, summary: summary), inSchema: schema)
      try then()
    }
  }

  private func count(_ name: String = "numbers") throws -> Int64 {
    try Connection(path: raw, access: .readOnly).integer("select count(*) from \(name)")
  }

  private func isSound() throws -> Bool {
    try Connection(path: raw, access: .readOnly).rows("pragma integrity_check") == [["ok"]]
  }

  @Test("a table appears with its record when it is committed, in place of the old one")
  func extend() throws {
    try fixture.withDraft { draft throws in
      try write(10, try draft.extend(.raw))
      #expect(try count() == 10)
      try write(2000, try draft.extend(.raw))
    }
    #expect(try count() == 2000)
    #expect(try isSound())
    let records = try fixture.withDraft { try RelationCatalog($0.connect(writing: [])).records(in: .raw) }
    let record = try #require(records.first { $0.relation == Self.numbers })
    #expect(record.rowCount == 2000)
    #expect(record.exactHash.flatMap { ExactHash($0) } != nil)
    #expect(record.columns?.map(\.name) == ["n", "t"])
    #expect(try fixture.leftovers().isEmpty)
    let plan = try Connection(path: raw, access: .readOnly).rows(
      "explain query plan select n from numbers where t = 'text 5'")
    #expect("\(plan)".contains("numbers_by_t"))
  }

  @Test("an open connection to the draft sees the table, and may read while it is written")
  func sharedConnection() throws {
    try fixture.withDraft { draft throws in
      let connection = try draft.connect(writing: [.raw])
      try write(5, try draft.extend(.raw), through: connection)
      #expect(try connection.integer("select count(*) from raw.numbers") == 5)
      var writer = try draft.extend(.raw)
      var table = writer.makeTable(try definition("doubled"))
      try table.append(rowsOf: try connection.prepare("select n * 2, t from raw.numbers order by n"))
      _ = try table.finish()
      try writer.commit(through: connection) { _, _ in }
      #expect(try connection.integer("select sum(n) from raw.doubled") == 20)
    }
    #expect(try isSound())
  }

  @Test(
    "a table that was written to a file of its own is put into the layer, with its indexes and statistics")
  func adopt() throws {
    try fixture.withDraft { draft throws in
      try fixture.write(4, of: draft)
      let table = try DetachedTable(draft, Self.numbers, try definition())
      try table.write { try $0.append((0..<9000).map { [.integer(Int64($0)), .text("text \($0 % 70)")] }) }
      // The layer may change meanwhile.
      try write(100, of: "other", try draft.extend(.raw))
      var writer = try draft.extend(.raw)
      try writer.adopt(table)
      try writer.commit { _, _ in }
      #expect(table.summary?.rowCount == 9000)
    }
    #expect(try count() == 9000)
    #expect(try count("other") == 100)
    #expect(try isSound())
    let connection = try Connection(path: raw, access: .readOnly)
    #expect(
      try connection.rows("select idx, stat from sqlite_stat1 where tbl = 'numbers'") == [
        ["numbers_by_t", "9000 129"]
      ])
    #expect(try fixture.leftovers().isEmpty)
  }

  @Test("a writer that is given up leaves the file as it was")
  func dropped() throws {
    try fixture.withDraft { draft throws in try write(10, try draft.extend(.raw)) }
    let before = try FileTrace(raw)
    try fixture.withDraft { draft throws in
      var writer = try draft.extend(.raw)
      var table = writer.makeTable(try definition())
      try table.append((0..<50_000).map { [.integer(Int64($0)), "x"] })
      _ = try table.finish()
    }
    #expect(try FileTrace(raw).sha256 == before.sha256)
    #expect(try FileSystem.list(warehouse.draftPath).allSatisfy { !$0.contains("extension") })
  }

  @Test("an error amid the last step undoes all of it")
  func failed() throws {
    try fixture.withDraft { draft throws in
      try write(10, try draft.extend(.raw))
      let pages = try FileSystem.status(raw)?.byteCount
      #expect(throws: Stop.self) {
        try write(5000, try draft.extend(.raw)) { throw Stop() }
      }
      #expect(try FileSystem.status(raw)?.byteCount == pages)
      #expect(try count() == 10)
      #expect(try isSound())
      try write(20, try draft.extend(.raw))
    }
    #expect(try count() == 20)
  }

  @Test(
    "what stays of a published layer is copied: rows, indexes, views, triggers, records; the build is not touched"
  )
  func rewritesPublished() throws {
    let build = try fixture.withDraft { draft throws -> Build in
      try fixture.write(1, of: draft)
      try write(3000, try draft.extend(.raw))
      try write(3000, of: "other", try draft.extend(.raw))
      let connection = try draft.connect(writing: [.raw])
      try connection.execute(
        """
        create table raw.pairs (a text, b blob, primary key (a, b)) without rowid;
        insert into raw.pairs select t, zeroblob(n * 9) from raw.other;
        create table raw.long (x, y unique); insert into raw.long select zeroblob(n * 97), n from raw.other;
        create index raw.by_length on long(length(x)) where y % 2;
        create view raw.evens as select n from other where n % 2 = 0;
        create trigger raw.kept after insert on long begin delete from long where y < 0; end;
        """)
      return try fixture.publish(draft, 1).build
    }
    let before = try FileTrace(build.file(.raw))
    try fixture.withDraft { draft throws in
      try write(7, try draft.rewrite(.raw, replacing: ["NUMBERS"], share: 0.1))
    }
    #expect(try FileTrace(build.file(.raw)) == before)
    #expect(try count() == 7)
    #expect(try isSound())
    let connection = try Connection(path: raw, access: .readOnly)
    try connection.attach(build.file(.raw), as: "old", access: .readOnly, isImmutable: true)
    for table in ["other", "pairs", "long", "evens", "token"] {
      let difference =
        "select count(*) from (select * from main.\(table) except select * from old.\(table))"
      #expect(try connection.integer(difference) == 0)
      #expect(
        try connection.integer("select count(*) from main.\(table)")
          == connection.integer("select count(*) from old.\(table)"))
    }
    let names =
      "select type, name from %.sqlite_schema where tbl_name not in ('numbers', '_relations') order by 1, 2"
    func objects(_ schema: String) throws -> [[SQLiteValue]] {
      try connection.rows(names.split(separator: "%").joined(separator: schema))
    }
    #expect(try objects("main") == objects("old"))
    let records = try fixture.withDraft { try RelationCatalog($0.connect(writing: [])).records(in: .raw) }
    #expect(records.map(\.relation.name) == ["numbers", "other"])
    #expect(records.map(\.rowCount) == [7, 3000])
    #expect(try connection.integer("pragma freelist_count") == 0)
  }

  @Test("a process that died while it wrote leaves nothing: the next command cuts it off")
  func killed() throws {
    try fixture.withDraft { draft throws in try write(10, try draft.extend(.raw)) }
    let before = try FileSystem.read(raw)
    // The pages are there, the schema does not know them, and the mark says so.
    var file = try DatabaseFileExtension(path: raw)
    let origin = file.origin
    var table = file.makeTable(try definition("lost"))
    try table.append((0..<5000).map { [.integer(Int64($0)), "x"] })
    _ = try table.finish()
    _ = try file.finish()
    try FileSystem.write("\(origin.pageCount) \(origin.changeCounter)\n".utf8, to: "\(raw)-extension")
    #expect(try FileSystem.read(raw).count > before.count)
    try fixture.withDraft { _ in }
    #expect(try FileSystem.read(raw) == before)
    #expect(try FileSystem.list(warehouse.draftPath).allSatisfy { !$0.contains("extension") })
  }

  @Test("a mark that is older than the last transaction takes nothing away")
  func staleMark() throws {
    try fixture.withDraft { draft throws in try write(10, try draft.extend(.raw)) }
    let origin = try DatabaseFileExtension(path: raw).origin
    try fixture.withDraft { draft throws in
      try fixture.write(3, of: draft)
      try write(5000, try draft.extend(.raw))
    }
    try FileSystem.write("\(origin.pageCount) \(origin.changeCounter)\n".utf8, to: "\(raw)-extension")
    try fixture.withDraft { _ in }
    #expect(try count() == 5000)
    #expect(try isSound())
  }

  @Test("free pages are given back when a command ends, if they are much of the file")
  func compacts() throws {
    try fixture.withDraft { draft throws in
      for count in [3000, 3000, 3000, 30] { try write(count, try draft.extend(.raw)) }
      #expect(try DatabaseFileExtension.freeShare(of: raw) > 0.5)
      try draft.synchronize()
    }
    #expect(try DatabaseFileExtension.freeShare(of: raw) == 0)
    #expect(try count() == 30)
    #expect(try isSound())
  }

  @Test("a layer that has views and no table left keeps them when it is copied")
  func compactsViews() throws {
    try fixture.withDraft { draft throws in
      try write(3000, try draft.extend(.raw))
      let connection = try draft.connect(writing: [.raw])
      try connection.transaction {
        try connection.drop(Self.numbers)
        try connection.execute("create view raw.one as select 1 as n")
        let catalog = RelationCatalog(connection)
        try catalog.remove(Self.numbers)
        try catalog.record(
          RelationRecord(
            relation: Relation(layer: .raw, name: "one"), uniqueID: "model.p.one", kind: .view,
            fingerprint: "f", rowCount: nil))
      }
      #expect(try DatabaseFileExtension.freeShare(of: raw) > 0.5)
    }
    #expect(try DatabaseFileExtension.freeShare(of: raw) == 0)
    #expect(try count("one") == 1)
    let records = try fixture.withDraft { try RelationCatalog($0.connect(writing: [])).records(in: .raw) }
    #expect(records.map(\.relation.name) == ["one"])
  }
}
