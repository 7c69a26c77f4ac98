import SQLite
import Storage

/// What templates may ask of the data while they are rendered.
package final class TemplateDatabase {
  let connection: Connection
  /// Whether the user asked for incremental models to be made from nothing.
  private let isFullRefresh: Bool
  /// Whether statements of templates may change data: those of hooks and operations.
  var allowsChanges = false
  /// Tables that statements of templates have changed.
  private(set) var touched: Set<Relation> = []

  package init(_ connection: Connection, isFullRefresh: Bool = false) {
    self.connection = connection
    self.isFullRefresh = isFullRefresh
  }

  /// Watches over the statements that are prepared meanwhile: they only read, or what they change is noted.
  func watching<Result>(_ body: () throws -> Result) rethrows -> Result {
    if allowsChanges {
      connection.authorize { [unowned self] action in
        if case .change(_, let table?, _, let database?) = action, let layer = Layer(rawValue: database) {
          touched.insert(Relation(layer: layer, name: table))
        }
        return true
      }
    } else {
      connection.authorizeReadsOnly()
    }
    defer { connection.removeAuthorizer() }
    return try body()
  }

  /// `table` or `view`; nil where there is no relation of that name.
  func kind(of relation: Relation) throws -> String? {
    try kind(schema: relation.layer.schemaName, name: relation.name)
  }

  func kind(schema: String, name: String) throws -> String? {
    guard Layer(rawValue: schema) != nil else { return nil }
    let kind = try connection.scalar(
      """
      select type from \(SQLIdentifier(schema)).sqlite_schema where name = ? collate nocase \
      and type in ('table', 'view')
      """, [.text(name)])
    guard case .text(let kind)? = kind else { return nil }
    return kind
  }

  /// The columns of a relation with their declared types; empty where there is none of that name.
  func columns(of relation: Relation) throws -> [(name: String, type: String)] {
    let rows = try connection.rows(
      "select name, type from pragma_table_xinfo(?, ?) where hidden = 0",
      [.text(relation.name), .text(relation.layer.schemaName)])
    return rows.compactMap { row in
      guard case .text(let name) = row[0], case .text(let type) = row[1] else { return nil }
      return (name, type)
    }
  }

  /// Whether a run of the model adds to the rows that are there: dbt's `is_incremental()`.
  func isIncremental(_ node: Node) throws -> Bool {
    guard node.materialized == "incremental", let relation = node.relation else { return false }
    if node.config.fullRefresh ?? isFullRefresh { return false }
    return try kind(of: relation) == "table"
  }
}
