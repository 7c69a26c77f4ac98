import Parquet

/// The form of exported files.
package enum ExportFormat: String, Sendable, Codable, CaseIterable {
  case parquet
  case csv
  case ndjson
}

/// What is exported, where to, and how.
package struct ExportOptions: Sendable {
  package var folder: String
  package var format = ExportFormat.parquet
  /// Of Parquet files.
  package var properties = WriterProperties()
  /// Whether the content hash of each table is computed.
  package var hashesContent = true
  /// How many tables are written at once.
  package var threadCount = 1

  package init(folder: String) { self.folder = folder }
}
