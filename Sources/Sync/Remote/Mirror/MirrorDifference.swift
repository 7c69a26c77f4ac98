import Cloud
import SQLite
import Storage

extension TableDifferenceFinder.Side {
  /// The rows of a relation in Snowflake, which itself computes hashes and texts: no more rows are moved than are asked for.
  static func mirror(_ place: MirrorPlace, _ columns: [MappedColumn], _ database: MirrorDatabase) -> Self {
    Self(
      buckets: {
        let result = try database.run(MirrorHash.bucketQuery(place.sql, columns), isLong: true)
        let found = result.rows.compactMap { row -> (bucket: Int, hash: ContentHash)? in
          guard row.count == 3, let bucket = row[0].integer, let count = row[1].integer,
            let sum = row[2].text.flatMap(UInt64.init)
          else { return nil }
          return (Int(bucket), ContentHash(rowCount: UInt64(clamping: count), sum: sum))
        }
        guard found.count == result.rows.count, let hashes = BucketHashes(found) else {
          throw SyncError(.mirrorDiffers, "Snowflake gives no content hashes of buckets of \(place.sql)")
        }
        return hashes
      },
      rows: { buckets, body in
        let query = SnowflakeStatement(
          MirrorHash.rowQuery(place.sql, columns, buckets: buckets), isLong: true)
        _ = try database.client.forEachRow(of: query) { row in
          guard row.count == 1, let text = row[0].text else {
            throw SyncError(.mirrorDiffers, "Snowflake gives no text of a row of \(place.sql)")
          }
          try body(Array(text.utf8))
        }
      })
  }
}

extension MirrorHash {
  /// The query for the hash of each bucket that has rows: its number, the count, and the sum as a text.
  static func bucketQuery(_ place: String, _ columns: [MappedColumn]) -> String {
    """
    select mod(md5_number_upper64(line), \(BucketHashes.count)) as bucket, count(*) as row_count, \
    to_char(mod(sum(md5_number_lower64(line)), \(modulus))) as word_sum \
    from (select \(text(columns)) as line from \(place)) as lines group by 1
    """
  }

  /// The query for the canonical texts of the rows of some buckets.
  static func rowQuery(_ place: String, _ columns: [MappedColumn], buckets: [Int]) -> String {
    let all = buckets.count == BucketHashes.count
    let listed = buckets.map(String.init).joined(separator: ", ")
    return "select line from (select \(text(columns)) as line from \(place)) as lines"
      + (all ? "" : " where mod(md5_number_upper64(line), \(BucketHashes.count)) in (\(listed))")
  }
}

extension MirrorDatabase {
  /// In what a relation that readers see differs from that of a build; nil where both are equal.
  package func difference(of table: RemoteManifest.Table, from remote: Remote) throws -> TableDifference? {
    try TableDifferenceFinder(table.columns).difference(
      .objects(table, of: remote),
      .mirror(MirrorPlace(table.relation, isNext: false), table.columns, self))
  }
}
