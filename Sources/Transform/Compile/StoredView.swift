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
    let tokens = tokens(of: SQLNormalizer.normalize(sql).lowercased())
    var names: Set<String> = []
    for (index, token) in tokens.enumerated().dropFirst()
    where ["with", "recursive", ","].contains(tokens[index - 1]) {
      var next = index + 1
      if next < tokens.count, tokens[next] == "(" {
        while next < tokens.count, tokens[next] != ")" { next += 1 }
        next += 1
      }
      if next + 1 < tokens.count, tokens[next] == "as",
        ["(", "not", "materialized"].contains(tokens[next + 1])
      {
        names.insert(token)
      }
    }
    return names
  }

  /// Words and quoted names without their quotes; other characters one by one.
  private static func tokens(of sql: String) -> [String] {
    var tokens: [String] = []
    var word = ""
    var quote: Character?
    for character in sql {
      if let open = quote {
        if character == open {
          tokens.append(word)
          word = ""
          quote = nil
        } else {
          word.append(character)
        }
      } else if character.isLetter || character.isNumber || character == "_" {
        word.append(character)
      } else {
        if !word.isEmpty { tokens.append(word) }
        word = ""
        switch character {
        case "\"", "`", "'": quote = character
        case "[": quote = "]"
        case " ": break
        default: tokens.append(String(character))
        }
      }
    }
    return word.isEmpty ? tokens : tokens + [word]
  }
}
