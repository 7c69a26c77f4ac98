/// Shell patterns as Python's `fnmatch` has them: `*`, `?`, `[abc]`, `[a-z]`, `[!abc]`.
enum Wildcard {
  static func isPattern(_ text: String) -> Bool {
    text.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[") }
  }

  static func matches(_ pattern: String, _ text: String) -> Bool {
    if pattern == "*" { return true }
    guard isPattern(pattern) else { return pattern == text }
    return matches(Array(pattern)[...], Array(text)[...])
  }

  private static func matches(_ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>) -> Bool {
    var pattern = pattern
    var text = text
    // Where the last star was, to come back to with one character more.
    var retry: (pattern: ArraySlice<Character>, text: ArraySlice<Character>)?
    while true {
      if let first = pattern.first, first == "*" {
        pattern = pattern.dropFirst()
        retry = (pattern, text)
        continue
      }
      if let character = text.first, let rest = step(pattern, character) {
        pattern = rest
        text = text.dropFirst()
        continue
      }
      if text.isEmpty, pattern.isEmpty { return true }
      guard let again = retry, !again.text.isEmpty else { return false }
      retry = (again.pattern, again.text.dropFirst())
      pattern = again.pattern
      text = again.text.dropFirst()
    }
  }

  /// What is left of a pattern behind the part that matches one character, or nil where it does not.
  private static func step(_ pattern: ArraySlice<Character>, _ character: Character) -> ArraySlice<Character>?
  {
    guard let first = pattern.first else { return nil }
    if first == "[", let set = characterSet(pattern) {
      return contains(set.members, character) != set.isNegated ? pattern[set.end...] : nil
    }
    return first == "?" || first == character ? pattern.dropFirst() : nil
  }

  /// The set at the beginning of a pattern; nil where its bracket is never closed. A `]` that stands first is a member.
  private static func characterSet(
    _ pattern: ArraySlice<Character>
  ) -> (members: ArraySlice<Character>, isNegated: Bool, end: Int)? {
    var start = pattern.startIndex + 1
    let isNegated = start < pattern.endIndex && pattern[start] == "!"
    if isNegated { start += 1 }
    guard start < pattern.endIndex, let end = pattern[(start + 1)...].firstIndex(of: "]") else { return nil }
    return (pattern[start..<end], isNegated, end + 1)
  }

  private static func contains(_ members: ArraySlice<Character>, _ character: Character) -> Bool {
    var index = members.startIndex
    while index < members.endIndex {
      if index + 2 < members.endIndex, members[index + 1] == "-" {
        if members[index] <= character, character <= members[index + 2] { return true }
        index += 3
      } else {
        if members[index] == character { return true }
        index += 1
      }
    }
    return false
  }
}

/// Patterns of paths as Python's `Path.glob` has them: wildcards within a part, `**` for any number of folders.
struct PathPattern {
  private let parts: [String]

  init(_ text: String) {
    parts = text.split(separator: "/").map(String.init).filter { $0 != "." }
  }

  /// Whether the pattern means the path itself.
  func matches(_ path: [String]) -> Bool {
    matches(parts[...], path[...])
  }

  /// Whether the pattern means the path or a folder that it is in.
  func matchesPrefix(of path: [String]) -> Bool {
    !parts.isEmpty && path.indices.contains { matches(parts[...], path[...$0]) }
  }

  private func matches(_ pattern: ArraySlice<String>, _ path: ArraySlice<String>) -> Bool {
    guard let first = pattern.first else { return path.isEmpty }
    if first == "**" {
      return (path.startIndex...path.endIndex).contains { matches(pattern.dropFirst(), path[$0...]) }
    }
    guard let part = path.first, Wildcard.matches(first, part) else { return false }
    return matches(pattern.dropFirst(), path.dropFirst())
  }
}
