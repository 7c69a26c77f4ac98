import Diagnostics
import Files

/// Puts a mapping into a YAML file and leaves every other line as it is, comments too.
package struct YAMLEdit {
  package enum Change: Sendable, Equatable {
    case added
    case replaced
    case unchanged
  }

  private let path: String
  private let text: String
  private var lines: [Substring]
  private let root: YAMLNode

  private static let step = 2

  /// - Parameter path: the file as the user knows it.
  package init(_ text: String, path: String) throws {
    self.path = path
    self.text = text
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    root = try YAMLFile(text: text, path: path).root
  }

  /// The text with `value` under the keys, which are added as far as they are missing.
  ///
  /// - Parameter replaces: whether another value that stands there gives way; else it is a fault.
  package mutating func put(
    _ value: ConfigValue, at keys: [String], replaces: Bool
  ) throws -> (text: String, change: Change) {
    let change = try edit(value, keys, replaces: replaces)
    guard change != .unchanged else { return (text, change) }
    var edited = lines.joined(separator: "\n")
    if !edited.hasSuffix("\n") { edited += "\n" }
    // Believed only when it is read again.
    let after = try? YAMLFile(text: edited, path: path).root.value
    guard let after, after.value(at: keys) == value,
      after.removing(keys) == root.value.removing(keys)
    else { throw byHand(value, keys, at: root.location) }
    return (edited, change)
  }

  private mutating func edit(_ value: ConfigValue, _ keys: [String], replaces: Bool) throws -> Change {
    var node = root
    var indent = 0
    var parentLine: Int?
    for (depth, key) in keys.enumerated() {
      let rest = Array(keys[depth...])
      guard let pairs = node.pairs, !pairs.isEmpty else {
        guard node.isNull else { throw byHand(value, rest, at: node.location) }
        insert(value, rest, below: parentLine, indent: indent)
        return .added
      }
      guard let first = pairs[0].key.location.line, let column = pairs[0].key.location.column,
        first != parentLine, !isFlow(node)
      else { throw byHand(value, rest, at: node.location) }
      indent = column - 1
      guard let pair = pairs.first(where: { $0.key.scalarText == key }) else {
        insert(value, rest, below: parentLine, indent: indent)
        return .added
      }
      guard let line = pair.key.location.line else { throw byHand(value, rest, at: node.location) }
      if depth == keys.count - 1 {
        if pair.value.value.sorted == value.sorted { return .unchanged }
        guard replaces else { throw differs(keys, at: pair.key.location) }
        let end = lastLine(ofKeyAt: line, indent: indent)
        lines.replaceSubrange((line - 1)..<end, with: Self.block(value, [key], indent).map { $0[...] })
        return .replaced
      }
      node = pair.value
      parentLine = line
      indent += Self.step
    }
    return .unchanged
  }

  /// Right below the parent's key, since what comes behind a mapping's last line may be a comment on something else; at the
  /// top level at the end of the file.
  private mutating func insert(_ value: ConfigValue, _ keys: [String], below parent: Int?, indent: Int) {
    let block = Self.block(value, keys, indent).map { $0[...] }
    if let parent {
      lines.insert(contentsOf: block, at: parent)
      return
    }
    while let last = lines.last, last.allSatisfy(\.isWhitespace) { lines.removeLast() }
    lines += block
  }

  private func isFlow(_ node: YAMLNode) -> Bool {
    guard let line = node.location.line, let column = node.location.column, line >= 1, line <= lines.count
    else { return true }
    return lines[line - 1].dropFirst(column - 1).first == "{"
  }

  /// The number of the last line that belongs to the value of a key.
  private func lastLine(ofKeyAt line: Int, indent: Int) -> Int {
    var last = line
    for number in (line + 1)..<max(line + 1, lines.count + 1) {
      let text = lines[number - 1]
      guard let start = text.firstIndex(where: { $0 != " " }) else { continue }
      guard text.distance(from: text.startIndex, to: start) > indent else { break }
      last = number
    }
    return last
  }

  // MARK: Faults

  private func differs(_ keys: [String], at location: SourceLocation) -> Diagnostic {
    Diagnostic(
      .duplicateResource, "'\(keys.joined(separator: "."))' of \(path) says something else already",
      at: location,
      excerpt: location.line.flatMap { $0 <= lines.count ? String(lines[$0 - 1]) : nil },
      hints: ["--force replaces it", "or take another name"])
  }

  /// What stands there is written in a way that is not edited here.
  private func byHand(_ value: ConfigValue, _ keys: [String], at location: SourceLocation) -> Diagnostic {
    Diagnostic(
      .invalidValue, "\(path) is written in a way that is not changed without losing something", at: location,
      notes: ["what has to be in it:\n" + Self.block(value, keys, 0).joined(separator: "\n")],
      hints: ["put it there by hand, or write that mapping in lines of its own rather than in braces"])
  }

  // MARK: Writing

  /// The lines of nested keys with a value below them.
  package static func block(_ value: ConfigValue, _ keys: [String], _ indent: Int) -> [String] {
    let margin = String(repeating: " ", count: indent)
    guard let key = keys.first else {
      guard case .map(let entries) = value else { return [margin + scalar(value)] }
      return entries.flatMap { block($0.value, [$0.key], indent) }
    }
    if keys.count == 1, !value.isFilledMap { return ["\(margin)\(plain(key)): \(scalar(value))"] }
    return ["\(margin)\(plain(key)):"] + block(value, Array(keys.dropFirst()), indent + step)
  }

  private static func scalar(_ value: ConfigValue) -> String {
    switch value {
    case .string(let text): plain(text)
    // Lists and empty mappings as JSON, which is YAML.
    default: JSONWriter.text(JSONValue(value))
    }
  }

  /// A text as it is where nobody can take it for something else, else in quotes as JSON has them, which YAML knows too.
  private static func plain(_ text: String) -> String {
    let words: Set<String> = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
    let isPlain =
      text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
          || [0x2D, 0x2E, 0x2F, 0x5F].contains($0)
      } && text.first.map { $0.isLetter } ?? false && !words.contains(text.lowercased())
    return isPlain ? text : JSONWriter.text(.string(text))
  }
}

extension ConfigValue {
  fileprivate var isFilledMap: Bool { if case .map(let entries) = self { !entries.isEmpty } else { false } }

  /// The value under nested keys.
  func value(at keys: [String]) -> ConfigValue? {
    guard let key = keys.first else { return self }
    guard case .map(let entries) = self, let entry = entries.first(where: { $0.key == key }) else {
      return nil
    }
    return entry.value.value(at: Array(keys.dropFirst()))
  }

  /// The value without what stands under nested keys, and without mappings that are empty then.
  func removing(_ keys: [String]) -> ConfigValue {
    guard let key = keys.first else { return .null }
    guard case .map(let entries) = self else { return self }
    let rest = Array(keys.dropFirst())
    let kept = entries.compactMap { entry -> ConfigEntry? in
      guard entry.key == key else { return entry }
      let left = rest.isEmpty ? ConfigValue.null : entry.value.removing(rest)
      return left == .null ? nil : ConfigEntry(key: entry.key, value: left)
    }
    return kept.isEmpty ? .null : .map(kept)
  }

  /// The value with the keys of mappings in order: the order says nothing.
  fileprivate var sorted: ConfigValue {
    switch self {
    case .map(let entries):
      .map(entries.map { ConfigEntry(key: $0.key, value: $0.value.sorted) }.sorted { $0.key < $1.key })
    case .list(let items): .list(items.map(\.sorted))
    default: self
    }
  }
}
