import Diagnostics
import Jinja
import SQLite
import Storage

/// Calls a macro for what it does: dbt's `run-operation`.
package struct OperationRunner {
  private let project: Project
  private let draft: Draft

  package init(_ project: Project, _ draft: Draft) {
    self.project = project
    self.draft = draft
  }

  /// Calls the macro in one transaction: what its statements change is there when it has gone well, and not before.
  ///
  /// - Parameters:
  ///   - name: `macro`, or `package.macro`.
  ///   - arguments: by the names of the macro's parameters.
  package func run(_ name: String, _ arguments: [ConfigEntry]) throws {
    let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
    let known = project.manifest.macros.values
    let candidates = known.filter { macro in
      macro.definition.macroName == parts.last && (parts.count == 1 || macro.packageName == parts[0])
    }
    guard !candidates.isEmpty else {
      throw Diagnostic(
        .invalidArgument, "there is no macro '\(name)'",
        hints: [Suggestion.hint(for: parts.last ?? name, in: known.compactMap(\.definition.macroName))]
          .compactMap { $0 })
    }
    let connection = try draft.connect(writing: Set(Layer.allCases))
    let database = TemplateDatabase(connection)
    database.allowsChanges = true
    project.database = database
    defer { project.database = nil }
    try connection.transaction {
      _ = try project.compiler.renderHook(
        "{{ \(name)(**operation_arguments) }}", of: project.manifest.project.name,
        at: SourceLocation(path: "run-operation \(name)"),
        values: ["operation_arguments": Value(.map(arguments))])
      // In the same transaction: the catalog and the rows never disagree.
      _ = try ChangedTables.refresh(
        database.touched.filter { try database.kind(of: $0) == "table" }, connection)
    }
  }
}
