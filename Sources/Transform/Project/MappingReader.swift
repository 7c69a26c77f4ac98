import Diagnostics

/// Reads the keys of a YAML mapping one by one, collects faults, and at the end reports the keys nobody asked for.
struct MappingReader {
  /// What the mapping describes, for messages: `model 'stg_movies'`.
  let what: String
  let node: YAMLNode
  private let file: YAMLFile
  private var values: [String: YAMLNode] = [:]
  private var known: Set<String> = []
  private(set) var diagnostics: [Diagnostic] = []

  init(_ node: YAMLNode, of what: String, in file: YAMLFile) {
    self.what = what
    self.node = node
    self.file = file
    guard let pairs = node.pairs else {
      if !node.isNull { fault(.invalidValue, "\(what) must be a mapping, not \(node.kindName)", at: node) }
      return
    }
    for (key, value) in pairs { values[key.scalarText ?? ""] = value }
  }

  /// The value of a key, whatever it is; an explicit null counts as absent.
  mutating func value(_ key: String) -> YAMLNode? {
    known.insert(key)
    guard let value = values[key], !value.isNull else { return nil }
    return value
  }

  mutating func string(_ key: String) -> String? {
    guard let value = value(key) else { return nil }
    guard let text = value.scalarText else {
      fault(.invalidValue, "'\(key)' of \(what) must be a text, not \(value.kindName)", at: value)
      return nil
    }
    return text
  }

  /// A text that must be there; a fault is noted where it is not.
  mutating func requiredString(_ key: String) -> String? {
    let text = string(key)
    if text == nil, values[key].map(\.isNull) ?? true {
      fault(.missingKey, "\(what) has no '\(key)'", at: node, hint: "add `\(key): …`")
    }
    return text
  }

  mutating func bool(_ key: String) -> Bool? {
    guard let value = value(key) else { return nil }
    guard case .bool(let flag) = value.content else {
      fault(.invalidValue, "'\(key)' of \(what) must be true or false, not \(value.kindName)", at: value)
      return nil
    }
    return flag
  }

  /// One of some words, in upper or lower case.
  mutating func choice(_ key: String, _ words: [String]) -> String? {
    guard let text = string(key)?.lowercased() else { return nil }
    if words.contains(text) { return text }
    fault(
      .invalidValue, "'\(key)' of \(what) is '\(text)'", at: values[key] ?? node,
      hint: Suggestion.hint(for: text, in: words) ?? "it is one of \(words.joined(separator: ", "))")
    return nil
  }

  mutating func integer(_ key: String) -> Int? {
    guard let value = value(key) else { return nil }
    guard case .integer(let number) = value.content else {
      fault(.invalidValue, "'\(key)' of \(what) must be an integer, not \(value.kindName)", at: value)
      return nil
    }
    return number
  }

  /// The items of a list; empty where the key is absent.
  mutating func items(_ key: String) -> [YAMLNode] {
    guard let value = value(key) else { return [] }
    guard let items = value.items else {
      fault(.invalidValue, "'\(key)' of \(what) must be a list, not \(value.kindName)", at: value)
      return []
    }
    return items
  }

  /// A mapping; nil where the key is absent.
  mutating func mapping(_ key: String) -> YAMLNode? {
    guard let value = value(key) else { return nil }
    if value.pairs == nil {
      fault(.invalidValue, "'\(key)' of \(what) must be a mapping, not \(value.kindName)", at: value)
      return nil
    }
    return value
  }

  /// Texts in a list, or a single text.
  mutating func strings(_ key: String) -> [String]? {
    guard let value = value(key) else { return nil }
    if let text = value.scalarText { return [text] }
    guard let items = value.items else {
      fault(.invalidValue, "'\(key)' of \(what) must be a list of texts, not \(value.kindName)", at: value)
      return nil
    }
    return items.compactMap { item in
      if item.scalarText == nil {
        fault(.invalidValue, "'\(key)' of \(what) must hold texts, not \(item.kindName)", at: item)
      }
      return item.scalarText
    }
  }

  /// Accepts keys that mean nothing to this engine.
  mutating func ignore(_ keys: String...) {
    known.formUnion(keys)
  }

  /// Accepts keys that this engine does not act on yet, and warns where one is there: leaving it out in silence
  /// would be a lie.
  mutating func warnUnsupported(_ keys: String...) {
    for key in keys {
      known.insert(key)
      guard let value = values[key], !value.isNull, value.items?.isEmpty != true else { continue }
      diagnostics.append(
        Diagnostic(
          .unsupportedFeature, "'\(key)' of \(what) has no effect in this version", severity: .warning,
          at: value.location, excerpt: file.excerpt(value.location)))
    }
  }

  /// Keys that were not asked for so far, in their order.
  var unreadPairs: [(key: YAMLNode, value: YAMLNode)] {
    (node.pairs ?? []).filter { !known.contains($0.key.scalarText ?? "") }
  }

  /// Ends the reading: each key that nobody asked for is a fault.
  mutating func finish() -> [Diagnostic] {
    for (key, _) in unreadPairs {
      let name = key.scalarText ?? ""
      let hint =
        Suggestion.hint(for: name, in: known)
        ?? "the keys known here are \(known.sorted().joined(separator: ", "))"
      fault(.unknownKey, "'\(name)' is not a key of \(what)", at: key, hint: hint)
    }
    return diagnostics
  }

  mutating func fault(_ code: DiagnosticCode, _ message: String, at place: YAMLNode, hint: String? = nil) {
    diagnostics.append(
      Diagnostic(
        code, message, at: place.location, excerpt: file.excerpt(place.location),
        hints: hint.map { [$0] } ?? []))
  }
}
