import Storage
import Testing

/// What `reelhouse --experimental-dump-help` says of a command.
struct CommandHelp: Decodable {
  struct Argument: Decodable {
    struct Name: Decodable {
      let kind: String
      let name: String
    }
    let names: [Name]?
    /// `option`, `flag` or `positional`.
    let kind: String
    let shouldDisplay: Bool
    let abstract: String?

    var longFlags: [String] { (names ?? []).filter { $0.kind == "long" }.map { "--\($0.name)" } }
  }

  let commandName: String
  let abstract: String?
  let discussion: String?
  let subcommands: [CommandHelp]?
  let arguments: [Argument]?

  private struct Dump: Decodable { let command: CommandHelp }

  static func dump() throws -> CommandHelp {
    let result = try CommandRun(["--experimental-dump-help"]).finish()
    try #require(result.status == 0, "\(result)")
    return try JSON.decode(Dump.self, from: result.output).command
  }

  /// The commands that users type, without `help`.
  var verbs: [CommandHelp] { (subcommands ?? []).filter { $0.commandName != "help" } }

  /// The flags that help shows, those of sub-commands among them.
  var shownFlags: [String] { flags { $0.shouldDisplay } }

  /// All flags that are accepted.
  var allFlags: [String] { flags { _ in true } }

  private func flags(_ isWanted: (Argument) -> Bool) -> [String] {
    let own = (arguments ?? []).filter(isWanted).flatMap(\.longFlags)
    return (own + verbs.flatMap { $0.flags(isWanted) }).filter { $0 != "--help" && $0 != "--version" }
  }
}
