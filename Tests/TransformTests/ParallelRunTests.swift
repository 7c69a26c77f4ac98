import Files
import SQLite
import Storage
import Testing
import Transform

/// Runs of several nodes at a time.
@Suite struct ParallelRunTests {
  /// Two chains of models over one seed that meet in a mart, with tests of each, and a model of every kind.
  private static func fixture() throws -> ProjectFixture {
    var files = [
      "seeds/numbers.csv": "n\n" + (1...500).map { "\($0)\n" }.joined(),
      "models/odd.sql": "select n, 'odd ' || n as label from {{ ref('numbers') }} where n % 2 = 1",
      "models/even.sql": "select n, 'even ' || n as label from {{ ref('numbers') }} where n % 2 = 0",
      "models/view_of_odd.sql":
        "{{ config(materialized='view') }} select n from {{ ref('odd') }} where n < 100",
      "models/growing.sql":
        "{{ config(materialized='incremental') }} select n from {{ ref('even') }}",
      "models/hooked.sql":
        "{{ config(post_hook='delete from {{ this }} where n > 10') }} select n from {{ ref('odd') }}",
      "models/mart.sql": """
      {{ config(indexes=[{'columns': ['label']}]) }}
      select o.n, o.label, e.label as other, (select count(*) from {{ ref('wide') }}) as wide
      from {{ ref('odd') }} o join {{ ref('even') }} e on e.n = o.n + 1
      """,
      "models/wide.sql":
        "select a.n * 1000 + b.n as n from {{ ref('odd') }} a join {{ ref('even') }} b on b.n < 40",
      "models/_.yml": """
      models:
        - name: odd
          columns: [{name: n, data_tests: [unique, not_null]}]
        - name: even
          columns: [{name: n, data_tests: [unique, not_null]}, {name: label, data_tests: [unique]}]
        - name: wide
          columns: [{name: n, data_tests: [unique]}]
        - name: mart
          columns: [{name: n, data_tests: [{relationships: {to: ref('odd'), field: n}}]}]
      """,
    ]
    for index in 0..<8 {
      files["models/leaf_\(index).sql"] = "select n + \(index) as n from {{ ref('mart') }}"
    }
    return try ProjectFixture(files)
  }

  private func hashes(_ fixture: ProjectFixture) throws -> [String: String] {
    let records = try RelationCatalog(try fixture.draft().connect(writing: [])).records()
    return Dictionary(uniqueKeysWithValues: records.map { ($0.relation.name, $0.exactHash ?? "view") })
  }

  @Test("the draft is the same however many nodes run at a time", arguments: [2, 3, 8])
  func same(threadCount: Int) throws {
    let serial = try Self.fixture()
    let results = try serial.run(.build, threadCount: 1)
    #expect(results.allSatisfy { $0.status == .success || $0.status == .pass })
    let parallel = try Self.fixture()
    let others = try parallel.run(.build, threadCount: threadCount)
    #expect(others.map(\.node.uniqueID) == results.map(\.node.uniqueID))
    #expect(others.map(\.status) == results.map(\.status))
    #expect(others.map(\.rowCount) == results.map(\.rowCount))
    #expect(try hashes(parallel) == hashes(serial))
    for layer in Layer.allCases {
      let connection = try Connection(path: parallel.warehouse.draftFile(layer), access: .readOnly)
      #expect(try connection.rows("pragma integrity_check") == [["ok"]])
    }
    let leftovers = try FileSystem.list(parallel.warehouse.draftPath).filter { $0.hasPrefix(".") }
    #expect(leftovers.isEmpty)
    // What a hook does is not known, so its model runs each time.
    let again = try parallel.run(.build, threadCount: threadCount)
    #expect(again.filter { !$0.isReused }.map(\.node.name) == ["hooked"])
  }

  @Test("nothing begins before all that it waits for has ended", arguments: [1, 4])
  func order(threadCount: Int) throws {
    let fixture = try Self.fixture()
    let project = try fixture.project()
    let plan = RunPlan(
      .build, selected: Set(project.manifest.nodes.keys), manifest: project.manifest, graph: project.graph)
    let blockers = Dictionary(uniqueKeysWithValues: plan.steps.map { ($0.uniqueID, $0.blockers) })
    var ended: Set<String> = []
    var tooEarly: [String] = []
    try fixture.run(.build, threadCount: threadCount) { event in
      switch event {
      case .started(_, _, let node):
        if !ended.isSuperset(of: blockers[node.uniqueID] ?? []) { tooEarly.append(node.uniqueID) }
      case .finished(_, _, let result): ended.insert(result.node.uniqueID)
      }
    }
    #expect(tooEarly.isEmpty)
    #expect(ended.count == plan.steps.count)
  }

  @Test("a failure skips what lies below it and nothing else", arguments: [1, 4])
  func failure(threadCount: Int) throws {
    let fixture = try Self.fixture()
    try fixture.write("models/even.sql", "select n / 2 * 2 as n, 'x' as label from {{ ref('numbers') }}")
    let results = try fixture.run(.build, threadCount: threadCount)
    func status(_ name: String) -> RunResult.Status? { results.first { $0.node.name == name }?.status }
    #expect(status("even") == .success)
    #expect(status("odd") == .success)
    #expect(status("view_of_odd") == .success)
    #expect(["mart", "wide", "growing", "leaf_0", "leaf_7"].allSatisfy { status($0) == .skipped })
    #expect(results.filter { $0.status == .fail }.count == 2)
  }

  @Test("an error of SQL on another thread is told at its place in the model")
  func fault() throws {
    let fixture = try ProjectFixture([
      "models/a.sql": "select\n  abs(-9223372036854775807 - 1) as n", "models/b.sql": "select 1 as n",
    ])
    let results = try fixture.run(.run, threadCount: 2)
    let result = try #require(results.first { $0.node.name == "a" })
    #expect(result.status == .error)
    #expect(result.message?.contains("overflow") == true)
    #expect(results.first { $0.node.name == "b" }?.status == .success)
  }
}
