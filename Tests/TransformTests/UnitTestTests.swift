import Diagnostics
import Files
import SQLite
import Testing
import Transform

@Suite("Unit tests of models")
struct UnitTestTests {
  private static let files = [
    "models/orders.sql": "select 1 as id, 10 as amount, 'x' as note",
    "models/totals.sql": """
    select note, sum(amount) as total, {{ var('factor', 1) }} as factor, '{{ env_var('PLACE', 'home') }}' as place
    from {{ ref('orders') }} group by note
    """,
    "models/m.yml": """
    models:
      - name: totals
        columns: [{name: total, data_type: integer}]
    """,
  ]

  private func results(_ test: String, files: [String: String] = files) throws -> [RunResult] {
    let fixture = try ProjectFixture(files)
    try fixture.write("models/u.yml", "unit_tests:\n" + test)
    return try fixture.run(.build)
  }

  @Test(
    "given rows may be mappings, CSV or SQL, and so may those expected",
    arguments: [
      "rows: [{note: a, amount: 1}, {note: a, amount: 2}]",
      "format: csv\n      rows: |\n        note,amount\n        a,1\n        a,2",
      "format: sql\n      rows: select 'a' as note, 1 as amount union all select 'a', 2",
    ],
    [
      "{rows: [{note: a, total: 3}]}", "{format: csv, rows: \"note,total\\na,3\"}",
      "{format: sql, rows: \"select 'a' as note, 3 as total\"}", "{rows: [{total: '3'}]}",
    ])
  func formats(_ given: String, _ expected: String) throws {
    let results = try results(
      """
        - name: sums
          model: totals
          given:
          - input: ref('orders')
            \(given)
          expect: \(expected)
      """)
    #expect(results.map(\.status) == [.pass, .success, .success], "\(results.compactMap(\.diagnostic))")
  }

  @Test("a difference is shown in the manner of dbt, and the model and all behind it are skipped")
  func fails() throws {
    var files = Self.files
    files["models/behind.sql"] = "select * from {{ ref('totals') }}"
    let results = try results(
      """
        - name: sums
          model: totals
          given:
            - input: ref('orders')
              rows: [{note: a, amount: 1}, {note: b, amount: 2}, {note: c, amount: 3}]
          expect:
            rows: [{note: a, total: 1}, {note: b, total: 5}, {note: z, total: 9}]
      """, files: files)
    let byName = Dictionary(uniqueKeysWithValues: results.map { ($0.node.name, $0) })
    let test = try #require(byName["sums"])
    #expect(test.status == .fail)
    #expect(test.failures == 3)
    #expect(
      test.message == """
        actual differs from expected:

        @@ ,note,total
           ,a   ,1    
        →  ,b   ,5→2  
        ---,z   ,9    
        +++,c   ,3    
        """)
    #expect(byName["orders"]?.status == .success)
    #expect(byName["totals"]?.status == .skipped)
    #expect(byName["behind"]?.status == .skipped)
  }

  @Test("variables, environment and macros can be overridden")
  func overrides() throws {
    var files = Self.files
    files["macros/m.sql"] = "{% macro word() %}own{% endmacro %}"
    files["models/totals.sql"] =
      "select {{ var('factor', 1) }} as f, '{{ env_var('PLACE', 'home') }}' as p, '{{ word() }} {{ dbt.type_string() }}' as w from {{ ref('orders') }}"
    files["models/m.yml"] = nil
    let results = try results(
      """
        - name: sums
          model: totals
          given: [{input: ref('orders'), rows: [{id: 1}]}]
          overrides: {vars: {factor: 7}, env_vars: {PLACE: away}, macros: {word: other, dbt.type_string: varchar}}
          expect: {rows: [{f: 7, p: away, w: other varchar}]}
      """, files: files)
    #expect(results.first?.status == .pass, "\(results.first?.message ?? "")")
  }

  @Test("an incremental model is tested in both of its states")
  func incremental() throws {
    let files = [
      "models/orders.sql": "select 1 as id",
      "models/inc.sql": """
      {{ config(materialized='incremental') }} select id from {{ ref('orders') }}
      {% if is_incremental() %} where id > (select max(id) from {{ this }}) {% endif %}
      """,
    ]
    let results = try results(
      """
        - name: first
          model: inc
          given: [{input: ref('orders'), rows: [{id: 1}, {id: 2}]}]
          expect: {rows: [{id: 1}, {id: 2}]}
        - name: later
          model: inc
          overrides: {macros: {is_incremental: true}}
          given:
            - {input: ref('orders'), rows: [{id: 1}, {id: 2}]}
            - {input: this, rows: [{id: 1}]}
          expect: {rows: [{id: 2}]}
      """, files: files)
    #expect(results.map(\.status) == [.pass, .pass, .success, .success], "\(results.compactMap(\.message))")
  }

  @Test("rows come from fixture files, and columns that they leave out are NULL")
  func fixtures() throws {
    var files = Self.files
    files["tests/fixtures/some.csv"] = "note,amount\n\"a, b\",1\n,5\n"
    let results = try results(
      """
        - name: sums
          model: totals
          given: [{input: ref('orders'), format: csv, fixture: some}]
          expect: {rows: [{note: null, total: 5}, {note: 'a, b', total: 1}]}
      """, files: files)
    #expect(results.first?.status == .pass, "\(results.first?.message ?? "")")
  }

  @Test("an empty list of rows is no rows, and none expected is none wanted")
  func empty() throws {
    let results = try results(
      """
        - name: none
          model: totals
          given: [{input: ref('orders'), rows: []}]
          expect: {rows: []}
        - name: some
          model: totals
          given: [{input: ref('orders'), rows: [{note: a, amount: 1}]}]
          expect: {rows: []}
      """)
    #expect(results.prefix(2).map(\.status) == [.pass, .fail], "\(results.compactMap(\.diagnostic))")
  }

  @Test("a result stands in the commands that follow, and a changed test runs again")
  func stands() throws {
    let test = """
      unit_tests:
        - name: sums
          model: totals
          given: [{input: ref('orders'), rows: [{note: a, amount: 1}]}]
          expect: {rows: [{note: a, total: 1}]}
      """
    let fixture = try ProjectFixture([
      "seeds/orders.csv": "note,amount\na,1\n", "models/u.yml": test,
      "models/totals.sql": "select note, sum(amount) as total from {{ ref('orders') }} group by note",
    ])
    #expect(try fixture.run(.build).allSatisfy { !$0.isFailure })
    let state = try DraftPublication(try fixture.project(), try fixture.draft(), sourceSchemas: [:]).state()
    #expect(state.isFinished, "\(state.unfinished.map(\.node.name))")
    #expect(try fixture.run(.build).allSatisfy { $0.isReused })
    try fixture.write("models/u.yml", test.replacing("total: 1", with: "total: 2"))
    let results = try fixture.run(.build)
    #expect(results.filter { !$0.isReused }.map(\.node.name) == ["sums", "totals"])
    #expect(results.map(\.status).contains(.fail))
  }
}
