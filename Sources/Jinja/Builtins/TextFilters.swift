/// Filters from text to text.
extension Builtins {
  static let textFilters: [String: Environment.Body] = [
    "upper": { .string(try $0.onlySubjectText().uppercased()) },
    "lower": { .string(try $0.onlySubjectText().lowercased()) },
    "capitalize": { .string(PythonText.capitalize(try $0.onlySubjectText())) },
    "title": { .string(title(try $0.onlySubjectText())) },
    "string": { .string(try $0.onlySubjectText()) },
    "trim": { call in
      .string(PythonText.strip(try call.subjectText(), try call.bind("value", "chars").string(1)))
    },
    "replace": { call in
      let arguments = try call.bind("s", "old", "new", "count", required: 3)
      return .string(
        try PythonText.replace(
          try call.subjectText(), try arguments.value(1).text(), with: try arguments.value(2).text(),
          limit: try arguments.int(3) ?? -1, byteLimit: call.byteLimit))
    },
    "format": { call in
      guard !call.arguments.dropFirst().isEmpty || call.keywords.isEmpty else {
        return .string(
          try PercentFormat(byteLimit: call.byteLimit).format(
            try call.subjectText(), .dict(call.keywords.map { ($0.name, $0.value) })))
      }
      guard call.keywords.isEmpty else {
        throw TemplateError.runtime("format() takes positional or named arguments, not both")
      }
      return .string(
        try PercentFormat(byteLimit: call.byteLimit).format(
          try call.subjectText(), .tuple(Array(call.arguments.dropFirst()))))
    },
    "wordcount": { call in
      var count = 0
      var isInWord = false
      for scalar in try call.onlySubjectText().unicodeScalars {
        let isWord = scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        if isWord && !isInWord { count += 1 }
        isInWord = isWord
      }
      return .int(count)
    },
  ]

  /// Each word in lower case with its first letter in upper case; words start behind blanks, hyphens and openings.
  private static func title(_ text: String) -> String {
    var result = ""
    var isStart = true
    for scalar in text.unicodeScalars {
      let separates = PythonText.isSpace(scalar) || "-({[<".unicodeScalars.contains(scalar)
      result += isStart ? scalar.properties.uppercaseMapping : scalar.properties.lowercaseMapping
      isStart = separates
    }
    return result
  }
}

extension Call {
  /// The subject's text for filters that take no arguments.
  func onlySubjectText() throws -> String {
    _ = try bind("value", required: 1)
    return try subjectText()
  }
}
