import Files
import TestSupport

/// A small project of a test's own in a workspace: one source of numbers, one model, and what the test adds.
enum SmallProject {
  static let sources = """
    sources:
      - name: numbers
        schema: raw
        tables:
          - name: numbers
            columns:
              - name: n
                data_type: integer
                data_tests: [not_null]
              - name: word
                data_type: text
    """

  /// Writes the project with these files beside `dbt_project.yml` and `models/sources.yml`.
  static func workspace(_ files: [String: String]) throws -> Workspace {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      name: small
      version: "1.0.0"
      config-version: 2
      model-paths: ["models"]
      seed-paths: ["seeds"]
      macro-paths: ["macros"]
      test-paths: ["checks"]
      models: {small: {+schema: main, +materialized: table}}
      """, to: "dbt_project.yml")
    try folder.write(sources, to: "models/sources.yml")
    for (name, text) in files { try folder.write(text, to: name) }
    return try Workspace(project: folder)
  }

  /// Writes `numbers.csv` with the numbers from 1 on, each with a word, and returns its path.
  static func numbers(_ count: Int, in workspace: Workspace) throws -> String {
    var text = "n,word\n"
    for number in 1...count { text += "\(number),w\(number)\n" }
    return try workspace.folder.write(text, to: "numbers.csv")
  }
}
