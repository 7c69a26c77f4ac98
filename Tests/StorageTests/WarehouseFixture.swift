import Diagnostics
import Files
import SQLite
import Storage
import TestSupport

/// A warehouse in a folder of its own, whose layers each hold one token.
final class WarehouseFixture: Sendable {
  let folder: TemporaryFolder
  let warehouse: Warehouse

  init(keptBuildCount: Int = 5) throws {
    folder = try TemporaryFolder()
    warehouse = Warehouse(path: folder.file("warehouse"), keptBuildCount: keptBuildCount)
  }

  func lock() throws -> WarehouseLock {
    try WarehouseLock(warehouse, command: "test", timeoutSeconds: 60)
  }

  /// Opens the draft for the length of `body`.
  @discardableResult
  func withDraft<Result>(_ body: (Draft) throws -> Result) throws -> Result {
    let draft = try Draft(lock())
    return try body(draft)
  }

  // MARK: Tokens

  /// Writes a token into layers of the draft.
  func write(_ token: Int, to layers: Set<Layer> = Set(Layer.allCases), of draft: Draft) throws {
    let connection = try draft.connect(writing: layers)
    for layer in layers.sorted() {
      try connection.execute("create table if not exists \(layer.schemaName).token (x integer)")
      try connection.transaction {
        try connection.run("delete from \(layer.schemaName).token")
        try connection.run("insert into \(layer.schemaName).token values (?)", [.integer(Int64(token))])
      }
    }
  }

  /// The tokens of raw, staged and main, as a connection sees them.
  static func tokens(_ connection: Connection) throws -> [Int64] {
    try Layer.allCases.map { try connection.integer("select x from \($0.schemaName).token") }
  }

  /// The tokens of the draft.
  func draftTokens() throws -> [Int64] {
    try withDraft { try Self.tokens($0.connect(writing: [])) }
  }

  /// The tokens that a reader of `target` sees.
  func tokens(_ target: WarehouseReader.Target = .current) throws -> [Int64] {
    try Self.tokens(WarehouseReader(warehouse, target).connection)
  }

  // MARK: Publishing

  /// Seconds after a fixed time in 2026.
  static func time(_ second: Int) -> Timestamp {
    Timestamp(microseconds: 1_795_331_730_000_000 + Int64(second) * 1_000_000)
  }

  static func contents(_ token: Int) -> Publisher.Contents {
    let record = RelationRecord(
      relation: Relation(layer: .main, name: "token"), uniqueID: "model.p.token", kind: .table,
      fingerprint: "fingerprint-\(token)", rowCount: 1)
    return Publisher.Contents(
      project: "p", reelhouseVersion: "1.2.3",
      relations: [
        BuildRecord.RelationEntry(
          record, materialized: "table", columns: [ColumnSchema(name: "x", type: .integer)])
      ],
      testCounts: ["pass": 2], artifacts: ["manifest.json": Array("{}".utf8)])
  }

  func publish(_ draft: Draft, _ token: Int) throws -> Publisher.Outcome {
    try Publisher(draft).publish(Self.contents(token), now: Self.time(token))
  }

  /// Writes a token into layers and publishes the draft.
  @discardableResult
  func publish(_ token: Int, writing layers: Set<Layer> = Set(Layer.allCases)) throws -> Build {
    try withDraft { draft throws in
      try write(token, to: layers, of: draft)
      return try publish(draft, token).build
    }
  }

  // MARK: Files

  func draftStatus(_ layer: Layer) throws -> FileStatus {
    guard let status = try FileSystem.status(warehouse.draftFile(layer)) else {
      throw FileError("look at", warehouse.draftFile(layer), errorNumber: 2)
    }
    return status
  }

  /// Everything below the warehouse's folder whose name says that it is unfinished.
  func leftovers() throws -> [String] {
    try ["", "draft", "builds"].flatMap { name in
      try FileSystem.list(Path.join(warehouse.path, name)).filter {
        $0.hasPrefix(".") || $0.contains(".new-") || $0.hasSuffix("-journal")
      }
    }
  }

  /// Leaves a layer's file of the draft as a process leaves it that was killed amid a transaction: some pages are
  /// those of the transaction, and the journal beside holds the old ones.
  func leaveHotJournal(_ layer: Layer) throws {
    let path = warehouse.draftFile(layer)
    let work = folder.file("work-\(layer.rawValue).db")
    try withDraft { draft throws in
      let connection = try draft.connect(writing: [layer])
      try connection.execute(
        """
        create table \(layer.schemaName).filler as
        with recursive n(i) as (select 1 union all select i + 1 from n where i < 300)
        select i, 'old' as state, zeroblob(2000) as bytes from n
        """)
    }
    try FileSystem.copy(path, to: work)
    let connection = try Connection(path: work, access: .readWrite)
    try connection.execute(
      "pragma cache_size = 4; begin; update filler set state = 'new', bytes = zeroblob(1999)")
    for suffix in ["", "-journal"] {
      try FileSystem.remove(path + suffix)
      try FileSystem.copy(work + suffix, to: path + suffix)
    }
    try connection.execute("rollback")
  }

  /// How many rows of the filler are as they were before the transaction that was cut off; 300 are all.
  static func oldFillerCount(_ connection: Connection, _ layer: Layer) throws -> Int64 {
    try connection.integer("select count(*) from \(layer.schemaName).filler where state = 'old'")
  }
}

extension Publisher.Outcome {
  var build: Build {
    switch self {
    case .published(let build), .unchanged(let build): build
    }
  }

  var isUnchanged: Bool { if case .unchanged = self { true } else { false } }
}

/// What must not change in a file that was published.
struct FileTrace: Equatable {
  let status: FileStatus
  let sha256: String

  init(_ path: String) throws {
    guard let status = try FileSystem.status(path) else { throw FileError("look at", path, errorNumber: 2) }
    self.status = status
    sha256 = try Digest.sha256(fileAt: path)
  }

  /// The same file with the same bytes, never written since; it may have got or lost names.
  static func == (left: FileTrace, right: FileTrace) -> Bool {
    left.sha256 == right.sha256 && left.status.isSameFile(as: right.status)
      && left.status.modifiedNanoseconds == right.status.modifiedNanoseconds
      && left.status.mode == right.status.mode
  }
}
