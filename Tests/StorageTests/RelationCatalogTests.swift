import SQLite
import Storage
import Testing

@Suite struct RelationCatalogTests {
  private let connection: Connection
  private let catalog: RelationCatalog

  init() throws {
    connection = try Connection(path: ":memory:", access: .create)
    for schema in ["raw", "staged"] { try connection.execute("attach ':memory:' as \(schema)") }
    catalog = RelationCatalog(connection)
  }

  private static let load = LoadRecord(
    archive: "a \"b\".zip", member: "films/ü.csv", crc32: .max, byteCount: 5_000_000_000,
    schemaFingerprint: "abc", rowsRead: 3, rowsLoaded: 2, rejectCount: 1,
    loadedAt: "2026-11-22T07:15:30.000000Z")

  private static let records = [
    RelationRecord(
      relation: Relation(layer: .raw, name: "movies"), uniqueID: "source.p.letterboxd.movies", kind: .table,
      fingerprint: "f1", rowCount: 2, load: load),
    RelationRecord(
      relation: Relation(layer: .staged, name: "stg \"quoted\""), uniqueID: "model.p.a", kind: .view,
      fingerprint: "f2", rowCount: nil),
    RelationRecord(
      relation: Relation(layer: .staged, name: "stg_z"), uniqueID: "model.p.z", kind: .table,
      fingerprint: "f3",
      rowCount: 0),
    RelationRecord(
      relation: Relation(layer: .main, name: "marts"), uniqueID: "model.p.m", kind: .table, fingerprint: "f4",
      rowCount: 9),
  ]

  @Test("records come back as they were noted, by layer and name")
  func roundTrip() throws {
    for layer in Layer.allCases { try catalog.create(inSchema: layer.schemaName) }
    for record in Self.records.reversed() { try catalog.record(record) }
    #expect(try catalog.records() == Self.records)
    #expect(try catalog.records(in: .main) == [Self.records[3]])
  }

  @Test("a record takes the place of one of the same name, and is forgotten")
  func replaceAndRemove() throws {
    try catalog.create(inSchema: "main")
    try catalog.create(inSchema: "main")
    var record = Self.records[3]
    try catalog.record(record)
    record.fingerprint = "other"
    try catalog.record(record, inSchema: "main")
    #expect(try catalog.records(in: .main) == [record])
    try catalog.remove(record.relation)
    #expect(try catalog.records(in: .main).isEmpty)
  }

  @Test("a layer without a catalog has no records")
  func missing() throws {
    #expect(try catalog.records().isEmpty)
  }

  @Test("a record that is rolled back with its rows is not there")
  func transactional() throws {
    struct Stop: Error {}
    try catalog.create(inSchema: "main")
    #expect(throws: Stop.self) {
      try connection.transaction {
        try catalog.record(Self.records[3])
        throw Stop()
      }
    }
    #expect(try catalog.records().isEmpty)
  }
}
