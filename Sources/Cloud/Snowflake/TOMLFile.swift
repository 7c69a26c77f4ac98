/// The part of TOML 1.0 that files of settings are written in: tables, and keys with strings, numbers and booleans. What is
/// more (arrays, inline tables, tables in arrays) is refused by name and line, and so is what is no TOML.
struct TOMLFile: Sendable, Equatable {
  /// The keys of each table by its dotted name, those before the first one under an empty name. Numbers and booleans as they
  /// are written.
  private(set) var tables: [String: [String: String]] = [:]

  /// - Parameter path: of the file, for errors. Lines are not quoted: they may hold secrets.
  init(_ text: String, path: String) throws(CloudError) {
    var parser = TOMLParser(text, path: path)
    tables = try parser.parse()
  }
}

private struct TOMLParser {
  private var rest: Substring.UnicodeScalarView
  private var line = 1
  private let path: String

  init(_ text: String, path: String) {
    // Line breaks are of one kind, so that each is one scalar.
    rest = Substring(text.replacing("\r\n", with: "\n")).unicodeScalars
    self.path = path
  }

  mutating func parse() throws(CloudError) -> [String: [String: String]] {
    var tables: [String: [String: String]] = [:]
    var opened: Set<String> = []
    var table = ""
    while true {
      skipSpace()
      guard let next = rest.first else { return tables }
      if next == "\n" || next == "#" {
        try endLine()
        continue
      }
      if next == "[" {
        table = try header()
        guard opened.insert(table).inserted else { throw fault("the table '\(table)' a second time") }
        tables[table] = tables[table] ?? [:]
      } else {
        var (name, key) = (table, try dottedKey())
        let last = key.removeLast()
        if !key.isEmpty { name = ([table].filter { !$0.isEmpty } + key).joined(separator: ".") }
        skipSpace()
        guard take("=") else { throw fault("a key without `=`") }
        skipSpace()
        let value = try scalar()
        guard tables[name, default: [:]].updateValue(value, forKey: last) == nil else {
          throw fault("the key '\(last)' a second time")
        }
      }
      try endLine()
    }
  }

  // MARK: Keys

  private mutating func header() throws(CloudError) -> String {
    _ = take("[")
    if rest.first == "[" { throw fault("a table of an array, which is not read here,") }
    skipSpace()
    let key = try dottedKey()
    skipSpace()
    guard take("]") else { throw fault("a table without its closing bracket") }
    return key.joined(separator: ".")
  }

  private mutating func dottedKey() throws(CloudError) -> [String] {
    var parts: [String] = []
    repeat {
      skipSpace()
      if rest.first == "\"" || rest.first == "'" {
        parts.append(try string())
      } else {
        let bare = rest.prefix { Self.isBare($0) }
        guard !bare.isEmpty else { throw fault("no key where one is wanted") }
        rest = rest.dropFirst(bare.count)
        parts.append(String(bare))
      }
      skipSpace()
    } while take(".")
    return parts
  }

  private static func isBare(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "-", "_": true
    default: false
    }
  }

  // MARK: Values

  private mutating func scalar() throws(CloudError) -> String {
    switch rest.first {
    case "\"", "'": return try string()
    case "[": throw fault("an array, which is not read here,")
    case "{": throw fault("an inline table, which is not read here,")
    default: break
    }
    let word = String(rest.prefix { Self.isBare($0) || $0 == "." || $0 == "+" || $0 == ":" })
    rest = rest.dropFirst(word.unicodeScalars.count)
    let digits = word.replacing("_", with: "")
    guard word == "true" || word == "false" || (!digits.isEmpty && Double(digits) != nil) else {
      throw fault("a value that is neither a string in quotes, a number, true nor false")
    }
    return word == "true" || word == "false" ? word : digits
  }

  private mutating func string() throws(CloudError) -> String {
    let quote = rest.removeFirst()
    var text = String.UnicodeScalarView()
    let isLong = rest.starts(with: [quote, quote])
    if isLong {
      rest = rest.dropFirst(2)
      // The line break behind the opening quotes is no part of the text.
      if rest.first == "\n" { advance() }
    }
    while let next = rest.first {
      if next == quote {
        if !isLong {
          rest.removeFirst()
          return String(text)
        }
        let count = rest.prefix { $0 == quote }.count
        guard count < 6 else { throw fault("too many quotes") }
        rest = rest.dropFirst(count)
        if count >= 3 {
          // Up to two quotes may stand before the three that close.
          text.append(contentsOf: repeatElement(quote, count: count - 3))
          return String(text)
        }
        text.append(contentsOf: repeatElement(quote, count: count))
        continue
      }
      if next == "\n", !isLong { throw fault("a string that does not end in its line") }
      if next.value < 0x20, next != "\t", next != "\n" { throw fault("a control character in a string") }
      advance()
      if next == "\\", quote == "\"" {
        if let escaped = try escape(isLong: isLong) { text.append(escaped) }
      } else {
        text.append(next)
      }
    }
    throw fault("a string without its closing quotes")
  }

  /// What stands behind a backslash; nil for a line break that it takes away.
  private mutating func escape(isLong: Bool) throws(CloudError) -> Unicode.Scalar? {
    guard let letter = rest.first else { throw fault("a string without its closing quotes") }
    if isLong, letter == "\n" || letter == " " || letter == "\t" {
      let blanks = rest.prefix { $0 == " " || $0 == "\t" }
      guard rest.dropFirst(blanks.count).first == "\n" else { throw fault("an escape that is none") }
      while let next = rest.first, next == "\n" || next == " " || next == "\t" { advance() }
      return nil
    }
    rest.removeFirst()
    switch letter {
    case "b": return "\u{8}"
    case "t": return "\t"
    case "n": return "\n"
    case "f": return "\u{C}"
    case "r": return "\r"
    case "\"", "\\": return letter
    case "u", "U":
      let count = letter == "u" ? 4 : 8
      let digits = rest.prefix(count)
      guard digits.count == count, digits.allSatisfy(\.properties.isASCIIHexDigit),
        let value = UInt32(String(digits), radix: 16), let scalar = Unicode.Scalar(value)
      else { throw fault("an escape that is none") }
      rest = rest.dropFirst(count)
      return scalar
    default: throw fault("an escape that is none")
    }
  }

  // MARK: Reading on

  private mutating func advance() {
    if rest.removeFirst() == "\n" { line += 1 }
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard rest.first == scalar else { return false }
    advance()
    return true
  }

  private mutating func skipSpace() {
    rest = rest.drop { $0 == " " || $0 == "\t" }
  }

  /// Reads a comment and the end of the line.
  private mutating func endLine() throws(CloudError) {
    skipSpace()
    if rest.first == "#" { rest = rest.drop { $0 != "\n" } }
    guard let next = rest.first else { return }
    guard next == "\n" else { throw fault("something behind a value") }
    advance()
  }

  private func fault(_ what: String) -> CloudError {
    CloudError(
      .configuration, "'\(path)' has \(what) in line \(line)",
      hints: ["write `[name]` and below it `key = \"value\"`"])
  }
}
