/// The methods of strings.
struct StringMethods {
  static let names: Set<String> = [
    "upper", "lower", "strip", "lstrip", "rstrip", "split", "rsplit", "splitlines", "replace", "startswith",
    "endswith", "join", "format", "title", "capitalize", "casefold", "swapcase", "find", "rfind", "index",
    "rindex", "count", "zfill", "ljust", "rjust", "center", "partition", "rpartition", "removeprefix",
    "removesuffix", "expandtabs", "isdigit", "isdecimal", "isnumeric", "isalpha", "isalnum", "isspace",
    "isupper", "islower", "istitle", "isidentifier", "isascii",
  ]

  let text: String
  let call: Call

  private var byteLimit: Int { call.renderer.environment.limits.outputByteCount }

  func call(_ name: String) throws -> Value? {
    if let result = try transformed(name) { return .string(result) }
    if let result = try test(name) { return .bool(result) }
    switch name {
    case "split", "rsplit": return try split(fromEnd: name == "rsplit")
    case "splitlines":
      return .list(
        PythonText.lines(text, keepingEnds: try call.bind("keepends").bool(0)).map(Value.string))
    case "partition", "rpartition": return try partition(fromEnd: name == "rpartition")
    case "find", "rfind", "index", "rindex": return .int(try search(name))
    case "count": return .int(try count())
    default: return nil
    }
  }

  private func transformed(_ name: String) throws -> String? {
    switch name {
    case "upper": try plain { text.uppercased() }
    case "lower", "casefold": try plain { text.lowercased() }
    case "capitalize": try plain { PythonText.capitalize(text) }
    case "title": try plain { StringMethods.title(text) }
    case "swapcase": try plain { swapped() }
    case "strip": PythonText.strip(text, try call.bind("chars").string(0))
    case "lstrip": PythonText.strip(text, try call.bind("chars").string(0), right: false)
    case "rstrip": PythonText.strip(text, try call.bind("chars").string(0), left: false)
    case "replace": try replaced()
    case "join": try joined()
    case "format":
      try StringFormat(renderer: call.renderer).format(text, call.arguments, call.keywords)
    case "zfill": try zeroFilled()
    case "ljust", "rjust", "center": try justified(name)
    case "removeprefix": try withoutAffix(isPrefix: true)
    case "removesuffix": try withoutAffix(isPrefix: false)
    case "expandtabs": try expandedTabs()
    default: nil
    }
  }

  private func plain(_ body: () -> String) throws -> String {
    _ = try call.bind()
    return body()
  }

  /// Each run of letters with its first letter in upper case.
  static func title(_ text: String) -> String {
    var result = ""
    var isInWord = false
    for scalar in text.unicodeScalars {
      let isCased = scalar.properties.isCased
      result += isInWord ? scalar.properties.lowercaseMapping : scalar.properties.titlecaseMapping
      isInWord = isCased
    }
    return result
  }

  private func swapped() -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      result +=
        scalar.properties.isUppercase
        ? scalar.properties.lowercaseMapping : scalar.properties.uppercaseMapping
    }
    return result
  }

  private func replaced() throws -> String {
    let arguments = try call.bind("old", "new", "count", required: 2)
    guard let old = try arguments.string(0) else {
      throw arguments.wrongType(0, "a string", arguments.value(0))
    }
    guard let new = try arguments.string(1) else {
      throw arguments.wrongType(1, "a string", arguments.value(1))
    }
    return try PythonText.replace(
      text, old, with: new, limit: try arguments.int(2) ?? -1, byteLimit: byteLimit)
  }

  private func joined() throws -> String {
    var result = ""
    for (index, item) in try call.bind("iterable", required: 1).value(0).iterated().enumerated() {
      guard case .string(let part) = item else {
        throw TemplateError.runtime(
          "join: element \(index) is \(item.shortDescription), not a string",
          hints: ["the filter 'join' takes values of all types: {{ xs | join(', ') }}"])
      }
      if index > 0 { result += text }
      result += part
      guard result.utf8.count <= byteLimit else { throw PythonText.tooLong(byteLimit) }
    }
    return result
  }

  private func zeroFilled() throws -> String {
    let width = try call.bind("width", required: 1).int(0) ?? 0
    let missing = max(width, 0) - text.unicodeScalars.count
    guard missing > 0 else { return text }
    let hasSign = text.hasPrefix("-") || text.hasPrefix("+")
    let digits = hasSign ? String(text.unicodeScalars.dropFirst()) : text
    return (hasSign ? String(text.unicodeScalars.prefix(1)) : "")
      + (try PythonText.pad(digits, left: missing, right: 0, fill: "0", byteLimit: byteLimit))
  }

  private func justified(_ name: String) throws -> String {
    let arguments = try call.bind("width", "fillchar", required: 1)
    let fill = try arguments.string(1) ?? " "
    guard fill.unicodeScalars.count == 1 else {
      throw TemplateError.runtime("\(name): the fill character must be one character")
    }
    let width = try arguments.int(0) ?? 0
    let length = text.unicodeScalars.count
    guard width > length else { return text }
    let missing = width - length
    let left: Int
    switch name {
    case "ljust": left = 0
    case "rjust": left = missing
    // The odd space goes as CPython has it.
    default: left = missing / 2 + (missing & width & 1)
    }
    return try PythonText.pad(text, left: left, right: missing - left, fill: fill, byteLimit: byteLimit)
  }

  private func withoutAffix(isPrefix: Bool) throws -> String {
    let affix = Array((try call.bind("affix", required: 1).string(0) ?? "").utf8)
    let bytes = Array(text.utf8)
    if isPrefix {
      return PythonText.matches(affix, bytes, at: 0)
        ? String(decoding: bytes[affix.count...], as: UTF8.self) : text
    }
    let start = bytes.count - affix.count
    return PythonText.matches(affix, bytes, at: start)
      ? String(decoding: bytes[..<start], as: UTF8.self) : text
  }

  private func expandedTabs() throws -> String {
    let size = try call.bind("tabsize").int(0) ?? 8
    var result = ""
    var column = 0
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\t":
        guard size > 0 else { continue }
        let count = size - column % size
        guard count <= byteLimit - result.utf8.count else { throw PythonText.tooLong(byteLimit) }
        result += String(repeating: " ", count: count)
        column += count
      case "\n", "\r":
        result.unicodeScalars.append(scalar)
        column = 0
      default:
        result.unicodeScalars.append(scalar)
        column += 1
      }
    }
    return result
  }

  private func test(_ name: String) throws -> Bool? {
    switch name {
    case "startswith", "endswith": return try hasAffix(isPrefix: name == "startswith")
    case "isdecimal": return try all { $0.properties.numericType == .decimal }
    case "isdigit":
      return try all { $0.properties.numericType == .decimal || $0.properties.numericType == .digit }
    case "isnumeric": return try all { $0.properties.numericType != nil }
    case "isalpha": return try all { StringMethods.isLetter($0) }
    case "isalnum": return try all { StringMethods.isLetter($0) || $0.properties.numericType != nil }
    case "isspace": return try all(PythonText.isSpace)
    case "isascii":
      _ = try call.bind()
      return text.utf8.allSatisfy { $0 < 0x80 }
    case "isupper":
      _ = try call.bind()
      return StringMethods.isCased(text, upper: true)
    case "islower":
      _ = try call.bind()
      return StringMethods.isCased(text, upper: false)
    case "istitle":
      _ = try call.bind()
      return text.unicodeScalars.contains { $0.properties.isCased } && StringMethods.title(text) == text
    case "isidentifier":
      _ = try call.bind()
      return text.unicodeScalars.enumerated().allSatisfy { index, scalar in
        scalar == "_" || (index == 0 ? scalar.properties.isXIDStart : scalar.properties.isXIDContinue)
      } && !text.isEmpty
    default: return nil
    }
  }

  private func all(_ predicate: (Unicode.Scalar) -> Bool) throws -> Bool {
    _ = try call.bind()
    return !text.isEmpty && text.unicodeScalars.allSatisfy(predicate)
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }

  /// Whether the text has letters with case and all of them have the one asked for.
  static func isCased(_ text: String, upper: Bool) -> Bool {
    var hasCased = false
    for scalar in text.unicodeScalars where scalar.properties.isCased {
      guard upper ? scalar.properties.isUppercase : scalar.properties.isLowercase else { return false }
      hasCased = true
    }
    return hasCased
  }

  private func hasAffix(isPrefix: Bool) throws -> Bool {
    let arguments = try call.bind("affix", "start", "end", required: 1)
    let affixes: [Value]
    if case .tuple(let list) = arguments.value(0) {
      affixes = list.items
    } else {
      affixes = [arguments.value(0)]
    }
    guard let part = try ranged(arguments, 1)?.text else { return false }
    let bytes = Array(part.utf8)
    return try affixes.contains { affix in
      guard case .string(let string) = affix else {
        throw arguments.wrongType(0, "a string or a tuple of strings", affix)
      }
      let wanted = Array(string.utf8)
      return PythonText.matches(wanted, bytes, at: isPrefix ? 0 : bytes.count - wanted.count)
    }
  }

  private func split(fromEnd: Bool) throws -> Value {
    let arguments = try call.bind("sep", "maxsplit")
    let limit = try arguments.int(1) ?? -1
    guard let separator = try arguments.string(0) else {
      let words = fromEnd ? PythonText.wordsFromEnd(text, limit: limit) : PythonText.words(text, limit: limit)
      return .list(words.map(Value.string))
    }
    guard !separator.isEmpty else { throw TemplateError.runtime("split: the separator is empty") }
    let parts =
      fromEnd
      ? PythonText.splitFromEnd(text, by: separator, limit: limit)
      : PythonText.split(text, by: separator, limit: limit)
    return .list(parts.map(Value.string))
  }

  private func partition(fromEnd: Bool) throws -> Value {
    guard let separator = try call.bind("sep", required: 1).string(0), !separator.isEmpty else {
      throw TemplateError.runtime("partition: the separator is empty")
    }
    let parts =
      fromEnd
      ? PythonText.splitFromEnd(text, by: separator, limit: 1)
      : PythonText.split(text, by: separator, limit: 1)
    if parts.count == 2 { return .tuple([.string(parts[0]), .string(separator), .string(parts[1])]) }
    return fromEnd ? .tuple(["", "", .string(text)]) : .tuple([.string(text), "", ""])
  }

  /// The part of the text between two optional arguments, and the index at which it starts; nil if they cross.
  private func ranged(_ arguments: BoundArguments, _ first: Int) throws -> (text: String, start: Int)? {
    let start = try arguments.int(first)
    let end = try arguments.int(first + 1)
    if start == nil, end == nil { return (text, 0) }
    let scalars = Array(text.unicodeScalars)
    func place(_ index: Int) -> Int { index < 0 ? max(index, -scalars.count) + scalars.count : index }
    let low = place(start ?? 0)
    let high = min(place(end ?? Int.max), scalars.count)
    guard low <= high else { return nil }
    return (String(String.UnicodeScalarView(scalars[low..<high])), low)
  }

  private func search(_ name: String) throws -> Int {
    let arguments = try call.bind("sub", "start", "end", required: 1)
    guard let wanted = try arguments.string(0) else {
      throw arguments.wrongType(0, "a string", arguments.value(0))
    }
    if let range = try ranged(arguments, 1) {
      let bytes = Array(range.text.utf8)
      let part = Array(wanted.utf8)
      let found =
        name.hasPrefix("r") ? PythonText.findLast(part, in: bytes) : PythonText.find(part, in: bytes)
      if let found { return range.start + bytes[..<found].count { $0 & 0xC0 != 0x80 } }
    }
    if name.hasSuffix("find") { return -1 }
    throw TemplateError.runtime("\(name): \(Value.string(wanted).shortDescription) is not in the string")
  }

  private func count() throws -> Int {
    let arguments = try call.bind("sub", "start", "end", required: 1)
    guard let wanted = try arguments.string(0) else {
      throw arguments.wrongType(0, "a string", arguments.value(0))
    }
    guard let range = try ranged(arguments, 1) else { return 0 }
    if wanted.isEmpty { return range.text.unicodeScalars.count + 1 }
    let bytes = Array(range.text.utf8)
    let part = Array(wanted.utf8)
    var count = 0
    var index = 0
    while let found = PythonText.find(part, in: bytes, from: index) {
      count += 1
      index = found + part.count
    }
    return count
  }
}
