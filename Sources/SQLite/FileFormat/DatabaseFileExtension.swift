import CSQLite

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Adds tables to a database file without statements: their pages go behind its end, where SQLite does not look.
///
/// Nobody sees the tables until `AddedTables.register` has them entered in the schema. Until then the file is as it
/// was but for bytes behind its end, which are cut off again if the extension is dropped. Meanwhile connections may
/// read the file, and none may write to it.
package struct DatabaseFileExtension: ~Copyable {
  package let path: String
  private let header: DatabaseFileHeader
  private var tables: TableSet
  private var isFinished = false

  /// Opens a sound file of SQLite 3 that no process writes to.
  package init(path: String) throws(DatabaseFileError) {
    let (file, header) = try Self.open(path)
    var options = DatabaseFileWriter.Options()
    options.pageSize = header.pageSize
    self.path = path
    self.header = header
    tables = TableSet(file, options)
  }

  private static func open(
    _ path: String
  ) throws(DatabaseFileError) -> (SegmentedFile, DatabaseFileHeader) {
    let (file, header) = try DatabaseFileHeader.openPlain(path)
    let segmented = SegmentedFile(
      path: path, descriptor: file, geometry: PageGeometry(pageSize: header.pageSize),
      firstPage: header.pageCount + 1)
    return (segmented, header)
  }

  deinit {
    if !isFinished { Self.cut(path, to: header) }
  }

  /// The file as SQLite sees it.
  package var origin: AddedTables.Origin {
    AddedTables.Origin(pageCount: header.pageCount, changeCounter: header.changeCounter)
  }

  /// Begins the table that follows those begun before. Tables may be written side by side, each on its thread.
  package mutating func makeTable(_ definition: TableDefinition) -> TableWriter {
    tables.makeTable(definition)
  }

  /// Adds a table of another file with pages of the same size, as it is there.
  package mutating func copyTable(_ table: CopiedTable, from source: borrowing BTreeCopy)
    throws(DatabaseFileError)
  {
    guard source.header.pageSize == header.pageSize else {
      throw DatabaseFileError(
        .unsupported("a table with pages of another size"), path: path, table: table.name)
    }
    try tables.copyTable(table, from: source)
  }

  /// Ends the writing; all tables must be finished. The file's pages are all written, and still invisible.
  package consuming func finish() throws(DatabaseFileError) -> AddedTables {
    let written = try tables.collect()
    let added = AddedTables(path: path, header: header, pageCount: tables.file.pageCount, tables: written)
    isFinished = true
    return added
  }

  /// The size of a file's pages in bytes.
  package static func pageSize(of path: String) throws(DatabaseFileError) -> Int {
    try DatabaseFileHeader.read(path).pageSize
  }

  /// How much of a file's pages are free, 0...1.
  package static func freeShare(of path: String) throws(DatabaseFileError) -> Double {
    let header = try DatabaseFileHeader.read(path)
    return Double(header.freePageCount) / Double(max(1, header.pageCount))
  }

  /// Cuts off what lies behind the pages that a header counts.
  fileprivate static func cut(_ path: String, to header: DatabaseFileHeader) {
    _ = truncate(path, off_t(header.pageCount * header.pageSize))
  }
}

/// Tables whose pages lie behind the end of a database file, not entered in its schema yet.
package struct AddedTables: Sendable {
  package let path: String
  private let header: DatabaseFileHeader
  private let pageCount: Int
  private let tables: [WrittenTable]

  init(path: String, header: DatabaseFileHeader, pageCount: Int, tables: [WrittenTable]) {
    self.path = path
    self.header = header
    self.pageCount = pageCount
    self.tables = tables
  }

  /// Enters the tables in the schema, in one transaction with what `prepare` and `complete` do.
  ///
  /// The pages are made part of the file before that transaction. A process that dies in between leaves pages that
  /// belong to nothing, which `retract` takes away; an error takes them away at once.
  ///
  /// - Parameters:
  ///   - connection: one that may write to the file and has no transaction open.
  ///   - schema: the name that the file is attached under.
  ///   - prepare: what makes room for the tables: drops old ones of their names, say.
  ///   - complete: what is to be done when they are there.
  package func register(
    through connection: Connection, schema: String, prepare: () throws -> Void = {},
    complete: () throws -> Void = {}
  ) throws {
    guard pageCount > header.pageCount else {
      return try connection.transaction {
        try prepare()
        try complete()
      }
    }
    try setPageCount(pageCount, expecting: header.pageCount, through: connection)
    do {
      try connection.transaction {
        try prepare()
        try enter(connection, schema)
        try complete()
      }
    } catch {
      try? setPageCount(header.pageCount, expecting: pageCount, through: connection)
      DatabaseFileExtension.cut(path, to: header)
      throw error
    }
  }

  private func enter(_ connection: Connection, _ schema: String) throws {
    let schemaTable = "\(SQLIdentifier(schema)).sqlite_schema"
    try connection.execute("pragma writable_schema = on")
    do {
      let insert = try connection.prepare("insert into \(schemaTable) values (?, ?, ?, ?, ?)")
      for table in tables { for row in table.schemaRows { try insert.run(row) } }
      // Connections see by this number that the schema is another.
      let version = try connection.integer("pragma \(SQLIdentifier(schema)).schema_version")
      try connection.execute(
        "pragma \(SQLIdentifier(schema)).schema_version = \(version + 1); pragma writable_schema = reset")
    } catch {
      try? connection.execute("pragma writable_schema = reset")
      throw error
    }
    try enterStatistics(connection, schema)
  }

  private func enterStatistics(_ connection: Connection, _ schema: String) throws {
    let statistics = tables.flatMap(\.statistics)
    if statistics.isEmpty { return }
    let name = "\(SQLIdentifier(schema)).sqlite_stat1"
    // Only `ANALYZE` can make that table; of the schema's own table it keeps nothing.
    try connection.execute("analyze \(SQLIdentifier(schema)).sqlite_schema")
    for table in tables {
      try connection.run("delete from \(name) where tbl = ?", [.text(table.name)])
    }
    for row in statistics { try connection.run("insert into \(name) values (?, ?, ?)", row) }
    // Reads what is there now into the connection's memory.
    try connection.execute("analyze \(SQLIdentifier(schema)).sqlite_schema")
  }

  /// Sets the number of pages in the file's header while SQLite's own lock keeps writers out.
  private func setPageCount(_ count: Int, expecting: Int, through connection: Connection) throws {
    try connection.execute("begin immediate")
    defer { try? connection.execute("rollback") }
    let descriptor = try DatabaseFileHeader.open(path)
    // Closing any descriptor of a file drops the process's locks on it: harmless, since they end here anyway.
    defer { close(descriptor) }
    var header = try DatabaseFileHeader(descriptor: descriptor, path: path)
    guard header.pageCount == expecting, header.pageSize == self.header.pageSize else {
      throw DatabaseFileError(.fileChanged, path: path)
    }
    try header.setPageCount(count, descriptor: descriptor, path: path)
  }
}

extension AddedTables {
  /// What is to be remembered of a file before it is extended, should the process die.
  package struct Origin: Sendable, Equatable {
    package let pageCount: Int
    /// SQLite counts every transaction that changed the file.
    package let changeCounter: Int

    package init(pageCount: Int, changeCounter: Int) {
      self.pageCount = pageCount
      self.changeCounter = changeCounter
    }
  }

  /// Takes away the pages that a process left that died while it extended a file: they belong to nothing. Where a
  /// transaction was committed since, the extension was complete, and stays. The file has no open transaction.
  package static func retract(path: String, to origin: Origin) throws(DatabaseFileError) {
    let descriptor = try DatabaseFileHeader.open(path)
    defer { close(descriptor) }
    var header = try DatabaseFileHeader(descriptor: descriptor, path: path)
    // Setting the number of pages counts as one change.
    guard header.changeCounter <= origin.changeCounter + 1 else { return }
    if header.pageCount > origin.pageCount {
      try header.setPageCount(origin.pageCount, descriptor: descriptor, path: path)
    }
    DatabaseFileExtension.cut(path, to: header)
  }
}
