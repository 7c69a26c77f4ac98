import Diagnostics
import SQLite
import Storage

/// Brings the table of a snapshot up to date within the caller's transaction: rows that have changed end, and the new
/// ones begin.
struct SnapshotUpdate {
  let connection: Connection
  let compiled: CompiledNode
  let relation: Relation
  /// The time of the run, as SQLite writes it.
  let now: String
  private let settings: SnapshotSettings

  init(_ connection: Connection, _ compiled: CompiledNode, _ relation: Relation, now: Timestamp) {
    self.connection = connection
    self.compiled = compiled
    self.relation = relation
    self.now = SnapshotUpdate.text(now)
    settings = SnapshotSettings(compiled.node.config)
  }

  private static func text(_ time: Timestamp) -> String {
    // `2026-11-25T17:00:00.123456Z` as `2026-11-25 17:00:00.123456`.
    time.iso8601.replacing("T", with: " ").replacing("Z", with: "")
  }

  private static let prefix = "__reelhouse_"
  private var query: String { "temp.\(SQLIdentifier("\(Self.prefix)query"))" }
  private var new: String { "temp.\(SQLIdentifier("\(Self.prefix)new"))" }
  private var matches: String { "temp.\(SQLIdentifier("\(Self.prefix)matches"))" }
  private var keyNames: [String] { settings.uniqueKey.indices.map { "\(Self.prefix)key_\($0)" } }
  private var node: Node { compiled.node }

  /// - Parameter isThere: whether the table is there already.
  /// - Returns: the rows that it has now.
  func run(isThere: Bool) throws -> Int {
    for table in [query, new, matches] { try connection.execute("drop table if exists \(table)") }
    defer { for table in [query, new, matches] { try? connection.execute("drop table if exists \(table)") } }
    let result = try ResultTable(connection, compiled)
    _ = try result.fill(query, isTemporary: true)
    let columns = result.columns
    try refuseTakenNames(columns.map(\.name))
    do {
      try stage(columns.map(\.name))
      try refuseDoubleKeys()
      if isThere {
        try update(columns)
      } else {
        try create(columns)
      }
    } catch let error as SQLiteError {
      var diagnostic = error.diagnostic
      diagnostic.location = node.location
      diagnostic.excerpt = nil
      diagnostic.notes.append("while the snapshot's rows were brought up to date")
      throw diagnostic
    }
    return Int(try connection.integer("select count(*) from \(relation.sql)"))
  }

  // MARK: New rows

  /// The rows of the query with their keys, their times and the hashes that tell each version of each row apart.
  private func stage(_ columns: [String]) throws(SQLiteError) {
    let time = settings.updatedAt.map { column($0, columns) } ?? Self.literal(now)
    let keys = zip(settings.uniqueKey, keyNames).map { "\(column($0, columns)) as \(SQLIdentifier($1))" }
    let hash = Self.hash(settings.uniqueKey.map { column($0, columns) } + [time])
    try connection.run(
      """
      create temp table \(SQLIdentifier("\(Self.prefix)new")) as select *, \(keys.joined(separator: ", ")), \
      \(time) as \(SQLIdentifier("\(Self.prefix)time")), \(hash) as \(SQLIdentifier("\(Self.prefix)hash")) from \(query)
      """)
  }

  /// A name of a column quoted; anything else is an expression, as it is written.
  private func column(_ text: String, _ columns: [String]) -> String {
    let name = columns.first { $0.lowercased() == text.lowercased() }
    return name.map { SQLIdentifier($0).quoted } ?? "(\(text))"
  }

  /// dbt's hash of the parts.
  private static func hash(_ parts: [String]) -> String {
    "md5(\(parts.map { "coalesce(cast(\($0) as text), '')" }.joined(separator: " || '|' || ")))"
  }

  private static func literal(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }

  private func refuseTakenNames(_ columns: [String]) throws {
    let own = Set(settings.columnNames.map { $0.lowercased() })
    guard let name = columns.first(where: { own.contains($0.lowercased()) }) else { return }
    throw Diagnostic(
      .invalidValue,
      "the query of the snapshot '\(node.name)' has a column '\(name)', which the snapshot adds",
      at: node.location, hints: ["rename it, or name the snapshot's with `snapshot_meta_column_names`"])
  }

  private func refuseDoubleKeys() throws {
    let keys = keyNames.map { SQLIdentifier($0).quoted }.joined(separator: ", ")
    let rows = try connection.rows(
      "select \(keys), count(*) from \(new) group by \(keys) having count(*) > 1 limit 1")
    guard let row = rows.first else { return }
    let values = zip(settings.uniqueKey, row).map { "\($0)=\(SQLValueText.text($1))" }.joined(separator: ", ")
    throw Diagnostic(
      .mergeKeyAmbiguous,
      "the query of the snapshot '\(node.name)' has \(SQLValueText.text(row.last ?? .null)) rows of one unique_key (\(values))",
      at: node.location, hints: ["make `unique_key` unique in the query"])
  }

  // MARK: The table

  private var current: String { settings.validToCurrent.map { "(\($0))" } ?? "null" }

  private func isCurrent(_ alias: String) -> String {
    let name = "\(alias).\(SQLIdentifier(settings.validTo))"
    return settings.validToCurrent.map { "(\(name) is null or \(name) = (\($0)))" } ?? "\(name) is null"
  }

  private func create(_ columns: [(name: String, type: ColumnType?)]) throws(SQLiteError) {
    let own = settings.columnNames.map { SQLIdentifier($0).quoted }
    let parts = columns.map { Self.definition($0) } + own
    try connection.drop(relation)
    try connection.execute("create table \(relation.sql) (\(parts.joined(separator: ", ")))")
    try insert(columns.map(\.name), where: "true")
  }

  private static func definition(_ column: (name: String, type: ColumnType?)) -> String {
    SQLIdentifier(column.name).quoted + (column.type.map { " \($0.sqliteName)" } ?? "")
  }

  /// Puts new rows into the table as current ones.
  private func insert(_ columns: [String], where condition: String) throws(SQLiteError) {
    let names = (columns + settings.columnNames).map { SQLIdentifier($0).quoted }.joined(separator: ", ")
    let time = SQLIdentifier("\(Self.prefix)time").quoted
    var values = columns.map { SQLIdentifier($0).quoted }
    values += [SQLIdentifier("\(Self.prefix)hash").quoted, time, time, current]
    if settings.hardDeletes == .newRecord { values.append("'False'") }
    try connection.run(
      "insert into \(relation.sql) (\(names)) select \(values.joined(separator: ", ")) from \(new) where \(condition)"
    )
  }

  private func update(_ columns: [(name: String, type: ColumnType?)]) throws {
    let old = try connection.prepare("select * from \(relation.sql)").columnNames
    try refuseForeignTable(old)
    let added = columns.filter { column in !old.contains { $0.lowercased() == column.name.lowercased() } }
    for column in added {
      try connection.execute("alter table \(relation.sql) add column \(Self.definition(column))")
    }
    let names = columns.map(\.name)
    try match(names, old, areColumnsAdded: !added.isEmpty)
    let validTo = SQLIdentifier(settings.validTo).quoted
    let time = SQLIdentifier("\(Self.prefix)time").quoted
    try connection.run(
      """
      update \(relation.sql) as t set \(validTo) = s.\(time) from \(matches) as m join \(new) as s on s.rowid = m.new \
      where t.rowid = m.old and m.changed
      """)
    if settings.hardDeletes == .newRecord { try recordDeletions(names) }
    if settings.hardDeletes != .ignore {
      try connection.run(
        "update \(relation.sql) set \(validTo) = ? where rowid in (select old from \(matches) where new is null)",
        [.text(now)])
    }
    try insert(
      names, where: "rowid not in (select new from \(matches) where new is not null and not changed)")
  }

  /// Current rows of the table with the new row of the same key, if there is one, and whether that is another.
  private func match(_ columns: [String], _ old: [String], areColumnsAdded: Bool) throws(SQLiteError) {
    let keys = zip(settings.uniqueKey, keyNames).map { "\(column($0, old)) as \(SQLIdentifier($1))" }
    let isSame = keyNames.map { "t.\(SQLIdentifier($0)) is s.\(SQLIdentifier($0))" }.joined(
      separator: " and ")
    let deleted = "t.\(SQLIdentifier(settings.isDeleted))"
    var changed = change(columns, areColumnsAdded: areColumnsAdded)
    if settings.hardDeletes == .newRecord {
      changed = "(\(changed) or \(deleted) = 'True')"
    }
    try connection.run(
      """
      create temp table \(SQLIdentifier("\(Self.prefix)matches")) as \
      select t.\(Self.prefix)rowid as old, s.rowid as new, \(changed) as changed from \
      (select rowid as \(Self.prefix)rowid, *, \(keys.joined(separator: ", ")) from \(relation.sql) as r where \(isCurrent("r"))) as t \
      left join \(new) as s on \(isSame)
      """)
    if settings.hardDeletes == .newRecord {
      try connection.run(
        """
        delete from \(matches) where new is null and old in \
        (select rowid from \(relation.sql) where \(SQLIdentifier(settings.isDeleted)) = 'True')
        """)
    }
  }

  /// Whether the row `s` is another than the row `t`.
  private func change(_ columns: [String], areColumnsAdded: Bool) -> String {
    switch settings.strategy {
    case .timestamp:
      return
        "coalesce(t.\(SQLIdentifier(settings.validFrom)) < s.\(SQLIdentifier("\(Self.prefix)time")), false)"
    case .check(let checked):
      // A column that is new makes every row another.
      if checked == nil, areColumnsAdded { return "true" }
      let names = (checked ?? columns).map { SQLIdentifier($0).quoted }
      return "(\(names.map { "t.\($0) is not s.\($0)" }.joined(separator: " or ")))"
    }
  }

  /// Puts a row for each that is there no more into the table, as of now, with its last values.
  private func recordDeletions(_ columns: [String]) throws(SQLiteError) {
    let table = try connection.prepare("select * from \(relation.sql)").columnNames
    let own = Set(settings.columnNames.map { $0.lowercased() })
    let kept = table.filter { !own.contains($0.lowercased()) }
    let names = (kept + settings.columnNames).map { SQLIdentifier($0).quoted }.joined(separator: ", ")
    let moment = Self.literal(now)
    let hash = Self.hash(settings.uniqueKey.map { column($0, table) } + [moment])
    let values = kept.map { SQLIdentifier($0).quoted } + [hash, moment, moment, current, "'True'"]
    try connection.run(
      """
      insert into \(relation.sql) (\(names)) select \(values.joined(separator: ", ")) from \(relation.sql) \
      where rowid in (select old from \(matches) where new is null)
      """)
  }

  private func refuseForeignTable(_ columns: [String]) throws {
    let present = Set(columns.map { $0.lowercased() })
    guard let missing = settings.columnNames.first(where: { !present.contains($0.lowercased()) }) else {
      return
    }
    throw Diagnostic(
      .schemaOutOfSync,
      "\(relation) has no column '\(missing)', so the snapshot '\(node.name)' cannot go on with it",
      at: node.location,
      hints: [
        "give the snapshot another name or schema, or drop the table that is no snapshot of these settings"
      ])
  }
}
