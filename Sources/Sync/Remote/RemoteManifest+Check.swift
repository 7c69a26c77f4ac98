import Diagnostics
import SQLite
import Storage

extension RemoteManifest {
  /// No object is larger, and no build has more rows: what is beyond is a lie.
  private static let largestObject = 5 << 40
  private static let largestRowCount = 1 << 48
  private static let mostTables = 20_000
  private static let mostColumns = 32_767

  /// A manifest as somebody wrote it. Nothing of it is believed but what was checked: names that lead out of the remote
  /// or the warehouse, impossible sizes, hashes and counts that contradict each other, and statements that do more than
  /// make their table or view are refused.
  package init(bytes: [UInt8], id: String, location: String) throws {
    let what = "the manifest of '\(id)' in \(location)"
    if let version = try? JSON.decode(FormatVersion.self, from: bytes).formatVersion,
      version > Self.currentFormatVersion
    {
      throw FormatVersion.tooNew(what, version, Self.currentFormatVersion)
    }
    let manifest: RemoteManifest
    do {
      manifest = try JSON.decode(RemoteManifest.self, from: bytes)
    } catch {
      throw Refusal("it cannot be understood: \(error)").error(what)
    }
    do throws(Refusal) {
      try manifest.check(id)
    } catch {
      throw error.error(what)
    }
    self = manifest
  }

  private struct Refusal: Error {
    let why: String

    init(_ why: String) { self.why = why }

    func error(_ what: String) -> SyncError {
      SyncError(
        .remoteManifestRefused, "\(what) is refused: \(why)",
        hints: ["reelhouse writes no such manifest: do not trust that remote"])
    }
  }

  private func check(_ id: String) throws(Refusal) {
    guard build.id == id, BuildID.isValid(id) else { throw Refusal("it is that of '\(build.id)'") }
    guard contentHashVersion <= ContentHash.version else {
      throw Refusal("its content hashes are of version \(contentHashVersion)")
    }
    guard build.formatVersion <= BuildRecord.currentFormatVersion else {
      throw Refusal("its build has format \(build.formatVersion)")
    }
    guard build.layers.isEmpty else { throw Refusal("it names files of layers") }
    guard tables.count <= Self.mostTables, files.count <= 100 else { throw Refusal("it has too many parts") }
    var relations: Set<Relation> = []
    var total = 0
    for table in tables {
      guard relations.insert(table.relation).inserted else {
        throw Refusal("it has '\(table.relation)' twice")
      }
      try check(table)
      for object in table.allObjects { total += object.byteCount }
      guard total <= Self.largestObject else { throw Refusal("its objects have \(total) bytes") }
    }
    let byRelation = Dictionary(tables.map { ($0.relation, $0) }, uniquingKeysWith: { first, _ in first })
    for entry in build.relations {
      guard let table = byRelation[entry.relation], table.kind != .auxiliary,
        (table.kind == .view) == (entry.kind == .view)
      else { throw Refusal("its build has '\(entry.relation)', which its tables have not") }
      guard entry.rowCount == nil || entry.rowCount == table.rowCount,
        entry.exactHash == nil || entry.exactHash == table.exactHash
      else { throw Refusal("it contradicts itself on '\(entry.relation)'") }
    }
    for file in files { try check(file) }
  }

  private func check(_ file: File) throws(Refusal) {
    let isName = ObjectKey(file.name) != nil && !file.name.contains("/") && file.name.hasSuffix(".json")
    guard isName, file.name != BuildRecord.fileName, file.name.utf8.count <= 100 else {
      throw Refusal("it has a file of the name '\(file.name.prefix(200))'")
    }
    try check(file.object, "the file '\(file.name)'") { RemoteLayout.file(file.name, sha256: $0) }
  }

  private func check(_ table: Table) throws(Refusal) {
    let name = table.name
    let lowered = name.lowercased()
    guard !name.isEmpty, name.utf8.count <= 1000, !name.utf8.contains(0), !lowered.hasPrefix("sqlite_"),
      lowered != RelationCatalog.tableName
    else { throw Refusal("'\(name.prefix(200))' is no name of a table") }
    let what = "'\(table.relation)'"
    guard (1...Self.mostColumns).contains(table.columns.count),
      Set(table.columns.map { $0.name.lowercased() }).count == table.columns.count
    else { throw Refusal("the columns of \(what) are not possible") }
    guard (0...Self.largestRowCount).contains(table.rowCount) else {
      throw Refusal("\(what) has \(table.rowCount) rows")
    }
    if table.kind != .view, table.exactHash.flatMap({ ExactHash($0) }) == nil {
      throw Refusal("\(what) has no exact hash")
    }
    if table.kind != .auxiliary, table.contentHash?.hasPrefix("\(table.rowCount):") != true {
      throw Refusal("\(what) has no content hash of its \(table.rowCount) rows")
    }
    guard Digest.isSHA256(table.exportKey) else { throw Refusal("\(what) has no key of its export") }
    guard (1...1000).contains(table.objects.count) else { throw Refusal("\(what) has no objects") }
    var rows = 0
    for (part, object) in table.objects.enumerated() {
      try check(object, what) { RemoteLayout.data(table.relation, sha256: $0, part: part) }
      guard let count = object.rowCount, (0...Self.largestRowCount).contains(count) else {
        throw Refusal("an object of \(what) has an impossible number of rows")
      }
      rows += count
    }
    guard rows == table.rowCount else {
      throw Refusal("\(what) has \(table.rowCount) rows, and its objects \(rows)")
    }
    if let corrections = table.corrections {
      try check(corrections, what) { RemoteLayout.exact(table.relation, sha256: $0) }
    }
    do {
      try SchemaStatements.check(table)
    } catch {
      throw Refusal("the SQL of \(what) is not what makes it: \(error.reason)")
    }
  }

  private func check(
    _ object: Object, _ what: String, _ key: (String) -> ObjectKey
  ) throws(Refusal) {
    guard Digest.isSHA256(object.sha256) else { throw Refusal("an object of \(what) has no SHA-256") }
    guard object.key == key(object.sha256).text else {
      throw Refusal("an object of \(what) has the key '\(object.key.prefix(200))'")
    }
    guard (0...Self.largestObject).contains(object.byteCount) else {
      throw Refusal("an object of \(what) has \(object.byteCount) bytes")
    }
  }
}

/// The statements with which a table, its indexes or a view are made again, as another machine wrote them.
enum SchemaStatements {
  private static let byteLimit = 4 << 20
  /// SQLite's numbers of the actions that making a table, an index and a view asks for.
  private static let createIndex: Int32 = 1
  private static let createTable: Int32 = 2
  private static let createView: Int32 = 8
  private static let insert: Int32 = 18
  private static let update: Int32 = 23
  private static let reindex: Int32 = 27

  /// Runs the statements in an empty database that allows nothing else, and looks at what they made.
  static func check(_ table: RemoteManifest.Table) throws(SQLiteError) {
    let connection = try Connection(path: ":memory:", access: .create)
    let isView = table.kind == .view
    guard table.sql.utf8.count + table.indexes.reduce(0, { $0 + $1.utf8.count }) <= byteLimit else {
      throw fault("it is too long")
    }
    let allowed = isView ? [createView] : [createTable, createIndex]
    connection.authorize { action in
      switch action {
      case .change(let code, let first, _, _):
        if allowed.contains(code) { return true }
        // SQLite writes its own schema, and names it as it likes.
        let isSchema = ["sqlite_master", "sqlite_schema"].contains(first ?? "")
        return (code == insert || code == update) && isSchema || code == reindex
      case .read: return true
      case .function(let name): return name.lowercased() != "load_extension"
      // What a view selects is not run; a table that is made of a query would be.
      case .select, .recursive: return isView
      case .pragma, .transaction: return false
      }
    }
    try connection.run(table.sql)
    for index in table.indexes { try connection.run(index) }
    connection.removeAuthorizer()
    let rows = try connection.rows(
      "select type, name, sql from sqlite_schema where sql is not null order by type = 'index', rowid")
    let expected = [[SQLiteValue.text(isView ? "view" : "table"), .text(table.name)]]
    guard rows.filter({ $0[0] != "index" }).map({ Array($0[..<2]) }) == expected,
      rows.count == 1 + table.indexes.count
    else { throw fault("it makes something else") }
  }

  private static func fault(_ reason: String) -> SQLiteError { SQLiteError(resultCode: 1, reason: reason) }
}
