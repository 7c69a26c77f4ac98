/// Filters that lay text out: widths, lines, indents.
extension Builtins {
  static let layoutFilters: [String: Environment.Body] = [
    "center": { call in
      let width = try call.bind("value", "width", required: 1).int(1) ?? 80
      let text = try call.subjectText()
      let missing = max(0, width.subtractingReportingOverflow(text.unicodeScalars.count).partialValue)
      let left = missing / 2 + (missing & width & 1)
      return .string(try PythonText.pad(text, left: left, right: missing - left, byteLimit: call.byteLimit))
    },
    "indent": { .string(try indent($0)) },
    "truncate": { .string(try truncate($0)) },
    "wordwrap": { .string(try wordwrap($0)) },
  ]

  private static func indent(_ call: Call) throws -> String {
    let arguments = try call.bind("s", "width", "first", "blank", required: 1)
    if case .undefined(let undefined) = call.subject { throw undefined.error }
    let margin: String
    if case .string(let text) = arguments.value(1) {
      margin = text
    } else {
      margin = try PythonText.pad("", left: try arguments.int(1) ?? 4, right: 0, byteLimit: call.byteLimit)
    }
    // A last line break counts as an empty line behind it.
    let lines = PythonText.lines(try call.subjectText() + "\n")
    guard margin.utf8.count <= call.byteLimit / max(lines.count, 1) else {
      throw PythonText.tooLong(call.byteLimit)
    }
    let indentsBlank = arguments.bool(3)
    var result = arguments.bool(2) ? margin : ""
    for (index, line) in lines.enumerated() {
      if index > 0 { result += line.isEmpty && !indentsBlank ? "\n" : "\n" + margin }
      result += line
    }
    return result
  }

  private static func truncate(_ call: Call) throws -> String {
    let arguments = try call.bind("s", "length", "killwords", "end", "leeway", required: 1)
    let length = try arguments.int(1) ?? 255
    let end = try arguments.string(3) ?? "..."
    let leeway = try arguments.int(4) ?? 5
    let room = length.subtractingReportingOverflow(end.unicodeScalars.count)
    guard !room.overflow, room.partialValue >= 0, leeway >= 0 else {
      throw TemplateError.runtime(
        "truncate() needs a length of at least \(end.unicodeScalars.count) and a leeway of at least 0")
    }
    let text = try call.subjectText()
    let scalars = Array(text.unicodeScalars)
    let limit = length.addingReportingOverflow(leeway)
    if limit.overflow || scalars.count <= limit.partialValue { return text }
    var kept = scalars[..<min(room.partialValue, scalars.count)]
    if !arguments.bool(2), let blank = kept.lastIndex(of: " ") { kept = kept[..<blank] }
    return String(String.UnicodeScalarView(kept)) + end
  }

  private static func wordwrap(_ call: Call) throws -> String {
    let arguments = try call.bind(
      "s", "width", "break_long_words", "wrapstring", "break_on_hyphens", required: 1)
    let width = try arguments.int(1) ?? 79
    guard width > 0 else { throw TemplateError.runtime("wordwrap() needs a width of at least 1") }
    let separator = try arguments.string(3) ?? "\n"
    let wrapper = WordWrapper(
      width: width, breaksLongWords: arguments.bool(2, default: true),
      breaksOnHyphens: arguments.bool(4, default: true))
    let lines = PythonText.lines(try call.subjectText()).map { wrapper.wrap($0).joined(separator: separator) }
    let count = lines.reduce(0) { $0 + $1.utf8.count }
    guard count + lines.count * separator.utf8.count <= call.byteLimit else {
      throw PythonText.tooLong(call.byteLimit)
    }
    return lines.joined(separator: separator)
  }
}

/// Fills lines with words up to a width, as Python's `textwrap` does without touching blanks.
struct WordWrapper {
  let width: Int
  let breaksLongWords: Bool
  let breaksOnHyphens: Bool

  func wrap(_ text: String) -> [String] {
    var chunks = Array(chunks(of: Array(text.unicodeScalars)).reversed())
    var lines: [String] = []
    while !chunks.isEmpty {
      var line: [[Unicode.Scalar]] = []
      var length = 0
      if isBlank(chunks[chunks.count - 1]), !lines.isEmpty { chunks.removeLast() }
      while let chunk = chunks.last, chunk.count <= width - length {
        length += chunk.count
        line.append(chunk)
        chunks.removeLast()
      }
      if let chunk = chunks.last, chunk.count > width {
        let room = width - length
        if breaksLongWords {
          let cut = breakPlace(chunk, room)
          line.append(Array(chunk[..<cut]))
          chunks[chunks.count - 1] = Array(chunk[cut...])
        } else if line.isEmpty {
          line.append(chunk)
          chunks.removeLast()
        }
      }
      if let last = line.last, isBlank(last) { line.removeLast() }
      if !line.isEmpty { lines.append(String(String.UnicodeScalarView(line.joined()))) }
    }
    return lines
  }

  private func isBlank(_ chunk: [Unicode.Scalar]) -> Bool { chunk.allSatisfy(PythonText.isSpace) }

  /// Where a word that is longer than a line is cut: behind its last hyphen that fits, or where the room ends.
  private func breakPlace(_ chunk: [Unicode.Scalar], _ room: Int) -> Int {
    let space = max(room, 1)
    if breaksOnHyphens, chunk.count > space, let hyphen = chunk[..<space].lastIndex(of: "-"), hyphen > 0,
      chunk[..<hyphen].contains(where: { $0 != "-" })
    {
      return hyphen + 1
    }
    return min(space, chunk.count)
  }

  /// Words and the blanks between them; words with hyphens in parts.
  private func chunks(of scalars: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
    var chunks: [[Unicode.Scalar]] = []
    var current: [Unicode.Scalar] = []
    for (index, scalar) in scalars.enumerated() {
      if let last = current.last,
        PythonText.isSpace(last) != PythonText.isSpace(scalar) || bordersDash(scalars, index)
      {
        chunks.append(current)
        current = []
      }
      current.append(scalar)
      if breaksOnHyphens, scalar == "-", mayBreak(scalars, after: index) {
        chunks.append(current)
        current = []
      }
    }
    if !current.isEmpty { chunks.append(current) }
    return chunks
  }

  /// Whether a dash of two hyphens or more, between words, begins or ends at a place.
  private func bordersDash(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
    guard breaksOnHyphens, index > 0, (scalars[index] == "-") != (scalars[index - 1] == "-") else {
      return false
    }
    let inside = scalars[index] == "-" ? index : index - 1
    var (start, end) = (inside, inside + 1)
    while start > 0, scalars[start - 1] == "-" { start -= 1 }
    while end < scalars.count, scalars[end] == "-" { end += 1 }
    return end - start >= 2 && start > 0 && !PythonText.isSpace(scalars[start - 1]) && end < scalars.count
      && (scalars[end].properties.isAlphabetic || scalars[end].properties.numericType != nil)
  }

  private func mayBreak(_ scalars: [Unicode.Scalar], after index: Int) -> Bool {
    func isLetter(_ place: Int) -> Bool {
      scalars.indices.contains(place) && (scalars[place].properties.isAlphabetic || scalars[place] == "_")
    }
    let before =
      isLetter(index - 1)
      && (isLetter(index - 2) || (index >= 3 && scalars[index - 2] == "-" && isLetter(index - 3)))
    let next = index + 2 < scalars.count && scalars[index + 2] == "-" ? index + 3 : index + 2
    return before && isLetter(index + 1) && isLetter(next)
  }
}
