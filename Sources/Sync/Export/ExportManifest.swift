/// `export.json`: what an export wrote. It says nothing of when, so that two exports of a build are equal.
package struct ExportManifest: Sendable, Codable, Equatable {
  package static let fileName = "export.json"

  package struct Table: Sendable, Codable, Equatable {
    package var layer: String
    package var name: String
    /// Relative to the folder of the export.
    package var file: String
    package var rowCount: Int
    package var byteCount: Int
    package var sha256: String
    /// `rows:sum`; nil where it was not asked for, or where a value has none.
    package var contentHash: String?
    /// Why there is no content hash, where it was asked for.
    package var contentHashFault: String?
    package var columns: [MappedColumn]
  }

  package var formatVersion = 1
  package var contentHashVersion = ContentHash.version
  /// The build, or nil for a draft.
  package var build: String?
  package var format: ExportFormat
  package var tables: [Table]
}
