import Cloud
import Parquet
import Storage

/// What `MAIN.REELHOUSE_BUILDS` says of a build that was published: one row for each push.
package struct MirrorRecord: Sendable, Equatable {
  /// What the mirror was left with, relation by relation; JSON in the row.
  package struct Contents: Sendable, Codable, Equatable {
    package struct Entry: Sendable, Codable, Equatable {
      /// `raw.movies`.
      package var relation: String
      /// Whether it is a view here.
      package var isView: Bool
      /// `rows:sum`.
      package var contentHash: String
      /// Of a view's statement, SHA-256 in hex.
      package var definition: String?
    }

    package var formatVersion = 1
    package var contentHashVersion = ContentHash.version
    package var relations: [Entry]
    /// Relations of the build before that this one has not: they count as long as the row is not finished.
    package var dropped: [String]

    func entry(_ relation: Relation) -> Entry? { relations.first { $0.relation == "\(relation)" } }
  }

  package var build: String
  package var environment: String
  package var pushID: String
  package var manifestSHA256: String
  package var contents: Contents
  /// `2026-11-22 07:15:30`, of UTC.
  package var publishedAt: String
  /// Machine and user.
  package var publishedBy: String
  /// Whether what lies outside of the transaction is done, too.
  package var isFinished: Bool
}

/// The statements about the mirror's own record: the row by which pushes keep each other out, and the row of each build.
enum MirrorRecordSQL {
  static let lockName = "REELHOUSE_LOCK"
  static let recordName = "REELHOUSE_BUILDS"
  static let lock = SnowflakeSQL.path("MAIN", lockName)
  static let record = SnowflakeSQL.path("MAIN", recordName)
  /// What the lock row has before the first push.
  static let nobody = ""

  /// Made once. Several lock rows, of two first pushes at once, do what one does: they move together.
  static let creation: [String] = [
    """
    create table if not exists \(lock) ("BUILD_ID" VARCHAR, "PUSH_ID" VARCHAR) \
    comment = 'The push that the mirror is at; reelhouse keeps it.'
    """,
    """
    create table if not exists \(record) ("BUILD_ID" VARCHAR, "ENVIRONMENT" VARCHAR, "PUSH_ID" VARCHAR, \
    "MANIFEST_SHA256" VARCHAR, "CONTENTS" VARCHAR, "PUBLISHED_AT" TIMESTAMP_NTZ(6), "PUBLISHED_BY" VARCHAR, \
    "IS_FINISHED" BOOLEAN) comment = 'The builds that were published here; reelhouse keeps it.'
    """,
    """
    insert into \(lock) ("BUILD_ID", "PUSH_ID") select * from (select '', \(literal(nobody))) as first_row \
    where not exists (select 1 from \(lock))
    """,
  ]

  static let columns = [
    "BUILD_ID", "ENVIRONMENT", "PUSH_ID", "MANIFEST_SHA256", "CONTENTS", "PUBLISHED_AT", "PUBLISHED_BY",
    "IS_FINISHED",
  ]

  private static func literal(_ text: String) -> String { SnowflakeSQL.literal(text) }

  /// The lock's push beside that push's row, which is all NULL before the first push.
  static let current = """
    select held."PUSH_ID", kept."BUILD_ID", kept."ENVIRONMENT", kept."MANIFEST_SHA256", kept."CONTENTS", \
    to_varchar(kept."PUBLISHED_AT"), kept."PUBLISHED_BY", kept."IS_FINISHED" \
    from \(lock) as held left join \(record) as kept on kept."PUSH_ID" = held."PUSH_ID"
    """

  /// Fails, with a text that says so, unless the lock row is at a push. The text hangs on the rows, so that nobody casts it
  /// before they are known.
  static func guardStatement(_ pushID: String) -> String {
    """
    select cast(iff(count(*) > 0, '1', \(literal("\(moved) ")) || count(*)) as number(19, 0)) as at_push from \(lock) \
    where "PUSH_ID" = \(literal(pushID))
    """
  }

  /// Fails, with a text that names the relation, unless its rows are those that were proven.
  static func guardStatement(_ relation: Relation, _ hash: ContentHash, _ columns: [MappedColumn]) -> String {
    """
    select cast(iff(row_count = \(hash.rowCount) and word_sum = '\(hash.sum)', '1', \(literal("\(changed) \(relation) ")) || row_count || ':' || word_sum) \
    as number(19, 0)) as is_proven from (\(MirrorHash.query(MirrorPlace(relation, isNext: false).sql, columns))) as hashes
    """
  }

  /// What guards say when they fail.
  static let moved = "the mirror is at another push"
  static let changed = "rows changed since they were proven:"

  static func moveLock(from expected: String, to record: MirrorRecord) -> String {
    """
    update \(lock) set "BUILD_ID" = \(literal(record.build)), "PUSH_ID" = \(literal(record.pushID)) \
    where "PUSH_ID" = \(literal(expected))
    """
  }

  static func insert(_ record: MirrorRecord) throws -> String {
    let values = [
      record.build, record.environment, record.pushID, record.manifestSHA256, try JSON.text(record.contents),
      record.publishedAt, record.publishedBy,
    ].map(literal)
    let names = columns.map(SnowflakeSQL.identifier).joined(separator: ", ")
    return
      "insert into \(Self.record) (\(names)) select \(values.joined(separator: ", ")), \(record.isFinished)"
  }

  static func finish(_ pushID: String) -> String {
    "update \(record) set \"IS_FINISHED\" = true where \"PUSH_ID\" = \(literal(pushID))"
  }
}
