import Diagnostics
import Parquet
import SQLite
import Storage

/// Writes the rows of a pushed table into a table of SQLite.
struct TableLoader {
  let table: RemoteManifest.Table
  /// Named in errors.
  let build: String

  /// Reads all files, in their order.
  ///
  /// - Parameters:
  ///   - files: the table's Parquet files, opened one after the other.
  ///   - onRows: told now and then of rows that are done; may throw to end the work.
  func load(
    files: [() throws -> FileReader], corrections: FileReader?, into writer: inout TableWriter,
    onRows: (Int) throws -> Void = { _ in }
  ) throws {
    let restorer = RowRestorer(table.columns)
    var corrections = try corrections.map { try CorrectionReader($0) }
    let batches = table.columns.map { ColumnBatch($0.parquet) }
    var row = 0
    for (part, open) in files.enumerated() {
      let file = try open()
      guard ParquetShape.isSame(file, table.columns.map(\.parquet)),
        file.metadata.rowCount == table.objects[part].rowCount
      else { throw damaged("a file of it has other columns or rows than its manifest says") }
      for group in file.metadata.rowGroups.indices {
        var readers: [ColumnReader] = []
        for column in table.columns.indices { readers.append(try file.column(column, rowGroup: group)) }
        while let first = readers.first, first.remainingRowCount > 0 {
          for (reader, batch) in zip(readers, batches) {
            batch.removeAll()
            _ = try reader.read(restorer.rowCapacity, into: batch)
          }
          let rows = batches[0].rowCount
          guard batches.allSatisfy({ $0.rowCount == rows }) else {
            throw damaged("its columns have different numbers of rows")
          }
          try restorer.append(batches, firstRow: row, &corrections, to: &writer)
          row += rows
          try onRows(rows)
        }
      }
    }
    guard row == table.rowCount, try corrections?.take(before: .max).isEmpty ?? true else {
      throw damaged("it has \(row) rows, not \(table.rowCount)")
    }
  }

  /// What was written must be, to the byte, what was pushed.
  func check(_ summary: TableSummary) throws {
    guard let hash = summary.exactHash?.description, hash == table.exactHash else {
      throw SyncError(
        .remoteNotExact, "\(table.relation) of the build '\(build)' did not come back as it was pushed",
        notes: [
          "its exact hash is \(summary.exactHash?.description ?? "missing"), not \(table.exactHash ?? "there")"
        ],
        hints: ["nothing was changed here; `reelhouse remote verify` says whether the remote is damaged"])
    }
  }

  private func damaged(_ what: String) -> SyncError {
    SyncError(
      .remoteDamaged, "\(table.relation) of the build '\(build)' is damaged in the remote: \(what)",
      hints: ["push it again from where it was made, or go back with `reelhouse remote rollback`"])
  }
}
