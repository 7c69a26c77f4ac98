import SQLite
import Storage

/// A query of the form `select distinct …` without its `distinct`, for a reader that leaves equal rows out itself.
enum DistinctQuery {
  /// Nil where the statement is of another form, where SQLite finds equal rows without a tree of all of them anyway, or
  /// where a collation may make texts equal that are not so byte for byte.
  ///
  /// Blanks stand where the word was, so that places in the text stay the same.
  static func withoutDistinct(_ sql: String, _ connection: Connection) -> String? {
    guard let tokens = SQLTokens.split(sql), let place = place(in: tokens),
      !SQLNormalizer.mentions("collate", in: sql), (try? buildsTree(sql, connection)) == true,
      (try? hasCollations(connection)) == false
    else { return nil }
    var bytes = Array(sql.utf8)
    for index in tokens[place].range { bytes[index] = UInt8(ascii: " ") }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Where the word is, if it is all that the statement does to the rows of its outermost query.
  private static func place(in tokens: [SQLToken]) -> Int? {
    let outer = tokens.indices.filter { tokens[$0].depth == 0 }
    let selects = outer.filter { tokens[$0].isWord("select") }
    guard selects.count == 1, let select = selects.first, select + 1 < tokens.count,
      tokens[select + 1].isWord("distinct"), tokens[0].isWord("select") || tokens[0].isWord("with")
    else { return nil }
    let others: Set<String> = [
      "union", "intersect", "except", "order", "limit", "offset", "values", "window",
    ]
    if outer.contains(where: { tokens[$0].kind == .word && others.contains(tokens[$0].text) }) { return nil }
    return select + 1
  }

  private static func buildsTree(_ sql: String, _ connection: Connection) throws -> Bool {
    try connection.rows("explain query plan \(sql)").contains {
      $0.count > 3 && $0[1] == 0 && $0[3] == .text("USE TEMP B-TREE FOR DISTINCT")
    }
  }

  /// Whether anything in the layers has a collation of its own, beside their catalogs.
  private static func hasCollations(_ connection: Connection) throws -> Bool {
    try Layer.allCases.contains { layer in
      let count = try connection.integer(
        "select count(*) from \(SQLIdentifier(layer.schemaName)).sqlite_schema where sql like '%collate%' and tbl_name <> ?",
        [.text(RelationCatalog.tableName)])
      return count > 0
    }
  }
}
