import SQLite

/// A table or view by its layer and name.
package struct Relation: Sendable, Hashable, Codable, Comparable, CustomStringConvertible {
  package let layer: Layer
  package let name: String

  package init(layer: Layer, name: String) {
    self.layer = layer
    self.name = name
  }

  /// Letters count as equal whatever their case, as SQLite's names do.
  package static func == (left: Relation, right: Relation) -> Bool {
    left.layer == right.layer && left.name.lowercased() == right.name.lowercased()
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(layer)
    hasher.combine(name.lowercased())
  }

  /// `"staged"."stg_movies"`: for statements of a connection that has all layers attached.
  package var sql: String { "\(SQLIdentifier(layer.schemaName)).\(SQLIdentifier(name))" }

  /// `"stg_movies"`: for the stored text of views, which must not name their database.
  package var unqualifiedSQL: String { SQLIdentifier(name).quoted }

  /// `staged.stg_movies`, for people.
  package var description: String { "\(layer.schemaName).\(name)" }

  package static func < (left: Relation, right: Relation) -> Bool {
    (left.layer, left.name) < (right.layer, right.name)
  }
}

extension Connection {
  /// Drops the table or view of a relation, whichever there is, of layers that are attached under their names.
  package func drop(_ relation: Relation) throws(SQLiteError) {
    try dropRelation(named: relation.name, inSchema: relation.layer.schemaName)
  }
}
