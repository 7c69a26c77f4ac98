import CSV
import Diagnostics

/// A CSV file from its bytes to typed rows: read, split, typed, a batch at a time.
///
/// `@unchecked Sendable`: one thread at a time uses it, the reading one until `BatchPipeline` has joined it.
final class CSVStream: RowStream, @unchecked Sendable {
  let displayPath: String
  private let nullRule: NullRule
  private var reader: MemberReader
  private var splitter: CSVSplitter
  /// The batch that the header was read with, and where its rows begin.
  private var headerBatch: CSVBatch?
  private var firstRow = 0
  private var decoder: RowDecoder?

  init(
    _ member: ArchiveMember, displayPath: String? = nil, dialect: CSVDialect,
    nullRule: NullRule = .unquotedEmpty
  ) throws {
    self.displayPath = displayPath ?? member.displayPath
    self.nullRule = nullRule
    reader = try MemberReader(member)
    splitter = CSVSplitter(dialect: dialect)
  }

  var byteCount: Int { reader.byteCount }
  var crc32: UInt32 { reader.crc32 }

  /// The names in the first line that is not empty, and its place and text.
  func readHeader() throws -> FileHeader {
    // Small, since most of what a plan reads for its headers is read again for the rows.
    let batch = CSVBatch(byteCapacity: 64 << 10)
    while try splitter.fill(batch, from: { try reader.read(into: $0) }) {
      if let index = batch.rows.firstIndex(where: { !$0.isBlank }) {
        let row = batch.rows[index]
        if let fault = batch.faults.first(where: { $0.row == index }) { throw error(fault) }
        headerBatch = batch
        firstRow = index + 1
        let fields = batch.fields[row.firstField..<(row.firstField + row.fieldCount)]
        return FileHeader(
          columns: fields.map { FileHeader.Column(name: batch.text(of: $0)) },
          location: SourceLocation(
            path: displayPath, line: batch.line(of: row), column: 1, byteOffset: batch.byteOffset(of: row)),
          excerpt: TextForPeople.escaped(
            String(decoding: batch.bytes[row.byteRange], as: UTF8.self), limit: 160), hint: Self.headerHint)
      }
      if let fault = batch.faults.first(where: \.isFatal) { throw error(fault) }
    }
    throw IngestError(
      .headerInvalid, "the file is empty: it has no header", at: SourceLocation(path: displayPath),
      hints: [Self.headerHint])
  }

  private static let headerHint = "the first line of the file must name its columns"

  func setMapping(_ mapping: HeaderMapping) {
    decoder = RowDecoder(mapping, nullRule: nullRule)
  }

  func makeBatch() -> LoadBatch { LoadBatch() }

  func fill(_ batch: LoadBatch) -> Bool {
    guard let decoder else { preconditionFailure("the header comes first") }
    var start = 0
    if let headerBatch {
      batch.csv = headerBatch
      start = firstRow
      self.headerBatch = nil
    } else {
      do {
        guard try splitter.fill(batch.csv, from: { try reader.read(into: $0) }) else { return false }
      } catch {
        batch.csv = CSVBatch(byteCapacity: 1)
        batch.prepare(columnCount: 0, rowCount: 0, scratchByteCount: 0)
        batch.failure = error
        return true
      }
    }
    decoder.decode(batch, from: start)
    batch.bytesDone = batch.csv.byteOffset + batch.csv.bytes.count
    if let fault = batch.csv.faults.last, fault.isFatal { batch.failure = error(fault) }
    return true
  }

  func drain() throws {
    try reader.drain()
  }

  private func error(_ fault: CSVFault) -> IngestError {
    var hints = [fault.kind.hint]
    var notes: [String] = []
    if fault.isFatal {
      notes = ["a field has up to \(splitter.dialect.maximumFieldByteCount) bytes, a row twice as many"]
    } else if fault.kind == .invalidUTF8, fault.byteOffset == 0 {
      hints = ["the file may be UTF-16: convert it with `iconv -f UTF-16 -t UTF-8`"]
    }
    return IngestError(
      fault.kind.code, fault.kind.reason,
      at: SourceLocation(path: displayPath, line: fault.line, byteOffset: fault.byteOffset), notes: notes,
      hints: hints)
  }
}
