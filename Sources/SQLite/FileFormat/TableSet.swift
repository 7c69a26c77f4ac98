/// The tables of a file in the making, in the order in which they were begun.
struct TableSet {
  let file: SegmentedFile
  private let options: DatabaseFileWriter.Options
  private var tables: [(definition: TableDefinition, segment: Int)] = []

  init(_ file: SegmentedFile, _ options: DatabaseFileWriter.Options) {
    self.file = file
    self.options = options
  }

  mutating func makeTable(_ definition: TableDefinition) -> TableWriter {
    let writer = TableWriter(definition, in: file, options: options)
    tables.append((definition, writer.segmentNumber))
    return writer
  }

  /// Moves those segments to their place that were finished before it was known, and tells where the tables lie.
  ///
  /// - Parameter first: the tables before it were collected already.
  func collect(from first: Int = 0) throws(DatabaseFileError) -> [WrittenTable] {
    var written: [WrittenTable] = []
    for (definition, segment) in tables[first...] {
      guard let finished = file.finished(segment: segment), let content = finished.content,
        let place = file.place(of: segment)
      else { throw DatabaseFileError(.tableUnfinished, path: file.path, table: definition.name) }
      try finished.spool?.move(to: place, of: file)
      written.append(
        WrittenTable(
          definition: definition, rootPages: content.roots.map { place.page($0) }, rowCount: content.rowCount,
          indexStatistics: content.indexStatistics))
    }
    return written
  }
}

/// A table whose pages are in the file.
struct WrittenTable: Sendable {
  let definition: TableDefinition
  /// The roots of the table and of its indexes, as pages of the file.
  let rootPages: [Int]
  let rowCount: Int
  let indexStatistics: [String]

  /// The rows of `sqlite_schema` for the table and its indexes.
  var schemaRows: [[SQLiteValue]] {
    let name = SQLiteValue.text(definition.name)
    let roots = rootPages.map { SQLiteValue.integer(Int64($0)) }
    var rows: [[SQLiteValue]] = [["table", name, name, roots[0], .text(definition.sql)]]
    for (index, root) in zip(definition.indexes, roots.dropFirst()) {
      rows.append(["index", .text(index.name), name, root, index.sql.map(SQLiteValue.text) ?? .null])
    }
    return rows
  }

  /// The rows of `sqlite_stat1`, as `ANALYZE` makes them: none for an empty table.
  var statistics: [[SQLiteValue]] {
    let name = SQLiteValue.text(definition.name)
    if rowCount == 0 { return [] }
    if definition.indexes.isEmpty { return [[name, .null, .text("\(rowCount)")]] }
    return zip(definition.indexes, indexStatistics).map { [name, .text($0.name), .text($1)] }
  }
}
