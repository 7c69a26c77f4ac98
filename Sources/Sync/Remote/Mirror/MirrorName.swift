import Cloud
import Storage

/// Names of ours in Snowflake: plain ones in upper case, as whoever does not quote them finds them; all others as they are.
/// `mirror_to_snowflake.py` has the same rule.
package enum MirrorName {
  /// As Snowflake stores it.
  package static func stored(_ name: String) -> String {
    SnowflakeSQL.isPlain(name) ? name.uppercased() : name
  }

  /// In quotes, for statements.
  package static func quoted(_ name: String) -> String { SnowflakeSQL.identifier(stored(name)) }
}

/// A schema of the mirror: a layer as readers see it, or as the next build is prepared in it.
package struct MirrorSchema: Sendable, Hashable {
  package let layer: Layer
  package let isNext: Bool

  package static func published(_ layer: Layer) -> MirrorSchema { MirrorSchema(layer: layer, isNext: false) }
  package static func next(_ layer: Layer) -> MirrorSchema { MirrorSchema(layer: layer, isNext: true) }

  package var name: String { layer.rawValue.uppercased() + (isNext ? "__NEXT" : "") }
  package var quoted: String { SnowflakeSQL.identifier(name) }

  /// All six.
  static let all = Layer.allCases.map { published($0) } + Layer.allCases.map { next($0) }
}

/// A table or view of the mirror.
package struct MirrorPlace: Sendable, Hashable {
  package let schema: MirrorSchema
  /// As Snowflake stores it.
  package let name: String

  package init(_ relation: Relation, isNext: Bool) {
    schema = MirrorSchema(layer: relation.layer, isNext: isNext)
    name = MirrorName.stored(relation.name)
  }

  init(schema: MirrorSchema, stored name: String) {
    self.schema = schema
    self.name = name
  }

  /// `"RAW__NEXT"."MOVIES"`: in the connection's database.
  package var sql: String { SnowflakeSQL.path(schema.name, name) }
}
