/// One of the three databases of a warehouse, each a SQLite file of its own.
package enum Layer: String, Sendable, CaseIterable, Codable, Comparable {
  /// The source tables as they were loaded.
  case raw
  /// Cleaned models.
  case staged
  /// Marts. The file that a connection opens, since SQLite calls that one `main`.
  case main

  /// The file's name in a draft or a build.
  package var fileName: String { "\(rawValue).db" }

  /// The name under which the database is attached; also dbt's schema.
  package var schemaName: String { rawValue }

  /// The pipeline's order.
  package static func < (left: Layer, right: Layer) -> Bool {
    left.position < right.position
  }

  private var position: Int {
    switch self {
    case .raw: 0
    case .staged: 1
    case .main: 2
    }
  }
}
