import Diagnostics

/// One criterion of `--select`: a method, a value, and how far to go along the graph. Parsed apart from its evaluation.
package struct SelectionCriterion: Sendable, Equatable {
  package enum Method: String, Sendable, CaseIterable {
    case fqn
    case path
    case file
    case tag
    case source
    case resourceType = "resource_type"
    case testType = "test_type"
    case testName = "test_name"
    case package
    case config
  }

  package var method: Method
  /// Behind the method's first dot: `materialized` of `config.materialized:view`.
  package var methodArguments: [String] = []
  package var value: String
  /// Steps upward (`+x`, `2+x`), nil for none.
  package var ancestorDepth: Int?
  /// Steps downward (`x+`, `x+2`), nil for none.
  package var descendantDepth: Int?
  /// `@x`: the node, all that depends on it, and all that those need.
  package var includesChildrensAncestors = false
}

/// What `--select` or `--exclude` says: a union (blanks) of intersections (commas) of criteria.
package struct SelectionSpec: Sendable, Equatable {
  package var union: [[SelectionCriterion]]

  /// Parses the values of one option, as dbt does: blanks within a value part criteria as well.
  package init(parsing texts: [String]) throws {
    union = try texts.flatMap { $0.split(separator: " ") }.map { part in
      try part.split(separator: ",", omittingEmptySubsequences: false).map { try Self.criterion(String($0)) }
    }
  }

  private static func criterion(_ text: String) throws -> SelectionCriterion {
    var rest = text[...]
    var criterion = SelectionCriterion(method: .fqn, value: "")
    if rest.hasPrefix("@") {
      criterion.includesChildrensAncestors = true
      rest.removeFirst()
    } else if let plus = rest.firstIndex(of: "+"), rest[..<plus].allSatisfy(\.isWholeNumber) {
      criterion.ancestorDepth = try depth(rest[..<plus], text)
      rest = rest[rest.index(after: plus)...]
    }
    if let plus = rest.lastIndex(of: "+"), rest[rest.index(after: plus)...].allSatisfy(\.isWholeNumber) {
      criterion.descendantDepth = try depth(rest[rest.index(after: plus)...], text)
      rest = rest[..<plus]
    }
    if let colon = rest.firstIndex(of: ":") {
      let parts = rest[..<colon].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      guard let method = SelectionCriterion.Method(rawValue: parts[0]) else {
        throw invalid(
          text, "'\(parts[0])' is not a selection method",
          Suggestion.hint(for: parts[0], in: SelectionCriterion.Method.allCases.map(\.rawValue))
            ?? "the methods are \(SelectionCriterion.Method.allCases.map(\.rawValue).joined(separator: ", "))"
        )
      }
      if method == .config, parts.count < 2 {
        throw invalid(text, "'config' needs the name of a setting", "write `config.materialized:view`")
      }
      criterion.method = method
      criterion.methodArguments = Array(parts.dropFirst())
      criterion.value = String(rest[rest.index(after: colon)...])
    } else {
      criterion.value = String(rest)
      if criterion.value.contains("/") {
        criterion.method = .path
      } else if [".sql", ".csv", ".yml", ".py"].contains(where: criterion.value.hasSuffix) {
        criterion.method = .file
      }
    }
    if criterion.value.isEmpty || criterion.value.contains("+") || criterion.value.contains("@") {
      throw invalid(
        text, "'\(text)' is not a selector",
        "write a name, such as `stg_movies`, `+stg_movies` or `tag:nightly`")
    }
    return criterion
  }

  /// The number of steps; no digits mean all.
  private static func depth(_ digits: Substring, _ text: String) throws -> Int {
    if digits.isEmpty { return .max }
    guard let depth = Int(digits) else {
      throw invalid(text, "'\(digits)' is no number of steps", "write a small number, or none for all")
    }
    return depth
  }

  private static func invalid(_ text: String, _ message: String, _ hint: String) -> Diagnostic {
    Diagnostic(.selectorInvalid, message, at: SourceLocation(path: "--select \(text)"), hints: [hint])
  }
}
