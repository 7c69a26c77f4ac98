import Parquet

extension ContentHash {
  /// The content hash of all rows of a Parquet file.
  package init(of reader: FileReader) throws {
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
        try hasher.add(batches)
      }
    }
    self = hasher.hash
  }
}
