import Diagnostics
import Jinja

/// `modules.re`, over Swift's regular expressions, whose syntax is Python's in all that projects use.
enum RegexModule {
  static var value: Value {
    var functions: [String: Value] = [:]
    for name in ["match", "search", "fullmatch", "sub", "split", "findall"] {
      functions[name] = .function(name) { call in
        guard let pattern = call.arguments.first?.string else {
          throw TemplateError(.templateRuntime, "re.\(name)() takes a pattern as its first argument")
        }
        var rest = call
        rest.arguments.removeFirst()
        return try Pattern(pattern).apply(name, rest)
      }
    }
    functions["compile"] = .function("compile") { call in
      .object(try Pattern(try call.bind(["pattern", "flags"], required: 1).string(0) ?? ""))
    }
    functions["escape"] = .function("escape") { call in
      let text = try call.bind(["pattern"], required: 1).string(0) ?? ""
      return .string(
        text.reduce(into: "") { result, character in
          if !(character.isLetter || character.isNumber || character == "_") { result.append("\\") }
          result.append(character)
        })
    }
    functions["IGNORECASE"] = 2
    functions["I"] = 2
    return TemplateModules.record("re", functions)
  }
}

/// A compiled pattern.
private final class Pattern: TemplateObject {
  private let text_: String
  private let regex: Regex<AnyRegexOutput>

  init(_ pattern: String, ignoresCase: Bool = false) throws {
    text_ = pattern
    do {
      // Python writes (?P<name>…) where others write (?<name>…).
      let regex = try Regex(pattern.replacing("(?P<", with: "(?<"))
      self.regex = ignoresCase ? regex.ignoresCase() : regex
    } catch {
      throw TemplateError(.templateRuntime, "the pattern '\(pattern)' is no regular expression: \(error)")
    }
  }

  var typeName: String { "Pattern" }

  func callMethod(_ name: String, _ call: Call) throws -> Value? {
    guard ["match", "search", "fullmatch", "sub", "split", "findall"].contains(name) else { return nil }
    return try apply(name, call)
  }

  func apply(_ name: String, _ call: Call) throws -> Value {
    if name == "sub" { return try substitute(call) }
    let arguments = try call.bind(["string", name == "split" ? "maxsplit" : "flags", "flags"], required: 1)
    let flags = try name == "split" ? arguments.int(2) : arguments.int(1)
    let pattern = flags == 2 ? try Pattern(text_, ignoresCase: true) : self
    return try pattern.find(name, in: try arguments.value(0).text(), most: try arguments.int(1) ?? 0)
  }

  private func find(_ name: String, in text: String, most: Int) throws -> Value {
    switch name {
    case "match": return value(text.prefixMatch(of: regex))
    case "fullmatch": return value(text.wholeMatch(of: regex))
    case "search": return value(text.firstMatch(of: regex))
    case "split":
      var parts: [Value] = []
      var start = text.startIndex
      for match in text.matches(of: regex) where most <= 0 || parts.count < most {
        parts.append(.string(String(text[start..<match.range.lowerBound])))
        start = match.range.upperBound
      }
      return .list(parts + [.string(String(text[start...]))])
    default:
      return .list(
        text.matches(of: regex).map { match in
          let groups = match.output.map { $0.substring.map { Value.string(String($0)) } ?? "" }
          return groups.count <= 2 ? groups[groups.count - 1] : .tuple(Array(groups.dropFirst()))
        })
    }
  }

  private func value(_ match: Regex<AnyRegexOutput>.Match?) -> Value {
    match.map { .object(MatchObject($0)) } ?? .none
  }

  private func substitute(_ call: Call) throws -> Value {
    let arguments = try call.bind(["repl", "string", "count", "flags"], required: 2)
    let template = try arguments.value(0).text()
    let text = try arguments.value(1).text()
    let pattern = try arguments.int(3) == 2 ? try Pattern(text_, ignoresCase: true) : self
    let count = try arguments.int(2) ?? 0
    return .string(
      text.replacing(pattern.regex, maxReplacements: count > 0 ? count : .max) { match in
        Self.expanded(template, match)
      })
  }

  /// The replacement with `\1`, `\g<1>` and `\g<name>` in place.
  private static func expanded(_ template: String, _ match: Regex<AnyRegexOutput>.Match) -> String {
    var result = ""
    var rest = template[...]
    while let character = rest.popFirst() {
      guard character == "\\", let next = rest.first else {
        result.append(character)
        continue
      }
      if let index = next.wholeNumberValue {
        rest.removeFirst()
        result += index < match.output.count ? String(match.output[index].substring ?? "") : ""
      } else if rest.hasPrefix("g<"), let end = rest.firstIndex(of: ">") {
        let name = String(rest[rest.index(rest.startIndex, offsetBy: 2)..<end])
        rest = rest[rest.index(after: end)...]
        let group = Int(name).map { $0 < match.output.count ? match.output[$0] : nil } ?? match.output[name]
        result += String(group?.substring ?? "")
      } else {
        rest.removeFirst()
        result.append(next == "n" ? "\n" : next == "t" ? "\t" : next)
      }
    }
    return result
  }
}

/// What a pattern has found.
private final class MatchObject: TemplateObject {
  private let match: Regex<AnyRegexOutput>.Match

  init(_ match: Regex<AnyRegexOutput>.Match) {
    self.match = match
  }

  var typeName: String { "Match" }
  var attributeNames: [String] { ["group", "groups"] }

  private func group(_ key: Value) -> Value {
    switch key {
    case .int(let index) where index >= 0 && index < match.output.count:
      match.output[index].substring.map { .string(String($0)) } ?? .none
    case .string(let name): match.output[name]?.substring.map { .string(String($0)) } ?? .none
    default: .none
    }
  }

  func item(_ key: Value) throws -> Value? { group(key) }

  func callMethod(_ name: String, _ call: Call) throws -> Value? {
    switch name {
    case "group": group(call.arguments.first ?? 0)
    case "groups": .tuple((1..<max(1, match.output.count)).map { group(.int($0)) })
    default: nil
    }
  }
}
