/// Whether a model that asks to be a view can be one in SQLite.
enum StoredView {
  /// A view may read tables of its own layer only, and names them without it: so none of its common table expressions
  /// may have the name of a table that it reads. What cannot be a view is a table that the engine keeps fresh.
  static func isPossible(for node: Node, sql: String, in manifest: Manifest) -> Bool {
    guard node.resourceType == .model, node.materialized == "view", let layer = node.relation?.layer else {
      return false
    }
    let inputs = manifest.inputs(of: node)
    let relations = inputs.compactMap { manifest.nodes[$0]?.relation }
    guard relations.count == inputs.count, relations.allSatisfy({ $0.layer == layer }) else {
      return false
    }
    // Other programs that open the file do not have our functions.
    if SQLNormalizer.mentions("md5(", in: SQLNormalizer.normalize(sql)) { return false }
    return commonTableNames(in: sql).isDisjoint(with: relations.map { $0.name.lowercased() })
  }

  /// The names, in lower case, that `with name as (` or `, name (columns) as (` give.
  static func commonTableNames(in sql: String) -> Set<String> {
    // What cannot be split is no SQL, and read by nobody.
    let tokens = SQLTokens.split(sql) ?? []
    var names: Set<String> = []
    for index in tokens.indices.dropFirst() {
      let before = tokens[index - 1]
      guard before.isWord("with") || before.isWord("recursive") || before.isSign(",") else { continue }
      var next = index + 1
      if next < tokens.count, tokens[next].isSign("(") {
        while next < tokens.count, !tokens[next].isSign(")") { next += 1 }
        next += 1
      }
      if next + 1 < tokens.count, tokens[next].isWord("as"), opensCommonTable(tokens[next + 1]) {
        names.insert(tokens[index].text.lowercased())
      }
    }
    return names
  }

  private static func opensCommonTable(_ token: SQLToken) -> Bool {
    token.isSign("(") || token.isWord("not") || token.isWord("materialized")
  }
}
