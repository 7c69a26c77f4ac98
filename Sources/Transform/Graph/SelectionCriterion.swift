import Diagnostics

/// Which tests come along with the nodes that a criterion selects; raw values are dbt's.
package enum IndirectSelection: String, Sendable, CaseIterable {
  /// Tests of which any node is selected.
  case eager
  /// Tests of which all nodes are selected.
  case cautious
  /// Tests whose nodes are selected, or are ancestors of selected ones.
  case buildable
  /// None.
  case empty
}

/// One criterion of a selection: a method, a value, and how far to go along the graph. Parsed apart from its evaluation.
package struct SelectionCriterion: Sendable, Equatable {
  package enum Method: String, Sendable, CaseIterable {
    case fqn
    case path
    case file
    case tag
    case group
    case access
    case source
    case resourceType = "resource_type"
    case testType = "test_type"
    case testName = "test_name"
    case unitTest = "unit_test"
    case package
    case config
    case state
    case result
    case sourceStatus = "source_status"
    case exposure
    case metric
    case semanticModel = "semantic_model"
    case savedQuery = "saved_query"
    case version
  }

  package var method: Method
  /// Behind the method's first dot: `materialized` of `config.materialized:view`.
  package var methodArguments: [String] = []
  package var value: String
  /// The value as a selectors file has it, where it is no text.
  package var typedValue: ConfigValue?
  /// Steps upward (`+x`, `2+x`), nil for none.
  package var ancestorDepth: Int?
  /// Steps downward (`x+`, `x+2`), nil for none.
  package var descendantDepth: Int?
  /// `@x`: the node, all that depends on it, and all that those need.
  package var includesChildrensAncestors = false
  package var indirectSelection = IndirectSelection.eager

  package init(method: Method, value: String) {
    self.method = method
    self.value = value
  }

  /// Parses one criterion as the command line has it: `[@ | n+ | +] [method:] value [+ | +n]`.
  package init(parsing text: String, indirectSelection: IndirectSelection = .eager) throws {
    var rest = text[...]
    self.init(method: .fqn, value: "")
    self.indirectSelection = indirectSelection
    if rest.hasPrefix("@") {
      includesChildrensAncestors = true
      rest.removeFirst()
    }
    if let plus = rest.firstIndex(of: "+"), rest[..<plus].allSatisfy(\.isASCIIDigit) {
      ancestorDepth = try Self.depth(rest[..<plus], text)
      rest = rest[rest.index(after: plus)...]
    }
    if let plus = rest.lastIndex(of: "+"), rest[rest.index(after: plus)...].allSatisfy(\.isASCIIDigit) {
      descendantDepth = try Self.depth(rest[rest.index(after: plus)...], text)
      rest = rest[..<plus]
    }
    if let colon = rest.firstIndex(of: ":"), rest[..<colon].allSatisfy(\.isMethodCharacter),
      colon > rest.startIndex
    {
      value = String(rest[rest.index(after: colon)...])
      try setMethod(String(rest[..<colon]), text)
    } else {
      value = String(rest)
      method = Self.defaultMethod(of: value)
    }
    if value.isEmpty || value.contains("+") || value.contains("@") {
      throw Self.invalid(
        text, "'\(text)' is not a selector",
        "write a name, such as `stg_movies`, `+stg_movies` or `tag:nightly`")
    }
    try check(text)
  }

  /// Sets the method from its written form, such as `config.meta.owner`.
  mutating func setMethod(_ name: String, _ text: String) throws {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard let method = Method(rawValue: parts[0]) else {
      let known = Method.allCases.map(\.rawValue)
      throw Self.invalid(
        text, "'\(parts[0])' is not a selection method",
        Suggestion.hint(for: parts[0], in: known) ?? "the methods are \(known.joined(separator: ", "))")
    }
    self.method = method
    methodArguments = Array(parts.dropFirst())
  }

  /// Refuses what no evaluation could make sense of.
  func check(_ text: String) throws {
    if includesChildrensAncestors, descendantDepth != nil {
      throw Self.invalid(
        text, "'@' in front and '+' behind exclude each other in '\(text)'",
        "take the '+' away: '@' goes downward as well")
    }
    switch method {
    case .config:
      if methodArguments.isEmpty {
        throw Self.invalid(text, "'config' needs the name of a setting", "write `config.materialized:view`")
      }
    case .source: try checkParts(atMost: 3, text, "a source, `source.table` or `package.source.table`")
    case .exposure, .metric, .semanticModel, .savedQuery, .unitTest:
      try checkParts(atMost: 2, text, "a name or `package.name`")
    case .testType: try checkValue(among: ["generic", "singular", "unit", "data", "schema"], text)
    case .resourceType:
      try checkValue(among: Self.resourceTypes, text)
    case .state: try checkValue(among: StateComparison.Aspect.allCases.map(\.rawValue), text)
    case .version: try checkValue(among: ["latest", "prerelease", "old", "none"], text)
    default: break
    }
  }

  /// dbt's kinds of nodes, some of which no project has here.
  static let resourceTypes = [
    "model", "analysis", "test", "snapshot", "operation", "seed", "rpc", "sql_operation", "doc", "source",
    "macro",
    "exposure", "metric", "group", "saved_query", "semantic_model", "unit_test", "fixture", "function",
  ]

  private func checkParts(atMost count: Int, _ text: String, _ form: String) throws {
    guard value.split(separator: ".", omittingEmptySubsequences: false).count > count else { return }
    throw Self.invalid(text, "'\(value)' has too many parts for '\(method.rawValue)'", "it takes \(form)")
  }

  private func checkValue(among known: [String], _ text: String) throws {
    guard !known.contains(value) else { return }
    throw Self.invalid(
      text, "'\(value)' is no value of '\(method.rawValue)'",
      Suggestion.hint(for: value, in: known) ?? "its values are \(known.joined(separator: ", "))")
  }

  /// The method of a value without one: a path, a file, or a name.
  static func defaultMethod(of value: String) -> Method {
    if value.contains("/") { return .path }
    let lowered = value.lowercased()
    return [".sql", ".py", ".csv"].contains(where: lowered.hasSuffix) ? .file : .fqn
  }

  /// The number of steps; no digits mean all.
  private static func depth(_ digits: Substring, _ text: String) throws -> Int {
    if digits.isEmpty { return .max }
    guard let depth = Int(digits) else {
      throw invalid(text, "'\(digits)' is no number of steps", "write a small number, or none for all")
    }
    return depth
  }

  static func invalid(_ text: String, _ message: String, _ hint: String) -> Diagnostic {
    Diagnostic(.selectorInvalid, message, at: SourceLocation(path: "--select \(text)"), hints: [hint])
  }
}

extension Character {
  fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }

  /// Whether a method's name may have it: a letter, a digit, an underscore or a dot.
  fileprivate var isMethodCharacter: Bool { isLetter || isNumber || self == "_" || self == "." }
}
