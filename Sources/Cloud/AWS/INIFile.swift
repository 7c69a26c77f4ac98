/// A file in the form of `~/.aws/config` and `credentials`.
struct INIFile: Sendable, Equatable {
  struct Section: Sendable, Equatable {
    /// As it stands in the brackets, with single spaces.
    let name: String
    var values: [String: String] = [:]
    /// Indented lines below a key without a value: `s3 =`, `  endpoint_url = …`.
    var nested: [String: [String: String]] = [:]
  }

  private(set) var sections: [Section] = []

  /// The sections of that name, as one: later values replace earlier ones.
  subscript(_ name: String) -> Section? {
    sections.filter { $0.name == name }.reduce(nil) { former, section in
      guard var merged = former else { return section }
      merged.values.merge(section.values) { $1 }
      merged.nested.merge(section.nested) { $1 }
      return merged
    }
  }

  /// - Parameter path: of the file, for errors.
  init(_ text: String, path: String) throws(CloudError) {
    var key: String?
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let isIndented = line.first == " " || line.first == "\t"
      let content = Self.withoutComment(line)
      if content.isEmpty { continue }
      if !isIndented, content.first == "[" {
        guard content.last == "]" else {
          throw Self.fault("a section without its closing bracket", path, index)
        }
        let name = content.dropFirst().dropLast().split { $0 == " " || $0 == "\t" }.joined(separator: " ")
        sections.append(Section(name: name))
        key = nil
        continue
      }
      guard let sign = content.firstIndex(of: "=") else {
        throw Self.fault("a line without `=`", path, index)
      }
      guard !sections.isEmpty else { throw Self.fault("a value outside of any section", path, index) }
      let name = Self.trimmed(content[..<sign])
      let value = Self.trimmed(content[content.index(after: sign)...])
      if isIndented, let key {
        sections[sections.count - 1].nested[key, default: [:]][name] = value
      } else {
        sections[sections.count - 1].values[name.lowercased()] = value
        key = name.lowercased()
      }
    }
  }

  private static func withoutComment(_ line: Substring) -> Substring {
    var line = line
    if let first = line.first(where: { $0 != " " && $0 != "\t" }), first == "#" || first == ";" { return "" }
    for mark in [" #", " ;", "\t#", "\t;"] {
      if let range = line.firstRange(of: mark) { line = line[..<range.lowerBound] }
    }
    return Substring(trimmed(line))
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text.drop { $0 == " " || $0 == "\t" }
    while let last = text.last, last == " " || last == "\t" || last == "\r" || last == "\r\n" {
      text.removeLast()
    }
    return String(text)
  }

  /// Lines are not quoted: they may hold secrets.
  private static func fault(_ what: String, _ path: String, _ index: Int) -> CloudError {
    CloudError(
      .configuration, "'\(path)' has \(what) in line \(index + 1)",
      hints: ["write `[section]` and below it `key = value`"])
  }
}
