import Parquet
import SQLite
import Storage

/// Reads the rows of a relation in batches, a column beside the other.
enum RowSource {
  private static let rowCapacity = 8192
  private static let byteCapacity = 4 << 20

  /// Hands all rows to `body`, in batches of the columns' types; a batch is used again for the next rows.
  ///
  /// - Parameters:
  ///   - connection: has all layers attached; only used where the relation is no table of a build.
  ///   - onCells: is shown the values of each column of a batch before `body` gets the batch.
  static func read(
    _ item: ExportItem, _ connection: () throws -> Connection,
    onCells: (Cells, _ column: Int) -> Void = { _, _ in }, _ body: ([ColumnBatch]) throws -> Void
  ) throws {
    let batches = item.columns.map { ColumnBatch($0.parquet) }
    if let file = item.scannedFile, let scan = try scan(file, item) {
      try read(item, scan, batches, onCells, body)
    } else {
      try read(item, try connection(), batches, onCells, body)
    }
  }

  /// The table for the scanner; nil for one that only SQLite can read.
  private static func scan(_ file: String, _ item: ExportItem) throws -> TableScan? {
    let scan: TableScan
    do throws(DatabaseFileError) {
      scan = try TableScan(path: file, table: item.relation.name)
    } catch {
      if case .notScannable = error.reason { return nil }
      throw error
    }
    return scan.columns.map(\.name) == item.columns.map(\.name) ? scan : nil
  }

  private static func read(
    _ item: ExportItem, _ scan: TableScan, _ batches: [ColumnBatch], _ onCells: (Cells, Int) -> Void,
    _ body: ([ColumnBatch]) throws -> Void
  ) throws {
    var scanner = scan.scanner(of: scan.whole, columns: Array(item.columns.indices))
    let rows = ScanBatch(columnCount: item.columns.count, rowCapacity: rowCapacity, byteLimit: byteCapacity)
    while try scanner.next(into: rows) {
      for (index, batch) in batches.enumerated() {
        batch.removeAll()
        guard let cells = Cells(rows[index]) else { continue }
        try fill(cells, item, index, batch)
        onCells(cells, index)
      }
      try body(batches)
    }
  }

  private static func read(
    _ item: ExportItem, _ connection: Connection, _ batches: [ColumnBatch], _ onCells: (Cells, Int) -> Void,
    _ body: ([ColumnBatch]) throws -> Void
  ) throws {
    let statement = try connection.prepare("select * from \(item.relation.sql)")
    var gatherers = item.columns.map { _ in CellGatherer() }
    var isMore = true
    while isMore {
      var rows = 0
      for index in gatherers.indices { gatherers[index].removeAll() }
      while rows < rowCapacity, gatherers.reduce(0, { $0 + $1.byteCount }) < byteCapacity {
        isMore = try statement.step()
        if !isMore { break }
        for index in gatherers.indices { gatherers[index].append(statement, column: index) }
        rows += 1
      }
      if rows == 0 { break }
      for (index, batch) in batches.enumerated() {
        batch.removeAll()
        try gatherers[index].withCells {
          try fill($0, item, index, batch)
          onCells($0, index)
        }
      }
      try body(batches)
    }
  }

  private static func fill(_ cells: Cells, _ item: ExportItem, _ index: Int, _ batch: ColumnBatch) throws {
    let column = item.columns[index]
    do throws(Misfit) {
      try ColumnFill.append(cells, as: column.type, to: batch)
    } catch {
      throw misfit(cells, error.row, item, column)
    }
  }

  private static func misfit(_ cells: Cells, _ row: Int, _ item: ExportItem, _ column: MappedColumn)
    -> SyncError
  {
    let value: String
    switch cells.kinds[row] {
    case .null: value = "NULL"
    case .integer: value = "\(Int64(bitPattern: cells.words[row]))"
    case .real: value = "\(Double(bitPattern: cells.words[row]))"
    case .text, .blob:
      let start = (0..<row).reduce(0) { offset, index in
        [.text, .blob].contains(cells.kinds[index]) ? offset + Int(cells.words[index] & 0xFFFF_FFFF) : offset
      }
      let bytes = cells.bytes[start..<start + min(Int(cells.words[row] & 0xFFFF_FFFF), 60)]
      value = "'\(String(decoding: bytes, as: UTF8.self))'"
    }
    return SyncError(
      .exportMisfit,
      "the column '\(column.name)' of \(item.relation) is \(column.type.rawValue) and holds \(value)",
      hints: ["mend the value in the model that makes it, or declare another `data_type`"])
  }
}
