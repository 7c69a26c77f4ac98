import Files
import Storage
import TestSupport
import Testing

/// `reelhouse publish`, `builds`, `rollback` and `status`.
@Suite struct BuildsCommandTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace.published() }

  private func currentID() throws -> String { try #require(try workspace.warehouse.currentBuild()).id }

  private func publishAnother(movies: Int) throws -> String {
    try workspace.succeed("ingest", try workspace.sample(movies: movies))
    try workspace.succeed("build")
    return try currentID()
  }

  @Test("builds are listed newest first, and the published one has a star")
  func list() throws {
    let first = try currentID()
    let second = try publishAnother(movies: 60)
    let lines = try workspace.succeed("builds").outputLines
    #expect(lines.count == 2)
    #expect(lines[0].hasPrefix("* \(second)  ") && lines[1].hasPrefix("  \(first)  "), "\(lines)")
    #expect(lines[0].hasSuffix("30 relations"), "\(lines)")
  }

  @Test("builds --verify finds sound builds sound")
  func verify() throws {
    let lines = try workspace.succeed("builds", "--verify").outputLines
    #expect(lines.count == 1 && lines[0].hasSuffix("  sound"), "\(lines)")
  }

  @Test("builds --verify names a file with one byte changed, and ends with 1", arguments: Layer.allCases)
  func damaged(layer: Layer) throws {
    let path = try #require(try workspace.warehouse.currentBuild()).file(layer)
    var bytes = try FileSystem.read(path)
    bytes[bytes.count / 2] ^= 0x01
    // In place of the file, whose other name is the draft's.
    try FileSystem.write(bytes, to: path, mode: 0o444, isDurable: false)
    let result = try workspace.run("builds", "--verify")
    #expect(result.status == 1, "\(result)")
    #expect(result.output.contains("DAMAGED: \(layer.fileName)"), "\(result)")
  }

  @Test("builds --verify names a file that is missing, and ends with 1")
  func missing() throws {
    try FileSystem.remove(try #require(try workspace.warehouse.currentBuild()).file(.staged))
    let result = try workspace.run("builds", "--verify")
    #expect(result.status == 1 && result.output.contains("DAMAGED: staged.db is missing"), "\(result)")
  }

  @Test("a build of a newer format is refused by name")
  func newerFormat() throws {
    let path = Path.join(try #require(try workspace.warehouse.currentBuild()).path, "build.json")
    let text = try FileSystem.readText(path).replacing(
      "\"formatVersion\" : 1", with: "\"formatVersion\" : 99")
    try FileSystem.write(text.utf8, to: path, mode: 0o444, isDurable: false)
    for words in [["query", "select 1"], ["status"], ["rollback", try currentID()]] {
      let result = try workspace.start(words).finish()
      #expect(result.status == 2 && result.codes == ["RH1106"], "\(result)")
      #expect(result.errors.contains("99"), "\(result)")
    }
  }

  @Test("rollback goes one build back, or to the build that is named, and changes no file")
  func rollback() throws {
    let first = try currentID()
    let second = try publishAnother(movies: 60)
    let files = try workspace.publishedState().dropFirst()
    let result = try workspace.succeed("rollback")
    #expect(result.output.contains("Published build \(first)"), "\(result)")
    #expect(try currentID() == first)
    #expect(try workspace.query("select count(*) from raw.movies") == ["300"])
    #expect(try workspace.query("select count(*) from raw.movies", "--draft") == ["60"])
    try workspace.succeed("rollback", second)
    #expect(try currentID() == second)
    #expect(try workspace.publishedState().dropFirst() == files)
  }

  @Test("rollback to what is not there is refused")
  func rollbackNowhere() throws {
    let before = try currentID()
    let oldest = try workspace.run("rollback")
    #expect(oldest.status == 2 && oldest.codes == ["RH1110"], "\(oldest)")
    let unknown = try workspace.run("rollback", "19991122T000000Z-00000000")
    #expect(unknown.status == 2 && unknown.codes == ["RH1110"], "\(unknown)")
    #expect(try currentID() == before)
    let nothing = try Workspace().run("rollback")
    #expect(nothing.status == 2 && nothing.codes == ["RH1109"], "\(nothing)")
  }

  @Test("after a rollback the next build publishes what the draft holds")
  func buildAfterRollback() throws {
    let second = try publishAnother(movies: 60)
    try workspace.succeed("rollback")
    #expect(try workspace.succeed("publish").output.contains("Published build"))
    #expect(try currentID() > second)
    #expect(try BuildCheck(workspace.warehouse).run() == 60)
  }

  @Test("publish of a draft that is published already says so and makes no build")
  func publishTwice() throws {
    let before = try workspace.publishedState()
    #expect(try workspace.succeed("publish").output.contains("Nothing to publish"))
    #expect(try workspace.publishedState() == before)
  }

  @Test("publish refuses a draft that is not finished, and lists what is stale")
  func publishUnfinished() throws {
    try workspace.succeed("ingest", try workspace.sample(movies: 60))
    let before = try workspace.publishedState()
    let result = try workspace.run("publish")
    #expect(result.status == 2 && result.codes == ["RH1108"], "\(result)")
    #expect(
      result.errors.contains("staged.stg_movies") && result.errors.contains("reelhouse build"), "\(result)")
    #expect(try workspace.publishedState() == before)
  }

  @Test("a build with a selection changes the draft only")
  func selection() throws {
    let before = try workspace.publishedState()
    try workspace.succeed("build", "--select", "+movies_by_year")
    #expect(try workspace.publishedState() == before)
  }

  @Test("status says what is published and whether the draft is finished")
  func status() throws {
    let finished = try workspace.succeed("status").output
    #expect(finished.contains("warehouse  \(workspace.warehousePath)\n"), "\(finished)")
    #expect(finished.contains("published  \(try currentID())  "), "\(finished)")
    #expect(finished.contains("finished: all nodes are fresh and all tests passed"), "\(finished)")
    try workspace.succeed("ingest", try workspace.sample(movies: 60))
    let stale = try workspace.succeed("status").output
    #expect(stale.contains("unfinished: ") && stale.contains("  staged.stg_movies: "), "\(stale)")
    let empty = try Workspace().run("status")
    #expect(empty.status == 0 && empty.output.contains("published  nothing yet"), "\(empty)")
  }

  @Test("status --path prints the published build's folder and nothing else")
  func statusPath() throws {
    let result = try workspace.succeed("status", "--path")
    let build = try #require(try workspace.warehouse.currentBuild())
    #expect(result.output == "\(build.path)\n" && result.errors.isEmpty, "\(result)")
    let nothing = try Workspace().run("status", "--path")
    #expect(nothing.status == 2 && nothing.codes == ["RH1109"] && nothing.output.isEmpty, "\(nothing)")
  }

  @Test("as many builds are kept as reelhouse.yml says")
  func retention() throws {
    let workspace = try SmallProject.workspace([
      "models/kept.sql": "select n from {{ source('numbers', 'numbers') }}",
      "reelhouse.yml": "keep_builds: 2",
    ])
    for count in 1...4 {
      try workspace.succeed("ingest", try SmallProject.numbers(count, in: workspace))
      try workspace.succeed("build")
    }
    #expect(try workspace.warehouse.builds().count == 2)
    #expect(try workspace.query("select count(*) from kept") == ["4"])
  }
}
