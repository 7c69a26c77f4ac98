import Diagnostics
import SQLite
import Storage
import Testing
import Transform

@Suite("Reuse of former results")
struct ReuseTests {
  private static let files = [
    "seeds/orders.csv": "id,customer,amount\n1,ann,10\n2,bob,20\n3,ann,30\n",
    "seeds/s.yml": "seeds:\n  - name: orders\n    columns: [{name: amount, data_type: integer}]",
    "models/clean.sql": "select id, customer, amount from {{ ref('orders') }} where amount > 0",
    "models/near.sql": "{{ config(materialized='view') }} select * from {{ ref('clean') }}",
    "models/names.sql": "select distinct customer from {{ ref('near') }}",
    "models/top.sql":
      "{{ config(schema='main') }} select * from {{ ref('names') }} where customer > {{ var('least', \"''\") }}",
    "models/m.yml": """
    models:
      - name: clean
        columns: [{name: id, data_tests: [unique]}]
      - name: names
        columns: [{name: customer, data_tests: [not_null]}]
    """,
  ]

  /// The names of the nodes that ran, after something was written.
  private func ran(
    _ fixture: ProjectFixture, _ changes: [String: String] = [:], vars: String = "{}", force: Bool = false
  ) throws -> [String] {
    for (path, text) in changes { try fixture.write(path, text) }
    let results = try fixture.run(
      .build, ignoresFormerResults: force, project: try fixture.project(vars: vars))
    #expect(results.allSatisfy { !$0.isFailure }, "\(results.compactMap(\.diagnostic))")
    return results.filter { !$0.isReused }.map(\.node.name)
  }

  private func built() throws -> ProjectFixture {
    let fixture = try ProjectFixture(Self.files)
    #expect(try ran(fixture).count == 7)
    #expect(try ran(fixture) == [])
    return fixture
  }

  @Test("a model that moves into the layer of a view is what the view reads, not its former table")
  func movedIntoLayer() throws {
    let fixture = try ProjectFixture([
      "models/base.sql": "{{ config(schema='main') }} select 1 as id",
      "models/seen.sql": "{{ config(materialized='view', schema='staged') }} select * from {{ ref('base') }}",
    ])
    #expect(try ran(fixture) == ["base", "seen"])
    let moved = ["models/base.sql": "{{ config(schema='staged') }} select 2 as id"]
    #expect(try ran(fixture, moved) == ["base", "seen"])
    let reader = try WarehouseReader(fixture.warehouse, .draft)
    #expect(try reader.connection.integer("select id from staged.seen") == 2)
    #expect(try ran(fixture) == [])
  }

  @Test("a second build runs nothing, writes nothing and publishes nothing")
  func nothing() throws {
    let fixture = try ProjectFixture(Self.files)
    func publish() throws -> Publisher.Outcome {
      try DraftPublication(try fixture.project(), try fixture.draft(), sourceSchemas: [:]).publish(
        artifacts: [:], reelhouseVersion: "test", now: .now())
    }
    try fixture.run(.build)
    _ = try publish()
    let results = try fixture.run(.build)
    #expect(results.allSatisfy { $0.isReused })
    guard case .unchanged = try publish() else {
      Issue.record("it was published again")
      return
    }
    #expect(RunReport().done(results) == "Done. PASS=0 WARN=0 ERROR=0 SKIP=0 NO-OP=7 TOTAL=7")
  }

  @Test("a comment, white space, a description: nothing runs")
  func comments() throws {
    let fixture = try built()
    #expect(
      try ran(
        fixture,
        [
          "models/clean.sql":
            "-- a comment\nselect id, customer,\n  amount from {{ ref('orders') }} {# x #} where amount > 0",
          "models/x.yml": "models:\n  - name: top\n    description: new words",
        ]) == [])
  }

  @Test("a changed model runs, and of what reads it only what sees other rows")
  func cutOff() throws {
    let fixture = try built()
    // Other SQL, the same rows: its test has read the same rows too.
    #expect(
      try ran(
        fixture,
        ["models/clean.sql": "select id, customer, amount from {{ ref('orders') }} where amount >= 10"])
        == ["clean"])
    // Other rows, but not of customers.
    #expect(
      try ran(
        fixture,
        [
          "models/clean.sql":
            "select id, customer, amount * 2 as amount from {{ ref('orders') }} where amount > 0"
        ])
        == ["clean", "unique_clean_id", "names"])
    #expect(try ran(fixture) == [])
  }

  @Test("a view stays as it is while the rows below it change, and what reads it runs")
  func views() throws {
    let fixture = try built()
    #expect(
      try ran(fixture, ["seeds/orders.csv": "id,customer,amount\n1,ann,10\n2,zoe,20\n"])
        == ["orders", "clean", "unique_clean_id", "names", "not_null_names_customer", "top"])
    #expect(
      try ran(
        fixture,
        ["models/near.sql": "{{ config(materialized='view') }} select * from {{ ref('clean') }} where id < 2"]
      )
        == ["near", "names", "not_null_names_customer", "top"])
  }

  @Test("a seed with its rows in another order runs alone")
  func order() throws {
    let fixture = try built()
    #expect(
      try ran(fixture, ["seeds/orders.csv": "id,customer,amount\n3,ann,30\n2,bob,20\n1,ann,10\n"]) == [
        "orders"
      ])
  }

  @Test("a changed variable or macro runs what it changes, and a changed type too")
  func settings() throws {
    let fixture = try built()
    #expect(try ran(fixture, vars: "{least: \"'b'\"}") == ["top"])
    #expect(try ran(fixture, vars: "{least: \"'b'\"}") == [])
    #expect(try ran(fixture) == ["top"])
    #expect(
      try ran(
        fixture,
        [
          "models/t.yml": "models:\n  - name: names\n    columns: [{name: customer, data_type: text}]",
          "models/m.yml": "models:\n  - name: clean\n    columns: [{name: id, data_tests: [unique]}]",
        ])
        == ["names", "top"])
  }

  @Test("an edited test runs, and no other")
  func tests() throws {
    let fixture = try built()
    let edited = (Self.files["models/m.yml"] ?? "").replacing(
      "data_tests: [unique]", with: "data_tests: [{unique: {config: {where: 'id > 1'}}}]")
    #expect(try ran(fixture, ["models/m.yml": edited]) == ["unique_clean_id"])
  }

  @Test("a failing test and a failed model run again; a warning is kept and told again")
  func failures() throws {
    let fixture = try ProjectFixture([
      "models/a.sql": "select null as x",
      "models/m.yml":
        "models:\n  - name: a\n    columns: [{name: x, data_tests: [not_null, {not_null: {name: mild, config: {severity: warn}}}]}]",
    ])
    try fixture.run(.build)
    let results = try fixture.run(.build)
    let byName = Dictionary(uniqueKeysWithValues: results.map { ($0.node.name, $0) })
    #expect(byName["not_null_a_x"]?.isReused == false)
    #expect(byName["mild"]?.isReused == true)
    #expect(byName["mild"]?.status == .warn)
    #expect(RunReport().done(results) == "Done. PASS=0 WARN=1 ERROR=1 SKIP=0 NO-OP=1 TOTAL=3")
  }

  @Test("--no-reuse runs everything, and changes nothing of what stands")
  func force() throws {
    let fixture = try built()
    #expect(try ran(fixture, force: true).count == 7)
    #expect(try ran(fixture) == [])
  }

  @Test(
    "SQL that asks for chance or time runs each time, and is told",
    arguments: [
      "select random() as x", "select datetime('now') as x", "select date() as x",
      "select CURRENT_TIMESTAMP as x",
      "select strftime('%Y') as x", "select date('2024-01-01', 'localtime') as x",
      "select '{{ run_started_at }}' as x", "select rowid as x from {{ ref('base') }}",
      "select x from {{ ref('clock') }}",
    ])
  func volatile(_ sql: String) throws {
    let fixture = try ProjectFixture([
      "models/base.sql": "select 1 as y", "models/a.sql": sql,
      "models/clock.sql":
        "{{ config(materialized='view') }} select y, date('now') as x from {{ ref('base') }}",
    ])
    try fixture.run(.build)
    let results = try fixture.run(.build)
    let result = try #require(results.first { $0.node.name == "a" })
    #expect(!result.isReused)
    #expect(result.diagnostic?.code == .volatileSQL, "\(result.reason ?? "")")
    #expect(result.diagnostic?.severity == .warning)
    let state = try DraftPublication(try fixture.project(), try fixture.draft(), sourceSchemas: [:]).state()
    #expect(state.isFinished)
  }

  @Test(
    "SQL that works on times that it is given is as good as any other",
    arguments: [
      "select date('2024-01-01', '+1 day') as x", "select strftime('%Y', '2024-01-01') as x",
      "select 'random()' as x -- random()", "select \"now\" as x from (select 1 as \"now\")",
      "select case when x = 'now' then 1 end as x from (select 'now' as x)",
      "with pairs as materialized (select 1 as y union all select 2) select count(*) as x from pairs",
      "select count(*) as x from json_each('[1, 2]')",
    ])
  func notVolatile(_ sql: String) throws {
    let fixture = try ProjectFixture(["models/a.sql": sql])
    try fixture.run(.build)
    let results = try fixture.run(.build)
    #expect(results.allSatisfy { $0.isReused }, "\(results.compactMap(\.reason))")
  }

  @Test("a table that is read but not referred to is an error with the remedy")
  func undeclared() throws {
    let fixture = try ProjectFixture([
      "models/a.sql": "select 1 as x", "models/b.sql": "select 2 as x",
      "models/c.sql": "select x from {{ ref('b') }} union all select x from staged.a",
    ])
    let fault = try #require(try fixture.faults().first)
    #expect(fault.hints.joined().contains("{{ ref('a') }}"))
    try fixture.run(.build, select: ["a", "b"])
    let result = try #require(try fixture.run(.build).first { $0.node.name == "c" })
    #expect(result.diagnostic?.code == .undeclaredRead)
    #expect(result.diagnostic?.hints.joined().contains("{{ ref('a') }}") == true)
  }

  @Test("rows that are only counted are read too")
  func counted() throws {
    let fixture = try ProjectFixture([
      "models/base.sql": "select 1 as x",
      "models/near.sql":
        "{{ config(materialized='view') }} with own as (select * from {{ ref('base') }}) select count(*) as n from own",
      "models/a.sql": "with base as (select * from {{ ref('base') }}) select count(*) as n from base",
      "models/b.sql": "select count(*) as n from {{ ref('near') }}",
      "models/c.sql": "select (select count(*) from {{ ref('base') }}) as n",
      "models/own.sql": "select 3 as x",
    ])
    #expect(try ran(fixture).count == 6)
    #expect(try ran(fixture) == [])
    let names = try ran(fixture, ["models/base.sql": "select 1 as x union all select 2"])
    #expect(names.sorted() == ["a", "b", "base", "c"], "\(names)")
    #expect(
      try fixture.rows("select n from staged.a union all select n from staged.c") == [
        [.integer(2)], [.integer(2)],
      ])
  }

  @Test("an incremental model runs when what it reads has changed, and not before")
  func incremental() throws {
    let fixture = try ProjectFixture([
      "seeds/events.csv": "id,n\n1,10\n",
      "models/other.sql": "select 0 as floor",
      "models/a.sql": """
      {{ config(materialized='incremental', unique_key='id') }}
      -- depends_on: {{ ref('other') }}
      select id, n from {{ ref('events') }}
      {% if is_incremental() %} where id > (select floor from {{ ref('other') }}) {% endif %}
      """,
      "models/b.sql": "select count(*) as n from {{ ref('a') }}",
    ])
    #expect(try ran(fixture).count == 4)
    #expect(try ran(fixture) == [])
    #expect(try ran(fixture, ["seeds/events.csv": "id,n\n1,11\n2,20\n"]) == ["events", "a", "b"])
    #expect(try fixture.rows("select n from staged.b") == [[.integer(2)]])
    #expect(try ran(fixture) == [])
    #expect(try ran(fixture, ["models/other.sql": "select 5 as floor"]) == ["other", "a"])
    #expect(try ran(fixture) == [])
  }

  @Test("a model with hooks runs each time, and what its hooks change is seen")
  func hooks() throws {
    let fixture = try ProjectFixture([
      "models/log.sql": "select 'first' as what",
      "models/a.sql":
        "-- depends_on: {{ ref('log') }}\n{{ config(post_hook=\"insert into {{ ref('log') }} values ('again')\") }} select 1 as x",
      "models/reader.sql": "-- depends_on: {{ ref('a') }}\nselect count(*) as n from {{ ref('log') }}",
    ])
    try fixture.run(.build)
    #expect(try fixture.rows("select n from staged.reader") == [[.integer(2)]])
    #expect(try ran(fixture) == ["a", "reader"])
    #expect(try fixture.rows("select n from staged.reader") == [[.integer(3)]])
  }

  @Test("reasons say what has changed")
  func reasons() throws {
    let fixture = try built()
    try fixture.write("models/names.sql", "select distinct customer, 1 as one from {{ ref('near') }}")
    let results = try fixture.run(.build)
    let reasons = Dictionary(uniqueKeysWithValues: results.map { ($0.node.name, $0.reason ?? "") })
    #expect(reasons["orders"]?.contains("nothing has changed") == true)
    #expect(reasons["names"] == "its SQL or its configuration has changed")
    #expect(reasons["top"] == "the contents of staged.names have changed")
  }

  @Test("--shuffle finds a model whose rows depend on the order of its inputs")
  func shuffle() throws {
    let fixture = try ProjectFixture([
      "models/base.sql":
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 50) select i, i % 3 as g from n",
      "models/sound.sql": "select g, max(i) as i from {{ ref('base') }} group by g",
      "models/window.sql":
        "select i, row_number() over (partition by g order by i) as n from {{ ref('base') }}",
      "models/tied.sql": "select i, row_number() over (order by g) as n from {{ ref('base') }}",
      "models/limited.sql": "select i from {{ ref('base') }} limit 5",
    ])
    let results = try fixture.run(.build, shufflesInputs: true)
    let statuses = Dictionary(uniqueKeysWithValues: results.map { ($0.node.name, $0.status) })
    #expect(
      statuses == [
        "base": .success, "sound": .success, "window": .success, "tied": .error, "limited": .error,
      ])
    #expect(results.first { $0.node.name == "tied" }?.diagnostic?.code == .orderDependent)
  }
}
