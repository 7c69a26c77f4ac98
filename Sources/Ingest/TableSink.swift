import SQLite

/// Takes the typed rows of one table, a batch at a time.
protocol TableSink: ~Copyable {
  mutating func append(_ rows: TypedRows) throws
}

/// Stores rows as pages of the table's b-tree.
struct BulkSink: TableSink, ~Copyable {
  private var writer: TableWriter

  init(_ writer: consuming TableWriter) {
    self.writer = writer
  }

  mutating func append(_ rows: TypedRows) throws {
    try writer.append(rows.cells)
  }

  /// Writes what is left of the table.
  consuming func finish() throws -> TableSummary {
    try writer.finish()
  }
}
