import Parquet

/// A small Parquet file of a test's own.
enum ParquetFile {
  enum Value {
    case null
    case integer(Int64)
    case real(Double)
    case boolean(Bool)
    case text(String)
    case bytes([UInt8])
  }

  /// The bytes of a file with these columns and their values, all of as many rows.
  static func bytes(
    _ columns: [(column: Column, values: [Value])], _ properties: WriterProperties = WriterProperties()
  ) throws -> [UInt8] {
    let sink = MemorySink()
    var writer = try FileWriter(sink, schema: Schema(columns.map(\.column)), properties: properties)
    let batches = columns.map { ColumnBatch($0.column) }
    for row in 0..<(columns.first?.values.count ?? 0) {
      for (index, batch) in batches.enumerated() {
        batch.removeAll()
        append(columns[index].values[row], to: batch)
      }
      try writer.write(batches)
    }
    try writer.close()
    return sink.bytes
  }

  private static func append(_ value: Value, to batch: ColumnBatch) {
    switch (value, batch.column.physicalType) {
    case (.null, _): batch.appendNull()
    case (.integer(let value), .int32): batch.append(Int32(truncatingIfNeeded: value))
    case (.integer(let value), _): batch.append(value)
    case (.real(let value), .float): batch.append(Float(value))
    case (.real(let value), _): batch.append(value)
    case (.boolean(let value), _): batch.append(value)
    case (.text(let text), _): Array(text.utf8).withUnsafeBytes { batch.append($0) }
    case (.bytes(let bytes), _): bytes.withUnsafeBytes { batch.append($0) }
    }
  }

  /// `movies.parquet`, equal to the rows of `IngestFixture.moviesText`.
  static func movies(_ properties: WriterProperties = WriterProperties()) throws -> [UInt8] {
    try bytes(
      [
        (Column("id", .int64), [.integer(1_000_001), .integer(1_000_002)]),
        (Column("name", .byteArray, .string), [.text("Barbie"), .text("Parasite")]),
        (Column("rating", .double), [.real(3.86), .real(4.56)]),
      ], properties)
  }
}
