import Cloud
import Storage

/// What the project of a build says of its relations, as the mirror needs it.
package struct MirrorModels {
  package struct Model: Sendable {
    /// Whether readers find a view: the model is one, and nothing says otherwise.
    package var isView: Bool
    package var description: String
    /// By column, as our names are.
    package var columnDescriptions: [String: String]

    package init(isView: Bool, description: String = "", columnDescriptions: [String: String] = [:]) {
      self.isView = isView
      self.description = description
      self.columnDescriptions = columnDescriptions
    }
  }

  package let models: [Relation: Model]
  /// The query of a view in Snowflake's SQL, in which relations stand where the second argument says.
  package let query: (Relation, @escaping (Relation) -> MirrorPlace) throws -> String

  package init(
    models: [Relation: Model],
    query: @escaping (Relation, @escaping (Relation) -> MirrorPlace) throws -> String
  ) {
    self.models = models
    self.query = query
  }
}

/// A view of the mirror.
package struct MirrorView: Sendable {
  let table: RemoteManifest.Table
  /// The statements that make it over the next build and over what is published.
  let nextStatement: String
  let statement: String
  /// The relations that its query names.
  let inputs: Set<Relation>

  package var relation: Relation { table.relation }
  /// Another one whenever the statement is another.
  var definition: String { Digest.sha256(statement) }

  init(_ table: RemoteManifest.Table, _ models: MirrorModels) throws {
    self.table = table
    let seen = Seen()
    let next = try models.query(table.relation) { input in
      seen.relations.insert(input)
      return MirrorPlace(input, isNext: true)
    }
    let published = try models.query(table.relation) { MirrorPlace($0, isNext: false) }
    let words = models.models[table.relation]
    nextStatement = MirrorSQL.view(MirrorPlace(table.relation, isNext: true), table.columns, nil, next)
    statement = MirrorSQL.view(
      MirrorPlace(table.relation, isNext: false), table.columns, words, published, keepsGrants: true)
    inputs = seen.relations
  }

  private final class Seen { var relations: Set<Relation> = [] }

  /// Views after those that they read.
  static func ordered(_ views: [MirrorView]) -> [MirrorView] {
    let byRelation = Dictionary(views.map { ($0.relation, $0) }, uniquingKeysWith: { first, _ in first })
    var result: [MirrorView] = []
    var visited: Set<Relation> = []
    func visit(_ view: MirrorView) {
      guard visited.insert(view.relation).inserted else { return }
      for input in view.inputs.sorted() { if let other = byRelation[input] { visit(other) } }
      result.append(view)
    }
    for view in views.sorted(by: { $0.relation < $1.relation }) { visit(view) }
    return result
  }
}

/// Statements about relations of the mirror, as texts.
enum MirrorSQL {
  private static func list(_ columns: [MappedColumn]) -> String {
    columns.map { MirrorName.quoted($0.name) }.joined(separator: ", ")
  }

  private static func comment(_ text: String?, _ form: (String) -> String) -> String {
    guard let text, !text.isEmpty else { return "" }
    return form(SnowflakeSQL.literal(text))
  }

  private static func columns(
    _ columns: [MappedColumn], _ words: MirrorModels.Model?, hasTypes: Bool
  ) -> String {
    columns.map { column in
      MirrorName.quoted(column.name) + (hasTypes ? " \(column.type.snowflakeName)" : "")
        + comment(words?.columnDescriptions[column.name]) { " comment \($0)" }
    }.joined(separator: ", ")
  }

  /// A view of a query, whose columns have the names and types that the build has.
  static func view(
    _ place: MirrorPlace, _ columns: [MappedColumn], _ words: MirrorModels.Model?, _ query: String,
    keepsGrants: Bool = false
  ) -> String {
    "create or replace view \(place.sql) (\(Self.columns(columns, words, hasTypes: false)))"
      + (keepsGrants ? " copy grants" : "") + comment(words?.description) { " comment = \($0)" } + " as\n"
      + "with built (\(list(columns))) as (\n\(query)\n)\nselect "
      + columns.map {
        let name = MirrorName.quoted($0.name)
        return "cast(\(name) as \($0.type.snowflakeName)) as \(name)"
      }.joined(separator: ", ") + "\nfrom built"
  }

  /// A view that hands on the rows of what is published.
  static func passThrough(_ relation: Relation, _ columns: [MappedColumn]) -> String {
    "create or replace view \(MirrorPlace(relation, isNext: true).sql) as "
      + "select \(list(columns)) from \(MirrorPlace(relation, isNext: false).sql)"
  }

  /// An empty table for readers.
  static func creation(_ table: RemoteManifest.Table, _ words: MirrorModels.Model?) -> String {
    "create table if not exists \(MirrorPlace(table.relation, isNext: false).sql) "
      + "(\(columns(table.columns, words, hasTypes: true)))"
      + comment(words?.description) { " comment = \($0)" }
  }

  /// A table of other columns in the place of one for readers, with its rows, in one step.
  static func replacement(_ table: RemoteManifest.Table, _ words: MirrorModels.Model?) -> String {
    "create or replace table \(MirrorPlace(table.relation, isNext: false).sql) "
      + "(\(columns(table.columns, words, hasTypes: true))) copy grants"
      + comment(words?.description) { " comment = \($0)" }
      + " as select \(list(table.columns)) from \(MirrorPlace(table.relation, isNext: true).sql)"
  }

  /// The rows of the next build in the place of those that there are: the table itself stays, with whatever hangs on it.
  static func exchange(_ table: RemoteManifest.Table) -> [String] {
    let place = MirrorPlace(table.relation, isNext: false).sql
    let columns = list(table.columns)
    return [
      "delete from \(place)",
      "insert into \(place) (\(columns)) select \(columns) from \(MirrorPlace(table.relation, isNext: true).sql)",
    ]
  }

  static func drop(_ place: MirrorPlace, _ kind: MirrorState.Kind) -> String {
    "drop \(kind == .table ? "table" : "view") if exists \(place.sql)"
  }
}
