import Diagnostics
import Files
import Ingest
import SQLite
import Storage
import Zip

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A folder with a warehouse and archives, gone when the test is.
final class IngestFixture {
  let path: String
  let warehouse: Warehouse

  init() throws {
    var template = Array("/tmp/reelhouse-ingest-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw FileError("create", "/tmp") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    warehouse = Warehouse(path: Path.join(path, "warehouse"))
  }

  deinit {
    try? FileSystem.removeTree(path)
  }

  // MARK: Archives

  func file(_ name: String, _ text: String) throws -> String {
    try file(name, bytes: Array(text.utf8))
  }

  func file(_ name: String, bytes: [UInt8]) throws -> String {
    let file = Path.join(path, name)
    try FileSystem.createDirectory(Path.parent(of: file))
    try FileSystem.write(bytes, to: file, isDurable: false)
    return file
  }

  /// Writes `archive.zip` anew, with members in the order of their names.
  func zip(
    _ members: [String: String], compression: ZipWriter.Compression = .deflate(level: 6)
  ) throws -> String {
    try zip(bytes: members.mapValues { Array($0.utf8) }, compression: compression)
  }

  func zip(
    bytes members: [String: [UInt8]], compression: ZipWriter.Compression = .deflate(level: 6)
  ) throws -> String {
    let file = Path.join(path, "archive.zip")
    var writer = try ZipWriter(path: file)
    for (name, bytes) in members.sorted(by: { $0.key < $1.key }) {
      try writer.addMember(name, compression: compression) { member in
        try bytes.withUnsafeBytes { try member.write($0) }
      }
    }
    try writer.finish()
    return file
  }

  // MARK: Tables

  static func table(
    _ name: String, _ columns: [ColumnSchema], onSchemaChange: OnSchemaChange = .fail, delimiter: UInt8 = 0x2C
  ) -> SourceTable {
    SourceTable(
      uniqueID: "source.letterboxd.letterboxd.\(name)", relation: Relation(layer: .raw, name: name),
      columns: columns, onSchemaChange: onSchemaChange, delimiter: delimiter,
      declaration: SourceLocation(path: "models/sources.yml", line: 10))
  }

  static let movies = table(
    "movies",
    [
      ColumnSchema(name: "id", type: .integer, isNotNull: true), ColumnSchema(name: "name", type: .text),
      ColumnSchema(name: "rating", type: .real),
    ])

  static let actors = table(
    "actors",
    [
      ColumnSchema(name: "id", type: .integer, isNotNull: true), ColumnSchema(name: "name", type: .text),
      ColumnSchema(name: "role", type: .text),
    ])

  static let moviesText = "id,name,rating\r\n1000001,Barbie,3.86\r\n1000002,Parasite,4.56\r\n"
  static let actorsText = "id,name,role\r\n1000001,Margot Robbie,Barbie\r\n1000001,Ryan Gosling,Ken\r\n"

  // MARK: Loading

  func plan(_ tables: [SourceTable], _ options: IngestOptions) throws -> IngestPlan {
    try IngestPlanner(tables: tables, options: options, records: IngestPlanner.records(in: warehouse)).plan()
  }

  @discardableResult
  func ingest(
    _ tables: [SourceTable], _ archive: String, limit: RejectLimit = .none, isForced: Bool = false
  ) throws -> LoadReport {
    try run(plan(tables, IngestOptions(archivePath: archive, rejectLimit: limit, isForced: isForced)))
  }

  @discardableResult
  func run(
    _ plan: IngestPlan, processorCount: Int? = nil, shouldStop: @escaping () -> Bool = { false }
  ) throws -> LoadReport {
    let draft = try Draft(WarehouseLock(warehouse, command: "test", timeoutSeconds: 5))
    var runner = IngestRunner(plan)
    runner.shouldStop = shouldStop
    if let processorCount { runner.processorCount = processorCount }
    return try runner.run(in: draft)
  }

  /// The diagnostics that a load ends with; none if it succeeds.
  func faults(
    _ tables: [SourceTable], _ archive: String, limit: RejectLimit = .none
  ) -> [Diagnostic] {
    do {
      try ingest(tables, archive, limit: limit)
      return []
    } catch {
      return Diagnostic.all(of: error)
    }
  }

  func rows(_ sql: String) throws -> [[SQLiteValue]] {
    try Connection(path: warehouse.draftFile(.raw), access: .readOnly).rows(sql)
  }

  /// The exact hash of each loaded table.
  func exactHashes() throws -> [Relation: String?] {
    Dictionary(
      uniqueKeysWithValues: try IngestPlanner.records(in: warehouse).map { ($0.relation, $0.exactHash) })
  }

  /// All bytes of the raw layer, to see whether it was touched; nil where there is none.
  func rawBytes() throws -> [UInt8]? {
    let file = warehouse.draftFile(.raw)
    return FileSystem.exists(file) ? try FileSystem.read(file) : nil
  }

  /// What lies in the draft beside the layers.
  func leftovers() throws -> [String] {
    try FileSystem.list(warehouse.draftPath).filter { !["raw.db", "staged.db", "main.db"].contains($0) }
  }
}
