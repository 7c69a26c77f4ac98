/// The tables of a file in the making, in the order in which they were begun.
struct TableSet {
  private enum Origin {
    case rows(TableDefinition)
    case copy(CopiedTable)
  }

  let file: SegmentedFile
  private let options: DatabaseFileWriter.Options
  private var tables: [(origin: Origin, segment: Int)] = []

  init(_ file: SegmentedFile, _ options: DatabaseFileWriter.Options) {
    self.file = file
    self.options = options
  }

  mutating func makeTable(_ definition: TableDefinition) -> TableWriter {
    let writer = TableWriter(definition, in: file, options: options)
    tables.append((.rows(definition), writer.segmentNumber))
    return writer
  }

  /// Copies a table of another file with its indexes, page by page.
  mutating func copyTable(_ table: CopiedTable, from source: borrowing BTreeCopy) throws(DatabaseFileError) {
    var segment = Segment(file)
    tables.append((.copy(table), segment.number))
    var roots: [Int] = []
    for root in table.rootPages { roots.append(try source.copy(from: root, to: &segment)) }
    try segment.finish(TableContent(roots: roots, rowCount: 0, indexStatistics: []))
  }

  /// Tells where the tables lie. All must be finished.
  ///
  /// - Parameter first: the tables before it were collected already.
  func collect(from first: Int = 0) throws(DatabaseFileError) -> [WrittenTable] {
    var written: [WrittenTable] = []
    for (origin, segment) in tables[first...] {
      let objects: [TableObject]
      switch origin {
      case .rows(let definition): objects = definition.objects
      case .copy(let table): objects = table.objects
      }
      guard let finished = file.finished(segment: segment), let content = finished.content,
        let place = file.place(of: segment)
      else { throw DatabaseFileError(.tableUnfinished, path: file.path, table: objects.first?.name) }
      let statistics: [[SQLiteValue]]
      switch origin {
      case .rows(let definition): statistics = definition.statistics(of: content)
      case .copy(let table): statistics = table.statistics
      }
      written.append(
        WrittenTable(
          objects: objects, rootPages: content.roots.map { place.page($0) }, statistics: statistics))
    }
    return written
  }
}

/// A table or an index as the schema has it, but for the page of its root.
struct TableObject: Sendable {
  let type: String
  let name: String
  /// The statement that makes it; nil for the index of a constraint.
  let sql: String?
}

/// A table whose pages are in the file.
struct WrittenTable: Sendable {
  /// The table, then its indexes.
  let objects: [TableObject]
  /// Their roots, as pages of the file.
  let rootPages: [Int]
  /// Rows of `sqlite_stat1`.
  let statistics: [[SQLiteValue]]

  var name: String { objects.first?.name ?? "" }

  /// The rows of `sqlite_schema` for the table and its indexes.
  var schemaRows: [[SQLiteValue]] {
    zip(objects, rootPages).map { object, root in
      [
        .text(object.type), .text(object.name), .text(name), .integer(Int64(root)),
        object.sql.map(SQLiteValue.text) ?? .null,
      ]
    }
  }
}

extension TableDefinition {
  fileprivate var objects: [TableObject] {
    [TableObject(type: "table", name: name, sql: sql)]
      + indexes.map { TableObject(type: "index", name: $0.name, sql: $0.sql) }
  }

  /// The rows of `sqlite_stat1`, as `ANALYZE` makes them: none for an empty table.
  fileprivate func statistics(of content: TableContent) -> [[SQLiteValue]] {
    let name = SQLiteValue.text(name)
    if content.rowCount == 0 { return [] }
    if indexes.isEmpty { return [[name, .null, .text("\(content.rowCount)")]] }
    return zip(indexes, content.indexStatistics).map { [name, .text($0.name), .text($1)] }
  }
}
