import Diagnostics
import Parquet
import Storage

/// A Parquet file from its pages to typed rows: the columns that are loaded, row group by row group.
///
/// Holds a page of each column and the dictionaries of one row group, whatever the size of the file.
///
/// `@unchecked Sendable`: one thread at a time uses it, the reading one until `BatchPipeline` has joined it.
final class ParquetStream: RowStream, @unchecked Sendable {
  private let member: ParquetMember
  private var decoder: ParquetDecoder?
  private var columns: [ColumnReader] = []
  private var nextRowGroup = 0
  /// Rows of the file that were read.
  private var rowCount = 0
  private var rowsAtOnce = 0

  private static let mostRows = 4096
  private static let batchByteCount = 1 << 20

  init(_ member: ParquetMember) {
    self.member = member
  }

  var displayPath: String { member.displayPath }
  var byteCount: Int { member.byteCount }
  var crc32: UInt32 { member.crc32 }

  func readHeader() throws -> FileHeader {
    let schema = member.reader.schema
    let nested = "it is a list, map or structure, and only flat columns are read"
    return FileHeader(
      columns: schema.columns.map { column in
        let form = ParquetForm(column)
        return FileHeader.Column(
          name: column.name, type: form?.columnType ?? .text,
          obstacle: form == nil
            ? "values of type \(column.logicalType?.name ?? column.physicalType.name) are not read" : nil)
      } + schema.nestedNames.map { FileHeader.Column(name: $0, obstacle: nested) },
      location: SourceLocation(path: displayPath),
      hint: "`reelhouse inspect` lists the columns of a Parquet file")
  }

  func setMapping(_ mapping: HeaderMapping) {
    decoder = ParquetDecoder(mapping, member.reader.schema)
  }

  func makeBatch() -> LoadBatch {
    guard let decoder else { preconditionFailure("the header comes first") }
    return LoadBatch(columns: decoder.fields.map { ColumnBatch(member.reader.schema.columns[$0]) })
  }

  func fill(_ batch: LoadBatch) -> Bool {
    guard let decoder else { preconditionFailure("the header comes first") }
    do {
      guard try read(decoder.fields, into: batch.columns) else {
        try member.checkUnchanged()
        return false
      }
      let group = nextRowGroup - 1
      try decoder.decode(
        batch, ParquetDecoder.Origin(rowsBefore: rowCount, rowGroup: group, reader: member.reader))
      rowCount += batch.rowsRead
    } catch {
      batch.prepare(columnCount: 0, rowCount: 0, scratchByteCount: 0)
      batch.failure = error
    }
    batch.bytesDone = Int(
      Double(byteCount) * Double(rowCount) / Double(max(1, member.reader.metadata.rowCount)))
    return true
  }

  /// Reads the next rows of all columns; false where there are none any more.
  private func read(_ fields: [Int], into batches: [ColumnBatch]) throws(ParquetError) -> Bool {
    while (columns.first?.remainingRowCount ?? 0) == 0 {
      guard nextRowGroup < member.reader.metadata.rowGroups.count else { return false }
      try openRowGroup(fields)
    }
    for (column, batch) in zip(columns, batches) {
      batch.removeAll()
      _ = try column.read(rowsAtOnce, into: batch)
    }
    precondition(batches.allSatisfy { $0.rowCount == batches[0].rowCount }, "the footer was checked")
    return true
  }

  private func openRowGroup(_ fields: [Int]) throws(ParquetError) {
    let group = nextRowGroup
    nextRowGroup += 1
    columns.removeAll()
    var byteCount = 0
    for field in fields {
      columns.append(try member.reader.column(field, rowGroup: group))
      byteCount += min(
        member.reader.chunk(column: field, rowGroup: group).uncompressedByteCount, Int.max - byteCount)
    }
    // Texts of many megabytes are read a few at a time.
    let rowByteCount = byteCount / max(1, member.reader.metadata.rowGroups[group].rowCount)
    rowsAtOnce = max(1, min(Self.mostRows, Self.batchByteCount / max(1, rowByteCount)))
  }

  /// Does nothing: the whole file was read when it was opened.
  func drain() {}
}
