import ArgumentParser
import Diagnostics
import Files
import Transform

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Change what reelhouse.yml and profiles.yml say.",
    discussion: """
      Examples:
        terraform -chdir=terraform output -json | reelhouse config import
        reelhouse config import outputs.json
      """, subcommands: [ConfigImportCommand.self])
}

struct ConfigImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Take a remote and its Snowflake output from what Terraform made.",
    discussion: """
      Reads `terraform output -json` from a file or the standard input. The remote goes into reelhouse.yml, the output \
      of type snowflake into profiles.yml: that of --profiles-dir, else the project's. Every other line stays as it is. \
      Nothing secret is among it.

      Examples:
        terraform -chdir=terraform output -json | reelhouse config import
        reelhouse config import outputs.json --remote prod --dry-run
      """)

  @Argument(help: ArgumentHelp("A file, or - for the standard input.", valueName: "file"))
  var file = "-"

  @Option(help: ArgumentHelp("The name that the remote gets.", valueName: "name"))
  var remote = "prod"

  @Flag(help: "Replace a remote or output of that name that says something else.")
  var force = false

  @Flag(help: "Print what would be written, and write nothing.")
  var dryRun = false

  @OptionGroup var project: ProjectOptions
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(global)
    let folder = try session.projectPath()
    let bytes =
      file == "-"
      ? Array(
        try StandardInput.readText(
          orElse: "there is nothing to import",
          hint: "`terraform -chdir=terraform output -json | reelhouse config import`"
        ).utf8) : try FileSystem.read(file)
    let outputs = try TerraformOutputs(bytes, origin: file == "-" ? "the standard input" : file)
    let profile = try project.profile ?? ProjectFile(inFolder: folder).profile ?? "default"
    let profilesFolder =
      (project.profilesDir ?? session.environment.setting("DBT_PROFILES_DIR")).map { Path.absolute($0) }
      ?? folder
    let edits = [
      try edit(Path.join(folder, ReelhouseFile.fileName), outputs.remote, at: ["remotes", remote]),
      try edit(
        Path.join(profilesFolder, "profiles.yml"), outputs.output,
        at: [profile, "outputs", outputs.outputName], afresh: Self.localProfile(profile)),
    ]
    for edit in edits { try write(edit, session.console) }
  }

  private struct Edit {
    let path: String
    let text: String
    let change: YAMLEdit.Change
    let keys: [String]
  }

  /// What stands in a new file beside the output: without a target that is asked for, the local warehouse is meant.
  private static func localProfile(_ name: String) -> [(keys: [String], value: ConfigValue)] {
    [
      ([name, "target"], .string("local")),
      ([name, "outputs", "local"], .map([ConfigEntry(key: "type", value: .string("reelhouse"))])),
    ]
  }

  /// - Parameter afresh: what goes into a file that is not there yet.
  private func edit(
    _ path: String, _ value: ConfigValue, at keys: [String],
    afresh: [(keys: [String], value: ConfigValue)] = []
  ) throws -> Edit {
    var text = ""
    if FileSystem.exists(path) {
      text = try FileSystem.readText(path)
    } else {
      for (keys, value) in afresh {
        var new = try YAMLEdit(text, path: path)
        text = try new.put(value, at: keys, replaces: false).text
      }
    }
    var edit = try YAMLEdit(text, path: path)
    let (edited, change) = try edit.put(value, at: keys, replaces: force)
    return Edit(path: path, text: edited, change: change, keys: keys)
  }

  private func write(_ edit: Edit, _ console: Console) throws {
    let name = edit.keys.joined(separator: ".")
    if edit.change == .unchanged { return console.remark("\(edit.path) has '\(name)' already") }
    if dryRun {
      console.remark("\(edit.path) would be:")
      return console.data(edit.text.hasSuffix("\n") ? String(edit.text.dropLast()) : edit.text)
    }
    try FileSystem.write(edit.text.utf8, to: edit.path)
    console.remark("\(edit.path): \(edit.change == .added ? "added" : "replaced") '\(name)'")
  }
}
