/// What is said of a table that was written.
package struct TableSummary: Sendable, Equatable {
  package let name: String
  package let rowCount: Int
  package let columns: [ColumnFacts]
  /// Nil where the writer's options leave it out.
  package let exactHash: ExactHash?
}

/// Writes the rows of one table, and its indexes: b-tree pages filled one after the other, without statements.
///
/// Rows come in the order of their keys; a table without an INTEGER PRIMARY KEY numbers them from 1. After an error the
/// writer takes no more rows. One thread uses it at a time, any thread.
///
/// `@unchecked Sendable`: it owns what it points to alone, but for the file, which is made for several threads.
package struct TableWriter: ~Copyable, @unchecked Sendable {
  package let definition: TableDefinition
  private var segment: Segment
  private var encoder: RowEncoder
  private var resolver: RowResolver
  private var page: OpenPage
  private var leaves = TreeLevel()
  private var keys: [IndexKeys]
  private let geometry: PageGeometry
  private let keyColumn: Int?
  private let wantsStatistics: Bool
  private let hashesRows: Bool
  private var rows = RowSum()
  private var lastKey: Int64 = 0
  private var isBroken = false

  /// The rows written so far.
  package private(set) var rowCount = 0

  /// The longest record that SQLite reads.
  private static let largestRecord = 1_000_000_000

  init(_ definition: TableDefinition, in file: SegmentedFile, options: DatabaseFileWriter.Options) {
    self.definition = definition
    segment = Segment(file)
    encoder = RowEncoder(definition)
    resolver = RowResolver(definition)
    page = OpenPage(size: file.geometry.pageSize)
    geometry = file.geometry
    keyColumn = definition.keyColumn
    keys = definition.indexes.map { IndexKeys($0, keyColumn: definition.keyColumn, options: options) }
    wantsStatistics = options.writesStatistics
    hashesRows = options.hashesRows
  }

  /// The number of the table's segment.
  var segmentNumber: Int { segment.number }

  /// Appends rows, their cells one row behind the other.
  package mutating func append(_ cells: UnsafeBufferPointer<RecordCell>) throws(DatabaseFileError) {
    let columnCount = encoder.columnCount
    precondition(cells.count % columnCount == 0, "cells are missing in a row")
    guard !isBroken else { throw DatabaseFileError(.tableUnfinished, table: definition.name) }
    guard let first = cells.baseAddress else { return }
    isBroken = true
    do throws(DatabaseFileError) {
      var offset = 0
      while offset < cells.count {
        try append(row: first + offset)
        offset &+= columnCount
      }
    } catch {
      var error = error
      error.path = segment.path
      error.table = definition.name
      error.row = rowCount + 1
      throw error
    }
    isBroken = false
  }

  @inline(__always)
  private mutating func append(row given: UnsafePointer<RecordCell>) throws(DatabaseFileError) {
    var row = given
    let stop = encoder.measure(row, from: 0, isResolved: false)
    if stop < encoder.columnCount { row = try resolve(row, from: stop) }
    var key = lastKey &+ 1
    if let keyColumn { key = Int64(bitPattern: encoder.states[keyColumn].number) }
    guard key > lastKey || (rowCount == 0 && keyColumn != nil) else {
      throw DatabaseFileError(.keyNotAscending(key: key, previous: lastKey))
    }

    let payload = encoder.payloadCount
    let keyBits = UInt64(bitPattern: key)
    let prefix = Varint.length(UInt64(truncatingIfNeeded: payload)) &+ Varint.length(keyBits)
    if payload <= geometry.tableMaximum {
      if !page.hasRoom(for: prefix &+ payload, headerSize: 8) { try emitLeaf() }
      var target = page.addCell(prefix &+ payload)
      target += Varint.write(UInt64(truncatingIfNeeded: payload), to: target)
      target += Varint.write(keyBits, to: target)
      encoder.write(row, to: target)
      // SAFETY: behind the page lies what a hasher may read beyond a record.
      if hashesRows { rows.add(RowHasher.hash(target, count: payload, key: keyColumn == nil ? 0 : key)) }
    } else {
      try appendLong(row, key: keyBits, prefix: prefix)
    }
    lastKey = key
    if !keys.isEmpty {
      for index in keys.indices { try keys[index].add(row, encoder.states, rowid: key) }
    }
    rowCount &+= 1
  }

  @inline(never)
  private mutating func resolve(
    _ row: UnsafePointer<RecordCell>, from column: Int
  ) throws(DatabaseFileError) -> UnsafePointer<RecordCell> {
    let resolved = try resolver.resolve(row, from: column, nextKey: rowCount == 0 ? 1 : lastKey &+ 1)
    _ = encoder.measure(resolved, from: column, isResolved: true)
    return resolved
  }

  /// Appends a row that needs overflow pages.
  @inline(never)
  private mutating func appendLong(
    _ row: UnsafePointer<RecordCell>, key: UInt64, prefix: Int
  ) throws(DatabaseFileError) {
    let payload = encoder.payloadCount
    guard payload <= Self.largestRecord else {
      throw DatabaseFileError(.rowTooLarge(byteCount: payload))
    }
    let local = geometry.localCount(payload: payload, maximum: geometry.tableMaximum)
    let count = prefix + local + 4
    if !page.hasRoom(for: count, headerSize: 8) { try emitLeaf() }
    var target = page.addCell(count)
    target += Varint.write(UInt64(payload), to: target)
    target += Varint.write(key, to: target)
    page.notePointer(at: target + local)
    var cursor = segment.beginPayload(count: payload, local: local, at: target)
    var hasher = RowHasher(key: keyColumn == nil ? 0 : Int64(bitPattern: key))
    try encoder.write(row, to: &cursor, of: &segment, hasher: &hasher)
    rows.add(hasher.finish())
  }

  @inline(never)
  private mutating func emitLeaf() throws(DatabaseFileError) {
    leaves.append(page: try page.emit(.tableLeaf, to: &segment))
    let key = UInt64(bitPattern: lastKey)
    withUnsafeTemporaryAllocation(byteCount: 16, alignment: 8) { buffer in
      let base = buffer.baseAddress.unsafelyUnwrapped
      let count = Varint.write(key, to: base)
      leaves.append(separator: UnsafeRawBufferPointer(start: base, count: count), overflowOffset: nil)
    }
  }

  /// Writes what is left of the table and builds its indexes.
  package consuming func finish() throws(DatabaseFileError) -> TableSummary {
    let name = definition.name
    let path = segment.path
    guard !isBroken else { throw DatabaseFileError(.tableUnfinished, path: path, table: name) }
    do throws(DatabaseFileError) {
      if page.count > 0 || leaves.pages.isEmpty { try emitLeaf() }
      leaves.dropLastSeparator()
      var roots = [try Self.buildRoot(over: leaves, .tableInterior, &page, &segment)]
      var statistics: [String] = []
      for index in keys.indices {
        var tree = IndexTree(wantsStatistics: wantsStatistics)
        roots.append(try tree.build(keys[index], &page, &segment))
        statistics.append(tree.statistics)
        keys[index].removeAll()
      }
      let hash = hashesRows ? ExactHash(columns: definition.schemaDigest, rows: rows) : nil
      let summary = TableSummary(
        name: name, rowCount: rowCount, columns: encoder.facts, exactHash: hash)
      try segment.finish(
        TableContent(roots: roots, rowCount: rowCount, indexStatistics: statistics))
      return summary
    } catch {
      var error = error
      error.path = error.path ?? path
      error.table = name
      throw error
    }
  }

  static func buildRoot(
    over level: TreeLevel, _ kind: PageKind, _ page: inout OpenPage, _ segment: inout Segment
  ) throws(DatabaseFileError) -> Int {
    var level = level
    while level.pages.count > 1 { level = try level.makeParents(kind, &page, in: &segment) }
    return level.pages[0]
  }
}

// MARK: - The first page

extension TableWriter {
  /// Ends a table whose root is the first page of the file, behind the 100 bytes of the file's header. All segments
  /// before this one must be finished.
  consuming func finish(asFirstPage target: UnsafeMutableRawPointer) throws(DatabaseFileError) {
    guard !isBroken, let place = segment.file.place(of: segment.number) else {
      throw DatabaseFileError(.tableUnfinished, table: definition.name)
    }
    let headerOffset = 100
    if leaves.pages.isEmpty, headerOffset + 8 + 2 * page.count <= page.top {
      page.setPointersRight(place)
      page.write(.tableLeaf, rightChild: nil, to: target, headerOffset: headerOffset)
    } else {
      try emitLeaf()
      leaves.dropLastSeparator()
      var level = leaves
      while !level.fitsOnePage(geometry, headerOffset: headerOffset) {
        level = try level.makeParents(.tableInterior, &page, in: &segment)
      }
      level.addAllCells(to: &page)
      page.setPointersRight(place)
      let rightChild = place.page(level.pages[level.pages.count - 1])
      page.write(.tableInterior, rightChild: rightChild, to: target, headerOffset: headerOffset)
    }
    try segment.finish(nil)
  }
}
