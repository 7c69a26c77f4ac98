import Files
import SQLite
import Storage
import Sync
import TestSupport
import Testing

/// The content hash of random tables of every type, computed from SQLite, from Parquet, by SQL, and by
/// `Tests/Conformance/content_hash.py`, which knows nothing but the definition.
@Suite struct ContentHashPropertyTests {
  private static let types = ["integer", "real", "text", "date", "boolean", "timestamp", "binary"]

  private static let integers: [Int64] = [0, 1, -1, .min, .max, 10, -100, 1 << 53, 999_999_999_999]
  private static let reals = [
    0, -0.0, 0.1, -0.1, 0.5, 1e12, -1e12, 5e-324, 0.000_000_5, -0.000_000_5, 1.000_000_5, 2.000_000_5,
    1_234_567.890_123_5, 0.1 + 0.2, 1e-7, 123_456_789_012.345_678,
  ]
  private static let texts = [
    "", " ", "a", "~", "1:a", "ż", "é", "e\u{301}", "映画", "🎬👩‍👧", "\u{10FFFF}", "\u{FEFF}bom", "שלום",
    "line\nbreak\r\n\ttab", "'quote' \"double\" \\", "\u{1}\u{7F}", String(repeating: "long ", count: 3000),
  ]
  private static let days = [
    "0001-01-01", "1582-10-15", "1600-02-29", "1900-02-28", "1969-12-31", "1970-01-01", "2000-02-29",
    "2024-12-31", "9999-12-31",
  ]
  private static let times = [
    "00:00:00", "23:59:59", "12:34:56.000001", "00:00:00.500000", "23:59:59.999999",
  ]

  private static func value(_ type: String, _ random: inout SeededRandom) -> SQLiteValue {
    switch type {
    case "integer":
      return .integer(
        Bool.random(using: &random)
          ? integers.randomElement(using: &random) ?? 0 : .random(in: .min ... .max, using: &random))
    case "real":
      return .real(
        Bool.random(using: &random)
          ? reals.randomElement(using: &random) ?? 0 : .random(in: -1e12...1e12, using: &random))
    case "text": return .text(texts.randomElement(using: &random) ?? "")
    case "date": return .text(days.randomElement(using: &random) ?? "")
    case "boolean": return .integer(Bool.random(using: &random) ? 1 : 0)
    case "timestamp":
      return .text(
        "\(days.randomElement(using: &random) ?? "") \(times.randomElement(using: &random) ?? "")")
    default:
      return .blob(
        (0..<Int.random(in: 0...20, using: &random)).map { _ in .random(in: 0...255, using: &random) })
    }
  }

  /// A table of each column type in turn; nothing but nulls, none, or some.
  private static func fill(_ connection: Connection, _ random: inout SeededRandom) throws -> [String] {
    let types = (0..<Int.random(in: 1...9, using: &random)).map { index in
      index == 0 ? Self.types.randomElement(using: &random) ?? "text" : Self.types[index % Self.types.count]
    }
    let declared = types.enumerated().map { "c\($0.offset) \($0.element == "binary" ? "blob" : $0.element)" }
    try connection.execute("create table raw.t (\(declared.joined(separator: ", ")))")
    let marks = [String](repeating: "?", count: types.count).joined(separator: ", ")
    let insert = try connection.prepare("insert into raw.t values (\(marks))")
    let nullShare: Double = [0, 0.3, 1].randomElement(using: &random) ?? 0
    for _ in 0..<Int.random(in: 0...60, using: &random) {
      var row: [SQLiteValue] = []
      for type in types {
        let isNull = Double.random(in: 0..<1, using: &random) < nullShare
        row.append(isNull ? .null : value(type, &random))
      }
      try insert.run(row)
    }
    return types
  }

  @Test("SQLite, Parquet, SQL and Python agree on random tables", .enabled(if: Tool.exists("python3")))
  func agree() throws {
    var random = SeededRandom.fresh()
    for round in 0..<25 {
      let folder = try TemporaryFolder()
      let warehouse = Warehouse(path: folder.file("warehouse"))
      let types: [String]
      let bySQL: String
      do {
        let draft = try Draft(WarehouseLock(warehouse, command: "test", timeoutSeconds: 60))
        let connection = try draft.connect(writing: [.raw])
        types = try Self.fill(connection, &random)
        try RelationCatalog(connection).record(
          RelationRecord(
            relation: Relation(layer: .raw, name: "t"), uniqueID: "model.p.t", kind: .table,
            fingerprint: "f", rowCount: nil))
        try ContentHashFunction.register(on: connection)
        let arguments = types.enumerated().map { index, type in
          type == "timestamp"
            ? "strftime('%s', substr(c\(index), 1, 19)) * 1000000 + substr(c\(index) || '.000000', 21, 6)"
            : "c\(index)"
        }
        bySQL = try #require(
          connection.rows("select content_hash(\(arguments.joined(separator: ", "))) from raw.t").first?.first
        ).spelling
      }
      let options = ExportOptions(folder: folder.file("out"))
      let reader = try WarehouseReader(warehouse, .draft)
      let manifest = try ExportRunner(warehouse, .draft, options).run(
        ExportPlan(reader, selection: []), reader)
      let table = try #require(manifest.tables.first)
      let byParquet = try FileInspection(path: folder.file("out/\(table.file)"), hashesContent: true)
      let byPython = try Self.python(warehouse.draftFile(.raw), types)
      let found = [table.contentHash, byParquet.contentHash, bySQL, byPython]
      #expect(
        Set(found).count == 1 && found[0] != nil, "seed \(random.seed), round \(round), \(types): \(found)")
    }
  }

  private static func python(_ file: String, _ types: [String]) throws -> String {
    let scripts = Path.join(
      Path.parent(of: Path.parent(of: Path.parent(of: #filePath))), "Tests/Conformance")
    let script = """
      import sqlite3, sys
      sys.path.insert(0, sys.argv[1])
      sys.dont_write_bytecode = True
      from content_hash import table_hash
      print(table_hash(sqlite3.connect(sys.argv[2]).execute("select * from t"), sys.argv[3:]))
      """
    let result = try #require(Tool("python3")).run(["-c", script, scripts, file] + types)
    try #require(result.status == 0, "\(result.output)")
    return String(result.output.dropLast())
  }
}

extension SQLiteValue {
  fileprivate var spelling: String { if case .text(let text) = self { text } else { "\(self)" } }
}
