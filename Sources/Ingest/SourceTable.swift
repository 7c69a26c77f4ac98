import Diagnostics
import Files
import Storage

/// What to do with a column that a file has and its declaration has not; spelt as in projects.
package enum OnSchemaChange: String, Sendable, Codable, CaseIterable {
  /// The load is refused.
  case fail
  /// The column is left out.
  case ignore
  /// The column is loaded as text, behind the declared ones.
  case append
}

/// A source table as a project declares it, and the file that it is loaded from.
package struct SourceTable: Sendable, Equatable {
  /// dbt's name of the node, such as `source.letterboxd.letterboxd.movies`.
  package var uniqueID: String
  package var relation: Relation
  /// The base name of its file as CSV, such as `movies.csv`; found at any depth of an archive.
  package var memberName: String
  /// The base names that its file may have: as CSV, and as Parquet.
  package var memberNames: [String] { [memberName, "\(Path.stem(of: memberName)).parquet"] }
  package var columns: [ColumnSchema]
  package var onSchemaChange: OnSchemaChange
  /// The byte between fields.
  package var delimiter: UInt8
  /// Where the project declares it, for messages.
  package var declaration: SourceLocation?

  package init(
    uniqueID: String, relation: Relation, memberName: String? = nil, columns: [ColumnSchema],
    onSchemaChange: OnSchemaChange = .fail, delimiter: UInt8 = UInt8(ascii: ","),
    declaration: SourceLocation? = nil
  ) {
    self.uniqueID = uniqueID
    self.relation = relation
    self.memberName = memberName ?? "\(relation.name).csv"
    self.columns = columns
    self.onSchemaChange = onSchemaChange
    self.delimiter = delimiter
    self.declaration = declaration
  }

  /// Changed when the same bytes could give other rows.
  private static let loaderVersion = "1"

  /// The hash of all but the bytes that the table's rows depend on.
  package var schemaFingerprint: String {
    var parts = [Self.loaderVersion, onSchemaChange.rawValue, String(delimiter)]
    for column in columns {
      parts += [column.name, column.type.rawValue, column.isNotNull ? "not null" : ""]
    }
    return Digest.sha256(parts: parts)
  }

  /// The hash of all that the table's rows depend on: the node's fingerprint.
  func fingerprint(crc32: UInt32, byteCount: Int) -> String {
    Digest.sha256(parts: ["source", String(crc32), String(byteCount), schemaFingerprint])
  }
}
