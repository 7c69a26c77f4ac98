/// What a part of a table is like; those of all parts are merged to that of the table.
package struct ScanSummary: Sendable, Equatable {
  package private(set) var rows: RowSum
  package private(set) var columns: [ColumnFacts]

  package mutating func merge(_ other: ScanSummary) {
    precondition(columns.count == other.columns.count, "summaries of different tables are merged")
    rows.merge(other.rows)
    for index in columns.indices { columns[index].merge(other.columns[index]) }
  }
}

extension TableScan {
  /// Reads a part of the table whole: the sum of its rows for the exact hash, and what its columns hold.
  package func summarize(_ part: Part) throws(DatabaseFileError) -> ScanSummary {
    do throws(DatabaseFileError) {
      var cursor = LeafCursor(file, leaves, part.leaves)
      var summarizer = RecordSummarizer(schema)
      var cell = cursor.emptyCell
      while try cursor.next(&cell) {
        var record = cell.local
        if cell.localByteCount < cell.recordByteCount {
          record = try cursor.gather(cell, byteCount: cell.recordByteCount)
        }
        let fault = summarizer.add(record, cell.recordByteCount, rowid: cell.rowid)
        guard fault == .none else { throw cursor.damage("its row \(cell.rowid) \(fault.text)") }
      }
      return ScanSummary(rows: summarizer.rows, columns: summarizer.facts)
    } catch {
      throw DatabaseFileError(error.reason, path: error.path, table: schema.table)
    }
  }

  /// The summary of the table, as the bulk writer would give it.
  ///
  /// - Parameter whole: the merged summaries of all parts.
  package func tableSummary(_ whole: ScanSummary) -> TableSummary {
    TableSummary(
      name: schema.table, rowCount: whole.rows.count, columns: whole.columns,
      exactHash: ExactHash(columns: schema.digest, rows: whole.rows))
  }

  /// Reads the whole table on this thread.
  package func summarize() throws(DatabaseFileError) -> TableSummary {
    tableSummary(try summarize(whole))
  }
}
