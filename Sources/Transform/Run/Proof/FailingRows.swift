import Storage

/// What the query of a test asks for, where it has one of the forms that dbt's own tests and their like have. The columns
/// that it shows do not matter: what counts is whether it returns any row.
package enum FailingRows: Equatable {
  package struct Column: Equatable, Sendable {
    package let relation: Relation
    package let name: String

    package init(relation: Relation, name: String) {
      self.relation = relation
      self.name = name
    }
  }

  /// Rows in which a column is NULL.
  case nulls(Column)
  /// Groups of several rows that agree in some columns, those left out in which the first is NULL if `skipsNulls`.
  case repetitions(Relation, columns: [String], skipsNulls: Bool)
  /// Values of a column beside some texts.
  case outside(Column, [String])
  /// Values of a column that another column does not have.
  case orphans(Column, parent: Column)

  /// Nil for SQL of any other form.
  package init?(_ sql: String) {
    guard let tokens = SQLTokens.split(sql), tokens.first?.isWord("select") == true,
      let from = tokens.firstIndex(where: { $0.depth == 0 && $0.isWord("from") }),
      !tokens[1..<from].contains(where: { $0.depth == 0 && $0.isWord("select") })
    else { return nil }
    var parser = Parser(tokens[(from + 1)...])
    guard let found = parser.failingRows() else { return nil }
    switch found {
    case .nulls, .orphans:
      // Without groups, an aggregate would make a row of nothing.
      guard Self.isPlain(tokens[1..<from]) else { return nil }
    case .repetitions, .outside: break
    }
    self = found
  }

  /// Whether what is shown are all columns, or one.
  private static func isPlain(_ list: ArraySlice<SQLToken>) -> Bool {
    guard let first = list.first else { return false }
    if list.count == 1 { return first.isSign("*") || first.kind == .word || first.kind == .name }
    return list.count == 3 && (first.kind == .word || first.kind == .name)
      && list[list.startIndex + 1].isWord("as")
  }
}

/// Reads what follows `from`.
private struct Parser {
  private var rest: ArraySlice<SQLToken>

  init(_ tokens: ArraySlice<SQLToken>) { rest = tokens }

  mutating func failingRows() -> FailingRows? {
    guard let relation = relation() else { return nil }
    var column: String?
    if take("where") {
      guard let name = name() else { return nil }
      if take("is", "null") { return isAtEnd ? .nulls(.init(relation: relation, name: name)) : nil }
      guard take("is", "not", "null") else { return nil }
      column = name
      if take("and") { return excluded(.init(relation: relation, name: name)) }
    }
    guard take("group", "by"), let columns = names(), take("having", "count"), take(sign: "("),
      take(sign: "*"), take(sign: ")"), take(sign: ">"), takeNumber("1"), isAtEnd
    else { return nil }
    if let column, column.lowercased() != columns[0].lowercased() { return nil }
    return .repetitions(relation, columns: columns, skipsNulls: column != nil)
  }

  /// What follows `c is not null and`: `c not in (…)`.
  private mutating func excluded(_ column: FailingRows.Column) -> FailingRows? {
    guard name()?.lowercased() == column.name.lowercased(), take("not", "in"), take(sign: "(") else {
      return nil
    }
    if take("select") {
      guard let shown = name(), take("from"), let parent = relation(), take("where"),
        name()?.lowercased() == shown.lowercased(), take("is", "not", "null"), take(sign: ")"), isAtEnd
      else { return nil }
      return .orphans(column, parent: .init(relation: parent, name: shown))
    }
    guard let texts = texts(), take(sign: ")"), take("group", "by"),
      name()?.lowercased() == column.name.lowercased(), isAtEnd
    else { return nil }
    return .outside(column, texts)
  }

  // MARK: Parts

  private var isAtEnd: Bool { rest.isEmpty }

  private mutating func take(_ words: String...) -> Bool {
    guard rest.count >= words.count, zip(rest, words).allSatisfy({ $0.isWord($1) }) else { return false }
    rest = rest.dropFirst(words.count)
    return true
  }

  private mutating func take(sign: String) -> Bool {
    guard rest.first?.isSign(sign) == true else { return false }
    rest = rest.dropFirst()
    return true
  }

  private mutating func takeNumber(_ text: String) -> Bool {
    guard let first = rest.first, first.kind == .number, first.text == text else { return false }
    rest = rest.dropFirst()
    return true
  }

  /// A name with its layer before it.
  private mutating func relation() -> Relation? {
    guard let schema = name(), let layer = Layer(rawValue: schema.lowercased()), take(sign: "."),
      let table = name()
    else { return nil }
    return Relation(layer: layer, name: table)
  }

  /// Words that are no columns, whatever columns there are.
  private static let reserved: Set<String> = [
    "current_date", "current_time", "current_timestamp", "false", "not", "null", "true", "case", "cast",
    "exists",
    "select", "distinct", "all", "rowid", "oid", "_rowid_",
  ]

  private mutating func name() -> String? {
    guard let first = rest.first, first.kind == .word || first.kind == .name else { return nil }
    if first.kind == .word, Self.reserved.contains(first.text) { return nil }
    rest = rest.dropFirst()
    return first.text
  }

  private mutating func names() -> [String]? {
    var names: [String] = []
    repeat {
      guard let name = name() else { return nil }
      names.append(name)
    } while take(sign: ",")
    return names
  }

  private mutating func texts() -> [String]? {
    var texts: [String] = []
    repeat {
      guard let first = rest.first, first.kind == .text else { return nil }
      texts.append(first.text)
      rest = rest.dropFirst()
    } while take(sign: ",")
    return texts
  }
}
