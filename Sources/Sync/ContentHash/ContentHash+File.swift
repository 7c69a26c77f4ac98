import Parquet
import SQLite

extension ContentHash {
  /// The content hash of all rows of a Parquet file.
  package init(of reader: FileReader) throws {
    self = try ContentHasher.run(over: reader) { hasher, batches in try hasher.add(batches) }
  }
}

extension ContentHasher {
  /// Hands on each row of a Parquet file by its canonical text and that text's digest.
  static func forEachRow(
    of reader: FileReader, _ body: (UnsafeRawBufferPointer, MD5.Digest) throws -> Void
  ) throws {
    _ = try run(over: reader) { hasher, batches in try hasher.add(batches, each: body) }
  }

  fileprivate static func run(
    over reader: FileReader, _ add: (inout ContentHasher, [ColumnBatch]) throws -> Void
  ) throws -> ContentHash {
    let places = try reader.columnIndices()
    var hasher = try ContentHasher(places.map { reader.schema.columns[$0] })
    let batches = places.map { ColumnBatch(reader.schema.columns[$0]) }
    for group in reader.metadata.rowGroups.indices {
      var columns: [ColumnReader] = []
      for place in places { columns.append(try reader.column(place, rowGroup: group)) }
      while let first = columns.first, first.remainingRowCount > 0 {
        for (column, batch) in zip(columns, batches) {
          batch.removeAll()
          _ = try column.read(4096, into: batch)
        }
        try add(&hasher, batches)
      }
    }
    return hasher.hash
  }
}
