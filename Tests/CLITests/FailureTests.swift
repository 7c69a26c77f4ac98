import Files
import SQLite
import Storage
import TestSupport
import Testing

/// Models and tests that fail: nothing is published, and the draft stays sound.
@Suite struct FailureTests {
  private static let model = "select n, word from {{ source('numbers', 'numbers') }}"

  /// Builds and publishes a project of one sound model.
  private func published(count: Int = 10, _ files: [String: String] = [:]) throws -> Workspace {
    let workspace = try SmallProject.workspace(["models/kept.sql": Self.model].merging(files) { $1 })
    try workspace.succeed("ingest", try SmallProject.numbers(count, in: workspace))
    try workspace.succeed("build")
    return workspace
  }

  @Test("a model that fails after 100,000 rows leaves a sound draft, and the rows it had before")
  func failsLate() throws {
    let workspace = try published(count: 120_000)
    // An error that only a row of its own raises, when the others are written already.
    try workspace.project(
      "select n, abs(case when n = 100001 then -9223372036854775807 - 1 else n end) as word "
        + "from {{ source('numbers', 'numbers') }}", to: "models/kept.sql")
    let before = try workspace.publishedState()
    let result = try workspace.run("build")
    #expect(result.status == 1, "\(result)")
    #expect(result.codes == ["RH1401"], "\(result)")
    #expect(result.errors.contains("integer overflow"), "\(result)")
    #expect(result.output.contains("ERROR=1"), "\(result)")
    #expect(try workspace.publishedState() == before)
    for layer in Layer.allCases {
      let draft = try Connection(path: workspace.warehouse.draftFile(layer), access: .readOnly)
      #expect(try draft.scalar("pragma integrity_check") == .text("ok"))
    }
    #expect(try workspace.query("select count(*), max(word) from kept", "--draft") == ["120000|w99999"])
    #expect(
      try workspace.query("select name from main.sqlite_schema where name like '%tmp%'", "--draft") == [])
    #expect(try workspace.run("publish").codes == ["RH1108"])
    #expect(try workspace.publishedState() == before)
  }

  private static let failingTest = "select n from {{ ref('kept') }} where n > 8"

  @Test("a failing test publishes nothing, shows its rows and skips what depends on its model")
  func failingTest() throws {
    let workspace = try published(["models/next.sql": "select count(*) as c from {{ ref('kept') }}"])
    try workspace.project(Self.failingTest, to: "checks/small_numbers.sql")
    try workspace.project("{{ config(alias='kept') }}\n\(Self.model) where n > 2", to: "models/kept.sql")
    let before = try workspace.publishedState()
    let result = try workspace.run("build")
    #expect(result.status == 1, "\(result)")
    #expect(result.codes == ["RH2302"], "\(result)")
    #expect(result.errors.contains("failing rows: "), "\(result)")
    #expect(result.output.contains("ERROR=1 SKIP=1"), "\(result)")
    #expect(result.outputLines.last?.contains("Done. PASS=") == true, "\(result)")
    #expect(try workspace.publishedState() == before)
    #expect(try workspace.query("select count(*) from kept") == ["10"])
    #expect(try workspace.query("select count(*) from kept", "--draft") == ["8"])
    let refused = try workspace.run("publish")
    #expect(refused.status == 2 && refused.codes == ["RH1108"], "\(refused)")
    #expect(refused.errors.contains("small_numbers"), "\(refused)")
    #expect(try workspace.publishedState() == before)
    let status = try workspace.succeed("status")
    #expect(status.output.contains("small_numbers: "), "\(status)")
  }

  @Test("a test of severity warn lets the build be published, with exit code 0")
  func warningTest() throws {
    let workspace = try published(["checks/warns.sql": "{{ config(severity='warn') }}\n\(Self.failingTest)"])
    let result = try workspace.succeed("build", "--no-reuse")
    #expect(result.output.contains("WARN=1 ERROR=0"), "\(result)")
    #expect(result.output.contains("Published build"), "\(result)")
  }

  @Test("a fault anywhere in the project is told before anything runs, with its place")
  func preflight() throws {
    let workspace = try published()
    try workspace.project(
      "select n,\n  wrd\nfrom {{ source('numbers', 'numbers') }}", to: "models/broken.sql")
    let draft = try Digest.sha256(fileAt: workspace.warehouse.draftFile(.main))
    let result = try workspace.run("build")
    #expect(result.status == 2, "\(result)")
    #expect(result.codes == ["RH1401"], "\(result)")
    #expect(result.errors.contains("models/broken.sql:2:3"), "\(result)")
    #expect(result.errors.contains("did you mean 'word'"), "\(result)")
    #expect(!result.output.contains("START"), "\(result)")
    #expect(try Digest.sha256(fileAt: workspace.warehouse.draftFile(.main)) == draft)
  }

  @Test("what failed is run again when it is mended, and then published")
  func mended() throws {
    let workspace = try published()
    try workspace.project(Self.failingTest, to: "checks/small_numbers.sql")
    #expect(try workspace.run("build").status == 1)
    try workspace.project("select n from {{ ref('kept') }} where n > 10", to: "checks/small_numbers.sql")
    #expect(try workspace.run("publish").codes == ["RH1108"])
    try workspace.succeed("test")
    #expect(try workspace.succeed("publish").output.contains("Published build"))
  }
}
