/// Lets global options stand before the command's name, as dbt's users write them.
enum ArgumentOrder {
  /// Flags of `GlobalOptions` and `ProjectOptions`; a test compares.
  private static let globalFlags: Set<String> = {
    let inverted = [
      "cache-selected-only", "debug", "fail-fast", "introspect", "log-cache-events", "macro-debugging",
      "partial-parse", "partial-parse-file-diff", "populate-cache", "print", "send-anonymous-usage-stats",
      "show-all-deprecations", "single-threaded", "static-parser", "use-colors", "use-colors-file",
      "use-experimental-parser", "use-fast-test-edges", "version-check", "warn-error", "write-json",
    ]
    return Set(inverted.flatMap { ["--\($0)", "--no-\($0)"] } + ["--quiet", "-q", "-x", "-d"])
  }()

  /// Options with a value of the same.
  private static let globalOptions: Set<String> = [
    "--project-dir", "--warehouse", "--lock-timeout", "--log-format", "--log-level", "--log-path",
    "--log-format-file", "--log-level-file", "--log-file-max-bytes", "--printer-width",
    "--record-timing-info",
    "-r", "--warn-error-options", "--profiles-dir", "--profile", "--target", "-t", "--target-path", "--vars",
    "--threads",
  ]

  /// The command line for locks and artifacts: variables may hold what is nobody's business, so their values are left
  /// out.
  static func redacted(_ arguments: [String]) -> String {
    var shown: [String] = []
    var isValue = false
    for argument in arguments {
      if isValue {
        shown.append("…")
        isValue = false
      } else if let name = hidden.first(where: { argument.hasPrefix("\($0)=") }) {
        shown.append("\(name)=…")
      } else {
        shown.append(argument)
        isValue = hidden.contains(argument)
      }
    }
    return (["reelhouse"] + shown).joined(separator: " ")
  }

  private static let hidden = ["--vars", "--args"]

  /// The arguments with the global options that stand before the command's name moved to the end.
  static func sorted(_ arguments: [String]) -> [String] {
    let count = leadingGlobalCount(arguments)
    let moved = arguments[..<count]
    let rest = Array(arguments[count...])
    // Behind `--` everything is a value, so the options go in front of it.
    guard let terminator = rest.firstIndex(of: "--") else { return rest + moved }
    return Array(rest[..<terminator] + moved + rest[terminator...])
  }

  /// The command's name, if there is one.
  static func verb(_ arguments: [String]) -> String? {
    arguments.dropFirst(leadingGlobalCount(arguments)).first
  }

  /// How many arguments stand before the command's name.
  private static func leadingGlobalCount(_ arguments: [String]) -> Int {
    var index = 0
    while index < arguments.count {
      let argument = arguments[index]
      let name = String(argument.prefix { $0 != "=" })
      if globalFlags.contains(argument) || (argument.contains("=") && globalOptions.contains(name)) {
        index += 1
      } else if globalOptions.contains(argument), index + 1 < arguments.count {
        index += 2
      } else {
        break
      }
    }
    return index
  }
}
