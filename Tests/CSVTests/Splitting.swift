import CSV

/// A whole text split: what each row holds, where it began, and what was wrong.
struct Splitting: Equatable {
  struct Row: Equatable {
    /// nil is NULL.
    var fields: [String?]
    var line: Int
    var byteOffset: Int
    var raw: String
  }

  struct Fault: Equatable {
    var kind: CSVFault.Kind
    /// Counted over the whole text.
    var row: Int
    var byteOffset: Int
    var line: Int
  }

  var rows: [Row] = []
  var faults: [Fault] = []

  /// Splits `bytes`, of which the input gives `pieceByteCount` at a time to batches of `byteCapacity`.
  init(
    _ bytes: [UInt8], byteCapacity: Int = 1 << 16, pieceByteCount: Int = .max,
    dialect: CSVDialect = CSVDialect()
  ) {
    var splitter = CSVSplitter(dialect: dialect)
    var position = 0
    // A new batch each time, so that each is cut at the capacity, however large the one before grew.
    while true {
      let batch = CSVBatch(byteCapacity: byteCapacity)
      let isFilled = splitter.fill(batch) { buffer in
        let count = min(buffer.count, pieceByteCount, bytes.count - position)
        buffer.copyBytes(from: bytes[position..<(position + count)])
        position += count
        return count
      }
      guard isFilled else { break }
      let first = rows.count
      for row in batch.rows {
        let fields = batch.fields[row.firstField..<(row.firstField + row.fieldCount)]
        rows.append(
          Row(
            fields: fields.map { $0.isNull ? nil : batch.text(of: $0) }, line: batch.line(of: row),
            byteOffset: batch.byteOffset(of: row),
            raw: String(decoding: batch.bytes[row.byteRange], as: UTF8.self)))
      }
      faults += batch.faults.map {
        Fault(kind: $0.kind, row: first + $0.row, byteOffset: $0.byteOffset, line: $0.line)
      }
    }
  }

  init(_ text: String, dialect: CSVDialect = CSVDialect()) {
    self.init(Array(text.utf8), dialect: dialect)
  }

  var fields: [[String?]] { rows.map(\.fields) }
}
