import SQLite
import Storage

/// Loads the file of a seed. The loader is the ingest's; whoever starts a run hands it in.
package protocol SeedLoading: Sendable {
  /// Fills `relation`, which does not exist, with the rows of a CSV file and returns their number.
  ///
  /// - Parameters:
  ///   - path: the file, absolute.
  ///   - displayPath: the file as the user knows it, for diagnostics.
  ///   - columnTypes: the declared types; those of other columns are inferred.
  func load(
    path: String, displayPath: String, delimiter: UInt8, columnTypes: [String: ColumnType],
    into relation: Relation,
    _ connection: Connection
  ) throws -> Int

  /// The names in the file's header.
  func columnNames(path: String, displayPath: String, delimiter: UInt8) throws -> [String]
}
