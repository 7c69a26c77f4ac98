import Cloud
import Parquet
import Storage

/// The content hash of a relation as Snowflake computes it; `docs/content-hash.md` has the definition.
package enum MirrorHash {
  static let modulus = "18446744073709551616"

  /// The query that counts rows and sums up their words: one row of a number and a text.
  package static func query(_ place: String, _ columns: [MappedColumn]) -> String {
    """
    select count(*) as row_count, to_char(coalesce(mod(sum(md5_number_lower64(line)), \(modulus)), 0)) as word_sum \
    from (select \(text(columns)) as line from \(place)) as lines
    """
  }

  /// A row's canonical text.
  package static func text(_ columns: [MappedColumn]) -> String {
    columns.map { part(MirrorName.quoted($0.name), $0.type) }.joined(separator: " || ")
  }

  /// `~`, or length and bytes of a value; `!` for one that no build holds.
  private static func part(_ c: String, _ type: MappedType) -> String {
    switch type {
    case .integer: number("to_char(\(c))")
    case .boolean: "case when \(c) is null then '~' when \(c) then '1:1' else '1:0' end"
    case .text: "coalesce(octet_length(\(c)) || ':' || \(c), '~')"
    case .date:
      "case when \(c) is null then '~' when year(\(c)) between 0 and 9999 then '10:' || to_char(\(c), 'YYYY-MM-DD') else '!' end"
    case .timestamp: number("to_char(date_part(epoch_microsecond, \(c)))")
    case .binary: "coalesce((octet_length(\(c)) * 2) || ':' || hex_encode(\(c)), '~')"
    case .real:
      "case when \(c) is null then '~' when abs(\(c)) <= 1000000000000 then \(real(c)) else '!' end"
    }
  }

  private static func number(_ digits: String) -> String {
    "coalesce(octet_length(\(digits)) || ':' || \(digits), '~')"
  }

  /// The integer nearest to a million times a real, halves away from zero, by operations that are exact in IEEE double; and
  /// its length.
  private static func real(_ c: String) -> String {
    let y = "abs(\(c) * 1000000::float)"
    let high = "floor(\(y) / 1073741824)"
    let low = "ceil(floor((\(y) - \(high) * 1073741824) * 2) / 2)"
    let digits =
      "to_char(iff(\(c) < 0, -1, 1) * (\(high)::number(10,0) * 1073741824 + \(low)::number(10,0)))"
    return "octet_length(\(digits)) || ':' || \(digits)"
  }

  /// The hash that a result of `query` says; nil for one of another shape.
  static func read(_ result: SnowflakeResult) -> ContentHash? {
    guard let row = result.rows.first, result.rows.count == 1, row.count == 2,
      let count = row[0].digits.flatMap(UInt64.init), let sum = row[1].text.flatMap(UInt64.init)
    else { return nil }
    return ContentHash(rowCount: count, sum: sum)
  }
}
