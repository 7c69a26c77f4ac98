/// A test of a model's logic: rows that stand in for what it reads, and the rows that it must make of them.
package struct UnitTest: Sendable, Hashable {
  /// What an input stands in for.
  package enum Subject: Sendable, Hashable {
    case reference(Reference)
    case source(SourceReference)
    /// The rows that an incremental model has already.
    case this
  }

  package struct Input: Sendable, Hashable {
    /// As it is written: `ref('stg_movies')`.
    package var text: String
    package var subject: Subject
    package var rows: Rows
  }

  /// Rows as they are written.
  package enum Rows: Sendable, Hashable {
    /// A list of mappings from column to value.
    case mappings([[ConfigEntry]])
    /// A header and texts; an empty field is NULL.
    case csv(header: [String], rows: [[String?]])
    /// A query.
    case sql(String)

    /// The columns that the rows name; none for a query.
    var columnNames: [String] {
      switch self {
      case .mappings(let rows):
        rows.reduce(into: []) { names, row in
          for entry in row where !names.contains(entry.key) { names.append(entry.key) }
        }
      case .csv(let header, _): header
      case .sql: []
      }
    }
  }

  /// The unique id of the model.
  package var model: String
  package var inputs: [Input]
  package var expected: Rows
  /// What macros, variables and environment variables give instead of their own.
  package var macros: [ConfigEntry]
  package var vars: [ConfigEntry]
  package var environment: [ConfigEntry]
}
