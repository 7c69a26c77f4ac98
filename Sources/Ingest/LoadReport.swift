import Diagnostics
import Storage

/// What became of one table.
package struct LoadResult: Sendable, Equatable {
  package var relation: Relation
  package var uniqueID: String
  /// The file as people write it: `archive.zip!movies.csv`.
  package var origin: String
  /// Rows of the file: always those loaded and those rejected together.
  package var rowsRead: Int
  package var rowsLoaded: Int
  package var rejectCount: Int
  /// Uncompressed.
  package var byteCount: Int
  package var seconds: Double
  /// Whether the table was left as it was, the file being unchanged; the numbers are those of its loading then.
  package var isSkipped: Bool
}

/// What became of an ingest.
package struct LoadReport: Sendable, Equatable {
  package var tables: [LoadResult] = []
  package var seconds = 0.0

  package var loaded: [LoadResult] { tables.filter { !$0.isSkipped } }
  package var rowsRead: Int { loaded.reduce(0) { $0 + $1.rowsRead } }
  package var rowsLoaded: Int { loaded.reduce(0) { $0 + $1.rowsLoaded } }
  package var rejectCount: Int { loaded.reduce(0) { $0 + $1.rejectCount } }
  package var byteCount: Int { loaded.reduce(0) { $0 + $1.byteCount } }
}

/// How far an ingest has come; told after each batch.
package struct IngestProgress: Sendable, Equatable {
  /// The file that is being loaded.
  package var origin: String
  /// Uncompressed, of all files.
  package var bytesDone: Int
  package var bytesTotal: Int
  package var rowsRead: Int
  package var rejectCount: Int
}
