import SQLite
import Storage
import Testing
import Transform

@Suite("Running nodes in the draft")
struct RunnerTests {
  static let shop = [
    "seeds/orders.csv": "id,customer,amount\n1,ann,10\n2,bob,20\n3,ann,30\n",
    "seeds/orders.yml":
      "seeds:\n  - name: orders\n    columns:\n      - {name: id, data_type: integer}\n      - {name: amount, data_type: integer}",
    "models/customers.sql":
      "select customer, sum(amount) as total from {{ ref('orders') }} group by customer",
    "models/top.sql":
      "{{ config(schema='main') }} select * from {{ ref('customers') }} where total > {{ var('min', 15) }}",
    "models/m.yml": """
    models:
      - name: customers
        columns:
          - name: customer
            data_type: text
            data_tests: [unique, not_null]
          - name: total
            data_type: integer
    """,
  ]

  @Test("a build loads seeds, makes tables with their declared types, and tests them")
  func builds() throws {
    let fixture = try ProjectFixture(Self.shop)
    let results = try fixture.run(.build)
    #expect(results.map(\.status) == [.success, .success, .pass, .pass, .success])
    #expect(
      try fixture.rows("select customer, total from staged.customers order by 1")
        == [[.text("ann"), .integer(40)], [.text("bob"), .integer(20)]])
    let statement = try WarehouseReader(fixture.warehouse, .draft).connection
      .prepare("select * from staged.customers")
    #expect(statement.declaredType(0) == "TEXT")
    #expect(statement.declaredType(1) == "INTEGER")
  }

  @Test("--vars stand before the project's variables and before defaults")
  func vars() throws {
    let fixture = try ProjectFixture(Self.shop)
    try fixture.run(.build, project: try fixture.project(vars: "{min: 30}"))
    #expect(try fixture.rows("select count(*) from main.top") == [[.integer(1)]])
  }

  @Test("a test of severity error that fails skips what lies downstream")
  func failingTestSkips() throws {
    var files = Self.shop
    files["seeds/orders.csv"] = "id,customer,amount\n1,,10\n"
    let fixture = try ProjectFixture(files)
    let results = try fixture.run(.build)
    let byName = Dictionary(uniqueKeysWithValues: results.map { ($0.node.name, $0) })
    #expect(byName["not_null_customers_customer"]?.status == .fail)
    #expect(byName["not_null_customers_customer"]?.failures == 1)
    #expect(byName["top"]?.status == .skipped)
  }

  @Test("a test of severity warn warns and skips nothing")
  func warningTest() throws {
    var files = Self.shop
    files["seeds/orders.csv"] = "id,customer,amount\n1,,100\n"
    files["models/m.yml"] = """
      models:
        - name: customers
          columns:
            - name: customer
              data_tests:
                - not_null:
                    config: {severity: warn}
      """
    let fixture = try ProjectFixture(files)
    let results = try fixture.run(.build)
    #expect(results.map(\.status) == [.success, .success, .warn, .success])
  }

  @Test("thresholds, where, limit and fail_calc judge a test")
  func testConfiguration() throws {
    let fixture = try ProjectFixture([
      "models/a.sql": "select 1 as x union all select null union all select null union all select null",
      "models/m.yml": """
      models:
        - name: a
          columns:
            - name: x
              data_tests:
                - not_null: {name: tolerant, config: {error_if: '> 5', warn_if: '> 3'}}
                - not_null: {name: warning, config: {error_if: '> 5'}}
                - not_null: {name: filtered, config: {where: 'x = 1'}}
                - not_null: {name: limited, config: {limit: 2}}
                - not_null: {name: calculated, config: {fail_calc: 'count(*) - 3'}}
      """,
    ])
    let results = try fixture.run(.build)
    let byName = Dictionary(uniqueKeysWithValues: results.map { ($0.node.name, $0) })
    #expect(byName["tolerant"]?.status == .pass)
    #expect(byName["warning"]?.status == .warn)
    #expect(byName["filtered"]?.status == .pass)
    #expect(byName["limited"]?.failures == 2)
    #expect(byName["calculated"]?.status == .pass)
  }

  @Test(
    "generic tests find what they look for",
    arguments: [
      ("unique", 1), ("not_null", 1), ("accepted_values: {arguments: {values: [1, 2], quote: false}}", 1),
      ("relationships: {arguments: {to: ref('parent'), field: id}}", 2),
    ])
  func genericTests(_ test: String, _ failures: Int) throws {
    let fixture = try ProjectFixture([
      "models/parent.sql": "select 1 as id",
      "models/child.sql":
        "select 1 as id union all select 2 union all select 3 union all select 1 union all select null",
      "models/m.yml":
        "models:\n  - name: child\n    columns:\n      - name: id\n        data_tests:\n          - \(test)",
    ])
    let result = try #require(try fixture.run(.build).first { $0.node.isTest })
    #expect(result.status == .fail)
    #expect(result.failures == failures)
  }

  @Test("accepted_values takes texts with quotes in them")
  func quotedValues() throws {
    let fixture = try ProjectFixture([
      "models/a.sql": "select 'it''s' as x",
      "models/m.yml":
        "models:\n  - name: a\n    columns:\n      - name: x\n        data_tests:\n          - accepted_values: {arguments: {values: [\"it's\"]}}",
    ])
    #expect(try fixture.run(.build).map(\.status) == [.success, .pass])
  }

  @Test("singular tests and the project's own generic tests run")
  func ownTests() throws {
    let fixture = try ProjectFixture([
      "models/a.sql": "select 5 as x",
      "tests/singular.sql": "select * from {{ ref('a') }} where x > 3",
      "tests/generic/at_most.sql":
        "{% test at_most(model, column_name, limit=10) %}select * from {{ model }} where {{ column_name }} > {{ limit }}{% endtest %}",
      "models/m.yml":
        "models:\n  - name: a\n    columns:\n      - name: x\n        data_tests:\n          - at_most\n          - at_most: {arguments: {limit: 4}}",
    ])
    let results = try fixture.run(.build)
    let byName = Dictionary(uniqueKeysWithValues: results.map { ($0.node.name, $0.status) })
    #expect(byName["at_most_a_x"] == .pass)
    #expect(byName["at_most_a_x__4"] == .fail)
    #expect(byName["singular"] == .fail)
  }

  @Test("a model that fails half-way leaves its old table and a sound file")
  func failsHalfWay() throws {
    let fixture = try ProjectFixture(["models/a.sql": "select 1 as x"])
    try fixture.run(.run)
    try fixture.write(
      "models/a.sql",
      """
      with recursive n(i) as (select 1 union all select i + 1 from n where i < 100001)
      select case when i > 100000 then json('not json') else i end as x from n
      """)
    let result = try #require(try fixture.run(.run).first)
    #expect(result.status == .error)
    #expect(result.message?.contains("malformed JSON") == true)
    #expect(try fixture.rows("select x from staged.a") == [[.integer(1)]])
    #expect(try fixture.rows("pragma staged.integrity_check") == [[.text("ok")]])
    #expect(
      try fixture.rows("select count(*) from staged.sqlite_schema where name like '%dbt_tmp%'") == [
        [.integer(0)]
      ])
  }

  @Test("--fail-fast skips everything behind the first failure")
  func failFast() throws {
    let fixture = try ProjectFixture([
      "models/a.sql": "select json('no') as x", "models/b.sql": "select 1 as x",
      "models/c.sql": "select 2 as x",
    ])
    #expect(
      try fixture.run(.run, failsFast: true, threadCount: 1).map(\.status) == [.error, .skipped, .skipped])
  }

  @Test("a view over its own layer is a view, and one over another layer is a table")
  func viewsAndTables() throws {
    let fixture = try ProjectFixture([
      "models/base.sql": "select 1 as x",
      "models/near.sql": "{{ config(materialized='view') }} select * from {{ ref('base') }}",
      "models/far.sql": "{{ config(materialized='view', schema='main') }} select * from {{ ref('near') }}",
    ])
    try fixture.run(.run)
    #expect(
      try fixture.rows("select type, sql like '%staged%' from staged.sqlite_schema where name = 'near'")
        == [[.text("view"), .integer(0)]])
    #expect(try fixture.rows("select type from main.sqlite_schema where name = 'far'") == [[.text("table")]])
    #expect(try fixture.rows("select x from main.far") == [[.integer(1)]])
  }

  @Test(
    "a view whose common table expression has the name of what it reads is a table",
    arguments: [
      ("with base as (select * from {{ ref('base') }}) select x from base", "table"),
      (
        "with other as (select 1), \"BASE\"(y) as materialized (select * from {{ ref('base') }}) select y from base",
        "table"
      ),
      ("with mine as (select * from {{ ref('base') }}) select x from mine", "view"),
      ("select 'with base as (' as x from {{ ref('base') }}", "view"),
    ])
  func importedTables(_ sql: String, _ kind: String) throws {
    let fixture = try ProjectFixture([
      "models/base.sql": "select 1 as x", "models/near.sql": "{{ config(materialized='view') }} \(sql)",
    ])
    #expect(try fixture.run(.run).map(\.status) == [.success, .success])
    #expect(try fixture.rows("select type from staged.sqlite_schema where name = 'near'") == [[.text(kind)]])
  }

  @Test("a model that becomes another case's name replaces the old one")
  func changesCase() throws {
    let fixture = try ProjectFixture(["models/a.sql": "{{ config(alias='b') }} select 1 as x"])
    try fixture.run(.run)
    try fixture.write("models/a.sql", "{{ config(alias='B') }} select 2 as x")
    #expect(try fixture.run(.run).map(\.status) == [.success])
    #expect(try fixture.rows("select x from staged.b") == [[.integer(2)]])
  }

  @Test("a model becomes a view and a table again")
  func changesKind() throws {
    let fixture = try ProjectFixture(["models/a.sql": "select 1 as x"])
    for kind in ["table", "view", "table", "view"] {
      try fixture.write("models/a.sql", "{{ config(materialized='\(kind)') }} select 1 as x")
      try fixture.run(.run)
      #expect(try fixture.rows("select type from staged.sqlite_schema where name = 'a'") == [[.text(kind)]])
    }
  }

  @Test("names with quotes, blanks and other letters are tables like any other")
  func oddNames() throws {
    let fixture = try ProjectFixture([
      "models/a.sql": "{{ config(alias='we \"ird ü') }} select 1 as \"sel ect\", 2 as \"größe\"",
      "models/b.sql": "select * from {{ ref('a') }}",
    ])
    #expect(try fixture.run(.build).map(\.status) == [.success, .success])
    #expect(try fixture.rows("select \"größe\" from staged.b") == [[.integer(2)]])
  }

  @Test("a source may name the table of a seed")
  func seedAsSource() throws {
    let fixture = try ProjectFixture([
      "seeds/base.csv": "id,name\n1,ann\n2,bob\n",
      "models/s.yml":
        "sources:\n  - name: own\n    schema: staged\n    tables: [{name: seed, identifier: \"{{ var('table', 'base') }}\"}]",
      "models/a.sql": "select count(*) as n from {{ source('own', 'seed') }}",
    ])
    #expect(try fixture.run(.seed).map(\.status) == [.success])
    let results = try fixture.run(.run)
    #expect(results.map(\.status) == [.success], "\(results.compactMap(\.diagnostic))")
    #expect(try fixture.rows("select n from staged.a") == [[.integer(2)]])
    try fixture.write("seeds/base.csv", "id,name\n1,ann\n")
    #expect(try fixture.run(.build).filter { !$0.isReused }.map(\.node.name) == ["base", "a"])
    let publication = DraftPublication(try fixture.project(), try fixture.draft(), sourceSchemas: [:])
    guard
      case .published(let build) = try publication.publish(
        artifacts: [:], reelhouseVersion: "test", now: .now())
    else {
      Issue.record("nothing was published")
      return
    }
    #expect(try build.record().relations.map(\.relation.description) == ["staged.a", "staged.base"])
  }
}
