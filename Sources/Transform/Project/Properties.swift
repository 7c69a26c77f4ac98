import Diagnostics

/// What a properties file says of a column.
package struct ColumnProperties: Sendable {
  package var name: String
  package var description: String
  package var dataType: String?
  package var constraints: [Constraint] = []
  /// Whether tests quote the column's name.
  package var isQuoted = false
  package var meta: [ConfigEntry]
  package var tags: [String]
  package var location: SourceLocation
}

/// A generic test as it is declared on a model or column.
struct TestDeclaration: Sendable {
  /// The test's name, such as `not_null`.
  var test: String
  /// The package before the dot of `package.test`.
  var namespace: String?
  var arguments: [ConfigEntry]
  var config: [ConfigEntry]
  /// The name given by the user, if any.
  var customName: String?
  var description: String
  var column: String?
  /// Whether the column's name is quoted in the test's SQL.
  var quotesColumn = false
  var location: SourceLocation
}

/// What a properties file says of a model, seed or singular test.
struct NodeProperties: Sendable {
  var name: String
  var description: String
  var config: [ConfigEntry]
  var columns: [ColumnProperties]
  var constraints: [Constraint] = []
  var tests: [TestDeclaration]
  /// What a snapshot is of, where it has no file of its own: `ref('orders')`.
  var relation: String? = nil
  var location: SourceLocation
}

/// A source table as a properties file declares it.
struct SourceProperties: Sendable {
  var sourceName: String
  var sourceDescription: String
  var loader: String
  var schema: String
  var name: String
  var identifier: String
  var description: String
  var config: [ConfigEntry]
  var columns: [ColumnProperties]
  var tests: [TestDeclaration]
  var location: SourceLocation
}

/// A properties file (`schema.yml`): what is said of models, seeds, tests, sources and macros.
struct PropertiesFile: Sendable {
  /// Relative to its package.
  let path: String
  var models: [NodeProperties] = []
  var snapshots: [NodeProperties] = []
  var seeds: [NodeProperties] = []
  var dataTests: [NodeProperties] = []
  var sources: [SourceProperties] = []
  var unitTests: [UnitTestDeclaration] = []
  var exposures: [ExposureProperties] = []
  var groups: [Group] = []
  /// Descriptions of macros by name, with the place of each.
  var macros: [(name: String, description: String, location: SourceLocation)] = []
}
