/// What was written.
package struct SampleSummary: Sendable, Equatable {
  package struct File: Sendable, Equatable {
    package var name: String
    /// The rows without the header.
    package var rowCount: Int
    /// The size before compression.
    package var byteCount: Int
  }

  /// The nine CSVs, in the archive's order.
  package var files: [File]
  package var posterCount: Int
  /// The archive's size.
  package var archiveByteCount: Int

  /// The size of all CSVs before compression.
  package var byteCount: Int { files.reduce(0) { $0 + $1.byteCount } }
}

/// How far the writing has come.
package struct SampleProgress: Sendable, Equatable {
  /// The file being written.
  package var file: String
  /// How many bytes of CSV were written, of all files.
  package var byteCount: Int
  /// The share of the whole, 0 to 1.
  package var fraction: Double
}
