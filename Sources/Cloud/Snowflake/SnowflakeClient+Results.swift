extension SnowflakeClient {
  /// How many partitions a result may have.
  private static let partitionLimit = 1_000_000

  func forEachRow(
    of statement: SnowflakeStatement, limit: Int, _ body: ([SnowflakeValue]) throws -> Void
  ) throws -> SnowflakeResult {
    let request = SnowflakeBody(
      Self.withoutEnd(statement.sql), statement.bindings, timeoutSeconds: statement.timeoutSeconds,
      statementCount: 1, connection)
    let submitted = try submit(request, isAsynchronous: statement.isLong)
    return try read(submitted, sql: statement.sql, limit: limit, body)
  }

  func runMany(
    _ statements: [SnowflakeStatement], timeoutSeconds: Int?
  ) throws -> [SnowflakeResult] {
    // A line of its own for each semicolon, since a statement may end in a comment.
    let sql = statements.map { Self.withoutEnd($0.sql) }.joined(separator: "\n;\n")
    let request = SnowflakeBody(
      sql, [], timeoutSeconds: timeoutSeconds, statementCount: statements.count, connection)
    let submitted = try submit(request, isAsynchronous: true)
    let handles = submitted.answer.statementHandles ?? []
    guard handles.count == statements.count, handles.allSatisfy(SnowflakeAnswer.isHandle) else {
      throw Self.misunderstood(
        "it has \(handles.count) results of \(statements.count) statements, which have run", sql: sql)
    }
    return try zip(handles, statements).map { handle, statement in
      guard statement.isResultWanted else {
        return SnowflakeResult(handle: handle, columns: [], rows: [], rowCount: 0, changes: nil)
      }
      var rows: [[SnowflakeValue]] = []
      let result = try read(
        try wait(for: handle, sql: statement.sql), sql: statement.sql, limit: answerByteLimit
      ) { rows.append($0) }
      return SnowflakeResult(
        handle: handle, columns: result.columns, rows: rows, rowCount: result.rowCount,
        changes: result.changes)
    }
  }

  /// Hands on the rows of all partitions. Returns the result without them.
  private func read(
    _ submitted: Submitted, sql: String, limit: Int, _ body: ([SnowflakeValue]) throws -> Void
  ) throws -> SnowflakeResult {
    let columns = submitted.answer.columns
    let metaData = submitted.answer.resultSetMetaData
    let partitionCount = max(1, metaData?.partitionInfo?.count ?? 1)
    guard partitionCount <= Self.partitionLimit else {
      throw Self.misunderstood("it has \(partitionCount) partitions", sql: sql)
    }
    var rowCount = 0
    var byteCount = submitted.byteCount
    var answer = submitted.answer
    for partition in 0..<partitionCount {
      if partition > 0 {
        let next = try get(submitted.handle, partition: partition, sql: sql)
        guard next.status == 200, next.answer.data != nil else {
          throw Self.misunderstood(
            "partition \(partition) has no rows, but the status \(next.status)", sql: sql)
        }
        answer = next.answer
        byteCount += next.byteCount
      }
      guard byteCount <= limit else {
        throw CloudError(
          .response, "the result is larger than \(limit >> 20) MiB",
          notes: ["statement: \(Self.shortened(sql))"], hints: ["ask for fewer rows or columns"])
      }
      let rows = answer.data ?? []
      let partitions = metaData?.partitionInfo ?? []
      if partition < partitions.count, let announced = partitions[partition].rowCount, announced != rows.count
      {
        throw Self.misunderstood(
          "partition \(partition) has \(rows.count) rows, where \(announced) were announced", sql: sql)
      }
      for cells in rows {
        if cancellation.isCancelled { throw CloudError.cancelled }
        try body(try values(of: cells, columns, sql: sql))
      }
      rowCount += rows.count
    }
    if let announced = metaData?.numRows, announced != rowCount {
      throw Self.misunderstood("it has \(rowCount) rows, where \(announced) were announced", sql: sql)
    }
    return SnowflakeResult(
      handle: submitted.handle, columns: columns, rows: [], rowCount: rowCount,
      changes: submitted.answer.changes)
  }

  private func values(
    of cells: [String?], _ columns: [SnowflakeColumn], sql: String
  ) throws -> [SnowflakeValue] {
    guard cells.count == columns.count else {
      throw Self.misunderstood("a row has \(cells.count) values in \(columns.count) columns", sql: sql)
    }
    return try zip(cells, columns).map { cell, column in
      guard let value = column.value(of: cell) else {
        let shown = CloudError.printable(String((cell ?? "null").prefix(60)))
        throw Self.misunderstood(
          "'\(shown)' of the column '\(CloudError.printable(column.name))' is not of its type, \(column.kind)",
          sql: sql)
      }
      return value
    }
  }

  /// A statement without the semicolons and white space at its end.
  private static func withoutEnd(_ sql: String) -> String {
    var sql = sql[...]
    while let last = sql.last, last == ";" || last.isWhitespace { sql.removeLast() }
    return String(sql)
  }
}
