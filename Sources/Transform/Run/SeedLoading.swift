import SQLite
import Storage

/// Loads the file of a seed. The loader is the ingest's; whoever starts a run hands it in.
package protocol SeedLoading: Sendable {
  /// Writes the rows of a CSV file to a new table.
  ///
  /// - Parameters:
  ///   - path: the file, absolute.
  ///   - displayPath: the file as the user knows it, for diagnostics.
  ///   - columnTypes: the declared types; those of other columns are inferred.
  ///   - name: the table's name.
  ///   - makeTable: begins the table.
  func load(
    path: String, displayPath: String, delimiter: UInt8, columnTypes: [String: ColumnType], name: String,
    makeTable: (TableDefinition) throws -> TableWriter
  ) throws -> TableSummary

  /// The names in the file's header.
  func columnNames(path: String, displayPath: String, delimiter: UInt8) throws -> [String]
}
