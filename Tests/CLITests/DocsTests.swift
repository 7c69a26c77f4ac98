import Diagnostics
import Files
import TestSupport
import Testing

/// What the documentation says is there, and what is there stands in the documentation.
@Suite struct DocsTests {
  private func text(_ name: String) throws -> String { try FileSystem.readText(Repository.file(name)) }

  // MARK: Commands

  @Test("every command's help has an example, and every option a word of explanation")
  func help() throws {
    let root = try CommandHelp.dump()
    #expect(root.verbs.count >= 15)
    for line in (root.discussion ?? "").split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    for verb in root.verbs {
      let result = try CommandRun([verb.commandName, "--help"]).finish()
      #expect(result.status == 0 && result.errors.isEmpty, "\(result)")
      #expect(result.output.contains("Example"), "\(result)")
      #expect(result.output.contains("  reelhouse \(verb.commandName)"), "\(result)")
      #expect(verb.abstract?.isEmpty == false, "\(verb.commandName)")
      // Longer ones are broken in the middle on a terminal of the usual width.
      for line in (verb.discussion ?? "").split(separator: "\n") where line.hasPrefix("  ") {
        #expect(line.count <= 80, "\(line)")
      }
      for argument in verb.arguments ?? [] where argument.shouldDisplay {
        #expect(argument.abstract?.isEmpty == false, "\(verb.commandName) \(argument.longFlags)")
      }
      #expect(try CommandRun(["help", verb.commandName]).finish().output == result.output)
    }
  }

  @Test("every command has a heading in docs/commands.md, and every heading a command")
  func commands() throws {
    let headings = try text("docs/commands.md").matches(of: #/(?m)^#+ `?reelhouse ([a-z-]+)/#).map {
      String($0.1)
    }
    #expect(headings.sorted() == (try CommandHelp.dump().verbs.map(\.commandName).sorted()))
  }

  @Test("every flag stands in docs/commands.md, and every flag there exists")
  func flags() throws {
    let shown = Set(try CommandHelp.dump().verbs.flatMap(\.shownFlags))
    let written = Set(
      try text("docs/commands.md").matches(of: #/(?:^|[^\w-])(--[a-z][a-z0-9-]*)/#).map { String($0.1) })
    #expect(shown.subtracting(written).sorted() == [])
    let accepted = Set(try CommandHelp.dump().verbs.flatMap(\.allFlags))
    #expect(written.subtracting(accepted).subtracting(["--help", "--version"]).sorted() == [])
  }

  @Test("flags that any document gives to reelhouse exist, and commands too")
  func usedFlags() throws {
    let root = try CommandHelp.dump()
    let verbs = Dictionary(uniqueKeysWithValues: root.verbs.map { ($0.commandName, Set($0.allFlags)) })
    for document in try documents() {
      for match in try text(document).matches(of: #/(?m)reelhouse ([a-z-]+)([^`|;&\n#>]*)/#) {
        // Prose that goes on behind the program's name is no command line.
        guard let flags = verbs[String(match.1)] else { continue }
        for flag in match.2.matches(of: #/\s(--[a-z][a-z0-9-]*)/#) {
          #expect(flags.contains(String(flag.1)), "\(document): \(match.0)")
        }
      }
    }
  }

  // MARK: Diagnostics

  @Test("every diagnostic stands in docs/diagnostics.md once, and every one there exists")
  func diagnostics() throws {
    let rows = try text("docs/diagnostics.md").matches(of: #/(?m)^\| (RH\d{4}) \| \S/#).map { String($0.1) }
    #expect(rows == DiagnosticCode.allCases.map(\.rawValue))
  }

  // MARK: The README

  @Test("the README has at most 200 lines")
  func length() throws {
    #expect(try text("README.md").split(separator: "\n", omittingEmptySubsequences: false).count <= 201)
  }

  @Test("every target of Make that the documents name is there")
  func makeTargets() throws {
    let rules = Set(try text("Makefile").matches(of: #/(?m)^([a-z-]+):/#).map { String($0.1) })
    for document in try documents() {
      for match in try text(document).matches(of: #/(?m)(?:^|`)make ([a-z-]+)/#) {
        #expect(rules.contains(String(match.1)), "\(document): make \(match.1)")
      }
    }
  }

  @Test("every relative link leads somewhere")
  func links() throws {
    for document in try documents() {
      for match in try text(document).matches(of: #/\]\(([^)#\s]+)[^)]*\)/#) where !match.1.contains("://") {
        let target = Path.join(Path.parent(of: Repository.file(document)), String(match.1))
        #expect(FileSystem.exists(target), "\(document): \(match.1)")
      }
    }
  }

  @Test("the README's first session runs as it is written, in a copy of the project")
  func firstSession() throws {
    let readme = try text("README.md")
    let section = try #require(readme.firstMatch(of: #/(?s)## A first session\n```sh\n(.*?)```/#)).1
    let folder = try TemporaryFolder()
    for name in ["dbt_project.yml", "reelhouse.yml", "models", "seeds", "macros"] {
      try Workspace.copyTree(Repository.file(name), to: folder.file(name))
    }
    try FileSystem.createDirectory(folder.file("Tests"))
    try Workspace.copyTree(Repository.file("Tests/Warehouse"), to: folder.file("Tests/Warehouse"))
    // A smaller sample, and the binary that is tested.
    let script = section.replacing(".build/release/reelhouse", with: "'\(ReelhouseBinary.path)'")
      .replacing(#/--movies \d+/#, with: "--movies 400")
      .split(separator: "\n").filter { !$0.hasPrefix("sqlite3") || Tool.exists("sqlite3") }
      .joined(separator: "\n")
    var setting = ChildProcess.Setting()
    setting.folder = folder.path
    setting.environment = ["REELHOUSE_WAREHOUSE": nil, "DBT_PROJECT_DIR": nil, "DBT_TARGET_PATH": nil]
    let shell = try ChildProcess("/bin/sh", ["-e", "-c", script], setting)
    var output = ""
    while let line = shell.readLine() { output += line + "\n" }
    #expect(shell.wait() == 0, "\(script)\n\(output)")
    #expect(output.contains("Published build"), "\(output)")
    #expect(output.contains("finished: all nodes are fresh and all tests passed"), "\(output)")
    #expect(FileSystem.exists(folder.file("warehouse/current/main.db")))
  }

  /// All Markdown files of the repository that people read.
  private func documents() throws -> [String] {
    let top = try FileSystem.list(Repository.path).filter { $0.hasSuffix(".md") }
    let docs = try FileSystem.list(Repository.file("docs")).filter { $0.hasSuffix(".md") }
    return top + docs.map { "docs/\($0)" }
  }
}
