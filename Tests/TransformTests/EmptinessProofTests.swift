import SQLite
import Storage
import TestSupport
import Testing
import Transform

/// Tests whose result is shown by reading the table's pages, beside the same tests by their queries.
@Suite struct EmptinessProofTests {
  private static let properties = """
    models:
      - name: parent
        columns: [{name: id, data_tests: [unique, not_null]}]
      - name: child
        data_tests:
          - pair: {columns: [a, b]}
          - pair: {columns: [b, c, a]}
        columns:
          - name: a
            data_tests: [unique, not_null, {relationships: {to: ref('parent'), field: id}}]
          - name: b
            data_tests: [not_null, {accepted_values: {values: [x, y, "it's"]}}, {unique: {config: {where: "a > 3"}}}]
          - name: c
            data_tests:
              - unique: {config: {severity: warn}}
              - not_null: {config: {fail_calc: "count(*) + 1", error_if: "> 1"}}
              - accepted_values: {values: [1, 2, 3], quote: false}
    """

  private static func fixture(_ random: inout SeededRandom) throws -> ProjectFixture {
    let kinds = ["x", "y", "it's", "z"].prefix(Int.random(in: 3...4, using: &random))
    let range = [5, 1000].randomElement(using: &random)!
    func field(_ value: String) -> String { Int.random(in: 0...40, using: &random) == 0 ? "" : value }
    let isSorted = Bool.random(using: &random)
    let rows = (1...60).map { number in
      let id = isSorted ? number / 2 + 1 : Int.random(in: 1...60, using: &random)
      let kind = kinds.randomElement(using: &random)!
      return "\(field("\(id)")),\(field(kind)),\(field("\(Int.random(in: 1...range, using: &random))"))\n"
    }
    return try ProjectFixture([
      "seeds/children.csv": "a,b,c\n" + rows.joined(),
      "models/parent.sql":
        "select distinct a as id from {{ ref('children') }} where a is not null and a > \(Int.random(in: 0...1, using: &random))",
      "models/child.sql": "select a, b, c from {{ ref('children') }}",
      "models/_.yml": properties,
      "macros/pair.sql": """
      {% test pair(model, columns) %}
      select {{ columns | join(', ') }}, count(*) as copies
      from {{ model }} group by {{ columns | join(', ') }} having count(*) > 1
      {% endtest %}
      """,
    ])
  }

  @Test("both ways give the same results, failures and failing rows", arguments: 0..<25)
  func same(seed: Int) throws {
    var random = SeededRandom(seed: UInt64(seed))
    let fixture = try Self.fixture(&random)
    try fixture.run(.seed)
    try fixture.run(.run)
    let asked = try fixture.run(.test, ignoresFormerResults: true, leastProvenRowCount: .max)
    #expect(asked.count == 13)
    for threads in [1, 3] {
      let shown = try fixture.run(
        .test, ignoresFormerResults: true, threadCount: threads, leastProvenRowCount: 0)
      #expect(shown.map(\.node.uniqueID) == asked.map(\.node.uniqueID))
      for (one, other) in zip(shown, asked) {
        #expect(one.status == other.status, "\(one.node.name)")
        #expect(one.failures == other.failures, "\(one.node.name)")
        #expect(one.message == other.message)
        #expect(one.diagnostic == other.diagnostic)
      }
    }
  }

  @Test(
    "distinct rows are SQLite's, whether or not they come in an order in which equal ones are neighbours",
    arguments: [
      "select distinct a, b from {{ ref('children') }}",
      "select distinct a, b, c + 0.0 as c from {{ ref('children') }}",
      "with x as (select a, c from {{ ref('children') }}) SELECT DISTINCT a, c % 3 as c from x where a in (select a from x)",
      "select distinct b, a from {{ ref('children') }}",
      "select distinct a / 1.0 as a, b from {{ ref('children') }}",
      "select distinct a, upper(b) as b from {{ ref('children') }} order by b limit 7",
      "select distinct a, b collate nocase as b from {{ ref('children') }}",
      "select distinct 7 as n from {{ ref('children') }}",
    ])
  func distinct(sql: String) throws {
    for seed in 0..<4 {
      var random = SeededRandom(seed: UInt64(seed))
      let ordered = seed % 2 == 0
      let rows = (0..<300).map { row in
        "\(ordered ? row / 50 : Int.random(in: 0...9, using: &random)),\(["p", "P", "q", ""].randomElement(using: &random)!),\(Int.random(in: 0...3, using: &random))\n"
      }
      let fixture = try ProjectFixture([
        "seeds/children.csv": "a,b,c\n" + rows.joined(), "models/one.sql": sql,
      ])
      try fixture.run(.seed)
      let results = try fixture.run(.run)
      #expect(results.allSatisfy { $0.status == .success })
      let connection = try fixture.draft().connect(writing: [])
      let query = sql.replacing("{{ ref('children') }}", with: "staged.children")
      #expect(results[0].rowCount == Int(try connection.integer("select count(*) from (\(query))")))
      for (left, right) in [("select * from staged.one", query), (query, "select * from staged.one")] {
        #expect(
          try connection.integer(
            "select count(*) from (select * from (\(left)) except select * from (\(right)))") == 0)
      }
    }
  }
}
