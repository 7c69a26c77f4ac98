import Diagnostics
import Files
import SQLite
import Storage
import TestSupport
import Testing
import Transform

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("Reuse is never wrong")
struct ReusePropertyTests {
  /// `REUSE_EDITS=2000` makes as many edits; a small number is enough for every day.
  private static let editCount =
    getenv("REUSE_EDITS").flatMap { Int(String(cString: $0)) } ?? 120

  /// Without incremental models a build that reuses what it can is one from nothing; with them it is one of the same
  /// history that never reuses anything.
  @Test("after random edits a build has the rows of one that reuses nothing", arguments: [false, true])
  func equalsFullBuild(_ allowsIncremental: Bool) throws {
    var random = SeededRandom.fresh()
    var project = RandomProject(allowsIncremental: allowsIncremental, using: &random)
    var fixture = try ProjectFixture()
    var reusedCount = 0
    for index in 0..<(Self.editCount / 2) {
      if index % 40 == 0 {
        project = RandomProject(allowsIncremental: allowsIncremental, using: &random)
        fixture = try ProjectFixture()
      }
      let other = fixture.folder.file(allowsIncremental ? "other" : "other\(index)")
      try write(project, to: fixture)
      let reused = try run(project, fixture, fixture.warehouse, ignoresFormerResults: false)
      let full = try run(project, fixture, Warehouse(path: other), ignoresFormerResults: true)
      let context = "seed \(random.seed), edit \(index): \(project.lastEdit)"
      #expect(summary(reused) == summary(full), "\(context)")
      let contents = try contents(fixture.warehouse, reused)
      let expected = try self.contents(Warehouse(path: other), full)
      #expect(contents == expected, "\(context)")
      if contents != expected || summary(reused) != summary(full) { return }
      reusedCount += reused.count { $0.isReused }
      if !allowsIncremental { try FileSystem.removeTree(other) }
      project.edit(using: &random)
    }
    // Something was reused, or nothing was shown.
    #expect(reusedCount > Self.editCount)
  }

  private func write(_ project: RandomProject, to fixture: ProjectFixture) throws {
    for (path, text) in project.files { try fixture.write(path, text) }
  }

  private func run(
    _ random: RandomProject, _ fixture: ProjectFixture, _ warehouse: Warehouse, ignoresFormerResults: Bool
  ) throws -> [RunResult] {
    let project = try fixture.project(vars: random.vars)
    let selected = Set(project.manifest.nodes.keys)
    let plan = RunPlan(.build, selected: selected, manifest: project.manifest, graph: project.graph)
    let draft = try Draft(WarehouseLock(warehouse, command: "test", timeoutSeconds: 5))
    let runner = try Runner(
      project: project, draft: draft, plan: plan, seedLoader: PlainSeedLoader(),
      options: Runner.Options(ignoresFormerResults: ignoresFormerResults))
    return try runner.run(plan) { _ in }
  }

  private func summary(_ results: [RunResult]) -> [String] {
    results.map {
      "\($0.node.name) \($0.status.rawValue) \($0.failures ?? 0) \($0.diagnostic?.message ?? "")"
    }
    .sorted()
  }

  /// Columns and rows of every relation, rows in the order of their texts.
  private func contents(_ warehouse: Warehouse, _ results: [RunResult]) throws -> [String: [String]] {
    let connection = try WarehouseReader(warehouse, .draft).connection
    var contents: [String: [String]] = [:]
    for node in results.map(\.node) {
      guard let relation = node.relation else { continue }
      let statement = try connection.prepare("select * from \(relation.sql)")
      var rows: [String] = []
      while try statement.step() { rows.append("\(statement.row)") }
      let types = statement.declaredTypes.map { $0 ?? "" }
      contents[relation.description] = ["\(statement.columnNames) \(types)"] + rows.sorted()
    }
    return contents
  }
}
