import ArgumentParser
import Diagnostics
import SQLite
import Storage
import Sync

struct QueryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query", abstract: "Ask the published build a question in SQL.",
    discussion: """
      Reads the published build; the draft while nothing is published. All three layers are attached, so tables can be \
      named alone or with their layer: raw.movies, staged.stg_movies, main.movies_by_year. Nothing can be changed.

      Examples:
        reelhouse query 'select * from movies_by_year order by movies desc limit 5'
        reelhouse query -o csv 'select * from staged.stg_movies' > movies.csv
        echo 'select count(*) from raw.movies' | reelhouse query -
      """)

  @Argument(help: ArgumentHelp("One statement; - reads it from standard input.", valueName: "sql"))
  var sql: String = "-"

  @Option(name: [.short, .long], help: "The form of the rows: table, json, ndjson, csv or markdown.")
  var output: RowFormat = .table

  @Flag(help: "Read the draft instead of the published build.")
  var draft = false

  @Option(help: ArgumentHelp("Read this build.", valueName: "id"))
  var build: String?

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(global)
    let text =
      sql == "-"
      ? try StandardInput.readText(
        orElse: "there is no SQL to run", hint: "give it as an argument, or pipe it in") : sql
    let warehouse = try session.warehouse()
    let target: WarehouseReader.Target = build.map { .build(id: $0) } ?? (draft ? .draft : .current)
    let reader = try WarehouseReader(warehouse, target)
    if reader.build == nil, !draft { session.console.remark("nothing is published yet: this is the draft") }
    try ContentHashFunction.register(on: reader.connection)
    _ = try ReadOnlyQuery(reader.connection).run(text, RowWriter(format: output, console: session.console))
  }
}

/// Runs one statement of a user's that must not change anything.
struct ReadOnlyQuery {
  private let connection: Connection

  init(_ connection: Connection) {
    self.connection = connection
    connection.authorizeReadsOnly()
  }

  /// - Returns: the number of rows.
  func run(_ sql: String, _ writer: RowWriter) throws -> Int {
    do {
      let statement = try connection.prepare(sql)
      // What the authorizer is not asked about before it runs: VACUUM.
      guard statement.isReadOnly else { throw Self.refusal }
      return try writer.write(statement)
    } catch let error as SQLiteError where error.isRefused {
      throw Self.refusal
    } catch let error as SQLiteError where error.reason.hasPrefix("no such table: ") {
      throw error.diagnostic.hinting(try suggestion(for: String(error.reason.dropFirst(15))))
    }
  }

  private static var refusal: Diagnostic {
    Diagnostic(
      .sqlReadOnly, "this statement would change something, and `query` only reads",
      hints: ["change data by a model and `reelhouse build`, or by `reelhouse ingest`"])
  }

  private func suggestion(for table: String) throws -> String? {
    connection.removeAuthorizer()
    let known = try Layer.allCases.flatMap { layer in
      try connection.rows(
        "select name from \(layer.schemaName).sqlite_schema where type in ('table', 'view')"
      )
      .compactMap { row -> String? in
        if case .text(let name)? = row.first { "\(layer.schemaName).\(name)" } else { nil }
      }
    }
    let name = table.split(separator: ".").last.map(String.init) ?? table
    let near = Suggestion.nearest(to: name, in: known.map { String($0.drop { $0 != "." }.dropFirst()) })
    let full = near.compactMap { name in known.first { $0.hasSuffix(".\(name)") } }
    return full.isEmpty ? nil : "did you mean \(full.joined(separator: " or "))?"
  }
}

extension Diagnostic {
  /// The same diagnostic with a hint more, if there is one.
  func hinting(_ hint: String?) -> Diagnostic {
    var copy = self
    if let hint { copy.hints.append(hint) }
    return copy
  }
}
