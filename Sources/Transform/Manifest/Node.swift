import Diagnostics
import Storage

/// What kind of thing a node is; raw values are dbt's.
package enum ResourceType: String, Sendable, CaseIterable, Codable {
  case source
  case seed
  case model
  /// A table that keeps what the rows of a query were like before.
  case snapshot
  case test
  case unitTest = "unit_test"
  /// A use of the data outside of the project, which is never run.
  case exposure
}

/// How a generic test was declared.
package struct GenericTest: Sendable, Hashable {
  /// The test's name, such as `not_null`.
  package var name: String
  package var namespace: String?
  /// The arguments, without `model` and `column_name`.
  package var arguments: [ConfigEntry]
  package var column: String?
  /// Whether the column's name is quoted in the test's SQL.
  package var quotesColumn = false
  /// The unique id of the node that it was declared on.
  package var attachedNode: String
}

/// A `ref(…)` as it was written.
package struct Reference: Sendable, Hashable {
  package var package: String?
  package var name: String
}

/// A `source(…)` as it was written.
package struct SourceReference: Sendable, Hashable {
  package var source: String
  package var table: String
}

/// One node of the graph: a source table, seed, model, snapshot or test.
package struct Node: Sendable {
  /// dbt's name of it, such as `model.letterboxd.stg_movies`.
  package var uniqueID: String
  package var resourceType: ResourceType
  package var name: String
  package var packageName: String
  /// The package, the folders and the name: what `--select` and the project's configuration address.
  package var fqn: [String]
  /// The file that defines it, relative to the project.
  package var filePath: String
  /// What stands before the paths of its package's files for the user to find them; empty in the project itself.
  package var packagePrefix: String = ""
  /// The file relative to its resource path, as dbt's `path`.
  package var relativePath: String
  /// Where its definition begins, or its properties where it has no file of its own.
  package var location: SourceLocation
  package var config: NodeConfig
  package var description: String = ""
  package var columns: [ColumnProperties] = []
  /// Constraints of the whole model.
  package var constraints: [Constraint] = []
  /// The properties file that speaks of it, if any.
  package var propertiesPath: String?
  package var rawCode: String = ""
  /// The table or view; nil for tests and ephemeral models.
  package var relation: Relation?
  package var references: [Reference] = []
  package var sourceReferences: [SourceReference] = []
  /// Unique ids of the nodes that it reads, sorted, each once.
  package var dependencies: [String] = []
  /// Unique ids of the macros that it calls directly.
  package var macroDependencies: [String] = []
  package var genericTest: GenericTest?
  package var unitTest: UnitTest?
  /// The table or view for the failing rows of a test that stores them.
  package var failuresRelation: Relation?
  /// The name of a test as a file has it, shortened where it is long.
  package var shortName: String?
  /// Settings as they were written, templates not evaluated; what is more specific replaces the rest.
  package var unrenderedConfig: [String: ConfigValue] = [:]
  package var exposure: ExposureDetails?
  /// Of a source: its name, its description and its loader.
  package var source: SourceDetails?

  /// The file as the user knows it.
  package var displayPath: String { packagePrefix.isEmpty ? filePath : "\(packagePrefix)/\(filePath)" }

  /// Whether it is a data test or a unit test.
  package var isTest: Bool { resourceType == .test || resourceType == .unitTest }
  /// Whether it is no table or view but a part of the statements that refer to it.
  package var isEphemeral: Bool { resourceType == .model && materialized == "ephemeral" }
  /// The name under which an ephemeral model stands in a statement.
  package var commonTableName: String { "__dbt__cte__\(name)" }
  /// How a model is stored: `table`, `view`, …; models are views where nothing is said.
  package var materialized: String {
    switch resourceType {
    case .model: config.materialized ?? "view"
    case .seed: "seed"
    case .snapshot: "snapshot"
    case .test: "test"
    case .unitTest: "unit"
    case .source: "source"
    case .exposure: "exposure"
    }
  }

  mutating func noteUnrendered(_ entries: [ConfigEntry]) {
    for entry in entries { unrenderedConfig[entry.key] = entry.value }
  }

  /// Columns whose type is declared and known.
  package var declaredColumns: [ColumnSchema] {
    columns.compactMap { column in
      column.dataType.flatMap { ColumnType(declared: $0) }.map { ColumnSchema(name: column.name, type: $0) }
    }
  }
}

/// What a source table has beside what every node has.
package struct SourceDetails: Sendable {
  package var name: String
  package var description: String
  package var loader: String
}
