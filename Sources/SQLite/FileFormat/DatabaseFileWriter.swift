import CSQLite

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Makes a database file of SQLite 3 without statements: ten times faster than by them.
///
/// Tables are made one by one and may be written side by side, each on a thread of its own. They lie in the file in
/// the order in which they were made, so the same rows give the same bytes whatever the threads do. The first page is
/// written last; without `finish` the file is removed.
package struct DatabaseFileWriter: ~Copyable {
  package struct Options: Sendable {
    /// A power of two, 512...65536.
    package var pageSize = 4096
    /// Whether `finish` waits until the disk has it all.
    package var isDurable = true
    /// Whether `sqlite_stat1` is written, as `ANALYZE` does.
    package var writesStatistics = true
    /// What the keys of one index may take; an index is sorted in memory.
    package var indexMemoryByteLimit = 512 << 20
    /// Whether the exact hash of each table is computed.
    package var hashesRows = true
    package var applicationID: Int32 = 0
    package var userVersion: Int32 = 0

    package init() {}
  }

  package let path: String
  private let options: Options
  private var tables: TableSet
  private var entries: [SchemaEntry] = []
  private var isFinished = false

  /// Creates the file, which must not exist.
  package init(path: String, options: Options = Options()) throws(DatabaseFileError) {
    self.path = path
    self.options = options
    let file = try SegmentedFile(path: path, geometry: PageGeometry(pageSize: options.pageSize))
    tables = TableSet(file, options)
  }

  deinit {
    if !isFinished { unlink(path) }
  }

  /// Begins the table that follows those begun before.
  package mutating func makeTable(_ definition: TableDefinition) -> TableWriter {
    tables.makeTable(definition)
  }

  /// Adds a view or a trigger, as its SQL says.
  package mutating func add(_ entry: SchemaEntry) {
    entries.append(entry)
  }

  /// Writes schema and header. All tables must be finished.
  package consuming func finish() throws(DatabaseFileError) {
    var written = try tables.collect()
    if options.writesStatistics {
      try writeStatistics(written)
      written += try tables.collect(from: written.count)
    }
    let firstPage = UnsafeMutableRawPointer.allocate(byteCount: options.pageSize, alignment: 4096)
    defer { firstPage.deallocate() }
    firstPage.initializeMemory(as: UInt8.self, repeating: 0, count: options.pageSize)
    try writeSchema(of: written, to: firstPage)
    writeHeader(firstPage)
    try tables.file.write(firstPage, byteCount: options.pageSize, at: 1)
    try checkSchema()
    if options.isDurable, fsync(tables.file.descriptor) != 0 { throw .system("flush to the disk", path) }
    isFinished = true
  }

  private mutating func writeStatistics(_ written: [WrittenTable]) throws(DatabaseFileError) {
    let columns = ["tbl", "idx", "stat"].map {
      TableDefinition.Column(name: $0, affinity: .blob, isNotNull: false)
    }
    var writer = tables.makeTable(
      TableDefinition(
        reserved: "sqlite_stat1", sql: "CREATE TABLE sqlite_stat1(tbl,idx,stat)", columns: columns))
    for table in written { try writer.append(table.statistics) }
    _ = try writer.finish()
  }

  private func writeSchema(
    of written: [WrittenTable], to firstPage: UnsafeMutableRawPointer
  ) throws(DatabaseFileError) {
    let affinities: [Affinity] = [.text, .text, .text, .integer, .text]
    let columns = affinities.map { TableDefinition.Column(name: "", affinity: $0, isNotNull: false) }
    let definition = TableDefinition(reserved: "sqlite_schema", sql: "", columns: columns)
    var writer = TableWriter(definition, in: tables.file, options: options)
    for table in written { try writer.append(table.schemaRows) }
    try writer.append(
      entries.map { [.text($0.type), .text($0.name), .text($0.tableName), 0, .text($0.sql)] })
    try writer.finish(asFirstPage: firstPage)
  }

  /// Has SQLite read the schema: names may have met, and views have statements of their own.
  private func checkSchema() throws(DatabaseFileError) {
    do {
      let connection = try Connection(path: path, access: .readOnly, isImmutable: true)
      _ = try connection.integer("select count(*) from sqlite_schema")
    } catch {
      throw DatabaseFileError(.sqlite(error), path: path)
    }
  }

  /// Fills the first 100 bytes (section 1.3 of "Database File Format").
  private func writeHeader(_ page: UnsafeMutableRawPointer) {
    let magic: StaticString = "SQLite format 3\0"
    page.copyMemory(from: magic.utf8Start, byteCount: 16)
    RecordBytes.store16(options.pageSize == 65_536 ? 1 : options.pageSize, to: page, at: 16)
    // Read and written by rollback journal; no reserved bytes; the payload fractions, which are fixed.
    let modes: [UInt8] = [1, 1, 0, 64, 32, 32]
    for (index, mode) in modes.enumerated() {
      page.storeBytes(of: mode, toByteOffset: 18 + index, as: UInt8.self)
    }
    let changeCounter = 1
    RecordBytes.store32(changeCounter, to: page, at: 24)
    RecordBytes.store32(tables.file.pageCount, to: page, at: 28)
    RecordBytes.store32(1, to: page, at: 40)  // the schema's cookie
    RecordBytes.store32(4, to: page, at: 44)  // the schema's format
    RecordBytes.store32(1, to: page, at: 56)  // UTF-8
    RecordBytes.store32(Int(options.userVersion), to: page, at: 60)
    RecordBytes.store32(Int(options.applicationID), to: page, at: 68)
    RecordBytes.store32(changeCounter, to: page, at: 92)
    RecordBytes.store32(Int(sqlite3_libversion_number()), to: page, at: 96)
  }
}
