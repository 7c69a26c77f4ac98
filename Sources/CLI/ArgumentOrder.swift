/// Lets global options stand before the command's name, as dbt's users write them.
enum ArgumentOrder {
  private static let globalFlags: Set<String> = [
    "--quiet", "-q", "--use-colors", "--no-use-colors", "--partial-parse", "--no-partial-parse",
  ]
  private static let globalOptions: Set<String> = [
    "--project-dir", "--warehouse", "--lock-timeout", "--log-format", "--profiles-dir", "--profile",
    "--target", "-t",
    "--vars", "--threads",
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
      } else if argument.hasPrefix("--vars=") {
        shown.append("--vars=…")
      } else {
        shown.append(argument)
        isValue = argument == "--vars"
      }
    }
    return (["reelhouse"] + shown).joined(separator: " ")
  }

  /// The arguments with the global options that stand before the command's name moved to the end.
  static func sorted(_ arguments: [String]) -> [String] {
    var moved: [String] = []
    var index = 0
    while index < arguments.count {
      let argument = arguments[index]
      let name = argument.prefix { $0 != "=" }
      if globalFlags.contains(argument) || (argument.contains("=") && globalOptions.contains(String(name))) {
        moved.append(argument)
        index += 1
      } else if globalOptions.contains(argument), index + 1 < arguments.count {
        moved += [argument, arguments[index + 1]]
        index += 2
      } else {
        break
      }
    }
    let rest = Array(arguments[index...])
    // Behind `--` everything is a value, so the options go in front of it.
    guard let terminator = rest.firstIndex(of: "--") else { return rest + moved }
    return rest[..<terminator] + moved + rest[terminator...]
  }
}
