extension Connection {
  /// The exact hash of a table as this connection sees it, with what its open transaction has changed. Reads all rows.
  ///
  /// Throws for a table that is not written in bulk, such as one without rowid.
  package func exactHash(ofTable table: String, inSchema schema: String) throws -> ExactHash {
    let stored = try scalar(
      "select sql from \(SQLIdentifier(schema)).sqlite_schema where type = 'table' and name = ? collate nocase",
      [.text(table)])
    guard case .text(let sql)? = stored else {
      throw DatabaseFileError(.unsupported("what is not a table"), table: table)
    }
    let definition = try TableDefinition(sql: sql)
    let statement = try prepare("select * from \(SQLIdentifier(schema)).\(SQLIdentifier(table))")
    var rows = RowSum()
    try rows.add(rowsOf: statement, as: definition)
    return ExactHash(columns: definition.schemaDigest, rows: rows)
  }
}

extension RowSum {
  /// Adds all rows of a statement that are rows of a table already.
  fileprivate mutating func add(rowsOf statement: borrowing Statement, as definition: TableDefinition) throws
  {
    let columnCount = definition.columns.count
    var encoder = RowEncoder(definition)
    var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 12, alignment: 16)
    let cells = UnsafeMutableBufferPointer<RecordCell>.allocate(capacity: columnCount)
    defer {
      buffer.deallocate()
      cells.deallocate()
    }
    guard let row = cells.baseAddress else { return }
    while try statement.step() {
      for column in 0..<columnCount { (row + column).initialize(to: statement.cell(column)) }
      _ = encoder.measure(row, from: 0, isResolved: true)
      let count = encoder.payloadCount
      // What is copied and hashed in blocks may reach beyond the record.
      if buffer.count < count + 64 {
        buffer.deallocate()
        buffer = .allocate(byteCount: 2 * (count + 64), alignment: 16)
      }
      guard let target = buffer.baseAddress else { return }
      encoder.write(row, to: target)
      let key = definition.keyColumn.map { statement.integer($0) } ?? 0
      // SAFETY: the buffer has 64 bytes behind the record.
      add(RowHasher.hash(target, count: count, key: key))
    }
  }
}
