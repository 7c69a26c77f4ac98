import Files
import Storage
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `reelhouse diff` and `reelhouse build --watch`: what became of the rows.
@Suite struct DiffCommandTests {
  private static let files = [
    "seeds/people.csv": "id,name\n1,Ann\n2,Bob\n3,Cid\n",
    "models/named.sql": "select id, name from {{ ref('people') }}",
    "models/counted.sql": "select count(*) as n from {{ ref('named') }}",
    "models/named.yml": """
    models: [{name: named, columns: [{name: id, data_tests: [unique]}]}]
    seeds: [{name: people, columns: [{name: id, data_type: integer}], config: {meta: {primary_key: id}, schema: staged}}]
    """,
  ]

  /// A workspace with a published build.
  private func published() throws -> Workspace {
    let workspace = try SmallProject.workspace(Self.files)
    try workspace.succeed("ingest", try SmallProject.numbers(3, in: workspace))
    try workspace.succeed("build")
    return workspace
  }

  @Test("without changes there is no difference, and the exit code is 0")
  func equal() throws {
    let result = try published().run("diff")
    #expect(result.status == 0 && result.output.isEmpty, "\(result)")
    #expect(result.errors.contains("are equal in 4 relations"), "\(result)")
  }

  @Test("rows are matched by the declared key: added, removed and changed ones are counted and shown")
  func rows() throws {
    let workspace = try published()
    try workspace.project("id,name\n1,Ann\n2,Bea\n4,Dan\n", to: "seeds/people.csv")
    try workspace.succeed("build", "--select", "people", "named", "counted")
    let result = try workspace.run("diff")
    #expect(result.status == 1, "\(result)")
    #expect(
      result.output == """
        ~ staged.people  +1 -1 ~1 rows, 1 the same (by id)
            changed in name: 1
            ~ id=2: name 'Bob' → 'Bea'
            - id=3, name='Cid'
            + id=4, name='Dan'
        ~ main.named  +1 -1 ~1 rows, 1 the same (by id)
            changed in name: 1
            ~ id=2: name 'Bob' → 'Bea'
            - id=3, name='Cid'
            + id=4, name='Dan'

        """, "\(result)")
    #expect(try workspace.run("diff", "--select", "counted").status == 0)
    let limited = try workspace.run("diff", "--select", "named", "--limit", "0")
    #expect(limited.outputLines.count == 2, "\(limited)")
  }

  private struct Told: Decodable {
    struct Relation: Decodable {
      struct Column: Decodable, Equatable {
        let name: String
        let old_type: String?
        let new_type: String?
      }
      let relation: String
      let change: String
      let key: [String]
      let columns: [Column]
      let rows: [String: Int]
    }
    let old: String
    let new: String
    let relations: [Relation]
  }

  @Test("JSON has columns, counts and samples of two builds")
  func json() throws {
    let workspace = try published()
    let old = try #require(try workspace.warehouse.currentBuild()).id
    try workspace.project("select id, name, 1.5 as share from {{ ref('people') }}", to: "models/named.sql")
    try workspace.project("select 1 as one", to: "models/fresh.sql")
    try FileSystem.remove(Path.join(workspace.projectPath, "models/counted.sql"))
    try workspace.succeed("build")
    let new = try #require(try workspace.warehouse.currentBuild()).id
    let result = try workspace.run("diff", old, new, "--output", "json")
    #expect(result.status == 1, "\(result)")
    let told = try JSON.decode(Told.self, from: result.output)
    #expect(told.old == old && told.new == new)
    #expect(told.relations.map(\.relation) == ["main.counted", "main.fresh", "main.named"])
    #expect(told.relations.map(\.change) == ["removed", "added", "changed"])
    #expect(told.relations[2].columns == [.init(name: "share", old_type: nil, new_type: "")])
    #expect(told.relations[2].rows == ["added": 0, "removed": 0, "changed": 0, "same": 3])
    #expect(try workspace.run("diff", new, old).output.contains("share is gone"))
  }

  @Test("without a build to compare with, or with an unknown one, it ends with 2")
  func trouble() throws {
    let workspace = try SmallProject.workspace(Self.files)
    try workspace.succeed("ingest", try SmallProject.numbers(3, in: workspace))
    #expect(try workspace.run("diff").codes == ["RH1109"])
    let built = try published()
    let unknown = try built.run("diff", "20000101T000000Z")
    #expect(unknown.status == 2 && unknown.codes == ["RH1110"], "\(unknown)")
  }

  @Test("--watch builds what a saved file touches, tells what became of the rows, and ends with Ctrl-C")
  func watch() throws {
    let workspace = try published()
    let run = try workspace.start(["build", "--watch"])
    func waitFor(_ text: String) throws {
      let output = { try String(decoding: FileSystem.read(run.outputPath), as: UTF8.self) }
      for _ in 0..<600 where try !output().contains(text) { usleep(50_000) }
      let told = try output()
      #expect(told.contains(text), "\(told)")
    }
    func waitUntilWatching(_ count: Int) throws {
      let errors = { try String(decoding: FileSystem.read(run.errorPath), as: UTF8.self) }
      for _ in 0..<600 where try errors().ranges(of: "Watching").count < count {
        usleep(50_000)
      }
    }
    try waitUntilWatching(1)
    try workspace.project("id,name\n1,Ann\n2,Bea\n3,Cid\n", to: "seeds/people.csv")
    try waitFor("~ id=2: name 'Bob' → 'Bea'")
    try waitFor("= main.counted  the same rows")
    try waitUntilWatching(2)
    try workspace.project("select bogus from {{ ref('people') }}", to: "models/named.sql")
    try waitUntilWatching(3)
    try workspace.project("select id, upper(name) as name from {{ ref('people') }}", to: "models/named.sql")
    try waitFor("~ id=1: name 'Ann' → 'ANN'")
    run.process.signal(SIGINT)
    let result = try run.finish()
    #expect(result.status == 0, "\(result)")
    #expect(result.codes.contains("RH1401"), "\(result)")
    #expect(try FileSystem.list(workspace.folder.file("target")).filter { $0.hasPrefix(".") } == [])
  }
}
