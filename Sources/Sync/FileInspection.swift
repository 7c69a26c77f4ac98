import Parquet
import Storage

/// What `inspect` tells of a Parquet file.
package struct FileInspection: Sendable, Codable {
  package struct ColumnReport: Sendable, Codable {
    package var name: String
    package var type: String
    package var logicalType: String?
    package var isNullable: Bool
  }

  package struct ChunkReport: Sendable, Codable {
    package var column: String
    package var encodings: [String]
    package var codec: String
    package var valueCount: Int
    package var nullCount: Int?
    package var distinctCount: Int?
    package var byteCount: Int
    package var uncompressedByteCount: Int
    package var pageCount: Int?
    package var minimum: String?
    package var maximum: String?
  }

  package struct RowGroupReport: Sendable, Codable {
    package var rowCount: Int
    package var byteCount: Int
    package var chunks: [ChunkReport]
  }

  package var path: String
  package var byteCount: Int
  package var createdBy: String?
  package var rowCount: Int
  package var columns: [ColumnReport]
  /// Columns that are lists, maps or structures; of these there is no more than the name.
  package var nestedColumns: [String]
  package var keyValues: [String: String]
  package var rowGroups: [RowGroupReport]
  /// `rows:sum`, where it was asked for.
  package var contentHash: String?

  package init(path: String, hashesContent: Bool) throws {
    let reader = try FileReader(path: path)
    let metadata = reader.metadata
    self.path = path
    byteCount = reader.byteCount
    createdBy = metadata.createdBy
    rowCount = metadata.rowCount
    nestedColumns = reader.schema.nestedNames
    columns = reader.schema.columns.map {
      ColumnReport(
        name: $0.name, type: $0.physicalType.name, logicalType: $0.logicalType?.name,
        isNullable: $0.isNullable)
    }
    keyValues = Dictionary(
      metadata.keyValues.map { ($0.key, $0.value ?? "") }, uniquingKeysWith: { first, _ in first })
    rowGroups = metadata.rowGroups.indices.map { Self.report(reader, $0) }
    contentHash = hashesContent ? try ContentHash(of: reader).description : nil
  }

  private static func report(_ reader: FileReader, _ index: Int) -> RowGroupReport {
    let group = reader.metadata.rowGroups[index]
    var chunks: [ChunkReport] = []
    for place in reader.schema.columns.indices {
      let column = reader.schema.columns[place]
      let chunk = reader.chunk(column: place, rowGroup: index)
      let bounds = reader.bounds(column: place, rowGroup: index)
      let pages = chunk.pageEncodings.filter { !$0.isDictionaryPage }.reduce(0) { $0 + $1.count }
      chunks.append(
        ChunkReport(
          column: column.name, encodings: chunk.encodingNames, codec: chunk.codecName,
          valueCount: chunk.valueCount,
          nullCount: chunk.statistics?.nullCount, distinctCount: chunk.statistics?.distinctCount,
          byteCount: chunk.compressedByteCount, uncompressedByteCount: chunk.uncompressedByteCount,
          pageCount: chunk.pageEncodings.isEmpty ? nil : pages,
          minimum: bounds.map { text($0.minimum, column) }, maximum: bounds.map { text($0.maximum, column) }))
    }
    return RowGroupReport(
      rowCount: group.rowCount, byteCount: group.columns.reduce(0) { $0 &+ $1.compressedByteCount },
      chunks: chunks)
  }

  /// A bound as people read it.
  private static func text(_ bound: BoundValue, _ column: Column) -> String {
    switch (bound, column.logicalType) {
    case (.integer(let days), .date): return CalendarText.text(days: Int32(truncatingIfNeeded: days))
    case (.integer(let value), .timestamp(.microseconds, _)): return CalendarText.text(microseconds: value)
    case (.boolean(let value), _): return "\(value)"
    case (.integer(let value), _): return "\(value)"
    case (.unsigned(let value), _): return "\(value)"
    case (.real(let value), _): return "\(value)"
    case (.bytes(let bytes), .string), (.bytes(let bytes), .json), (.bytes(let bytes), .enumeration):
      return String(decoding: bytes, as: UTF8.self)
    case (.bytes(let bytes), _):
      return "0x" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
  }
}
